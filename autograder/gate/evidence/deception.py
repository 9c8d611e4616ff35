"""Shows a lab's tests one liar after the other, in a judge: who believes whom."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from ...engine import Cause
from ...judge.content import ExtraFile, read_content
from ...judge.ingest import ingest
from ...judge.results import Verdict
from ...judge.session import Session
from ...judge.submission import compose
from ...judge.warm import Ready
from .claims import asks_other, claims_in, name_of, says_nothing
from .liars import FLATTERIES, Flattery, Liar, Namer, Noise
from .sessions import LyingSession, RecordedSession, UniversalSession
from .universal import MANNERS, universal_cells
from .witness import Testimony

KNOWN, OTHER, THIRD = 101, 102, 103  # seeds; what liars know was said under the first
NUM_LIARS = len(FLATTERIES) + len(MANNERS) + 4  # noise, parrot, and who forges claims and types
Found = dict[str, list[list[str]]]  # test -> liars that it passed on: kind, and how


class Lie(StrEnum):
    """What a liar does."""

    CONSTANT = "constant"  # it says one constant for every value
    NOISE = "noise"  # it says random numbers
    NOTHING = "nothing"  # it has objects, and nobody looks into them
    PARROT = "parrot"  # it tells what was right for other inputs
    CLAIM = "claim"  # it is set-up code, and its word is taken
    UNIVERSAL = "universal"  # it agrees to everything
    UNHEARD = "unheard"  # none could be made: the solution itself fails
    BROKEN = "broken"  # the test didn't judge it, as it is broken itself


@dataclass(frozen=True)
class Deception:
    """The task of showing all liars to the tests of some questions."""

    solution: Path
    questions: tuple[str, ...]

    def run(self, ready: Ready) -> Found:
        """Which tests believed which liars, as plain data."""
        notebook, names = ready.grader.assignment.notebook, ready.grader.assignment.files
        content = read_content(self.solution.stem, self.solution, names)
        cells = compose(notebook, ingest(notebook, content).cells).cells
        found: Found = defaultdict(list)
        for test, lie, words in _Stage(ready, cells, content.files, self.questions).believers():
            if [lie, words] not in found[test]:
                found[test].append([lie, words])
        return found


Believer = tuple[str, Lie, str]  # a test that passed, on what lie, and how it was told


class _Stage:
    """Where liars meet tests."""

    def __init__(
        self,
        ready: Ready,
        cells: list[Any],
        files: tuple[ExtraFile, ...],
        questions: tuple[str, ...],
    ) -> None:
        self.ready, self.cells, self.files, self.questions = ready, cells, files, questions
        self._failed: set[str] = set()  # by the solution
        self._broken: dict[str, str] = {}  # tests that no answer is to blame for, and their words
        self._known, self._other = self._heard(KNOWN), self._heard(OTHER)
        self._claims = {case: claims_in(heard) for case, heard in self._known.items()}

    def believers(self) -> Iterator[Believer]:
        """All tests that passed on a liar."""
        by_constants = {flattery.words: self._of_flatterer(flattery) for flattery in FLATTERIES}
        for words, tests in by_constants.items():
            for test in tests:
                yield test, Lie.CONSTANT, words
        noise = self._of_noise(OTHER) & self._of_noise(THIRD)  # one may fit by chance
        for test in noise.difference(*by_constants.values()):
            yield test, Lie.NOISE, ""
        for case, heard in self._known.items():
            if all(answer.is_object for answers in heard.values() for answer in answers):
                yield case, Lie.NOTHING, ""
        for test in self._of_parrot(OTHER) & self._of_parrot(THIRD):  # one may fit by chance
            yield test, Lie.PARROT, ""
        for test, name in self._of_claims():
            yield test, Lie.CLAIM, name
        for manner in MANNERS:
            for test in self._of_universal_object(manner):
                yield test, Lie.UNIVERSAL, ""
        for test in self._failed:
            yield test, Lie.UNHEARD, ""
        for test, words in self._broken.items():
            yield test, Lie.BROKEN, words

    def _of_flatterer(self, flattery: Flattery, claims: dict[str, str] | None = None) -> set[str]:
        """Of who flatters with all answers, or with a claim alone."""

        def liar(case: str, known: Testimony) -> Liar | None:
            if claims is None:
                return Liar(known, flattery)
            return Liar(known, flattery, claims[case]) if case in claims else None

        return self._believers(KNOWN, liar, lambda liar: liar.lied)

    def _of_noise(self, seed: int) -> set[str]:
        """Of who says random numbers, beside words that were right for other inputs."""
        return self._believers(
            seed, lambda case, known: Liar(known, Noise()), lambda liar: liar.lied
        )

    def _of_namer(self) -> set[str]:
        """Of who tells the truth, but for the names of types; a test should not mind."""
        return self._believers(KNOWN, lambda case, known: Namer(known))

    def _of_parrot(self, seed: int) -> set[str]:
        return self._believers(seed, lambda case, known: Liar(known), lambda liar: liar.asked_other)

    def _of_claims(self) -> Iterator[tuple[str, str]]:
        """Tests that judge a claim, with the name of each that is no evidence."""
        most = max(map(len, self._claims.values()), default=0)
        for number in range(most):  # of a test's claims, each is tried alone
            claims = {case: of[number] for case, of in self._claims.items() if number < len(of)}
            believers = self._of_forger(claims)
            for flattery in FLATTERIES:
                believers |= self._of_flatterer(flattery, claims)
            indifferent = self._of_vandal(claims, None) & self._of_vandal(claims, "nonsense")
            for case, claim in claims.items():
                elsewhere = self._other.get(case, {})
                is_empty = says_nothing(claim, self._known[case], elsewhere)
                if (is_empty or case in believers) and case not in indifferent:
                    yield case, f"`{name_of(claim)}`"
        for test in self._known.keys() - self._of_namer():
            yield test, "the names of types"

    def _of_forger(self, claims: dict[str, str]) -> set[str]:
        """Of who tells a claim of another run, and the truth besides."""

        def liar(case: str, known: Testimony) -> Liar | None:
            other = self._other.get(case, {})
            if case not in claims or not asks_other(known, other):
                return None
            return Liar(other | {claims[case]: known[claims[case]]})

        return self._believers(OTHER, liar)

    def _of_vandal(self, claims: dict[str, str], nonsense: str | None) -> set[str]:
        """Of who makes nonsense of a claim: a test that passes on all nonsense doesn't judge it."""

        def liar(case: str, known: Testimony) -> Liar | None:
            return Liar(known, lambda value: nonsense, claims[case]) if case in claims else None

        return self._believers(KNOWN, liar)

    def _of_universal_object(self, manner: dict[str, str]) -> set[str]:
        imports = self.ready.grader.assignment.imports
        cells = universal_cells(self.cells, imports, manner)
        return self._passed(UniversalSession(self.ready.zygote, cells, KNOWN))

    def _heard(self, seed: int) -> dict[str, Testimony]:
        """What the solution's worker answers to each case of a test that it passes."""
        session = RecordedSession(self.ready.zygote, self.cells, seed, files=self.files)
        verdicts = self._judge(session)
        passed = {verdict.name for verdict in verdicts if verdict.passed}
        self._failed |= {verdict.name for verdict in verdicts if not verdict.passed}
        return {case: heard for case, heard in session.heard.items() if case in passed}

    def _believers(
        self,
        seed: int,
        make_liar: Callable[[str, Testimony], Liar | None],
        lies: Callable[[Liar], bool] = lambda liar: True,
    ) -> set[str]:
        """The tests that passed though they were lied to, of those that the solution passes."""

        def liar(case: str) -> Liar | None:
            return make_liar(case, self._known[case]) if case in self._known else None

        session = LyingSession(self.ready.zygote, self.cells, seed, make_liar=liar)
        passed = self._passed(session)
        return passed & {case for case, liar in session.liars.items() if lies(liar)}

    def _passed(self, session: Session) -> set[str]:
        return {verdict.name for verdict in self._judge(session) if verdict.passed}

    def _judge(self, session: Session) -> list[Verdict]:
        try:
            verdicts = self.ready.tests.run(session, self.questions)
        finally:
            session.close()
        found = [verdict for of_question in verdicts.values() for verdict in of_question]
        broken = (verdict for verdict in found if verdict.cause is Cause.TEST_BROKEN)
        self._broken |= {verdict.name: verdict.detail for verdict in broken}
        return found
