"""What was published when: `results/<lab>/published.jsonl`, a line per run that changed points.

A line has those only who changed, so the points at any time are all lines until then. It is made
from results and gradebook after they are written; a run that was killed is caught up by the next.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..judge.results import SubmissionResult
from .lines import append_line, read_lines
from .scores import FinalScore
from .store import digest

FILE = "published.jsonl"


@dataclass(frozen=True)
class Standing:
    """What a student has at a time; `result` is the digest of the result behind it."""

    raw: float
    by_hand: float
    penalty: float
    final: float
    max_score: float
    finished: bool
    result: str = ""


Standings = dict[str, Standing]


@dataclass(frozen=True)
class Ledger:
    """The file in a lab's folder of results."""

    folder: Path

    def record(self, now: Standings, at: datetime | None = None) -> None:
        """Add a line for whoever changed, if anybody did. The caller holds the course's lock."""
        before = self.standings()
        changed = {who: asdict(has) for who, has in now.items() if before.get(who) != has}
        if changed:
            moment = (at or datetime.now(UTC)).isoformat()
            append_line(self._path, {"at": moment, "students": changed})

    def times(self) -> list[datetime]:
        """When something was published, oldest first."""
        return [at for at, _ in self._entries()]

    def standings(self, until: datetime | None = None, leave_out_last: bool = False) -> Standings:
        """What everybody had at a time, else has by the last line."""
        entries = self._entries()
        entries = entries[:-1] if leave_out_last else entries
        found: Standings = {}
        for at, students in entries:
            if until is None or at <= until:
                found |= students
        return found

    @property
    def _path(self) -> Path:
        return self.folder / FILE

    def _entries(self) -> list[tuple[datetime, Standings]]:
        entries = (_entry(line) for line in read_lines(self._path))
        return [entry for entry in entries if entry is not None]


def standings_of(scores: Iterable[FinalScore], results: Iterable[SubmissionResult]) -> Standings:
    """What everybody has now."""
    digests = {result.student: digest(result) for result in results}
    return {
        one.student: Standing(
            one.raw_score,
            one.by_hand,
            one.penalty,
            one.score,
            one.max_score,
            one.is_final,
            digests.get(one.student, ""),
        )
        for one in scores
    }


def _entry(line: dict[str, Any]) -> tuple[datetime, Standings] | None:
    """None if another version wrote it."""
    try:
        students = {who: Standing(**has) for who, has in line["students"].items()}
        return datetime.fromisoformat(line["at"]).astimezone(UTC), students
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
