"""Sessions in which a test's questions are noted down, or answered by a liar."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from ...engine import Submission, Worker, WorkerLost
from ...judge.session import Session
from .liars import Liar
from .witness import Recorder, Testimony

UNIVERSAL_S = 2.0  # for one test, whose set-up code may wait for an end that never comes


@dataclass
class RecordedSession(Session):
    """A session whose worker's answers are noted down, case by case."""

    heard: dict[str, Testimony] = field(default_factory=dict)

    @contextmanager
    def at_question(self, question: str, test_name: str) -> Iterator[Submission]:
        """The notebook's namespace, with a recorder before it."""
        with super().at_question(question, test_name) as submission:
            recorder = Recorder(_worker_of(submission))
            self.heard[test_name] = recorder.heard
            yield recorder.submission


@dataclass
class LyingSession(Session):
    """A session in which a liar answers each case of a test, if there is one for it."""

    make_liar: Callable[[str], Liar | None] = lambda case: None
    liars: dict[str, Liar] = field(default_factory=dict)

    @contextmanager
    def at_question(self, question: str, test_name: str) -> Iterator[Submission]:
        """What the liar says it is."""
        liar = self.make_liar(test_name)
        assert liar is not None, "no liar wants to be heard"
        self.liars[test_name] = liar
        yield liar.submission


@dataclass
class UniversalSession(Session):
    """A session of a notebook that agrees to everything; no test costs the next one its turn."""

    @contextmanager
    def at_question(self, question: str, test_name: str) -> Iterator[Submission]:
        """The notebook's namespace, for a short time."""
        with (
            super().at_question(question, test_name) as submission,
            _worker_of(submission).time_limit(UNIVERSAL_S),
        ):
            yield submission

    def lose(self, question: str, loss: WorkerLost) -> None:
        """Give up the worker alone."""
        self.close()


def _worker_of(submission: Submission) -> Worker:
    worker = submission._remote_worker
    assert isinstance(worker, Worker)
    return worker
