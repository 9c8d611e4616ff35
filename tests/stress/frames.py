"""Fuzzed frames: whatever a worker answers, the grader takes it for a value or gives it up."""

import random
import socket
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import torch
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image

from autograder.engine import Limits, MissingName, StudentError, Worker, WorkerLost
from autograder.engine.untrusted.frame import LENGTHS, Frame
from autograder.engine.untrusted.protocol import decode, encode

LIMITS = Limits(call_timeout_s=0.2, frame_limit_bytes=2**20)
RESULTS: list[Any] = [
    1, "text", 2**80, [1.5, None, {"a": (True, b"x")}], torch.ones(3, 4), torch.zeros(0, 2).bool(),
    torch.tensor(2, dtype=torch.uint8), {"deep": [[[[[]]]]]}, object(),
    {1, "a", (2, 3)}, [datetime(2020, 1, 1, tzinfo=UTC), Decimal("1.5"), Counter("ab"), range(9)],
    np.array(["a", "bc"]), np.array([1, None, "x"], dtype=object), np.datetime64("2020"),
    pd.DataFrame({"a": [1, 2], "b": ["x", None], "c": pd.Categorical(["u", "v"])}),
    pd.Series(pd.array([1, None], dtype="Int64"), index=pd.date_range("2020", periods=2, tz="UTC")),
    pd.MultiIndex.from_tuples([(1, "a"), (2, "b")]), pd.interval_range(0, 2), pd.NaT,
    pl.DataFrame({"a": [1, None], "b": ["x", "y"]}), Image.new("P", (3, 2)), ValueError("no"),
]  # fmt: skip


def _reply(request: bytes, rng: random.Random) -> tuple[bytes, bytes]:
    """An honest answer to a question, as header and tensor bytes."""
    nonce = decode(Frame(request, b""), lambda *_: None)[0]
    kind = rng.choice(["value", "value", "value", "raised", "missing", "unheard"])
    answer = {
        "value": (nonce, "value", rng.choice(RESULTS)),
        "raised": (nonce, "raised", "ValueError", "no", "line 1", 2),
    }.get(kind, (nonce, kind))
    frame = encode(answer, lambda value: (7, type(value).__name__), LIMITS.frame_limit_bytes)
    return bytes(frame.header), bytes(frame.blobs)


def _fuzz(header: bytes, blobs: bytes, rng: random.Random) -> bytes:
    """The answer's bytes on the wire, damaged in header, tensors, lengths, or altogether."""
    parts = [bytearray(header), bytearray(blobs)]
    for _ in range(rng.choice([0, 1, 1, 2, 5])):
        part = parts[rng.random() < 0.2]
        place = rng.randrange(len(part) + 1)
        match rng.choice(["byte", "insert", "delete", "repeat"]):
            case "byte" if part:
                part[place % len(part)] = rng.randrange(256)
            case "insert":
                part[place:place] = rng.randbytes(rng.randrange(1, 9))
            case "delete":
                del part[place : place + rng.randrange(1, 9)]
            case _:
                part += part[place:]
    lengths = [len(parts[0]), len(parts[1])]
    if rng.random() < 0.2:
        lengths[rng.randrange(2)] = rng.choice([0, 1, 2**16, 2**31, 2**32 - 1])
    wire = LENGTHS.pack(*lengths) + bytes(parts[0]) + bytes(parts[1])
    return rng.choice([wire] * 8 + [wire[: rng.randrange(len(wire))], rng.randbytes(len(wire))])


class _HostileWorker:
    """Answers a grader's question with a fuzzed frame and hangs up."""

    def __init__(self, connection: socket.socket, rng: random.Random) -> None:
        self._connection, self._rng = connection, rng
        self._thread = threading.Thread(target=self._answer)
        self._thread.start()

    def _answer(self) -> None:
        with self._connection:
            request = Frame.receive(self._connection, LIMITS.frame_limit_bytes)
            self._connection.sendall(_fuzz(*_reply(bytes(request.header), self._rng), self._rng))

    def join(self) -> None:
        self._thread.join()


def ask(rng: random.Random) -> str:
    """What the grader makes of one fuzzed answer: "value", or the name of what it raised."""
    ours, theirs = socket.socketpair()
    ends_at = time.monotonic() + 60
    told = (lambda: None, lambda _: 0, lambda _: None, lambda: None)
    worker = Worker(ours, LIMITS, ends_at, *told)
    hostile = _HostileWorker(theirs, rng)
    try:
        result = worker.submission.answer
    except (StudentError, MissingName, WorkerLost) as expected:
        return type(expected).__name__
    else:
        str(result)  # a value must be fit to be looked at
        return "value"
    finally:
        worker.kill()
        hostile.join()


def run(count: int) -> str:
    """Ask that many times; a sentence of what came out.

    Raises:
        Exception: of any kind, if a frame got the grader to raise it.
    """
    outcomes: Counter[str] = Counter()

    @settings(
        max_examples=count, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.integers(0, 2**64))
    def fuzz(seed: int) -> None:
        outcomes[ask(random.Random(seed))] += 1

    while outcomes.total() < count:
        fuzz()
    told = ", ".join(f"{number} {name}" for name, number in outcomes.most_common())
    return f"{outcomes.total()} fuzzed frames: 0 crashes of the grader ({told})"
