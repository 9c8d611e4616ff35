"""Python's own values come back as they were, and nothing that could be chosen to harm does."""

import re
import sys
import time
from collections import Counter, deque, namedtuple
from datetime import UTC, date, datetime, timedelta, timezone
from datetime import time as clock
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath
from typing import Any

import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.engine.untrusted import plain
from autograder.engine.untrusted.forms import MAX_KEYS, Kind, Sample, Unsendable
from autograder.engine.untrusted.frame import Frame, MalformedFrame
from autograder.engine.untrusted.protocol import decode, encode

from .crossing import LIMIT_BYTES, through, unwrap, wrap


def unfolded(moment: Any) -> Any:
    """A fold means nothing with a fixed distance to UTC, and doesn't cross."""
    return moment.replace(fold=0)


zones = st.none() | st.integers(-1439, 1439).map(lambda n: timezone(timedelta(minutes=n)))
bounds = st.integers(-(2**61), 2**61)
atoms = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(),
    st.complex_numbers(), st.dates(), st.times(timezones=zones).map(unfolded), st.timedeltas(),
    st.fractions(),
    st.datetimes(timezones=zones).map(unfolded),
    st.decimals(places=3, allow_nan=False, allow_infinity=False),
    st.text("abc./ü", max_size=9).map(PurePosixPath),
)  # fmt: skip
keys = atoms | st.lists(atoms, max_size=4).map(tuple)
containers = st.recursive(
    atoms
    | st.builds(range, bounds, bounds, bounds.filter(bool))
    | st.builds(slice, bounds | st.none(), bounds | st.none())
    | st.sampled_from([..., NotImplemented])
    | st.binary().map(bytearray)
    | st.sets(keys)
    | st.frozensets(keys),
    lambda inner: st.one_of(
        st.lists(inner), st.lists(inner).map(tuple), st.lists(inner).map(deque),
        st.builds(deque, st.lists(inner, max_size=3), st.just(3)),
        st.dictionaries(keys, inner), st.dictionaries(keys, inner).map(Counter),
    ),
    max_leaves=12,
)  # fmt: skip


def looks(value: Any) -> str:
    """Types and values, sets in an order that is the same for equal ones."""
    if isinstance(value, set | frozenset):
        return f"{type(value).__name__}({sorted(map(looks, value))})"
    if isinstance(value, dict):
        return f"{type(value).__name__}({[(looks(k), looks(v)) for k, v in value.items()]})"
    if isinstance(value, list | tuple | deque):
        longest = getattr(value, "maxlen", None)
        return f"{type(value).__name__}({list(map(looks, value))}, {longest})"
    return repr(value)


@settings(deadline=None)  # the machine may be busy
@given(containers)
def test_values_come_back_as_they_were(value: Any) -> None:
    assert looks(through(value)) == looks(value)


@settings(deadline=None)  # the machine may be busy
@given(containers)
def test_what_came_can_be_sent_again_in_the_same_bytes(value: Any) -> None:
    first = encode(value, wrap, LIMIT_BYTES)
    assert encode(decode(first, unwrap), wrap, LIMIT_BYTES).header == first.header


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        KeyError("a"),
        StopIteration(3),
        OSError(2, "no"),
        AssertionError(),
        ValueError("a", 1, None),
    ],
    ids=repr,
)
def test_exceptions_are_values_with_a_type_and_a_text(error: Exception) -> None:
    back = through([error])[0]
    assert (type(back), back.args) == (type(error), error.args)


def test_a_long_text_of_an_exception_is_cut() -> None:
    assert len(str(through(ValueError("x" * 10**6)))) == plain.MAX_TEXT


class Mine(ValueError): ...


Pair = namedtuple("Pair", "x y")


def test_named_tuples_are_tuples() -> None:
    assert (through(Pair(1, {2})), type(through(Pair(1, 2)))) == ((1, {2}), tuple)


class Words(set[str]): ...


STAYS: dict[str, Any] = {
    "an exception of one's own": Mine("x"),
    "an exception with an object": ValueError(print),
    "a decoding error": UnicodeDecodeError("utf-8", b"x", 0, 1, "no"),
    "a subclass of a set": Words("a"),
    "a set of functions": {print},
    "a set of deep tuples": {((1,),)},
    "a set of long tuples": {tuple(range(9))},
    "a set of too many tuples": {(n,) for n in range(MAX_KEYS + 1)},
    "a dict with too many dates": {(n,): 1 for n in range(MAX_KEYS + 1)},
    "a number that signals": Decimal("sNaN"),
    "a number with too many digits": Decimal("1" * 2000),
    "a number that is too large": Decimal("1E+9999"),
    "a range without a length": range(2**80),
    "a slice of an object": slice(print),
    "a deque of functions": deque([print]),
    "a counter with a function": Counter[Any](dict[Any, Any](a=print)),
    "a type": int,
    "a view": {}.keys(),
    "an iterator": iter([1]),
    "a generator": (n for n in [1]),
    "a path of the longest name": Path("x" * 9999),
}


@pytest.mark.parametrize("name", STAYS)
def test_what_could_harm_or_has_no_plain_form_stays_behind(name: str) -> None:
    assert through(STAYS[name]) == ("handle", 7, type(STAYS[name]).__name__)


def test_a_fraction_of_too_many_digits_is_refused() -> None:
    with pytest.raises(Unsendable, match="too large an integer"):
        through(Fraction(1, 3**9999))


