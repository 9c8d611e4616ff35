"""Python's words that say little get a sentence, and others don't."""

import pytest

from lib.kit.checks.explained import explained

RETURN = "It is None, which a function without `return` gives"
CALL = "That is a function itself: to call it, write `()` behind its name"
MAKE = "That is a class itself: to make an object, write `()` behind its name"


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("the text should be of type str, not NoneType", RETURN),
        ("the batch should be a tensor, not of type NoneType", RETURN),
        (
            "the check can't go on with what your code gave it: TypeError: cannot unpack "
            "non-iterable NoneType object",
            RETURN,
        ),
        (
            "your code raised TypeError: '<=' not supported between 'NoneType' and 'int'",
            "`NoneType` is the type of None",
        ),
        ("`longest` should be a string, not of type ellipsis", "`...` is still there"),
        ("`longest` should be a string, not of type builtin_function_or_method", CALL),
        ("the mean should be of type float, not function", CALL),
        ("your code raised AttributeError: 'builtin_function_or_method' object has no …", CALL),
        ("your code raised TypeError: 'method' object is not iterable", CALL),
        ("… AttributeError: type object 'Model' has no attribute 'training'", MAKE),
        ("… TypeError: object of type 'type' has no len()", MAKE),
        ("… TypeError: 'type' object does not support the context manager protocol", MAKE),
        ("the words should be of type list, not generator", "`list(…)` makes a list of it"),
        ("… TypeError: f() missing 1 required positional argument: 'self'", "It was called on a"),
    ],
)
def test_what_is_meant_is_said(message: str, says: str) -> None:
    assert explained(f"{message}.").startswith(f"{message}. {says}")
    assert explained(message).count(". ") == 1


@pytest.mark.parametrize(
    "message",
    [
        "element 2 of the list should be of type int, not NoneType",  # it came from the data
        "the result should be of type NoneType, not int",
        "the result has the wrong value. Look at its type",
        "your code raised KeyError: 'method'",
        "the result lacks the function that is asked for",
    ],
)
def test_all_else_stays_as_it_is(message: str) -> None:
    assert explained(message) == message
