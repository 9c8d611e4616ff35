"""Runs a lab's tests against liars, in a judge: which tests believe which liar."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ...engine import Submission
from ...judge.content import read_content
from ...judge.ingest import ingest
from ...judge.session import Session
from ...judge.submission import compose
from ...judge.warm import Ready
from .liars import FLATTERIES, Liar
from .witness import Recorder, Testimony

SEEDS = (101, 102, 103)  # the first is that of what liars know


@dataclass(frozen=True)
class Belief:
    """A test that passed on a liar."""

    test: str
    points: float
    liar: str  # what it did, in words


@dataclass
class RecordedSession(Session):
    """A session whose worker's answers are noted down, test by test."""

    heard: dict[str, Testimony] = field(default_factory=dict)

    @contextmanager
    def at_question(self, question: str, test_name: str) -> Iterator[Submission]:
        """The notebook's namespace, with a recorder before it."""
        with super().at_question(question, test_name) as submission:
            recorder = Recorder(submission._remote_worker)
            self.heard[test_name] = recorder.heard
            yield recorder.submission


@dataclass
class LyingSession(Session):
    """A session in which a liar answers each test."""

    make_liar: Callable[[str], Liar] = lambda test: Liar({})
    liars: dict[str, Liar] = field(default_factory=dict)

    @contextmanager
    def at_question(self, question: str, test_name: str) -> Iterator[Submission]:
        """What the liar says it is."""
        self.liars[test_name] = self.make_liar(test_name)
        yield self.liars[test_name].submission


@dataclass(frozen=True)
class Deception:
    """The task of finding the tests that believe a liar."""

    solution: Path

    def run(self, ready: Ready) -> dict[str, Any]:
        """The number of liars, and who believed them, as plain data."""
        assignment = ready.grader.assignment
        content = read_content(self.solution.stem, self.solution)
        cells = compose(assignment.notebook, ingest(assignment.notebook, content).cells).cells
        known_seed, *other_seeds = SEEDS
        recorded = RecordedSession(ready.zygote, cells, known_seed)
        try:
            ready.tests.run(recorded)
        finally:
            recorded.close()
        beliefs: list[Belief] = []
        for flattery in FLATTERIES:
            beliefs += _believers(
                ready,
                LyingSession(
                    ready.zygote,
                    cells,
                    known_seed,
                    make_liar=lambda test, lie=flattery: Liar(recorded.heard.get(test, {}), lie),
                ),
                f"says {flattery.words} to everything",
                lambda liar: liar.lied,
            )
        for seed in other_seeds:
            beliefs += _believers(
                ready,
                LyingSession(
                    ready.zygote,
                    cells,
                    seed,
                    make_liar=lambda test: Liar(recorded.heard.get(test, {})),
                ),
                f"parrot {seed}",
                lambda liar: liar.asked_other,
            )
        return {"beliefs": [asdict(belief) for belief in beliefs]}


def _believers(
    ready: Ready, session: LyingSession, liar: str, counts: Callable[[Liar], bool]
) -> Iterator[Belief]:
    for verdicts in ready.tests.run(session).values():
        for verdict in verdicts:
            told = [l for name, l in session.liars.items() if name.partition("[")[0] == verdict.name]
            if verdict.passed and verdict.points and any(map(counts, told)):
                yield Belief(verdict.name, verdict.points, liar)
