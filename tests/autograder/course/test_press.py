"""The press makes what is asked for, and whatever a piece of work does, the next one is made."""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.course.press import Jammed, Press, PressLimits

LIMITS = PressLimits(cpu_s=1, wall_s=20.0, memory_bytes=2**28)


@dataclass(frozen=True)
class Greeting:
    """Work that is done."""

    name: str

    def run(self, edition: str) -> Any:
        return {"said": f"{edition}, {self.name}", "pid": os.getpid()}


@dataclass(frozen=True)
class Misdeed:
    """Work that comes to no end."""

    kind: str

    def run(self, edition: str) -> Any:
        match self.kind:
            case "endless":
                while True:
                    pass
            case "sleep":
                time.sleep(10**6)
            case "memory":
                return len(bytearray(2**29))
            case "raises":
                raise ValueError("\x1b[2J" * 1000)
            case "exit":
                os._exit(0)
            case "crash":
                os.abort()
            case "writes":
                Path(edition).write_text("no" * 10_000)
            case "long answer":
                return "x" * 2**27
            case "no data":
                return {1, 2}


@pytest.fixture
def press() -> Iterator[Press]:
    with Press("hello", LIMITS) as press:
        yield press


def test_it_makes_one_piece_after_the_other(press: Press) -> None:
    made = [press.make(Greeting(name)) for name in ("ann", "bob")]
    assert [one["said"] for one in made] == ["hello, ann", "hello, bob"]
    assert made[0]["pid"] == made[1]["pid"] != os.getpid()


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("endless", "took too much time"),
        ("memory", "took too much memory"),
        ("raises", "failed (ValueError: "),
        ("exit", "ended the process (0)"),
        ("crash", "ended the process (-6)"),
        ("long answer", ""),
        ("no data", "failed (TypeError"),
    ],
)
def test_a_misdeed_costs_that_piece_only(press: Press, kind: str, said: str) -> None:
    press.make(Greeting("ann"))
    with pytest.raises(Jammed) as jammed:
        press.make(Misdeed(kind))
    assert said in str(jammed.value)
    assert str(jammed.value).isprintable() and len(str(jammed.value)) < 400
    assert press.make(Greeting("bob"))["said"] == "hello, bob"


def test_waiting_ends() -> None:
    limits = PressLimits(wall_s=1.0)
    with Press("hello", limits) as press, pytest.raises(Jammed, match="took longer than 1 s"):
        press.make(Misdeed("sleep"))


def test_it_writes_nothing(tmp_path: Path) -> None:
    with Press(str(tmp_path / "file"), LIMITS) as press, pytest.raises(Jammed):
        press.make(Misdeed("writes"))
    assert not (tmp_path / "file").exists() or (tmp_path / "file").stat().st_size == 0


def test_it_ends_with_who_uses_it() -> None:
    with Press("hello", LIMITS) as press:
        pid = press.make(Greeting("ann"))["pid"]
    assert not Path(f"/proc/{pid}").exists()
