"""Names that nothing has: where slips are overlooked, one that is like it is taken.

`optimizer_lstm` within `train(model, optimizer)`, or a letter too few: a marker sees what was
meant.
"""

import builtins
import difflib
import re
import sys
from collections.abc import Iterable, Iterator
from types import FrameType
from typing import Any

# In what Python raises where a name is missing.
LACKING = re.compile(r"\bname '\w+' is not defined")
LIKENESS = 0.8  # of two names, one of which is a slip of the pen


def is_missed(said: str) -> bool:
    """Whether an exception's text says that there is no such name."""
    return LACKING.search(said) is not None


class LikelyNames(dict[str, Any]):
    """Python's own names, and for any other the value of one that is like it."""

    def __init__(self, files: str) -> None:
        """
        Args:
            files: how the names of files begin whose code may get another name's value.
        """
        super().__init__(vars(builtins))
        self.files = files

    def __missing__(self, name: str) -> Any:
        if name in vars(builtins):  # by now
            return vars(builtins)[name]
        for frame in self._frames(sys._getframe(1)):
            arguments = frame.f_code.co_varnames[: frame.f_code.co_argcount]
            for among in (_of_this_kind(name, arguments), _slips(name, frame.f_locals)):
                for other in among:
                    if other in frame.f_locals:
                        return frame.f_locals[other]
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


def _slips(name: str, others: Iterable[str]) -> list[str]:
    """The name that differs by a slip of the pen."""
    return difflib.get_close_matches(name, others, 1, LIKENESS)
