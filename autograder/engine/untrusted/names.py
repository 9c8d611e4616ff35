"""Names that nothing has: where slips are overlooked, one that is like it is taken.

`optimizer_lstm` within `train(model, optimizer)`, a forgotten `self`, a module that was not
imported: a marker sees what was meant.
"""

import builtins
import difflib
import importlib
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from types import FrameType
from typing import Any

from . import slips

# In what Python raises where a name is missing, or an attribute or a key.
MISSING = re.compile(r"\bname '(\w+)' is not defined")
LACKING = re.compile(r"\bhas no attribute '|\bKeyError: (…|['\"])")
LIKENESS = 0.8  # of two names, one of which is a slip of the pen
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
    """Python's own names and further ones, and for any other name one that is like it."""

    def __init__(self, files: str, further: Mapping[str, Any] | None = None) -> None:
        """
        Args:
            files: how the names of files begin whose code may get another name's value.
        """
        super().__init__({**vars(builtins), **(further or {})})
        self.files = files

    def __missing__(self, name: str) -> Any:
        if name in vars(builtins):  # by now
            return vars(builtins)[name]
        if slips.are_kept():
            raise KeyError(name)
        found = self._meant_by(name)
        slips.note(f"the name {name}")
        return found

    def _meant_by(self, name: str) -> Any:
        for frame in self._frames(sys._getframe(2)):
            arguments = frame.f_code.co_varnames[: frame.f_code.co_argcount]
            owner = frame.f_locals.get(arguments[0]) if arguments else None
            if name in getattr(owner, "__dict__", {}):  # `self` was forgotten
                return vars(owner)[name]
            for among in (_of_this_kind(name, arguments), likely(name, frame.f_locals)):
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


def likely(name: str, others: Iterable[str]) -> list[str]:
    """The name that differs by a slip of the pen, if there is one."""
    by_letters = {other.lower(): other for other in others if isinstance(other, str)}
    near = difflib.get_close_matches(name.lower(), by_letters, 1, LIKENESS)
    return [by_letters[other] for other in near]
