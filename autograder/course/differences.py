"""Who has other points than before, by how much, by which tests, and why."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any, NamedTuple

from ..judge.results import SubmissionResult
from .ledger import Standing, Standings
from .lowering import kept
from .store import ResultStore, digest

BY_HAND, LATE = "points by hand", "late work"  # reasons, beside the parts of a result's key


@dataclass(frozen=True)
class OutcomeChange:
    """What a test says now and said before: "passed", "failed", or "" where it was not there."""

    question: str
    test: str
    points: float
    before: str
    after: str

    def __str__(self) -> str:
        if self.before and self.after:
            return f"{self.question}: {self.test} {self.before} before, {self.after} now"
        how = f"is new, {self.after}" if self.after else f"is gone, was {self.before}"
        return f"{self.question}: {self.test} {how}"


@dataclass(frozen=True)
class Difference:
    """A student whose points are others than before; nothing before for who is new."""

    student: str
    before: Standing | None
    after: Standing
    why: tuple[str, ...]
    tests: tuple[OutcomeChange, ...] = ()
    kept: tuple[str, ...] = ()  # questions whose earlier points stay
    gone: float = 0.0  # points before for questions or tests that were dropped since

    @property
    def points(self) -> float:
        """By how much."""
        return round(self.after.final - (self.before.final if self.before else 0.0), 6)

    @property
    def lowered(self) -> bool:
        """Whether there are fewer points, apart from those for what is not asked any more."""
        if self.before is None:
            return False
        still = 1.0 - self.gone / self.before.raw if self.before.raw else 1.0
        return self.after.final < self.before.final * still - 1e-6

    def as_json(self) -> dict[str, Any]:
        """Plain data, with what derives from it."""
        return {**asdict(self), "points": self.points, "lowered": self.lowered}


class _Earlier(NamedTuple):
    result: SubmissionResult
    tested: SubmissionResult  # the same with the outcomes of tests that its points come from
    reasons: list[str]  # why it and those after it were replaced


def differences(store: ResultStore, before: Standings, now: Standings) -> list[Difference]:
    """Everybody whose points or maximum differ, by student."""
    return [
        _difference(store, student, before.get(student), has)
        for student, has in sorted(now.items())
        if _points(before.get(student)) != _points(has)
    ]


def _points(standing: Standing | None) -> tuple[float, ...] | None:
    if standing is None:
        return None
    return (standing.raw, standing.penalty, standing.final, standing.max_score)


def _difference(
    store: ResultStore, student: str, before: Standing | None, now: Standing
) -> Difference:
    why: list[str] = []
    tests: list[OutcomeChange] = []
    gone = 0.0
    stored = store.stored(student)
    if before is not None and before.result != now.result and stored is not None:
        earlier = _earlier(store, student, before.result)
        if earlier is None:
            why.append("a result that is not in the history")
        else:
            why += earlier.reasons
            tests += outcome_changes(earlier.tested, stored[1])
            gone = gone_points(earlier.result, stored[1])
    if before is not None and before.by_hand != now.by_hand:
        why.append(BY_HAND)
    if before is not None and abs(before.penalty * now.raw - now.penalty * before.raw) > 1e-6:
        why.append(LATE)  # not only as much of other points
    stays = () if stored is None else tuple(question.id for question in kept(stored[1]))
    return Difference(student, before, now, tuple(why), tuple(tests), stays, gone)


def _earlier(store: ResultStore, student: str, wanted: str) -> _Earlier | None:
    """A result of the history, or None; points that it kept are followed to their origin."""
    reasons: list[str] = []
    found: SubmissionResult | None = None
    for line in reversed(store.history(student)):
        try:
            result = SubmissionResult.from_json(line["result"])
            because = line["because"]
        except (KeyError, TypeError, ValueError):
            continue
        if found is None and digest(result) == wanted:
            found = tested = result
        reasons[:0] = because
        if found is not None:
            tested = _with_tests_of(result, tested)
            if not kept(result):
                break
    if found is None:
        return None
    return _Earlier(found, tested, list(dict.fromkeys(reasons)))


def _with_tests_of(before: SubmissionResult, result: SubmissionResult) -> SubmissionResult:
    """A result with an earlier one's questions in place of those whose points it kept."""
    questions = {question.id: question for question in before.questions}
    kept_ones = {question.id for question in kept(result)} & questions.keys()
    return replace(
        result,
        questions=tuple(
            questions[one.id] if one.id in kept_ones else one for one in result.questions
        ),
    )


def gone_points(before: SubmissionResult, after: SubmissionResult) -> float:
    """What a student had for questions that are gone, and for the part of others that is."""
    most = {question.id: question.max_score for question in after.questions}
    return sum(
        (question.score or 0.0) * (1.0 - min(1.0, most.get(question.id, 0.0) / question.max_score))
        for question in before.questions
        if question.max_score
    )


def outcome_changes(before: SubmissionResult, after: SubmissionResult) -> Iterator[OutcomeChange]:
    """Every test with another outcome, of other points, gone or new."""
    old, new = _outcomes(before), _outcomes(after)
    for key in {**old, **new}:
        was, is_now = old.get(key, ("", 0.0)), new.get(key, ("", 0.0))
        if was != is_now:
            yield OutcomeChange(*key, is_now[1] or was[1], was[0], is_now[0])


def _outcomes(result: SubmissionResult) -> dict[tuple[str, str], tuple[str, float]]:
    return {
        (question.id, test.name): (test.outcome, test.points)
        for question in result.questions
        for test in question.tests
    }
