"""What was handed in, as bytes: it can go to any process or machine."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

MISSING = "was not handed in"


@dataclass(frozen=True)
class ExtraFile:
    """A file that the lab asks for besides the notebook; without content, `why` says why."""

    name: str  # the lab's, not the student's
    content: bytes | None
    why: str = ""  # goes on from the name


@dataclass(frozen=True)
class Content:
    """A hand-in as grading needs it, read once."""

    student: str
    name: str  # of the notebook, for messages
    notebook: bytes | None  # None if there is nothing to grade
    notes: tuple[str, ...] = ()
    files: tuple[ExtraFile, ...] = ()  # all that the lab asks for

    @property
    def size_bytes(self) -> int:
        """Of all its files together."""
        contents = (self.notebook, *(file.content for file in self.files))
        return sum(len(content) for content in contents if content is not None)

    def digest(self) -> str:
        """A hash of everything about the hand-in that a result depends on or shows."""
        told = [self.name, self.notebook is None, self.notes]
        files = [[f.name, f.why, f.content is None, _hash(f.content or b"")] for f in self.files]
        head = json.dumps([*told, files] if files else told)
        return _hash(head.encode() + b"\n" + (self.notebook or b""))


def read_content(student: str, path: Path, names: Sequence[str] = ()) -> Content:
    """A notebook of the instructor's own, or one whose path is known to be harmless, with the
    files of these names beside it."""
    there = {name: file.read_bytes() for name in names if (file := path.parent / name).is_file()}
    files = extra_files(names, there)
    if not path.is_file():
        return Content(student, path.name, None, (f"{path.name} was not handed in",), files)
    return Content(student, path.name, path.read_bytes(), files=files)


def extra_files(names: Iterable[str], contents: Mapping[str, bytes]) -> tuple[ExtraFile, ...]:
    """The files of the instructor's own that the lab asks for, as far as they are there."""
    return tuple(
        ExtraFile(name, contents.get(name), "" if name in contents else MISSING) for name in names
    )


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
