"""What set-up code says of itself is told from raw values."""

from typing import Any

import pytest

from autograder.engine import Worker
from autograder.gate.evidence.claims import asks_other, claims_in, name_of, says_nothing
from autograder.gate.evidence.witness import Recorder, Testimony

SOURCE = """
class Note: pass
value = double(x)
size = len(value)
is_long = size > 1
note = Note()
note.calls = ["double"]
pair = Pair(1, 2)
"""


@pytest.fixture
def hear(worker: Worker) -> Any:
    """`hear(x)`: what a test hears that sets up something with x, and reads it all."""

    def read(x: list[int]) -> Testimony:
        recorder = Recorder(worker)
        submission = recorder.submission
        inputs = {"double": submission.double, "Pair": submission.Pair, "x": x}
        made = submission.setup(SOURCE, **inputs)
        assert (made.value, made.size, made.is_long) == ([*x, *x], 2 * len(x), True)
        assert made.note.calls == ["double"]
        assert len(made.pair) == 2
        return recorder.heard

    return read


def test_claims_are_plain_and_read_of_set_up_code(hear: Any) -> None:
    names = [name_of(claim) for claim in claims_in(hear([1]))]
    assert names == ["value", "size", "is_long", "note.calls"]


def test_claims_that_say_nothing(hear: Any) -> None:
    def empty(heard: Testimony, elsewhere: Testimony) -> list[str]:
        claims = [claim for claim in claims_in(heard) if says_nothing(claim, heard, elsewhere)]
        return list(map(name_of, claims))

    heard, same, other = hear([1]), hear([1]), hear([2])
    assert (asks_other(heard, same), asks_other(heard, other)) == (False, True)
    assert empty(heard, same) == ["is_long"]
    assert empty(heard, other) == ["size", "is_long", "note.calls"]
    assert empty(heard, hear([1, 2])) == ["is_long", "note.calls"]
