"""The warm process: it has a lab's tests collected and a zygote ready, and forks a judge per task.

A judge compares hostile values, so it is a process of its own, with limits and nothing to lose: it
inherits the tests, the reference and all that was computed before, does one task, writes one answer
and ends; see `harmless` for what it can't. What it dies of costs that task only.
"""

import contextlib
import gc
import json
import os
import pickle
import select
import signal
import time
import warnings
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn, Protocol

from ..assignment import Assignment
from ..engine import EngineUnavailable, Limits, Policy, Zygote, ZygoteLost
from ..engine.untrusted import adapters, heap, tensors
from ..engine.untrusted.linux import OwnStatus
from ..errors import HiddenTestsBroken
from ..printable import printable
from ..tied_process import keep_for_ever
from .harmless import become_harmless
from .knowledge import Knowledge, learnt_of, plain_of
from .pytest_plugin import Tests, with_tests
from .reproduction import Learnt, NotLearnt, Reproductions, learn

GRACE_S = 30.0  # for a judge to end, beyond what its workers have
ANSWER_LIMIT_BYTES = 64 * 2**20
READY = "ready"
REHEARSED = "rehearsed"  # what came of the rehearsal
IMPORTING = "importing"  # a file of tests, said before
NOT_LEARNT = b'{"not learnt"'  # how an answer begins that asks for known mistakes
SHORT_BYTES = 2**16
NO_WORKER = 3  # an exit code: there was none to be had; why not, the answer says
Answer = dict[str, Any]  # {"done": what came of it}, or {"failed": why not} and more


@dataclass(frozen=True)
class Grader:
    """All that grading a submission needs besides the submission."""

    assignment: Assignment
    seed: int = 0
    limits: Limits = field(default_factory=Limits)
    policy: Policy = field(default_factory=Policy)
    names_mistakes: bool = False  # in messages, where a known one is behind a failed test
    knowledge: Knowledge | None = None  # keeps what they answer; None: each process learns it


@dataclass(frozen=True)
class Ready:
    """What a judge has when it is forked."""

    grader: Grader
    tests: Tests
    zygote: Zygote
    known_mistakes: Reproductions | None = None  # None: they are not named


class Task(Protocol):
    """Something to be judged."""

    def run(self, ready: Ready) -> Any:
        """Do it; what comes of it has to be plain data."""


@dataclass(frozen=True)
class Learning:
    """The task of finding out what known mistakes answer."""

    question: str

    def run(self, ready: Ready) -> Any:
        """What was learnt as plain data."""
        return plain_of(learn(ready, self.question))


def main(connection: Connection) -> None:
    """Get warm, say so, then do tasks until the other side hangs up.

    The first thing sent is a `Grader`, and a task or None: a rehearsal, done once by this process
    itself, so that what it computes and imports no judge has to.
    """
    grader: Grader
    rehearsal: Task | None
    grader, rehearsal = pickle.loads(connection.recv_bytes())  # from the process that started us
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # tests may print
    heap.keep_freed()
    warnings.simplefilter("ignore")  # of libraries, about values of students

    def say_import(file: Path | str) -> None:
        _say(connection, {IMPORTING: str(file)})

    def serve(tests: Tests) -> None:
        _refuse_threads("while a file of tests is imported; do it within the tests")
        say_import("")
        assignment = grader.assignment
        with Zygote(
            assignment.release_dir,
            grader.limits,
            grader.policy,
            assignment.imports,
            assignment.prepare,
        ) as zygote:
            tensors.use_threads(1)
            names = grader.names_mistakes and assignment.solution is not None
            ready = Ready(grader, tests, zygote, Reproductions() if names else None)
            rehearsed = None
            if rehearsal is not None:
                rehearsed = _here_or_in_a_fork(rehearsal, replace(ready, known_mistakes=None))
            _refuse_threads("but a file of tests loads it late; import it at the top of the file")
            _say(connection, {READY: zygote.confinement, REHEARSED: rehearsed})
            _serve(ready, connection)

    try:
        assignment = grader.assignment
        with_tests(assignment.test_files, serve, say_import, assignment.take_values)
    except (EngineUnavailable, HiddenTestsBroken) as error:
        with contextlib.suppress(OSError):
            connection.send(_failed(error))


def _say(connection: Connection, message: dict[str, Any]) -> None:
    """Tell who started this process. If nobody listens any more, because another such process found
    the tests broken, end at once: pytest, within which this is called, would print a traceback."""
    try:
        connection.send(message)
    except OSError:
        os._exit(0)


def _refuse_threads(when: str) -> None:
    """End where judges that are forked from here would wait for ever.

    Raises:
        HiddenTestsBroken: naming the library, and what to do.
    """
    if library := adapters.unforkable():
        raise HiddenTestsBroken(f"{library} computes before judges are forked, {when}")


