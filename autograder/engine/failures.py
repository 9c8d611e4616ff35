"""What can go wrong with a submission, each with a message for its student."""

from dataclasses import dataclass

MESSAGE_LIMIT = 300  # characters


class WorkerLost(Exception):
    """The worker is gone, and with it everything the notebook had defined."""


class CallTimeout(WorkerLost):
    """A time limit passed."""


class ProtocolViolation(WorkerLost):
    """The worker sent what no worker sends by itself."""


class MissingName(AssertionError):
    """The notebook, or an object of it, lacks a name that a test needs."""


class StudentError(AssertionError):
    """Student code raised, or returned what can't be handed over.

    Args:
        type_name: of the exception, "" if there was none.
        message: the exception's own.
        where: innermost line of the student's code, "" if unknown.
    """

    def __init__(self, type_name: str, message: str, where: str = "") -> None:
        self.type_name = type_name
        self.message = message
        self.where = where
        super().__init__(described("your code raised", type_name, message, where))


@dataclass(frozen=True)
class CellError:
    """Why a cell stopped; `str` of it is a sentence for the student."""

    type_name: str
    message: str
    where: str

    def __str__(self) -> str:
        return described("this cell raised", self.type_name, self.message, self.where)


def described(prefix: str, type_name: str, message: str, where: str) -> str:
    """One printable line about an exception; an unfilled blank is called just that."""
    blank = type_name == "NotImplementedError" or (
        type_name == "NameError" and message.startswith("name 'TODO_")
    )
    start = "this blank is still open" if blank else f"{prefix} {type_name}".rstrip()
    return f"{start}: {message}{where and f' ({where})'}" if message else f"{start}{where}"


def printable(text: str) -> str:
    """Worker text made safe to show: one line, no control characters, of limited length."""
    line = " ".join(text[: 4 * MESSAGE_LIMIT].split())
    line = "".join(character if character.isprintable() else "\ufffd" for character in line)
    return line if len(line) <= MESSAGE_LIMIT else f"{line[:MESSAGE_LIMIT]} …"
