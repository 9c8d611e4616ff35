"""Which types cross, as argument and as result, and how they are compared: with real workers.

`python -m tests.autograder.engine.test_types` prints the table.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from PIL import Image

from autograder.engine import Limits, Remote, Worker, Zygote
from lib.kit.checks import CheckFailure, assert_close, assert_equal

SECRET = 987654  # in every wrong answer's stead, on our side: no message may hold it
NAMES = {
    "np": np, "pd": pd, "pl": pl, "torch": torch, "Image": Image, "Counter": Counter,
    "OrderedDict": OrderedDict, "deque": deque, "UTC": UTC, "date": date, "datetime": datetime,
    "time": time, "timedelta": timedelta, "Decimal": Decimal, "Fraction": Fraction,
    "Path": PurePosixPath,
}  # fmt: skip
IMPORTS = """
import datetime as dt
import numpy as np, pandas as pd, polars as pl, torch
from collections import Counter, OrderedDict, deque, namedtuple
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path
from PIL import Image

class Colour(Enum):
    RED = 1

@dataclass
class Point:
    x: int

Pair = namedtuple("Pair", "x y")

def arrived(value, source):
    made = eval(source)
    return type(value) is type(made) and repr(value) == repr(made)
"""


class Type(NamedTuple):
    """A type: an expression of a value, and of the wrong value that is expected in its stead."""

    right: str
    wrong: str
    comes_as: str = ""  # another expression of what arrives


DAY = "date(2020, 1, 1)"
TYPES = {
    "int": Type("3", "987654"),
    "large int": Type("2**70", "987654"),
    "float": Type("1.5", "987654.0"),
    "NaN": Type("float('nan')", "987654.0"),
    "bool": Type("True", "False"),
    "None": Type("None", "987654"),
    "complex": Type("1 + 2j", "987654j"),
    "str": Type("'a'", "'987654'"),
    "bytes": Type("b'a'", "b'987654'"),
    "bytearray": Type("bytearray(b'a')", "bytearray(b'987654')"),
    "list": Type("[1, [2.5, 'a']]", "[1, [2.5, '987654']]"),
    "tuple": Type("(1, 2)", "(1, 987654)"),
    "named tuple": Type("(1, 2)", "(1, 987654)", "Pair(1, 2)"),
    "dict": Type("{'a': 1, (1, 2): [3]}", "{'a': 1, (1, 2): [987654]}"),
    "ordered dict": Type("{'a': 1}", "{'a': 987654}", "OrderedDict(a=1)"),
    "Counter": Type("Counter('aab')", "Counter({'a': 987654, 'b': 1})"),
    "set": Type("{1}", "{987654}"),
    "set of tuples": Type("{(1, 'a')}", "{(1, '987654')}"),
    "frozenset": Type("frozenset({1})", "frozenset({987654})"),
    "deque": Type("deque([1], 3)", "deque([987654], 3)"),
    "range": Type("range(0, 9, 2)", "range(0, 987654)"),
    "slice": Type("slice(1, None)", "slice(987654, None)"),
    "Ellipsis": Type("...", "NotImplemented"),
    "date": Type(DAY, "date(9876, 5, 4)"),
    "datetime": Type("datetime(2020, 1, 1, 3)", "datetime(9876, 5, 4)"),
    "datetime with a zone": Type(
        "datetime(2020, 1, 1, 3, tzinfo=UTC)", "datetime(9876, 5, 4, tzinfo=UTC)"
    ),
    "time": Type("time(1, 2)", "time(9, 8, 7, 654)"),
    "timedelta": Type("timedelta(1, 2)", "timedelta(987654)"),
    "Decimal": Type("Decimal('1.20')", "Decimal('987654')"),
    "Fraction": Type("Fraction(1, 3)", "Fraction(987654)"),
    "Path": Type("Path('a/b')", "Path('987654')"),
    "exception": Type("ValueError('a')", "ValueError('987654')"),
    "array": Type("np.array([1.5, 2])", "np.array([1.5, 987654])"),
    "array of truth": Type("np.array([True, False])", "np.array([False, False])"),
    "array of texts": Type("np.array(['a', 'b'])", "np.array(['a', '987654'])"),
    "array of bytes": Type("np.array([b'a'])", "np.array([b'987654'])"),
    "array of dates": Type(
        "np.array(['2020-01-01'], 'M8[D]')", "np.array(['9876-05-04'], 'M8[D]')"
    ),
    "array of objects": Type(
        "np.array([1, 'a', None], dtype=object)", "np.array([987654, 'a', None], dtype=object)"
    ),
    "array without dimensions": Type("np.array(3)", "np.array(987654)"),
    "numpy's number": Type("1.5", "987654.0", "np.float32(1.5)"),
    "numpy's text": Type("'a'", "'987654'", "np.str_('a')"),
    "numpy's date": Type("np.datetime64('2020-01-01')", "np.datetime64('9876-05-04')"),
    "numpy's dtype": Type("np.dtype('float32')", "np.dtype('int8')"),
    "DataFrame": Type(
        f"pd.DataFrame({{'a': [1, 2], 'b': ['x', None], 'c': pd.to_datetime([{DAY}, None])}})",
        f"pd.DataFrame({{'a': [1, 987654], 'b': ['x', None], 'c': pd.to_datetime([{DAY}, None])}})",
    ),
    "Series": Type("pd.Series([1.5, None], name='s')", "pd.Series([987654, None], name='s')"),
    "Index": Type("pd.Index(['a', 'b'])", "pd.Index(['a', '987654'])"),
    "RangeIndex": Type("pd.RangeIndex(0, 9, 3)", "pd.RangeIndex(987654, 987663, 3)"),
    "MultiIndex": Type(
        "pd.MultiIndex.from_tuples([(1, 'a')])", "pd.MultiIndex.from_tuples([(987654, 'a')])"
    ),
    "DatetimeIndex": Type(
        "pd.DatetimeIndex(['2020-01-01'], tz='UTC')", "pd.DatetimeIndex(['2098-07-06'], tz='UTC')"
    ),
    "Categorical": Type(
        "pd.Series(['a', 'b'], dtype='category')",
        "pd.Series(['a', 'a'], dtype=pd.CategoricalDtype(['a', 'b']))",
    ),
    "Int64": Type(
        "pd.Series([1, None], dtype='Int64')", "pd.Series([987654, None], dtype='Int64')"
    ),
    "boolean": Type(
        "pd.Series([True, None], dtype='boolean')", "pd.Series([False, None], dtype='boolean')"
    ),
    "string": Type(
        "pd.Series(['a', None], dtype='string')", "pd.Series(['987654', None], dtype='string')"
    ),
    "intervals": Type(
        "pd.Series(pd.interval_range(0, 2))", "pd.Series(pd.interval_range(987654, 987656))"
    ),
    "Timestamp": Type("pd.Timestamp('2020-01-01')", "pd.Timestamp('2098-07-06')"),
    "Timedelta": Type("pd.Timedelta('1s')", "pd.Timedelta(987654)"),
    "NaT": Type("pd.NaT", "987654"),
    "periods": Type(
        "pd.Series(pd.PeriodIndex(['2020-01'], freq='M'))",
        "pd.Series(pd.PeriodIndex(['9876-01'], freq='M'))",
    ),
    "Period": Type("pd.Period('2020-01')", "pd.Period('9876-01')"),
    "Interval": Type("pd.Interval(0, 1)", "pd.Interval(0, 987654)"),
    "polars DataFrame": Type(
        "pl.DataFrame({'a': [1, None], 'b': ['x', 'y']})",
        "pl.DataFrame({'a': [987654, None], 'b': ['x', 'y']})",
    ),
    "polars Series": Type("pl.Series('s', [1.5, 2])", "pl.Series('s', [1.5, 987654])"),
    "tensor": Type("torch.tensor([1.5, 2])", "torch.tensor([1.5, 987654])"),
    "parameter": Type(
        "torch.tensor([1.5])", "torch.tensor([987654.0])", "torch.nn.Parameter(torch.tensor([1.5]))"
    ),
    "dtype": Type("torch.float32", "torch.int8"),
    "image": Type("Image.new('RGB', (2, 1), (1, 2, 3))", "Image.new('RGB', (2, 1), 987654)"),
}
HANDLES = {
    "function": "print", "class": "int", "module": "dt", "generator": "(n for n in [1])",
    "iterator": "iter([1])", "dict view": "{}.keys()", "member of an Enum": "Colour.RED",
    "dataclass": "Point(1)", "lazy frame": "pl.LazyFrame()",
    "set of handles": "{print}", "array of handles": "np.array([print])",
    "frame of handles": "pd.DataFrame({'a': [print]})", "structured array": "np.zeros(1, 'i4,f4')",
    "masked array": "np.ma.ones(1)", "groups": "pd.Series([1]).groupby([1])",
}  # fmt: skip
WITHOUT_REPR = ("image",)


@pytest.fixture(scope="module")
def submission() -> Iterator[Remote]:
    yield from _submission()


def _submission() -> Iterator[Remote]:
    imports = ("numpy", "pandas", "polars", "torch", "PIL.Image")
    limits = Limits(call_timeout_s=30, cell_timeout_s=60)
    with Zygote(limits=limits, imports=imports) as zygote:
        worker: Worker = zygote.fork(0)
        assert worker.execute(IMPORTS) is None
        yield worker.submission
        worker.kill()


def value_of(source: str) -> Any:
    return eval(source, NAMES)  # a line of this file


def as_argument(submission: Any, one: Type) -> bool:
    """Whether a worker receives what it would make itself."""
    if one.right in (TYPES[name].right for name in WITHOUT_REPR):
        source = f"value.tobytes() == ({one.right}).tobytes()"
        made = submission.setup(
            f"same = {source}", value=value_of(one.right), Image=submission.Image
        )
        return bool(made.same)
    return bool(submission.arrived(value_of(one.right), one.right))


def as_result(submission: Any, one: Type) -> Any:
    return submission.setup(f"made = eval({one.comes_as or one.right!r}, vars(names))",
                            names=submission).made  # fmt: skip


def failure(compare: Callable[[Any, Any], None], actual: Any, expected: Any) -> str:
    """What a comparison says, empty if it finds both equal."""
    try:
        compare(actual, expected)
    except CheckFailure as failed:
        return str(failed)
    return ""


@pytest.mark.parametrize("name", TYPES)
def test_a_worker_receives_an_argument_as_it_is(submission: Any, name: str) -> None:
    assert as_argument(submission, TYPES[name])


@pytest.mark.parametrize("compare", [assert_equal, assert_close])
@pytest.mark.parametrize("name", TYPES)
def test_a_result_equals_its_like_and_nothing_else(
    submission: Any, name: str, compare: Callable[[Any, Any], None]
) -> None:
    result = as_result(submission, TYPES[name])
    assert failure(compare, result, value_of(TYPES[name].right)) == ""
    message = failure(compare, result, value_of(TYPES[name].wrong))
    assert message
    for secret in (str(SECRET), "9876", "2098"):
        assert secret not in message


@pytest.mark.parametrize("name", HANDLES)
def test_others_are_objects_that_a_comparison_names_by_their_type(
    submission: Any, name: str
) -> None:
    result = as_result(submission, Type(HANDLES[name], ""))
    assert type(result) is Remote
    assert f"not {result.type_name}" in failure(assert_equal, result, [SECRET])


def table() -> Iterator[str]:
    """The lines of the table, in Markdown."""
    yield "| type | as argument | as result | compared | a wrong one is told |"
    yield "|---|---|---|---|---|"
    for submission in _submission():
        for name, one in TYPES.items():
            result = as_result(submission, one)
            compared = failure(assert_equal, result, value_of(one.right)) or "equal"
            told = failure(assert_equal, result, value_of(one.wrong))
            arrived = "the same" if as_argument(submission, one) else "another"
            yield f"| {name} | {arrived} | {type(result).__name__} | {compared} | {told} |"
        for name, source in HANDLES.items():
            result = as_result(submission, Type(source, ""))
            told = failure(assert_equal, result, [SECRET])
            yield f"| {name} | can't be sent | {result!r} | by its type | {told} |"


if __name__ == "__main__":
    for line in table():
        print(line)
