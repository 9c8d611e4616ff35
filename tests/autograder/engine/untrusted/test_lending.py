"""What is lent, and as what."""

import collections
import functools
import inspect
import math
import types
from typing import Any

import pytest
import torch

from autograder.engine.untrusted.forms import Unsendable
from autograder.engine.untrusted.lending import (
    CACHED,
    FUNCTION,
    LIBRARY,
    NETWORK,
    OBJECT,
    ROOT,
    SET,
    Lender,
    kind_of,
    origin,
)

NOTEBOOK = types.ModuleType("__main__")
exec(
    """
import functools
class Thing:
    def method(self): ...
class Number(int): ...
def function(): ...
@functools.cache
def cached(): ...
thing = Thing()
""",
    vars(NOTEBOOK),
)


def generator() -> Any:
    yield 1


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (NOTEBOOK.function, FUNCTION),
        (NOTEBOOK.Thing, FUNCTION),
        (NOTEBOOK.thing.method, FUNCTION),
        (functools.partial(NOTEBOOK.function), FUNCTION),
        ({"a": 1}.get, FUNCTION),
        (NOTEBOOK.cached, CACHED),
        (NOTEBOOK.thing, OBJECT),
        (NOTEBOOK.Number(3), OBJECT),
        (torch.nn.Linear(1, 1), NETWORK),
        (math, LIBRARY),
        (math.sqrt, LIBRARY),
        (torch.nn.Linear, LIBRARY),
        (inspect.getsource, LIBRARY),  # and not a function to be called over there
        (eval, LIBRARY),
        (collections.OrderedDict.fromkeys, FUNCTION),
        ({1, 2}, SET),
        (generator(), None),
        (iter([1]), None),
        (inspect.currentframe(), None),
        (NOTEBOOK.function.__code__, None),
        (types.ModuleType("own"), None),
        (object(), None),
        (collections.deque(), None),
        (range(3), None),
    ],
)
def test_kinds(value: Any, kind: str | None) -> None:
    assert kind_of(value) == kind


def test_what_a_library_defines_is_known_by_its_place() -> None:
    assert origin(math) == ("math", "")
    assert origin(torch.nn.Linear.forward) == ("torch.nn.modules.linear", "Linear.forward")
    renamed = types.FunctionType(generator.__code__, {}, "generator")
    renamed.__module__, renamed.__qualname__ = "inspect", "getsource"
    assert origin(renamed) is None


def test_what_was_lent_is_used_by_its_number() -> None:
    lender = Lender(NOTEBOOK)
    assert lender.answer("get", ROOT, ("thing",), {}) is NOTEBOOK.thing
    number, kind = lender.lend([].append)
    assert (number, kind) == (1, FUNCTION)
    assert lender.answer("call", number, (3,), {}) is None
    with pytest.raises(Unsendable):
        lender.lend(generator())
    with pytest.raises(KeyError):
        lender.answer("call", 2, (), {})