def test_paths_lead_nowhere_for_the_grader_and_to_files_in_a_worker() -> None:
    frame = encode(Path("a/b"), wrap, LIMIT_BYTES)
    assert type(decode(frame, unwrap)) is PurePosixPath
    assert decode(frame, unwrap, Path) == Path("a/b")
    assert type(decode(frame, unwrap, Path)) is type(Path())


def test_sets_have_one_order_on_the_wire() -> None:
    words = [f"w{n}" for n in range(50)]
    frames = [encode(set(order), wrap, LIMIT_BYTES).header for order in (words, words[::-1])]
    assert frames[0] == frames[1]


MALFORMED: dict[str, list[Any]] = {
    "half a complex": [Kind.COMPLEX, 1.0],
    "a complex of texts": [Kind.COMPLEX, "1", "1"],
    "a range without steps": [Kind.RANGE, 0, 9, 0],
    "a range of truth": [Kind.RANGE, 0, True, 1],
    "a range without a length": [Kind.RANGE, 0, 2**63, 1],
    "a slice with five ends": [Kind.SLICE, 1, 2, 3, 4],
    "no single value": [Kind.SINGLE, 2],
    "a single of truth": [Kind.SINGLE, True],
    "bytes of text": [Kind.BYTE_ARRAY, "a"],
    "a deque of negative length": [Kind.DEQUE, -1],
    "a 13th month": [Kind.DATE, 2000, 13, 1],
    "a date of text": [Kind.DATE, "2000", 1, 1],
    "a year of no date": [Kind.DATE, 2**40, 1, 1],
    "a 25th hour": [Kind.TIME, None, 25, 0, 0, 0],
    "half a time": [Kind.TIME, None, 1],
    "a zone of two days": [Kind.DATE_TIME, 2 * 86400 * 10**6, 2000, 1, 1, 0, 0, 0, 0],
    "a zone of text": [Kind.DATE_TIME, "UTC", 2000, 1, 1, 0, 0, 0, 0],
    "an endless duration": [Kind.TIME_DELTA, 2**60, 0, 0],
    "a number of words": [Kind.DECIMAL, "one"],
    "a number that signals": [Kind.DECIMAL, "sNaN"],
    "a number that fills memory": [Kind.DECIMAL, "1E+999999999"],
    "a number of many digits": [Kind.DECIMAL, "1" * 5000],
    "a fraction of nothing": [Kind.FRACTION, b"\x01", b"\x00"],
    "a negative fraction": [Kind.FRACTION, b"\x01", b"\xff"],
    "a path of bytes": [Kind.PATH, b"a"],
    "an endless path": [Kind.PATH, "a" * 10**6],
    "an exception that is none": [Kind.EXCEPTION, "print", "x"],
    "an exit": [Kind.EXCEPTION, "SystemExit", 0],
    "an exception of lists": [Kind.EXCEPTION, "ValueError", [Kind.LIST]],
    "an exception of the wrong parts": [Kind.EXCEPTION, "SyntaxError", "a", 5],
    "a set of lists": [Kind.SET, [Kind.LIST]],
    "a set of sets": [Kind.SET, [Kind.FROZEN_SET]],
    "a set of ranges": [Kind.SET, [Kind.RANGE, 0, 1, 1]],
    "half a counter": [Kind.COUNTER, 1],
    "a counter of a list": [Kind.COUNTER, [Kind.LIST, 1]],
    "a counter with a handle": [Kind.COUNTER, [Kind.DICT, [Kind.LIST], 1]],
    "tuples of tuples as keys": [Kind.SET, [Kind.TUPLE, [Kind.TUPLE, 1]]],
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_values_are_refused(name: str) -> None:
    with pytest.raises(MalformedFrame):
        decode(Frame(msgpack.packb(MALFORMED[name]), b""), unwrap)


def test_keys_chosen_to_collide_cost_little() -> None:
    """All tuples here have one hash: that of a Decimal and of its equals is known to everyone."""
    prime = sys.hash_info.modulus
    digits = [[Kind.DECIMAL, str(n * prime)] for n in range(1, MAX_KEYS)]
    frame = Frame(msgpack.packb([Kind.SET, *digits]), b"")
    started = time.process_time()
    found = decode(frame, unwrap)
    assert len({hash(one) for one in found}) == 1 and len(found) == MAX_KEYS - 1
    assert time.process_time() - started < 10  # and not minutes
    with pytest.raises(MalformedFrame, match="too many"):
        decode(
            Frame(msgpack.packb([Kind.LIST, [Kind.SET, *digits], [Kind.SET, *digits]]), b""), unwrap
        )


@pytest.mark.parametrize(
    "value",
    [1j, Decimal(3), Fraction(1, 3), {1, 2}, frozenset({1}), deque([1]), Counter("ab"), range(3),
     date(2020, 1, 1), datetime(2020, 1, 1, tzinfo=UTC), clock(3), timedelta(3)],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_liars_have_another_value_of_the_type(value: Any) -> None:
    made = [plain.filled(value, number) for number in (0, 7)]
    made += [plain.drawn(value, seed) for seed in (1, 2)]
    assert all(type(one) is type(value) for one in made)
    assert len({repr(one) for one in made}) > 1 and any(one != value for one in made)
    assert plain.filled("text", 1) is None


def test_samples_stand_for_values() -> None:
    assert plain.sampled({3, 1}, Sample(64)) == plain.sampled({1, 3}, Sample(64)) == ["1", "3"]
    assert plain.sampled(1 + 2j, Sample(64)) == (1.0, 2.0)
    assert plain.sampled([1], Sample(64)) is None
    assert not re.search("object at", str(plain.sampled({1.5}, Sample(1))))
