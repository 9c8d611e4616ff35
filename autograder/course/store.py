"""Results on disk, the truth of a course: a file per student, and what was there before.

A killed run continues where it was, and an unchanged submission is not graded twice.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from ..judge.results import SubmissionResult
from .copies import write_atomically
from .environment import Key, changed_parts


class Replaced(NamedTuple):
    """An earlier result, and what has changed since it was made."""

    result: SubmissionResult
    because: list[str]


@dataclass(frozen=True)
class ResultStore:
    """The results of one lab in one course: `DIR/results/<lab>/<student>.json`.

    `history/<student>.jsonl` beside them has a line for each earlier result: when it was replaced,
    what had changed, and the result.
    """

    folder: Path

    def load(self, student: str, key: Key) -> SubmissionResult | None:
        """The stored result, if it is whole and still that of `key`."""
        stored = self._read(student)
        return stored[1] if stored is not None and stored[0] == key else None

    def latest(self, student: str) -> SubmissionResult | None:
        """The stored result, whatever it was made with."""
        stored = self._read(student)
        return None if stored is None else stored[1]

    def save(self, result: SubmissionResult, key: Key) -> Replaced | None:
        """Write atomically: a reader sees the old result or the new one.

        Returns:
            What was there before and was made with something else; it is kept in the history.
        """
        stored = self._read(result.student)
        replaced = None
        if stored is not None and stored[0] != key:
            replaced = Replaced(stored[1], changed_parts(stored[0], key))
            self._keep_history(replaced, stored[0])
        content = json.dumps({"key": key, "result": result.as_json()})
        write_atomically(self._path(result.student), content.encode())
        return replaced

    def history(self, student: str) -> list[dict[str, Any]]:
        """The earlier results, oldest first: `replaced_at`, `because`, `key`, `result`."""
        try:
            lines = self._history_path(student).read_text("utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [json.loads(line) for line in lines]

    def _keep_history(self, replaced: Replaced, key: Key) -> None:
        line = {
            "replaced_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "because": replaced.because,
            "key": key,
            "result": replaced.result.as_json(),
        }
        path = self._history_path(replaced.result.student)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _read(self, student: str) -> tuple[Key, SubmissionResult] | None:
        try:
            stored = json.loads(self._path(student).read_text("utf-8"))
            key, result = dict(stored["key"]), SubmissionResult.from_json(stored["result"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return (key, result) if result.student == student else None  # else a copy of another's

    def _path(self, student: str) -> Path:
        return self.folder / f"{student}.json"

    def _history_path(self, student: str) -> Path:
        return self.folder / "history" / f"{student}.jsonl"
