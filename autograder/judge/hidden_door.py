"""The door for what hidden tests tell of values and exceptions that came from a worker.

Code that is tested knows the hidden inputs, and may put them into words: the name of a class, the
key of a dictionary, the text of an exception. So what the worker can choose must be known here
already: it stands in the notebook, in the tests or in the kit, or is the name of a type that is
loaded. Of exceptions a few texts pass as they are, without numbers and quotations: who is honest
meets no more, and a few tell little of the inputs.
"""

import re
import sys
from dataclasses import dataclass, field
from functools import cache, cached_property

from ..engine import CellError, StudentError
from .message_door import LEFT_OUT, QUOTATION, without_values

MOST_TEXTS = 8  # of exceptions, in one grading
OUR_WORDS = {"has", "no", "attribute"}  # of a missing one
WORD = re.compile(r"[^\W\d]\w*")
LONG_NUMBER = re.compile(r"\d{6,}")
STRANGE_MARK = re.compile(r"[^\x00-\x7f…]")
PLACE = re.compile(r"(line (\d{1,6}) of (.+?)|in (.+?))(?:, in (\w+))?")
CELL = "its cell"


@cache
def loaded_types() -> frozenset[str]:
    """The names of all classes in modules that are loaded."""
    modules = [getattr(module, "__dict__", {}) for module in list(sys.modules.values())]
    values = [value for names in modules for value in list(names.values())]
    return frozenset(one.__name__ for one in values if issubclass(type(one), type))


@dataclass
class HiddenDoor:
    """What one grading of one notebook may tell.

    Attributes:
        notebook: the text of all cells, and of files that were handed in with it.
        of_lab: the text of the lab's tests and of what they are written with.
        places: where a line may be that is told.
    """

    notebook: str
    of_lab: str
    places: frozenset[str] = frozenset({CELL})
    _told: set[str] = field(default_factory=set)

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(WORD.findall(self.notebook)) | words_of(self.of_lab) | OUR_WORDS

    def comparison(self, said: str) -> str:
        """A message of a test, without words that only the worker can have brought in."""
        said = QUOTATION.sub(self._quoted, said)
        said = WORD.sub(lambda word: word[0] if self._is_known(word[0]) else LEFT_OUT, said)
        said = STRANGE_MARK.sub(lambda m: m[0] if self._is_written(m[0]) else LEFT_OUT, said)
        return LONG_NUMBER.sub(LEFT_OUT, said)

    def exception(self, error: StudentError) -> StudentError:
        """What student code raised while a hidden test ran."""
        return StudentError(*self._passed(error), error.errno, error.by_check)

    def cell_error(self, error: CellError) -> CellError:
        """What a cell raised that ran after a hidden test."""
        return CellError(*self._passed(error), error.errno)

    def _passed(self, error: StudentError | CellError) -> tuple[str, str, str]:
        """Name, message and place of an exception, as far as they pass."""
        text = without_values(error.message, self.notebook)
        if len(self._told) < MOST_TEXTS:
            self._told.add(text)
        if text not in self._told or not text.replace(LEFT_OUT, "").isascii():
            text = self.comparison(text)
        is_known = not error.name or self._is_known(error.name)
        return error.name if is_known else "an exception", text, self._place(error.where)

    def _is_known(self, word: str) -> bool:
        return word in self._words or word in loaded_types()

    def _quoted(self, quotation: re.Match[str]) -> str:
        mark, words = quotation.groups()
        is_there = self._is_written(words) or self._is_known(words)
        return quotation[0] if is_there else f"{mark}{LEFT_OUT}{mark}"

    def _is_written(self, text: str) -> bool:
        return text in self.of_lab or text in self.notebook

    def _place(self, where: str) -> str:
        """A line of the notebook's; whatever else the worker says of a place is left out."""
        found = PLACE.fullmatch(where)
        if found is None or (found[3] or found[4]) not in self.places:
            return ""
        if int(found[2] or 0) > self.notebook.count("\n") + 1:
            return ""
        return found[0] if found[5] is None or self._is_known(found[5]) else found[1]


@cache
def words_of(text: str) -> frozenset[str]:
    """All words in a text."""
    return frozenset(WORD.findall(text))
