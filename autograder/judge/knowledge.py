"""Keeps what known mistakes answer, because finding it out takes longer than judging a class.

A file per question holds it, for as long as all that answers depend on stays the same. Processes
that judge at the same time take turns, so that each question is learnt once.
"""

import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from ..atomic_file import write_atomically
from .reproduction import OBJECT, Evidence, Learnt, Mistake, Raised

KNOWN = "known_mistakes"  # the name of such a folder
TAG = "is"  # names the kind of what JSON has no form for


@dataclass(frozen=True)
class Knowledge:
    """A folder for what was learnt; `key` names all that it depends on."""

    folder: Path
    key: str

    def of(self, question: str, learn: Callable[[], Learnt]) -> Learnt:
        """What is kept of a question, else what `learn` finds out, which is kept then."""
        path = self.folder / f"{question}.json"
        lock = FileLock(self.folder / f"{question}.lock")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except OSError:  # nothing can be kept here
            return learn()
        try:
            kept = self._read(path)
            if kept is None:
                kept = learn()
                self._write(path, kept)
            return kept
        finally:
            lock.release()

    def _read(self, path: Path) -> Learnt | None:
        try:
            stored = json.loads(path.read_bytes())
            return learnt_of(stored["learnt"]) if stored["key"] == self.key else None
        except (OSError, ValueError, TypeError, KeyError, IndexError):
            return None

    def _write(self, path: Path, learnt: Learnt) -> None:
        with contextlib.suppress(OSError, TypeError):
            text = json.dumps({"key": self.key, "learnt": plain_of(learnt)})
            write_atomically(path, text.encode())


def plain_of(learnt: Learnt) -> Any:
    """What was learnt, as JSON has it; raises `TypeError` for what has no form in it."""
    mistakes = [
        [
            one.title,
            one.loss,
            {case: [_packed(e.heard), e.message] for case, e in one.failed.items()},
        ]
        for one in learnt.mistakes
    ]
    solution = {case: _packed(heard) for case, heard in learnt.solution.items()}
    return [solution, dict(learnt.objects), mistakes]


def learnt_of(plain: Any) -> Learnt:
    """The inverse of `plain_of`."""
    solution, objects, mistakes = plain
    return Learnt(
        {case: _unpacked(heard) for case, heard in solution.items()},
        {case: int(number) for case, number in objects.items()},
        [
            Mistake(
                title,
                loss,
                {case: Evidence(_unpacked(heard), text) for case, (heard, text) in failed.items()},
            )
            for title, loss, failed in mistakes
        ],
    )


def _packed(told: Any) -> Any:
    """What was told of an answer, as JSON has it.

    Raises:
        TypeError: for what has no form in it.
    """
    if told is OBJECT:
        return {TAG: "object"}
    if isinstance(told, Raised):
        return {TAG: "raised", "name": told.name, "message": told.message}
    if isinstance(told, bytes):
        return {TAG: "bytes", "hex": told.hex()}
    if isinstance(told, complex):
        return {TAG: "complex", "real": told.real, "imag": told.imag}
    if isinstance(told, list):
        return [_packed(item) for item in told]
    if told is None or type(told) in (bool, int, float, str):
        return told
    raise TypeError(f"a {type(told).__name__} can't be kept")


def _unpacked(plain: Any) -> Any:
    if isinstance(plain, list):
        return [_unpacked(item) for item in plain]
    if not isinstance(plain, dict):
        return plain
    match plain[TAG]:
        case "object":
            return OBJECT
        case "raised":
            return Raised(plain["name"], plain["message"])
        case "bytes":
            return bytes.fromhex(plain["hex"])
        case "complex":
            return complex(plain["real"], plain["imag"])
    raise ValueError("of no known kind")
