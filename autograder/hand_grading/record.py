"""What a course remembers of its sheets: `results/<lab>/.hand_grading/`.

`secret` is what codes of answers follow from. `<question>.json` has what each grader gave to each
answer, by code, and how the gradebook stood when a sheet was read last; no student is named there.
"""

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..atomic_file import write_atomically
from .marks import Mark

SECRET_BYTES = 32
Marks = dict[str, dict[str, Mark]]  # code -> grader -> what they gave


@dataclass
class Written:
    """What a sheet brought into the gradebook: how it stood then, and the comment."""

    stand: str
    comment: str


@dataclass
class Record:
    """What is remembered of a question."""

    path: Path
    marks: Marks = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # of graders, as they write themselves
    written: dict[str, Written] = field(default_factory=dict)  # by code
    decided: dict[str, str] = field(default_factory=dict)  # code -> whose mark was taken

    def save(self) -> None:
        """Write it down, unless it stands there."""
        content = {
            "marks": {
                code: {grader: mark.as_json() for grader, mark in given.items()}
                for code, given in self.marks.items()
            },
            "names": self.names,
            "written": {code: vars(one) for code, one in self.written.items()},
            "decided": self.decided,
        }
        text = (json.dumps(content, indent=1, ensure_ascii=False) + "\n").encode()
        if not self.path.is_file() or self.path.read_bytes() != text:
            write_atomically(self.path, text)


def folder_of(course_dir: Path, lab: str) -> Path:
    """Where all of it lies."""
    return course_dir / "results" / lab / ".hand_grading"


def secret_of(folder: Path, keep: bool = True) -> bytes:
    """The course's secret for a lab; made at first, and written down if it is to be kept."""
    path = folder / "secret"
    if path.is_file():
        return path.read_bytes()
    secret = secrets.token_bytes(SECRET_BYTES)
    if keep:
        write_atomically(path, secret)
        path.chmod(0o600)
    return secret


def read_record(folder: Path, question: str) -> Record:
    """What is remembered of a question; nothing if that can't be read."""
    path = folder / f"{question}.json"
    try:
        content: Any = json.loads(path.read_text("utf-8"))
        marks = {
            code: {grader: Mark.from_json(mark) for grader, mark in given.items()}
            for code, given in content["marks"].items()
        }
        names = {str(key): str(name) for key, name in content["names"].items()}
        decided = {str(code): str(key) for code, key in content["decided"].items()}
        written = {code: Written(**one) for code, one in content["written"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Record(path)
    return Record(path, marks, names, written, decided)
