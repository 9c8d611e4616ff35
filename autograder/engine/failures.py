"""What can go wrong with a submission, each with a message for its student."""

from dataclasses import dataclass

from .causes import Cause, cause_of_exception

BY_CHECK = "the check can't go on with what your code gave it:"


class EngineUnavailable(Exception):
    """No worker can be had; no submission is at fault."""


class ConfinementRefused(EngineUnavailable):
    """This machine can't confine submissions as strictly as asked."""


class ZygoteLost(Exception):
    """A submission ended the process that workers come from."""


class WorkerLost(Exception):
    """The worker is gone and all the notebook defined with it; the message goes on from
    "the check …" or "the cell …", whichever was running."""

    def __init__(self, message: str, cause: Cause) -> None:
        super().__init__(message)
        self.cause = cause


class MissingName(AssertionError):
    """The notebook, or an object of it, lacks the attribute `name`, which a test needs."""

    def __init__(self, message: str, name: str, cause: Cause) -> None:
        super().__init__(message)
        self.name, self.cause = name, cause


class StudentError(AssertionError):
    """Student code raised an exception of type `name` at `where`, a line of its own.

    With no name, it returned what can't be sent, and `message` says why. `errno` is the system's,
    0 if there is none. `by_check`: a test's own set-up code raised it, over what it was given.
    """

    def __init__(
        self, name: str, message: str, where: str, errno: int = 0, by_check: bool = False
    ) -> None:
        self.cause = cause_of_exception(name, message, errno)
        self.name, self.message, self.where, self.errno = name, message, where, errno
        self.by_check = by_check
        super().__init__(self.telling(message))

    def telling(self, message: str) -> str:
        """A sentence for the student, with other words of the exception's."""
        raised = BY_CHECK if self.by_check else "your code raised"
        return _sentence(raised, self.cause, self.name, message, self.where)


class Misuse(TypeError):
    """A test does with an object of a submission, or sends it, what can't be done; the message is
    for the test's author.

    Args:
        type_name: of the object.
        of_test: whatever the answer is, it can't be done; else the answer may be of another type
            than the test expects.
    """

    def __init__(self, message: str, type_name: str, of_test: bool = False) -> None:
        super().__init__(message)
        self.type_name, self.of_test = type_name, of_test


@dataclass(frozen=True)
class CellError:
    """The exception that stopped a cell; `str` of it is a sentence for the student."""

    name: str
    message: str
    where: str
    errno: int = 0

    @property
    def cause(self) -> Cause:
        return cause_of_exception(self.name, self.message, self.errno)

    def __str__(self) -> str:
        return self.telling(self.message)

    def telling(self, message: str) -> str:
        """The sentence, with other words of the exception's."""
        return _sentence("this cell raised", self.cause, self.name, message, self.where)


def _sentence(raised: str, cause: Cause, name: str, message: str, where: str) -> str:
    start = {
        Cause.OPEN_BLANK: "this blank is still open",
        Cause.UNSENDABLE: "a result of your code can't be checked",
    }.get(cause, f"{raised} {name}")
    return ": ".join(filter(None, [start, message])) + (f" ({where})" if where else "")
