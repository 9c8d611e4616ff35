"""Shows a lab's tests one liar after the other, in a judge: who believes whom."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from ...judge.content import read_content
from ...judge.ingest import ingest
from ...judge.session import Session
from ...judge.submission import compose
from ...judge.warm import Ready
from .claims import NONSENSE, asks_other, claims_in, defaced, empty_claims, name_of
from .liars import FLATTERIES, Flattery, Liar
from .sessions import LyingSession, RecordedSession, UniversalSession
from .universal import MANNERS, universal_cells
from .witness import Testimony

KNOWN, OTHER, THIRD = 101, 102, 103  # seeds; what liars know was said under the first
NUM_LIARS = len(FLATTERIES) + len((OTHER, THIRD)) + len(MANNERS) + 1  # one forges claims
Found = dict[str, list[list[str]]]  # test -> liars that it passed on: kind, and how they lie


class Lie(StrEnum):
    """What a liar does."""

    CONSTANT = "constant"  # it says one constant for every value
    PARROT = "parrot"  # it tells what was right for other inputs
    CLAIM = "claim"  # it is set-up code, and its word is taken
    UNIVERSAL = "universal"  # it agrees to everything


@dataclass(frozen=True)
class Deception:
    """The task of showing all liars to the tests of some questions."""

    solution: Path
    questions: tuple[str, ...]

    def run(self, ready: Ready) -> Found:
        """Which tests believed which liars, as plain data."""
        notebook = ready.grader.assignment.notebook
        content = read_content(self.solution.stem, self.solution)
        cells = compose(notebook, ingest(notebook, content).cells).cells
        found: Found = defaultdict(list)
        for test, lie, words in _Stage(ready, cells, self.questions).believers():
            if [lie, words] not in found[test]:
                found[test].append([lie, words])
        return found


Believer = tuple[str, Lie, str]  # a test that passed, on what lie, and how it was told


class _Stage:
    """Where liars meet tests."""

    def __init__(self, ready: Ready, cells: list[Any], questions: tuple[str, ...]) -> None:
        self.ready, self.cells, self.questions = ready, cells, questions
        self._known, self._other = self._heard(KNOWN), self._heard(OTHER)

    def believers(self) -> Iterator[Believer]:
        """All tests that passed on a liar."""
        for flattery in FLATTERIES:
            for test in self._of_flatterer(flattery):
                yield test, Lie.CONSTANT, flattery.words
        for test in self._of_parrot(OTHER) & self._of_parrot(THIRD):  # one may fit by chance
            yield test, Lie.PARROT, ""
        for test, name in self._of_claims():
            yield test, Lie.CLAIM, name
        for manner in MANNERS:
            for test in self._of_universal_object(manner):
                yield test, Lie.UNIVERSAL, ""

    def _of_flatterer(self, flattery: Flattery) -> set[str]:
        liars, passed = self._deceive(KNOWN, lambda case: Liar(self._known[case], flattery))
        return passed & {_test_of(case) for case, liar in liars.items() if liar.lied}

    def _of_parrot(self, seed: int) -> set[str]:
        liars, passed = self._deceive(seed, lambda case: Liar(self._known[case]))
        return passed & {_test_of(case) for case, liar in liars.items() if liar.asked_other}

    def _of_claims(self) -> Iterator[tuple[str, str]]:
        """Tests that judge claims, with the names of those that are no evidence."""
        known, other = self._known, self._other
        indifferent = self._indifferent_to_claims(NONSENSE[0])
        indifferent &= self._indifferent_to_claims(NONSENSE[1])
        _, passed = self._deceive(OTHER, lambda case: Liar(other[case] | claims_in(known[case])))
        for case, heard in known.items():
            if _test_of(case) in indifferent:
                continue
            names = empty_claims(heard, other[case])
            if not names and _test_of(case) in passed and asks_other(heard, other[case]):
                names = [name_of(place) for place in claims_in(heard)]
            for name in names:
                yield _test_of(case), name

    def _indifferent_to_claims(self, nonsense: str | None) -> set[str]:
        liars = self._deceive(OTHER, lambda case: Liar(defaced(self._other[case], nonsense)))
        return liars[1]

    def _of_universal_object(self, manner: dict[str, str]) -> set[str]:
        imports = self.ready.grader.assignment.imports
        cells = universal_cells(self.cells, imports, manner)
        return self._passed(UniversalSession(self.ready.zygote, cells, KNOWN))

    def _heard(self, seed: int) -> dict[str, Testimony]:
        """What the solution's worker answers to each case of a test that it passes."""
        session = RecordedSession(self.ready.zygote, self.cells, seed)
        passed = self._passed(session)
        return defaultdict(
            dict, {case: heard for case, heard in session.heard.items() if _test_of(case) in passed}
        )

    def _deceive(
        self, seed: int, make_liar: Callable[[str], Liar]
    ) -> tuple[dict[str, Liar], set[str]]:
        """The liar that each case met, and the tests that passed."""
        session = LyingSession(self.ready.zygote, self.cells, seed, make_liar=make_liar)
        passed = self._passed(session)
        return session.liars, passed

    def _passed(self, session: Session) -> set[str]:
        """The tests that passed."""
        try:
            verdicts = self.ready.tests.run(session, self.questions)
        finally:
            session.close()
        tests = [test for of_question in verdicts.values() for test in of_question]
        return {test.name for test in tests if test.passed}


def _test_of(case: str) -> str:
    return case.partition("[")[0]
