"""Results on disk, the truth of a course: a file per student, and what was there before.

A killed run continues where it was, and an unchanged submission is not graded twice.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from ..atomic_file import write_atomically
from ..judge.results import FAILED, SubmissionResult
from .environment import SUBMISSION, Key, changed_parts
from .lines import append_line, read_lines

BY_ITSELF = "the run itself"  # a reason: nothing that is known changed, and yet the outcome did


class Replaced(NamedTuple):
    """An earlier result, and what has changed since it was made."""

    result: SubmissionResult
    because: list[str]


@dataclass(frozen=True)
class ResultStore:
    """The results of one lab in one course: `DIR/results/<lab>/<student>.json`.

    `history/<student>.jsonl` beside them has a line for each earlier result: when it was replaced,
    what had changed, and the result. `failed/<student>.json` says what the grader itself failed of;
    it leaves the student's last result as it is, and goes with the next one.
    """

    folder: Path

    def load(self, student: str, key: Key) -> SubmissionResult | None:
        """The stored result or failure, if it is whole and still that of `key`."""
        for path in (self._path(student), self._failure_path(student)):
            stored = self._read(path, student)
            if stored is not None and stored[0] == key:
                return stored[1]
        return None

    def latest(self, student: str) -> SubmissionResult | None:
        """The last result, whatever it was made with; no failure is one."""
        stored = self._read(self._path(student), student)
        return None if stored is None else stored[1]

    def stored(self, student: str) -> tuple[Key, SubmissionResult] | None:
        """The last result, and what it was made with."""
        return self._read(self._path(student), student)

    def of_hand_in(self, student: str, submission: str) -> SubmissionResult | None:
        """The last result of this very hand-in, whatever was handed in or asked since.

        Questions that the lab lacked then are in it as they came out before.
        """
        results = []
        for line in self.history(student):
            try:
                if line["key"][SUBMISSION] == submission:
                    results.append(SubmissionResult.from_json(line["result"]))
            except (KeyError, TypeError, ValueError):  # of another version
                continue
        stored = self.stored(student)
        if stored is not None and stored[0].get(SUBMISSION) == submission:
            results.append(stored[1])
        if not results:
            return None
        questions = {question.id: question for one in results for question in one.questions}
        return replace(results[-1], questions=tuple(questions.values()))

    def students(self) -> list[str]:
        """Who has a result."""
        return sorted(path.stem for path in self.folder.glob("*.json"))

    def failures(self) -> set[str]:
        """On whose hand-in the grader itself failed."""
        return {path.stem for path in (self.folder / "failed").glob("*.json")}

    def results(self) -> list[SubmissionResult]:
        """Everybody's last result, by student; damaged ones are left out."""
        return [found for name in self.students() if (found := self.latest(name)) is not None]

    def save(
        self, result: SubmissionResult, key: Key, because: Sequence[str] = ()
    ) -> Replaced | None:
        """Write atomically: a reader sees the old result or the new one.

        Args:
            because: reasons besides the parts of the key that changed.

        Returns:
            What was there before and came to something else, or was made with something else; it
            is kept in the history.
        """
        content = json.dumps({"key": key, "result": result.as_json()}).encode()
        if result.status == FAILED:
            write_atomically(self._failure_path(result.student), content)
            return None
        stored = self._read(self._path(result.student), result.student)
        replaced = None
        if stored is not None and (stored[0] != key or digest(stored[1]) != digest(result)):
            reasons = [*changed_parts(stored[0], key), *because]
            replaced = Replaced(stored[1], reasons or [BY_ITSELF])
            self._keep_history(replaced, stored[0])
        write_atomically(self._path(result.student), content)
        self._failure_path(result.student).unlink(missing_ok=True)
        return replaced

    def history(self, student: str) -> list[dict[str, Any]]:
        """The earlier results, oldest first: `replaced_at`, `because`, `key`, `result`."""
        return read_lines(self._history_path(student))

    def _keep_history(self, replaced: Replaced, key: Key) -> None:
        line = {
            "replaced_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "because": replaced.because,
            "key": key,
            "result": replaced.result.as_json(),
        }
        path = self._history_path(replaced.result.student)
        for last in read_lines(path)[-1:]:
            if (last.get("key"), last.get("result")) == (
                key,
                json.loads(json.dumps(line["result"])),
            ):
                return  # a run was killed when it stood here already
        append_line(path, line)

    def _read(self, path: Path, student: str) -> tuple[Key, SubmissionResult] | None:
        try:
            stored = json.loads(path.read_text("utf-8"))
            key, result = dict(stored["key"]), SubmissionResult.from_json(stored["result"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return (key, result) if result.student == student else None  # else a copy of another's

    def _path(self, student: str) -> Path:
        return self.folder / f"{student}.json"

    def _failure_path(self, student: str) -> Path:
        return self.folder / "failed" / f"{student}.json"

    def _history_path(self, student: str) -> Path:
        return self.folder / "history" / f"{student}.jsonl"


def digest(result: SubmissionResult) -> str:
    """A hash of all of a result but how long it took."""
    content = {**result.as_json(), "seconds": 0.0, "cpu_s": 0.0}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
