"""The grader's end of one worker: whatever is asked of it has a deadline."""

import contextlib
import os
import secrets
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, TypeVar

from ..printable import printable
from .causes import Cause
from .failures import CellError, MissingName, Misuse, StudentError, WorkerLost
from .limits import Limits
from .memory import Memory, peak_memory
from .processor import ProcessorTime, processor_time
from .read_ahead import NOT_TOLD, Read, ReadAhead
from .remote import Remote, Submission
from .untrusted.forms import Unsendable
from .untrusted.frame import Frame, FrameTooLarge, MalformedFrame
from .untrusted.protocol import MAX_ERRNO, decode, encode

# Answers what a worker wants while it is asked something: by the nonce of that question, what is
# wanted and the deadline; `MalformedFrame` if it may not ask so.
AnswerBorrower = Callable[[bytes, list[Any], float], Frame]

Figure = TypeVar("Figure")

ROOT = 0  # the handle of the notebook's namespace
REDEFINE = {"execute", "borrow"}  # what may give the notebook's names other values
LONGEST_NAME = 100  # of a type; no worker sends more of it
PLACED_BYTES = 2**20  # of a file, at once
BY_ITSELF_S = 0.5  # for a program that hung up to finish ending

EXCESSES = {
    Cause.THREADS: "started too many threads",
    Cause.DISK: "filled the disk",
}