def _here_or_in_a_fork(task: Task, ready: Ready) -> Any:
    """What comes of a task that this process does itself, unless a library forbids it; None if
    nothing came of it."""
    if not adapters.computes_in_threads():
        return task.run(ready)
    return json.loads(_in_a_fork(task, ready, OwnStatus().size_bytes)).get("done")


def _serve(ready: Ready, connection: Connection) -> None:
    gc.collect()
    keep_for_ever()
    status = OwnStatus()
    while True:
        try:
            task: Task = pickle.loads(connection.recv_bytes())
        except (EOFError, OSError):
            return
        answer = _in_a_fork(task, ready, status.size_bytes)
        while _learnt(answer, ready):
            answer = _in_a_fork(task, ready, status.size_bytes)
        connection.send_bytes(answer)


def _learnt(answer: bytes, ready: Ready) -> list[str]:
    """The questions whose mistakes a judge did not know yet, and that this process knows now."""
    known = ready.known_mistakes
    if known is None or not answer.startswith(NOT_LEARNT) or len(answer) > SHORT_BYTES:
        return []
    tested = ready.grader.assignment.tested  # nothing a judge says is taken apart here
    questions = [
        name
        for name in tested
        if json.dumps(name).encode() in answer and name not in known.mistakes
    ]
    for question in questions:
        known.add(question, _learn(ready, question))
    return questions


def _learn(ready: Ready, question: str) -> Learnt:
    def find_out() -> Learnt:
        if not adapters.computes_in_threads():
            return learn(ready, question)
        plain = _here_or_in_a_fork(Learning(question), ready)
        return Learnt({}, {}, []) if plain is None else learnt_of(plain)

    knowledge = ready.grader.knowledge
    return find_out() if knowledge is None else knowledge.of(question, find_out)


def _in_a_fork(task: Task, ready: Ready, size_bytes: int) -> bytes:
    """The answer of a judge, or what it died of."""
    limits = ready.grader.limits
    read_end, write_end = os.pipe()
    try:
        pid = os.fork()
    except OSError as error:  # no memory, too many processes
        os.close(read_end)
        os.close(write_end)
        return json.dumps({"failed": f"no judge could be started: {error.strerror}"}).encode()
    if pid == 0:
        os.close(read_end)
        _judge(task, ready, size_bytes, write_end)
    os.close(write_end)
    deadline = time.monotonic() + limits.longest_s + GRACE_S
    answer, died_of = bytearray(), "its time limit"
    with os.fdopen(read_end, "rb", buffering=0) as pipe:
        while (left_s := deadline - time.monotonic()) > 0:
            if not select.select([pipe], [], [], left_s)[0]:
                break
            part = pipe.read(2**20)
            if not part:
                died_of = ""
                break
            answer += part
            if len(answer) > ANSWER_LIMIT_BYTES:
                died_of = "too long an answer"
                break
    if died_of:
        os.kill(pid, signal.SIGKILL)
    _, wait_status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(wait_status)
    if code == 0 and not died_of:
        return bytes(answer)
    ready.zygote.restart()  # its workers, and perhaps a question that was left unanswered
    if code == NO_WORKER and not died_of:
        return bytes(answer)
    died_of = died_of or _how_it_died(code)
    return json.dumps({"failed": f"the judge of this submission died of {died_of}"}).encode()


def _how_it_died(code: int) -> str:
    if code >= 0:
        return f"exit {code}"
    hint = ", perhaps out of memory" if -code == signal.SIGKILL else ""
    return f"signal {-code} ({signal.strsignal(-code)}{hint})"


def _judge(task: Task, ready: Ready, size_bytes: int, write_end: int) -> NoReturn:
    """In a fork: give up what no judge needs, do the task, write its answer, end."""
    code = 1
    try:
        gc.disable()  # it lives for a second, and has a limit of memory
        zygote = ready.zygote
        kept_fds = {write_end, zygote.control_fd}
        become_harmless(kept_fds, ready.grader.limits, size_bytes, zygote.is_confined)
        code = 0
        try:
            answer = json.dumps({"done": task.run(ready)})
        except NotLearnt as reason:
            answer = json.dumps({"not learnt": reason.questions, "failed": "its mistakes changed"})
        except BaseException as error:
            answer = json.dumps(_failed(error))
            code = NO_WORKER if isinstance(error, ZygoteLost | EngineUnavailable) else 0
        rest = memoryview(answer.encode())
        while rest:
            rest = rest[os.write(write_end, rest) :]
    except BaseException:
        code = code or 1
    os._exit(code)


def _failed(error: BaseException) -> Answer:
    """Why there is nothing; `kind` says which exceptions stop everything."""
    fatal = isinstance(error, EngineUnavailable | HiddenTestsBroken)
    text = str(error) if fatal else printable(f"{type(error).__name__}: {error}")
    return {"failed": text, "kind": type(error).__name__}
