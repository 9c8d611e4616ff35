"""The side of a loan that has the solution: what another worker may use of it, and how.

Plain data, tensors and arrays go by value. Lent by a number, to be called or asked, are functions
and instances of classes that the notebook defines; what a library defines, the other side imports
itself. Nothing else leaves: a generator or a frame, say, leads to the code that it runs.
"""

import functools
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from . import networks
from .forms import Unsendable

NOTEBOOK, FUNCTION, CACHED, OBJECT = "notebook", "function", "cached function", "object"
NETWORK, LIBRARY, SET = "network", "library", "set"
USES = {  # what the other side may do with what is lent, by its kind
    NOTEBOOK: {"get"},
    FUNCTION: {"call"},
    CACHED: {"call"},
    OBJECT: {"call", "get", "item", "len"},
    NETWORK: {"call", "get", "state", "load"},
    LIBRARY: {"origin"},
    SET: {"list"},
}
ROOT = 0  # the number of the notebook's namespace
MAIN = "__main__"  # the module that a notebook's cells make up


class Lender:
    """A notebook's objects, each by the number that it was lent by."""

    def __init__(self, notebook: ModuleType) -> None:
        self.lent: dict[int, Any] = {ROOT: notebook}
        self.operations: dict[str, Callable[..., Any]] = {
            "get": getattr,
            "call": lambda target, /, *arguments, **named: target(*arguments, **named),
            "item": lambda target, key: target[key],
            "len": len,
            "list": list,
            "origin": origin,
            "state": networks.state,
            "load": networks.load,
        }

    def answer(
        self, operation: str, number: int, arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> Any:
        """Do one thing with what was lent by a number."""
        return self.operations[operation](self.lent[number], *arguments, **named)

    def lend(self, value: Any) -> tuple[int, str]:
        """A new number for what doesn't go by value, and what kind of thing it is.

        Raises:
            Unsendable: if it isn't lent.
        """
        kind = kind_of(value)
        if kind is None:
            raise Unsendable("it is not lent")
        number = len(self.lent)
        self.lent[number] = value
        return number, kind


def kind_of(value: Any) -> str | None:
    """How the other side may use a value; None if not at all."""
    if networks.is_network(value):
        return NETWORK
    if not isinstance(value, type) and type(value).__module__ == MAIN:
        return OBJECT
    if origin(value) is not None:
        return LIBRARY
    if isinstance(value, type(functools.cache(len))):
        return CACHED
    if callable(value):
        return FUNCTION
    return SET if type(value) is set else None


def origin(value: Any) -> tuple[str, str] | None:
    """The module of a library, and the name in it, by which a value can be imported."""
    if isinstance(value, ModuleType):
        return (value.__name__, "") if sys.modules.get(value.__name__) is value else None
    module, name = (getattr(value, part, None) for part in ("__module__", "__qualname__"))
    if type(module) is not str or type(name) is not str or module == MAIN:
        return None
    try:
        found = functools.reduce(getattr, name.split("."), sys.modules[module])
    except (AttributeError, KeyError):
        return None
    return (module, name) if found is value else None
