"""Liars: each answers a test's questions in a way that takes no right answer of a student's.

They know how the solution answered, and tell it with a change. A test that passes on one of them
can be passed by a student who does the same.
"""

import math
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...engine import Remote
from ...engine.untrusted import adapters
from ...engine.untrusted.protocol import decode
from .witness import Testimony, Witness, changed

LONG = 100  # items
Change = Callable[[Any], Any]


class Liar(Witness):
    """Tells again what was heard, each answer changed; whatever else is asked, it agrees.

    Args:
        heard: the truth of another run, or of this one.
        change: what it makes of an answer.
        only_at: the one place where it does so.
    """

    def __init__(
        self, heard: Testimony, change: Change = lambda value: value, only_at: str | None = None
    ) -> None:
        super().__init__()
        self.asked_other = False  # anything but what the answers were given to
        self.lied = False
        self._heard, self._change, self._only_at = heard, change, only_at
        self._told: dict[str, int] = defaultdict(int)

    def answer(
        self, place: str, question: bytes, operation: str, arguments: tuple[Any, ...]
    ) -> Any:
        """What was heard at this place so many questions ago, changed."""
        heard = self._heard.get(place)
        if not heard:
            self.asked_other = self.lied = True
            return 1 if operation == "len" else self.handle(place, "object")
        answer = heard[min(self._told[place], len(heard) - 1)]
        self._told[place] += 1
        self.asked_other |= answer.question != question
        if answer.said is None:
            assert answer.raised is not None
            raise answer.raised.with_traceback(None)
        truth = decode(answer.said, lambda number, type_name: self.handle(place, type_name))
        told = self._change(truth) if self._only_at in (None, place) else truth
        said = self.frame(told)
        self.lied |= (said.header, said.blobs) != (answer.said.header, answer.said.blobs)
        return told


class Namer(Liar):
    """Tells the truth, but gives every object another type."""

    def handle(self, place: str, type_name: str) -> Remote:
        """A stand-in under a name that no type has."""
        return super().handle(place, "a type of another name")


@dataclass(frozen=True)
class Flattery:
    """One constant for everything of a kind; the form of an answer stays unless it says how."""

    words: str  # how it is told of: "every number 0 …"
    number: float = 0
    truth: bool = False
    text: str = ""
    form: Callable[[Any], Any] = lambda value: value

    def __call__(self, value: Any) -> Any:
        """The flattering answer in place of a value."""
        return self.form(changed(value, self._leaf))

    def _leaf(self, leaf: Any) -> Any:
        match leaf:
            case bool():
                return self.truth
            case str():
                return self.text
            case int():
                return math.ceil(self.number) if math.isfinite(self.number) else 0
            case float():
                return float(self.number)
        filled = adapters.filled(leaf, self.number)
        return leaf if filled is None else filled


class Noise:
    """Random numbers, other ones in each answer; digits where they are whole."""

    words = "random numbers"

    def __init__(self) -> None:
        self._random = random.Random(0)

    def __call__(self, value: Any) -> Any:
        """The random answer in place of a value."""
        return changed(value, self._leaf)

    def _leaf(self, leaf: Any) -> Any:
        match leaf:
            case bool():
                return self._random.random() < 0.5
            case int():
                return self._random.randrange(10)
            case float():
                return self._random.random()
        drawn = adapters.drawn(leaf, self._random.getrandbits(32))
        return leaf if drawn is None else drawn


def _emptied(value: Any) -> Any:
    return type(value)() if type(value) in (list, tuple, dict) else value


def _hollow(value: Any) -> Any:
    """With nothing in the innermost lists and tuples."""
    if type(value) is dict:
        return {key: _hollow(item) for key, item in value.items()}
    if type(value) not in (list, tuple):
        return value
    inner = [item for item in value if type(item) in (list, tuple, dict)]
    return type(value)(map(_hollow, inner))


def _lengthened(value: Any) -> Any:
    return value * (1 + LONG // len(value)) if type(value) in (list, tuple) and value else value


def _nothing(value: Any) -> Any:
    return changed(value, lambda leaf: leaf if isinstance(leaf, Remote) else None)


FLATTERIES = (
    Flattery("0, False and empty texts", 0, False, ""),
    Flattery("1 and True", 1, True, "1"),
    Flattery("0 and True", 0, True, ""),
    Flattery("1 and False", 1, False, "1"),
    Flattery("0.01 and False", 0.01, False, "0"),
    Flattery("0.01 and True", 0.01, True, "0"),
    Flattery("NaN", math.nan, True, "nan"),
    Flattery("1000 and False", 1000, False, "1000"),
    Flattery("empty lists, tuples and dicts, else 0 and False", 0, False, "", _emptied),
    Flattery("empty lists, tuples and dicts, else 1 and True", 1, True, "1", _emptied),
    Flattery("empty lists inside, else 0 and False", 0, False, "", _hollow),
    Flattery("empty lists inside, else 1 and True", 1, True, "1", _hollow),
    Flattery("long lists of 1", 1, True, "1", _lengthened),
    Flattery("long lists of 0", 0, False, "", _lengthened),
    Flattery("None", form=_nothing),
)
