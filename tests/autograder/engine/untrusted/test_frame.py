"""Frames cross a socket whole, in time, and within their limits."""

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import torch

from autograder.engine.untrusted.frame import (
    HEADER_LIMIT_BYTES,
    LENGTHS,
    Frame,
    FrameTooLarge,
)
from autograder.engine.untrusted.protocol import decode, encode

from .crossing import LIMIT_BYTES, unwrap, wrap


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    pair = socket.socketpair()
    yield pair
    for end in pair:
        end.close()


def test_frames_cross_a_socket(ends: tuple[socket.socket, socket.socket]) -> None:
    value: dict[str, Any] = {"x": torch.rand(300, 300), "y": [1, (2,)]}
    sent = encode(value, wrap, LIMIT_BYTES)
    sender = threading.Thread(target=sent.send, args=(ends[0],))
    sender.start()
    received = decode(Frame.receive(ends[1], LIMIT_BYTES, time.monotonic() + 5), unwrap)
    sender.join()
    assert torch.equal(received["x"], value["x"])
    assert received["y"] == value["y"]


@pytest.mark.parametrize("lengths", [(2**32 - 1, 0), (0, 2**32 - 1), (5, LIMIT_BYTES - 4)])
def test_an_announced_length_is_refused_at_once(
    ends: tuple[socket.socket, socket.socket], lengths: tuple[int, int]
) -> None:
    ends[0].sendall(LENGTHS.pack(*lengths))
    with pytest.raises(FrameTooLarge):
        Frame.receive(ends[1], LIMIT_BYTES, time.monotonic() + 5)


def test_a_header_has_a_limit_of_its_own(ends: tuple[socket.socket, socket.socket]) -> None:
    ends[0].sendall(LENGTHS.pack(HEADER_LIMIT_BYTES + 1, 0))
    with pytest.raises(FrameTooLarge):
        Frame.receive(ends[1], 2**30, time.monotonic() + 5)


@pytest.mark.parametrize("sent", [b"", b"\x01", LENGTHS.pack(5, 5) + b"12345123"])
def test_a_frame_that_never_ends_meets_the_deadline(
    ends: tuple[socket.socket, socket.socket], sent: bytes
) -> None:
    ends[0].sendall(sent)
    with pytest.raises(TimeoutError):
        Frame.receive(ends[1], LIMIT_BYTES, time.monotonic() + 0.05)
    ends[0].close()
    with pytest.raises(EOFError):
        Frame.receive(ends[1], LIMIT_BYTES, time.monotonic() + 5)


def test_trickling_bytes_do_not_extend_the_deadline(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    gave_up = threading.Event()

    def trickle() -> None:
        ends[0].sendall(LENGTHS.pack(0, 1000))
        for _ in range(999):
            ends[0].sendall(b".")
            if gave_up.wait(0.02):
                break
        else:
            pytest.fail("the receiver waits as long as anything comes")

    with ThreadPoolExecutor() as threads:
        sender = threads.submit(trickle)
        with pytest.raises(TimeoutError):
            Frame.receive(ends[1], LIMIT_BYTES, time.monotonic() + 0.1)
        gave_up.set()
        sender.result()


def test_a_receiver_that_does_not_read_meets_the_deadline(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    with pytest.raises(TimeoutError):
        Frame(b"", bytes(2**22)).send(ends[0], time.monotonic() + 0.05)
