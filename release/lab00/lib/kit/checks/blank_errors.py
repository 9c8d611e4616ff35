"""What an open blank raises where it is reached: its text, or that a name is missing.

Two use this file: the grader, for what a worker reports, and `check` in the student's own kernel.
It stands in both places, by a link.
"""

NAME_PREFIX = "TODO_"  # of the undefined names in blanks
_NAME_IS_MISSING = ("NameError", "UnboundLocalError", "ImportError", "ModuleNotFoundError")
_NO_KERNEL = (
    "not implemented for '"  # a library says this of a dtype that an operation doesn't take
)


def is_of_open_blank(error_name: str, message: str) -> bool:
    """Whether an exception is that of an open blank, by the name of its class and what it says."""
    if error_name == "NotImplementedError":
        return _NO_KERNEL not in message
    return error_name in _NAME_IS_MISSING and f"'{NAME_PREFIX}" in message
