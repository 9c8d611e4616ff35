"""Why a test or a cell failed, as a value: whoever decides something looks here, at no sentence."""

import errno
from enum import StrEnum, auto

from ..blank_errors import is_of_open_blank
from .untrusted import tensors


class Cause(StrEnum):
    """What happened first; a message says the same to the student, in words."""

    # The student's code answered.
    COMPARISON = auto()  # a test's own assertion: the answer is not as asked
    UNSENDABLE = auto()  # a result that can't cross to the grader
    MISSING_NAME = auto()  # of the notebook
    MISSING_ATTRIBUTE = auto()  # of an object in it
    # It raised; which exception it was, is the worker's word.
    RAISED = auto()
    OPEN_BLANK = auto()
    MEMORY = auto()
    # The worker is lost; the grader and the kernel saw why.
    TIME = auto()
    TOO_LARGE = auto()  # more bytes than an answer may have
    THREADS = auto()
    DISK = auto()
    ENDED = auto()  # by itself, with an exit code
    CRASHED = auto()  # by a signal
    FORBIDDEN_CALL = auto()  # a system call that no program needs
    VIOLATION = auto()  # it sent what no worker sends
    # Nothing was judged.
    NOT_RUN = auto()  # the worker was lost or the time used up before
    TOO_LONG = auto()  # a cell with too many characters
    CHECK_BROKEN = auto()  # a test raised what isn't an AssertionError
    TEST_BROKEN = auto()  # and no answer can be to blame for it

    @property
    def worker_lost(self) -> bool:
        """Whether it cost the worker."""
        return self in WORKER_LOST

    @property
    def raised(self) -> bool:
        """Whether an exception was raised, and not by a blank that is still open."""
        return self in (Cause.RAISED, Cause.MEMORY)


WORKER_LOST = {
    *(Cause.TIME, Cause.TOO_LARGE, Cause.THREADS, Cause.DISK),
    *(Cause.ENDED, Cause.CRASHED, Cause.FORBIDDEN_CALL, Cause.VIOLATION),
}


def cause_of_exception(name: str, message: str, error_number: int) -> Cause:
    """Decide once what an exception means that a worker reports; without a name there is none.

    Only here and in `blank_errors` are words of Python, of libraries and of blanks read.
    """
    if not name:
        return Cause.UNSENDABLE
    if is_of_open_blank(name, message):
        return Cause.OPEN_BLANK
    if name == "MemoryError" or error_number == errno.ENOMEM or tensors.OUT_OF_MEMORY in message:
        return Cause.MEMORY
    return Cause.RAISED
