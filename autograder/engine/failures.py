"""What can go wrong with a submission, each with a message for its student."""

from dataclasses import dataclass

MESSAGE_LIMIT = 300  # characters


class EngineUnavailable(Exception):
    """No worker can be had; no submission is at fault."""


class ConfinementRefused(EngineUnavailable):
    """This machine can't confine submissions as strictly as asked."""


class WorkerLost(Exception):
    """The worker is gone and all the notebook defined with it; the message goes on from
    "the check …" or "the cell …", whichever was running."""


class CallTimeout(WorkerLost):
    """A time limit passed."""


class ProtocolViolation(WorkerLost):
    """The worker sent what no worker sends by itself."""


class MissingName(AssertionError):
    """The notebook, or an object of it, lacks the attribute `name`, which a test needs."""

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.name = name


class StudentError(AssertionError):
    """Student code raised an exception of type `name` at `where`, a line of its own.

    With no name, it returned what can't be sent, and `message` says why.
    """

    def __init__(self, name: str, message: str, where: str) -> None:
        super().__init__(_sentence("your code raised", name, message, where))
        self.name, self.message, self.where = name, message, where

    @property
    def is_raised(self) -> bool:
        """Whether an exception was raised, and not by a blank that is still open."""
        return bool(self.name) and not _is_open(self.name, self.message)


@dataclass(frozen=True)
class CellError:
    """The exception that stopped a cell; `str` of it is a sentence for the student."""

    name: str
    message: str
    where: str

    def __str__(self) -> str:
        return _sentence("this cell raised", self.name, self.message, self.where)


def _sentence(raised: str, name: str, message: str, where: str) -> str:
    start = f"{raised} {name}" if name else "a result of your code can't be checked"
    if _is_open(name, message):
        start = "this blank is still open"
    return ": ".join(filter(None, [start, message])) + (f" ({where})" if where else "")


def _is_open(name: str, message: str) -> bool:
    return name == "NotImplementedError" or message.startswith("name 'TODO_")


def printable(text: str) -> str:
    """Text of a worker made safe to show: one line, no control characters, limited length."""
    line = " ".join(text[: 4 * MESSAGE_LIMIT].split())
    line = "".join(character if character.isprintable() else "\ufffd" for character in line)
    return line if len(line) <= MESSAGE_LIMIT else f"{line[:MESSAGE_LIMIT]} …"
