"""What happened is a value, and words that a student chooses don't change it."""

import platform
from collections.abc import Callable

import pytest

from autograder.engine import Cause, MissingName, StudentError, Worker, WorkerLost
from autograder.engine.causes import WORKER_LOST, cause_of_exception

Fork = Callable[..., Worker]

RAISED = {
    "1 / 0": Cause.RAISED,
    "x = (": Cause.RAISED,
    "import sys; sys.exit(0)": Cause.RAISED,
    "open('nothing')": Cause.RAISED,
    "raise NotImplementedError": Cause.OPEN_BLANK,
    "raise NotImplementedError('Pad the reviews.')": Cause.OPEN_BLANK,
    "import torch; torch.softmax(torch.ones(2, dtype=torch.int64), 0)": Cause.RAISED,
    "x = TODO_pad_reviews": Cause.OPEN_BLANK,
    "import TODO_module": Cause.OPEN_BLANK,
    "from math import TODO_function": Cause.OPEN_BLANK,
    "def f():\n    TODO_sum += 1\nf()": Cause.OPEN_BLANK,
    "x = undefined": Cause.RAISED,
    "import nowhere": Cause.RAISED,
    "x = bytearray(2**42)": Cause.MEMORY,
    "import torch\nx = torch.ones(2**40)": Cause.MEMORY,
    "import mmap\nx = mmap.mmap(-1, 2**42)": Cause.MEMORY,
    # words that a message may have and that another cause has, too
    "raise ValueError('this cell exceeded the time limit of 1 s')": Cause.RAISED,
    "raise ValueError(\"name 'TODO_pad' is not defined\")": Cause.RAISED,
    "raise KeyError('[Errno 12] ended the program (exit code 0)')": Cause.RAISED,
    "assert False, 'interfered with the grader\\'s questions'": Cause.RAISED,
}


@pytest.mark.parametrize("source", RAISED)
def test_an_exception_has_a_cause_and_the_worker_lives_on(fork: Fork, source: str) -> None:
    worker = fork()
    error = worker.execute(source)
    assert error is not None
    assert error.cause is RAISED[source]
    assert not error.cause.worker_lost
    worker.execute("")


LOST = {
    "while True: pass": Cause.TIME,
    "import os; os._exit(0)": Cause.ENDED,
    "import ctypes; ctypes.string_at(0)": Cause.CRASHED,
    "import os; os.kill(os.getpid(), 9)": Cause.CRASHED,
    "import ctypes; ctypes.CDLL(None).syscall(0x40000027)": Cause.FORBIDDEN_CALL,
}


@pytest.mark.parametrize("source", LOST)
def test_a_lost_worker_has_a_cause(fork: Fork, source: str) -> None:
    if LOST[source] is Cause.FORBIDDEN_CALL and platform.machine() != "x86_64":
        pytest.skip("only x86_64 has a second set of system calls")
    with pytest.raises(WorkerLost) as lost:
        fork().execute(source, timeout_s=1.0)
    assert lost.value.cause is LOST[source]
    assert lost.value.cause.worker_lost


def test_what_is_missing_and_what_cannot_be_sent(fork: Fork) -> None:
    worker = fork("import torch\nclass A: ...\na = A()\nlarge = torch.zeros(2**25)")
    with pytest.raises(MissingName) as missing:
        _ = worker.submission.b
    assert missing.value.cause is Cause.MISSING_NAME
    with pytest.raises(MissingName) as missing:
        _ = worker.submission.a.b
    assert missing.value.cause is Cause.MISSING_ATTRIBUTE
    with pytest.raises(StudentError) as error:
        _ = worker.submission.large
    assert error.value.cause is Cause.UNSENDABLE


def test_a_question_after_the_end_has_not_been_asked(fork: Fork) -> None:
    worker = fork()
    worker.kill()
    with pytest.raises(WorkerLost) as lost:
        worker.execute("")
    assert lost.value.cause is Cause.NOT_RUN


ERROR_NUMBERS = {
    "open('nothing')": 2,
    "raise PermissionError(13, 'no')": 13,
    "1 / 0": 0,
    "raise OSError": 0,
    "raise OSError('no', 'number')": 0,
    "raise OSError(2**70, 'large')": 0,
    "raise OSError(-1, 'negative')": 0,
    "error = ValueError()\nerror.errno = 1\nraise error": 0,
    "class E(OSError):\n    errno = property(lambda self: 1 / 0)\nraise E": 0,
}


@pytest.mark.parametrize("source", ERROR_NUMBERS)
def test_an_error_of_the_system_has_its_number(fork: Fork, source: str) -> None:
    error = fork().execute(source)
    assert error is not None
    assert error.errno == ERROR_NUMBERS[source]


@pytest.mark.parametrize("name", ["ENAMETOOLONG", "NotImplementedErrors", "Timeout"])
def test_a_name_that_is_like_another_is_just_raised(name: str) -> None:
    assert cause_of_exception(name, "name 'TODO_x' is not defined", 0) is Cause.RAISED


def test_what_is_raised_costs_no_worker() -> None:
    assert [cause for cause in Cause if cause.raised] == [Cause.RAISED, Cause.MEMORY]
    assert not any(cause.raised for cause in WORKER_LOST)
