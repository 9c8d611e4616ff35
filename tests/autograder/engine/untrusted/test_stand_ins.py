"""Stand-ins do what they stand for, and know nothing of it."""

import copy
import pickle

import pytest

from .lent import NONCE, Here

SOURCE = '''
import functools, math
def double(x):
    """A text."""
    return 2 * x
@functools.cache
def cached(x): return [x]
class Pair:
    def __init__(self, left, right): self.left, self.right = left, right
    def __len__(self): return 2
    def __getitem__(self, key): return (self.left, self.right)[key]
    def turned(self): return Pair(self.right, self.left)
words = {"a", "b"}
sqrt = math.sqrt
def fail(): raise KeyError("a text")
def named(**named): return named
class Anything:
    def __getattr__(self, name): return self
anything = Anything()
'''


def test_a_function_is_called() -> None:
    here = Here(SOURCE)
    double = here.borrow("double")
    with here.borrower.during(NONCE):
        assert double(4) == 8
        assert double(x="a") == "aa"
        assert copy.deepcopy(double) is double
        assert copy.copy(double)(1) == 2


def test_arguments_may_have_any_name() -> None:
    here = Here(SOURCE)
    named = here.borrow("named")
    names = dict.fromkeys(["self", "target", "operation", "number", "name", "args", "memo"], 1)
    with here.borrower.during(NONCE):
        assert named(**names) == names


def test_an_instance_that_answers_anything_is_one() -> None:
    assert type(Here(SOURCE).borrow("anything")).__name__ == "Object"


def test_a_function_has_no_name_and_no_text() -> None:
    double = Here(SOURCE).borrow("double")
    assert double.__doc__ == type(double).__doc__
    for name in ("__name__", "__qualname__", "__code__", "__globals__", "__wrapped__", "__dict__"):
        assert not hasattr(double, name)
    assert "double" not in repr(double)
    with pytest.raises(TypeError):
        pickle.dumps(double)


def test_an_instance_is_asked() -> None:
    here = Here(SOURCE)
    pair_of = here.borrow("Pair")
    with here.borrower.during(NONCE):
        pair = pair_of(1, right=2)
        assert (len(pair), pair[0], pair.right, list(pair)) == (2, 1, 2, [1, 2])
        assert pair.turned().left == 2
        asked = len(here.asked)
        with pytest.raises(AttributeError):
            _ = pair.__iter__
        with pytest.raises(AttributeError):
            pair.left = 3
        assert len(here.asked) == asked


def test_a_cached_function_asks_once() -> None:
    here = Here(SOURCE)
    cached = here.borrow("cached")
    with here.borrower.during(NONCE):
        assert cached(1) is cached(1)
    assert here.asked.count("call") == 1


def test_sets_and_what_libraries_define_are_here() -> None:
    here = Here(SOURCE)
    assert here.borrow("words") == {"a", "b"}
    assert here.borrow("sqrt")(9) == 3
    assert here.borrow("math").pi > 3


def test_what_is_not_there_is_not_defined() -> None:
    here = Here(SOURCE)
    namespace = {"other": "of before"}
    with here.borrower.during(NONCE):
        here.borrower.bind(["other"], namespace)
    assert namespace == {}


def test_exceptions_have_a_type_only() -> None:
    here = Here(SOURCE)
    fail = here.borrow("fail")
    with here.borrower.during(NONCE), pytest.raises(KeyError) as raised:
        fail()
    assert "a text" not in str(raised.value)


@pytest.mark.parametrize("value", [print, lambda: 0, object(), {print}, iter([1]), {}.keys()])
def test_only_values_are_sent(value: object) -> None:
    here = Here(SOURCE)
    double = here.borrow("double")
    with here.borrower.during(NONCE):
        with pytest.raises(TypeError, match="only plain data"):
            double(value)
        with pytest.raises(TypeError, match="only plain data"):
            double(double)


def test_nothing_is_asked_between_questions() -> None:
    double = Here(SOURCE).borrow("double")
    with pytest.raises(RuntimeError, match="during a check only"):
        double(1)