class Worker:
    """One submission, running in a process of its own; `submission` is its namespace.

    `ends_at` (of `time.monotonic`) is when its time is up, and may be put off; `excess` tells what
    it did that it may not, if anything; `end` kills the process unless it ends within the seconds
    given, and returns its wait status, None if unknown; `memory_bytes` says what it takes, None if
    it is gone (whether to forget its peak is the argument); `processor_s` says what time it took.
    """

    def __init__(
        self,
        connection: socket.socket,
        limits: Limits,
        ends_at: float,
        excess: Callable[[], Cause | None],
        end: Callable[[float], int | None],
        memory_bytes: Callable[[bool], dict[str, int] | None],
        processor_s: Callable[[], float | None],
        read: Read | None = None,
    ) -> None:
        self.submission = Submission(self, ROOT, "notebook")
        self.names_asked: set[str] = (
            set()
        )  # of the notebook's namespace; whoever reads may clear it
        self.lender: AnswerBorrower | None = None  # None: it may ask for nothing
        self.heard: list[Any] | None = None  # gets all that is answered; None: nobody listens
        self._connection = connection
        self._limits = limits
        self._call_timeout_s = limits.call_timeout_s
        self._excess = excess
        self._end = end
        self._memory_bytes = memory_bytes
        self._processor_s = processor_s
        self._lost: WorkerLost | None = None
        self._released: list[int] = []
        self._ahead = ReadAhead({} if read is None else read)
        self._defined: dict[str, Remote] = {}  # what cells defined, by name, until the next cell
        self._seed: int | None = None
        self.ends_at = ends_at
        self._whole = f" of {limits.submission_timeout_s:g} s for the whole submission"
        self._deadlines: list[tuple[float, str]] = []

    def execute(self, source: str, timeout_s: float | None = None) -> CellError | None:
        """Run a code cell; None, or why it stopped. Raises `WorkerLost`."""
        try:
            self.ask("execute", source, timeout_s=timeout_s or self._limits.cell_timeout_s)
        except StudentError as error:
            return CellError(error.name, error.message, error.where, error.errno)
        return None

    def place(self, name: str, content: bytes) -> None:
        """Have it write a file into its folder, before it runs any code; raises `WorkerLost`, or
        `StudentError` where there is no room."""
        for start in range(0, len(content) or 1, PLACED_BYTES):
            self.ask("place", name, content[start : start + PLACED_BYTES], start == 0)

    def lack(self, name: str, why: str) -> None:
        """Have whoever imports such a file be told that there is none, and why."""
        self.ask("lack", name, why)

    def hide(self) -> None:
        """Have nothing that it runs read the files in its folder that were handed in."""
        self.ask("hide")

    def be_lenient(self) -> None:
        """Have it overlook slips that stop answers, and a missing GPU; raises `WorkerLost`."""
        self.ask("be_lenient")

    def slips(self) -> set[str]:
        """The kinds of slips that it overlooked since it was asked last, as it says; none if it
        says something else, or is lost."""
        try:
            said = self.ask("slips")
        except (StudentError, WorkerLost):
            return set()
        return {one for one in said if isinstance(one, str)} if isinstance(said, list) else set()

    def seed(self, seed: int) -> None:
        """Seed all the worker's random generators, right before what is asked next."""
        self._seed = seed

    @contextlib.contextmanager
    def time_limit(self, timeout_s: float, call_timeout_s: float | None = None) -> Iterator[None]:
        """Within this block, everything asked has `timeout_s` together, and each call
        `call_timeout_s`, if that is not the same as elsewhere."""
        outer_s = self._call_timeout_s
        self._call_timeout_s = call_timeout_s or outer_s
        self._deadlines.append(_within(timeout_s, " for one test"))
        try:
            yield
        finally:
            self._deadlines.pop()
            self._call_timeout_s = outer_s

    @contextlib.contextmanager
    def peak_memory(self) -> Iterator[Memory]:
        """Watch how much memory it takes within this block."""
        self.ask("give_back")
        try:
            with peak_memory(self._look_at_memory) as memory:
                yield memory
        finally:
            if self._lost is None:
                self.ask("keep_freed")

    def processor_time(self) -> AbstractContextManager[ProcessorTime]:
        """Watch how much processor time it takes within this block."""
        return processor_time(lambda: self._seen(self._processor_s))

    def _look_at_memory(self, forget_peak: bool) -> dict[str, int]:
        return self._seen(lambda: self._memory_bytes(forget_peak))

    def _seen(self, look: Callable[[], Figure | None]) -> Figure:
        """What the kernel says of it, unless it is lost."""
        if self._lost is not None:
            raise self._lost.with_traceback(None)
        found = look()
        if found is None:
            raise self._lose()
        return found

    def kill(self) -> None:
        """End the worker and all it started; allowed at any time, also twice."""
        if self._lost is None:
            self._lose(Cause.NOT_RUN, "was ended by the grader")

    def renew(self) -> None:
        """Give the notebook's namespace a new handle: whoever kept by the old one what it answered
        has to ask again."""
        self.submission = Submission(self, ROOT, "notebook")
        self._defined.clear()

    def release(self, number: int) -> None:
        """Let the worker forget an object, along with the next question."""
        if number != ROOT:
            self._released.append(number)

    def ask(
        self,
        operation: str,
        *arguments: Any,
        timeout_s: float | None = None,
        unwrap: Callable[[int, str], Any] | None = None,
    ) -> Any:
        """Have the worker do one thing and return what came of it; see `Remote`.

        Args:
            unwrap: what to make of an object's number and type, if not a `Remote`.

        Raises:
            TypeError: if an argument can't cross.
            WorkerLost: as soon as the worker is lost, and at every later question.
        """
        heard = self.heard if self.heard is not None else []
        try:
            answer = self._answer(operation, *arguments, timeout_s=timeout_s, unwrap=unwrap)
        except (StudentError, MissingName, WorkerLost) as error:
            heard.append(error)
            raise
        heard.append(answer)
        return answer

    def _answer(
        self,
        operation: str,
        *arguments: Any,
        timeout_s: float | None,
        unwrap: Callable[[int, str], Any] | None,
    ) -> Any:
        of_notebook = operation == "get" and arguments[0] is self.submission
        if of_notebook:
            self.names_asked.add(arguments[1])
        if self._lost is not None:
            raise self._lost.with_traceback(None)
        if of_notebook and arguments[1] in self._defined:
            return self._defined[arguments[1]]
        if operation in REDEFINE:
            self._defined.clear()
        wanted: list[str] = []
        if operation == "get" and unwrap is None:
            if (told := self._ahead.value(*arguments)) is not NOT_TOLD:
                return told
        else:
            self._ahead.forget()
            wanted = self._ahead.names(arguments[0]) if operation == "setup" else []
        call = _within(timeout_s or self._call_timeout_s)
        deadline, exceeded = min(call, (self.ends_at, self._whole), *self._deadlines)
        nonce = secrets.token_bytes(8)
        released, self._released = self._released, []
        question = (nonce, operation, released, self._seed, wanted, *arguments)
        limit_bytes = self._limits.frame_limit_bytes
        try:
            request = encode(question, self._wrap, limit_bytes)
        except Unsendable as reason:
            raise Unsendable(f"what the test sends can't cross to the worker: {reason}") from None
        self._seed = None
        try:
            request.send(self._connection, deadline)
            reply = self._receive_reply(nonce, deadline, unwrap or self._unwrap)
        except TimeoutError:
            raise self._lose(Cause.TIME, f"exceeded the time limit{exceeded}") from None
        except FrameTooLarge:
            raise self._lose(Cause.TOO_LARGE, "sent too large a result") from None
        except MalformedFrame:
            raise self._violated() from None
        except (EOFError, OSError):
            raise self._lose() from None
        if excess := self._excess():  # before the next look of who watches it
            raise self._lose(excess, EXCESSES[excess])
        match reply:  # with types first: a tensor may not be compared with a string
            case [bytes(echo), str("value"), result] if echo == nonce and not wanted:
                if of_notebook and isinstance(result, Remote):
                    self._defined[arguments[1]] = result
                if operation == "setup":
                    self._ahead.keep(arguments[0], result, {})
                return result
            case [bytes(echo), str("value"), result, dict(told)] if echo == nonce and wanted:
                self._ahead.keep(arguments[0], result, told)
                return result
            case [bytes(echo), str("missing")] if echo == nonce and operation == "get":
                raise _missing(*arguments)
            case [bytes(echo), str("missing")] if echo == nonce and operation == "again":
                name = arguments[0]
                raise MissingName(f"no cell sets `{name}`", name, Cause.MISSING_NAME)
            case [bytes(echo), str("raised"), str(name), str(text), str(where), int(errno)] if (
                echo == nonce and 0 <= errno <= MAX_ERRNO
            ):
                told = _type_name(name, "an exception"), printable(text), printable(where)
                raise StudentError(*told, errno, by_check=operation == "setup" and not where)
        raise self._violated()

    def _receive_reply(
        self, nonce: bytes, deadline: float, unwrap: Callable[[int, str], Any]
    ) -> Any:
        """What the worker replies, after it was told all that it asks in turn."""
        while True:
            frame = Frame.receive(self._connection, self._limits.frame_limit_bytes, deadline)
            match decode(frame, unwrap):
                case [bytes(echo), str("borrow"), *wanted] if self.lender and echo == nonce:
                    self.lender(nonce, wanted, deadline).send(self._connection, deadline)
                case reply:
                    return reply

    def _violated(self) -> WorkerLost:
        return self._lose(Cause.VIOLATION, "interfered with the grader's questions")

    def _lose(self, cause: Cause | None = None, reason: str = "") -> WorkerLost:
        """Make an end of the worker; without a cause, it is how the program ended by itself."""
        self._connection.close()
        self._defined.clear()
        self._ahead.forget()
        status = self._end(BY_ITSELF_S if cause is None else 0.0)
        self._lost = _how_it_ended(status) if cause is None else WorkerLost(reason, cause)
        return self._lost

    def _wrap(self, value: Any) -> tuple[int, str]:
        if isinstance(value, Remote) and value._remote_worker is self:
            return value._remote_number, value.type_name
        kind = getattr(value, "type_name", type(value).__name__)
        raise Misuse(
            f"a {type(value).__name__} can't be sent to the worker, only plain data, arrays, data "
            "frames, tensors and its own Remotes: write what it does as source for "
            "`submission.setup`",
            kind,
            of_test=True,
        )

    def _unwrap(self, number: int, type_name: str) -> Remote:
        return Remote(self, number, _type_name(type_name, "object"))


def _type_name(name: str, instead: str) -> str:
    """The name of a type, which can say nothing else; "" if there is none."""
    return name if not name or (name.isidentifier() and len(name) <= LONGEST_NAME) else instead


def _within(timeout_s: float, what_for: str = "") -> tuple[float, str]:
    return time.monotonic() + timeout_s, f" of {timeout_s:g} s{what_for}"


def _missing(target: Remote, name: str) -> MissingName:
    if isinstance(target, Submission):
        return MissingName(f"`{name}` is not defined", name, Cause.MISSING_NAME)
    message = f"`{target.type_name}` has no attribute `{name}`"
    return MissingName(message, name, Cause.MISSING_ATTRIBUTE)


def _how_it_ended(status: int | None) -> WorkerLost:
    if status is None:
        return WorkerLost("ended the program and all others with it", Cause.ENDED)
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return WorkerLost(f"ended the program (exit code {code})", Cause.ENDED)
    hint = ", perhaps out of memory or disk space" if -code == signal.SIGKILL else ""
    words = f"crashed the program (signal {-code}: {signal.strsignal(-code)}{hint})"
    return WorkerLost(words, Cause.FORBIDDEN_CALL if -code == signal.SIGSYS else Cause.CRASHED)
