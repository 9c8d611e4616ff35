"""An open blank is told by what it raises, and nothing else is."""

import pytest

from autograder.blank_errors import is_of_open_blank

OF_BLANKS = {
    "a statement": "raise NotImplementedError",
    "with its text": "raise NotImplementedError('Pad the reviews.')",
    "an expression": "x = (TODO_pad)",
    "a module": "import TODO_module",
    "a name of a module": "from math import TODO_function",
    "the head of a local function": "def f():\n    def TODO_head(TODO_head=TODO_head): ...\nf()",
}
OF_OTHERS = {
    "a name that is missing": "x = undefined",
    "its words in another exception": "raise ValueError(\"name 'TODO_pad' is not defined\")",
    "a library's": "raise NotImplementedError(\"not implemented for 'Int'\")",
    "any other": "1 / 0",
}


def raised_by(source: str) -> Exception:
    try:
        exec(source, {})
    except Exception as error:
        return error
    raise AssertionError(f"{source} raises nothing")


@pytest.mark.parametrize("source", (OF_BLANKS | OF_OTHERS).values(), ids=OF_BLANKS | OF_OTHERS)
def test_an_open_blank_is_told_from_other_errors(source: str) -> None:
    error = raised_by(source)
    assert is_of_open_blank(type(error).__name__, str(error)) == (source in OF_BLANKS.values())
