"""What stands where a test expects a worker: it names every question by the place it asks about.

A place is how the test came there, without its inputs: `notebook.mean()`, `setup().model.weight`.
So an answer that was heard under one seed can be told again under another.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from ...engine import MissingName, Remote, StudentError, Submission, Worker
from ...engine.memory import Memory
from ...engine.processor import ProcessorTime
from ...engine.untrusted.frame import Frame
from ...engine.untrusted.protocol import decode, encode
from ...engine.worker import ROOT

NOTEBOOK, SETUP = "notebook", "setup()"
LIMIT_BYTES = 2**30  # of a question or an answer, which a worker has bounded already
MOST_QUESTIONS = 10_000  # of one test: who asks on and on waits for an answer that never comes

_OBJECT = object()


@dataclass(frozen=True)
class Answer:
    """What was said in answer to one question, or raised."""

    question: bytes  # a digest: it tells whether the same was asked, with the same inputs
    said: Frame | None
    raised: StudentError | MissingName | None = None

    @property
    def is_plain(self) -> bool:
        """Whether it is made of numbers, texts and the like alone."""
        if self.said is None:
            return False
        leaves: list[Any] = []
        changed(self._value, leaves.append)
        # a tensor without dimensions is a number, too
        return all(leaf is not _OBJECT and not getattr(leaf, "ndim", 0) for leaf in leaves)

    @property
    def is_object(self) -> bool:
        """Whether it is nothing but an object that stayed with the worker."""
        return self.said is not None and self._value is _OBJECT

    @property
    def _value(self) -> Any:
        assert self.said is not None
        return decode(self.said, lambda number, type_name: _OBJECT)


Testimony = dict[str, list[Answer]]  # place -> all answers given there, in order


class Witness:
    """The far end of one test's questions."""

    def __init__(self) -> None:
        self.submission = Submission(self, ROOT, NOTEBOOK)
        self._places = {ROOT: NOTEBOOK}
        self._num_questions = 0

    def release(self, number: int) -> None:
        """Forget nothing: a test is short."""

    def peak_memory(self) -> AbstractContextManager[Memory]:
        """Take none: the most flattering figure, if the kernel's could be forged."""
        return nullcontext(Memory(held_bytes=0))

    def processor_time(self) -> AbstractContextManager[ProcessorTime]:
        """Take none, for the same reason."""
        return nullcontext(ProcessorTime())

    def ask(self, operation: str, *arguments: Any) -> Any:
        """Answer as `answer` says."""
        self._num_questions += 1
        if self._num_questions > MOST_QUESTIONS:
            raise AssertionError("the test asks without end")
        place = self._place(operation, *arguments)
        return self.answer(place, _digest(place, arguments, self._known), operation, arguments)

    def answer(
        self, place: str, question: bytes, operation: str, arguments: tuple[Any, ...]
    ) -> Any:
        """What the witness says."""
        raise NotImplementedError

    def handle(self, place: str, type_name: str) -> Remote:
        """A stand-in for an object that is had at a place."""
        number = len(self._places)
        self._places[number] = place
        return Remote(self, number, type_name)

    def frame(self, value: Any) -> Frame:
        """An answer in the form in which it is kept."""
        return encode(value, lambda remote: (0, remote.type_name), LIMIT_BYTES)

    def _place(self, operation: str, *arguments: Any) -> str:
        if operation == "setup":
            return SETUP
        if operation == "again":
            return f"{NOTEBOOK} again"
        target = self._known(arguments[0])
        match operation:
            case "get":
                return f"{target}.{arguments[1]}"
            case "call":
                return f"{target}()"
            case "item":
                return f"{target}[]"
        return f"{operation}({target})"

    def _known(self, remote: Any) -> str:
        return self._places[remote._remote_number]


def _digest(place: str, arguments: Any, known: Callable[[Any], str]) -> bytes:
    def wrap(value: Any) -> tuple[int, str]:
        if not isinstance(value, Remote):
            raise TypeError(f"a {type(value).__name__} can't be sent to the worker")
        return 0, known(value)

    frame = encode((place, *arguments), wrap, LIMIT_BYTES)
    return hashlib.sha256(b"/".join((frame.header, frame.blobs))).digest()


@dataclass
class Recorder(Witness):
    """Passes questions on to a worker and notes down what it answers."""

    worker: Worker
    heard: Testimony = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        super().__init__()
        self._theirs: dict[int, Remote] = {ROOT: self.worker.submission}

    def peak_memory(self) -> AbstractContextManager[Memory]:
        """What the worker takes."""
        return self.worker.peak_memory()

    def processor_time(self) -> AbstractContextManager[ProcessorTime]:
        """What the worker takes."""
        return self.worker.processor_time()

    def answer(
        self, place: str, question: bytes, operation: str, arguments: tuple[Any, ...]
    ) -> Any:
        """What the worker says."""
        try:
            said = self.worker.ask(operation, *changed(arguments, self._as_theirs))
        except (StudentError, MissingName) as error:
            self.heard[place].append(Answer(question, None, error))
            raise
        self.heard[place].append(Answer(question, self.frame(said)))
        return changed(said, lambda leaf: self._as_ours(leaf, place))

    def _as_theirs(self, leaf: Any) -> Any:
        return self._theirs[leaf._remote_number] if isinstance(leaf, Remote) else leaf

    def _as_ours(self, leaf: Any, place: str) -> Any:
        if not isinstance(leaf, Remote):
            return leaf
        ours = self.handle(place, leaf.type_name)
        self._theirs[ours._remote_number] = leaf
        return ours


def changed(value: Any, change: Callable[[Any], Any]) -> Any:
    """A value of the same form, with all that isn't a list, a tuple or a dict changed."""
    if type(value) is list:
        return [changed(item, change) for item in value]
    if type(value) is tuple:
        return tuple(changed(item, change) for item in value)
    if type(value) is dict:
        return {key: changed(item, change) for key, item in value.items()}
    return change(value)
