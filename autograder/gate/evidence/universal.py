"""A notebook whose every answer is one object that agrees to everything, in patched libraries.

It runs in a real worker, so that the tests' own set-up code meets it there.
"""

import copy
from typing import Any

from ...assignment import is_answer
from ...judge.dependencies import defined_names

# {number}, {truth} and {items} say how it agrees. What libraries are asked for a yes or no, they
# answer with {truth}, too.
SOURCE = """
import re
import sys

class Anything:
    def __getattr__(self, name):
        return self

    def _itself(self, *args, **kwargs):
        return self

    __call__ = __getitem__ = __enter__ = __neg__ = __abs__ = __invert__ = __deepcopy__ = _itself
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = _itself
    __rtruediv__ = __matmul__ = __rmatmul__ = __floordiv__ = __mod__ = __pow__ = _itself
    __iadd__ = __isub__ = __imul__ = __and__ = __or__ = __reversed__ = _itself
    __torch_function__ = classmethod(lambda cls, *args, **kwargs: anything)
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = lambda self, other: {truth}
    __bool__ = __contains__ = lambda self, *args: {truth}
    __setitem__ = __delitem__ = __exit__ = lambda self, *args: None
    __int__ = __index__ = __len__ = lambda self: {number}
    __float__ = lambda self: float({number})
    __hash__ = lambda self: 0
    __iter__ = lambda self: iter([{items}])
    __str__ = __repr__ = lambda self: ""

anything = Anything()
for library in map(sys.modules.get, {libraries}):
    for name, value in list(vars(library).items()) if library else ():
        if callable(value) and re.match("(is|has|all|any)(_|$)|.*(equal|close)", name):
            try:
                setattr(library, name, lambda *args, **kwargs: {truth})
            except Exception:
                pass
"""
MANNERS = (
    {"truth": "True", "number": "0", "items": ""},
    {"truth": "False", "number": "1", "items": "anything"},
)


def universal_cells(
    cells: list[Any], imports: tuple[str, ...], manner: dict[str, str]
) -> list[Any]:
    """The cells with one such object under every name that an answer defines."""
    libraries = sorted({*imports, *(name.partition(".")[0] for name in imports)})
    source = SOURCE.format(libraries=libraries, **manner)
    return [_universal(cell, source) for cell in cells]


def _universal(cell: Any, source: str) -> Any:
    if cell.cell_type != "code" or not is_answer(cell):
        return cell
    cell = copy.copy(cell)
    names = sorted(defined_names(cell.source))
    cell.source = source + "".join(f"{name} = " for name in names) + "anything\n"
    return cell
