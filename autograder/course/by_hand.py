"""What people gave for questions that left the release, kept until a question comes back.

The gradebook can't hold it: a grade there belongs to a cell of the release.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..atomic_file import write_atomically

Key = tuple[str, str]  # student, grade id


@dataclass(frozen=True)
class GradeByHand:
    """Points that a person gave, and whether a person was asked for once more since."""

    manual_score: float | None = None
    extra_credit: float | None = None
    needs_manual_grade: bool = False

    def __str__(self) -> str:
        given = (
            (self.manual_score, "points by hand"),
            (self.extra_credit, "points of extra credit"),
        )
        return " and ".join(f"{points:g} {kind}" for points, kind in given if points is not None)

    def __bool__(self) -> bool:
        return bool(str(self))


class ByHand:
    """The grades and comments of a lab that have no place in its gradebook now.

    `keep_…` and `take_…` change nothing on disk. `save` does, and forgets nothing that was taken;
    only `forget_taken` does, for when the gradebook holds it for sure.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._grades, self._comments = _read(path)
        self._taken: list[tuple[dict[Key, Any], Key]] = []

    def keep_grade(self, key: Key, grade: GradeByHand) -> None:
        """Keep points, in place of those kept before."""
        _keep(self._grades, key, grade)

    def keep_comment(self, key: Key, comment: str | None) -> None:
        """Keep a comment, in place of the one kept before."""
        _keep(self._comments, key, comment)

    def take_grade(self, key: Key) -> GradeByHand | None:
        """The points kept; None if there are none."""
        self._taken.append((self._grades, key))
        return self._grades.get(key)

    def take_comment(self, key: Key) -> str | None:
        """The comment kept; None if there is none."""
        self._taken.append((self._comments, key))
        return self._comments.get(key)

    def save(self) -> None:
        """Write it down, unless it stands there."""
        if (self._grades, self._comments) == _read(self._path):
            return
        content = {
            "grades": [[*key, vars(grade)] for key, grade in self._grades.items()],
            "comments": [[*key, comment] for key, comment in self._comments.items()],
        }
        write_atomically(self._path, (json.dumps(content, indent=1) + "\n").encode())

    def forget_taken(self) -> None:
        """What was taken is in the gradebook now."""
        for kept, key in self._taken:
            kept.pop(key, None)
        self._taken.clear()
        self.save()


def _keep(kept: dict[Key, Any], key: Key, given: object) -> None:
    kept.pop(key, None)
    if given:
        kept[key] = given


def _read(path: Path) -> tuple[dict[Key, GradeByHand], dict[Key, str]]:
    try:
        content = json.loads(path.read_text("utf-8"))
        grades = {(who, name): GradeByHand(**grade) for who, name, grade in content["grades"]}
        return grades, {(who, name): text for who, name, text in content["comments"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}, {}
