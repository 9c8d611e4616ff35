"""Names that nothing has: where slips are overlooked, one that is like it is taken.

`optimizer_lstm` within `train(model, optimizer)`, `zero_grads` for `zero_grad`, a module that was
not imported: a marker sees what was meant. Cells are rewritten for it (`Rewriting`): attributes and
keys are looked up by functions of ours, which do the same as Python if nothing is missing.
"""

import ast
import builtins
import difflib
import importlib
import re
import sys
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any

# In what Python raises where a name is missing, or an attribute or a key.
MISSING = re.compile(r"\bname '(\w+)' is not defined")
LACKING = re.compile(r"\bhas no attribute '|\bKeyError: (…|['\"])")
LIKENESS = 0.8  # of two names, one of which is a slip of the pen
LEAST_BEGINNING = 4  # letters of `eval`, which stands for `evaluate`
MODULES = {  # by the names that they are usually given
    **{name: name for name in ("copy", "functools", "itertools", "math", "random", "re", "torch")},
    **{"F": "torch.nn.functional", "nn": "torch.nn", "np": "numpy", "optim": "torch.optim"},
}


def is_missed(said: str) -> bool:
    """Whether an exception's text says that there is no such name, attribute or key."""
    return bool(missing_in(said) or LACKING.search(said))


def missing_in(said: str) -> list[str]:
    """The names that an exception's text says are missing."""
    return MISSING.findall(said)


class LikelyNames(dict[str, Any]):
    """Python's own names, what rewritten cells call, and for any other name one that is like it."""

    def __init__(self, files: str) -> None:
        """
        Args:
            files: how the names of files begin whose code may get another name's value.
        """
        super().__init__(vars(builtins) | {one.__name__: one for one in (_attribute, _item, _open)})
        self.files = files

    def __missing__(self, name: str) -> Any:
        if name in vars(builtins):  # by now
            return vars(builtins)[name]
        for frame in self._frames(sys._getframe(1)):
            arguments = frame.f_code.co_varnames[: frame.f_code.co_argcount]
            owner = frame.f_locals.get(arguments[0]) if arguments else None
            if name in getattr(owner, "__dict__", {}):  # `self` was forgotten
                return vars(owner)[name]
            for among in (_of_this_kind(name, arguments), _likely(name, frame.f_locals)):
                for other in among:
                    if other in frame.f_locals:
                        return frame.f_locals[other]
            if name in MODULES:
                return importlib.import_module(MODULES[name])
        raise KeyError(name)

    def _frames(self, frame: FrameType | None) -> Iterator[FrameType]:
        """The functions that are running, the innermost first; only the notebook's."""
        while frame is not None and frame.f_code.co_filename.startswith(self.files):
            yield frame
            frame = frame.f_back


def _of_this_kind(name: str, arguments: Iterable[str]) -> list[str]:
    """The arguments that begin with the same word: `model` for `model_lstm`."""
    word = name.split("_")[0]
    return [other for other in arguments if other.split("_")[0] == word]


def _likely(name: str, others: Iterable[str]) -> list[str]:
    """The name that differs by a slip of the pen, if there is one."""
    by_letters = {other.lower(): other for other in others if isinstance(other, str)}
    near = difflib.get_close_matches(name.lower(), by_letters, 1, LIKENESS)
    return [by_letters[other] for other in near]


def _beginnings(name: str, others: Iterable[str]) -> list[str]:
    """The names that it begins with, the longest first: `eval` for `evaluate`."""
    begun = [other for other in others if name.startswith(other)]
    return sorted((one for one in begun if len(one) >= LEAST_BEGINNING), key=len, reverse=True)


class Rewriting(ast.NodeTransformer):
    """Has attributes, keys and what `with` opens looked up by functions of ours."""

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """`value.name`, but for names that Python changes within a class."""
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load) or node.attr.startswith("__"):
            return node
        return _call(node, _attribute.__name__, node.value, ast.Constant(node.attr))

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """`value["key"]`."""
        self.generic_visit(node)
        is_text = isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)
        if not isinstance(node.ctx, ast.Load) or not is_text:
            return node
        return _call(node, _item.__name__, node.value, node.slice)

    def visit_withitem(self, node: ast.withitem) -> ast.withitem:
        """`with value:`."""
        self.generic_visit(node)
        node.context_expr = _call(node.context_expr, _open.__name__, node.context_expr)
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.match_case:
        """Patterns are no expressions, and stay."""
        node.guard = self.visit(node.guard) if node.guard else None
        node.body = [self.visit(statement) for statement in node.body]
        return node


def _call(place: ast.expr, function: str, *arguments: ast.expr) -> ast.expr:
    call = ast.Call(ast.Name(function, ast.Load()), list(arguments), [])
    return ast.fix_missing_locations(ast.copy_location(call, place))


def _attribute(target: Any, name: str) -> Any:
    try:
        return getattr(target, name)
    except AttributeError:
        if type(target) is int and hasattr(str, name):  # its digits were meant
            return getattr(str(target), name)
        for other in (*_likely(name, dir(target)), *_beginnings(name, dir(target))):
            return getattr(target, other)
        raise


def _item(target: Any, key: str) -> Any:
    try:
        return target[key]
    except KeyError:
        for other in _likely(key, target if isinstance(target, dict) else ()):
            return target[other]
        raise


def _open(target: Any) -> Any:
    """What `with` opens: an object where a class was not called."""
    return target() if isinstance(target, type) else target
