"""The grader's end of one worker: every question asked here has a deadline."""

import contextlib
import os
import secrets
import signal
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

from .failures import (
    CallTimeout,
    CellError,
    MissingName,
    ProtocolViolation,
    StudentError,
    WorkerLost,
    printable,
)
from .limits import Limits
from .remote import Remote, Submission
from .untrusted.protocol import Frame, FrameTooLarge, MalformedFrame, decode, encode


class Worker:
    """One submission, running in a process of its own.

    What asks the worker something raises `WorkerLost` if it is gone or has to be ended
    (`CallTimeout`, `ProtocolViolation`), and the same again at every later question;
    `StudentError` if the student's code raised.
    """

    def __init__(
        self, connection: socket.socket, pid: int, limits: Limits, end: Callable[[], int | None]
    ) -> None:
        self.pid = pid
        self.submission = Submission(self, 0, "notebook")
        self._connection = connection
        self._limits = limits
        self._end = end
        self._lost: WorkerLost | None = None
        self._released: list[int] = []
        self._deadlines = [_deadline(limits.submission_timeout_s, " for the whole submission")]

    def execute(self, source: str, timeout_s: float | None = None) -> CellError | None:
        """Run a code cell; None, or why it stopped."""
        timeout_s = self._limits.cell_timeout_s if timeout_s is None else timeout_s
        match self._ask("execute", source, timeout_s=timeout_s):
            case None:
                return None
            case (str(type_name), str(message), str(where)):
                return CellError(printable(type_name), printable(message), printable(where))
        raise self._violated()

    def seed(self, seed: int) -> None:
        """Seed all the worker's random generators."""
        self._ask("seed", seed)

    @contextlib.contextmanager
    def time_limit(self, timeout_s: float) -> Iterator[None]:
        """Within this block all questions together have `timeout_s`."""
        self._deadlines.append(_deadline(timeout_s, " for one test"))
        try:
            yield
        finally:
            self._deadlines.pop()

    def get(self, target: Remote, name: str) -> Any:
        """Attribute `name` of `target`; raises `MissingName` if there is none."""
        return self._ask("get", target, name)

    def call(self, target: Remote, /, *args: Any, **kwargs: Any) -> Any:
        """What `target(*args, **kwargs)` returns."""
        return self._ask("call", target, args, kwargs)

    def item(self, target: Remote, key: Any) -> Any:
        """What `target[key]` is."""
        return self._ask("item", target, key)

    def length(self, target: Remote) -> int:
        """What `len(target)` is."""
        length = self._ask("len", target)
        if type(length) is not int or length < 0:
            raise self._violated()
        return length

    def setup(self, source: str, inputs: dict[str, Any]) -> Remote:
        """A namespace in which `source` ran, holding `inputs` at its start."""
        namespace = self._ask("setup", source, inputs)
        if not isinstance(namespace, Remote):
            raise self._violated()
        return namespace

    def release(self, number: int) -> None:
        """Let the worker forget an object, along with the next question."""
        self._released.append(number)

    def kill(self) -> None:
        """End the worker and all it started; allowed at any time, also twice."""
        if self._lost is None:
            self._lose(WorkerLost, "the program was ended by the grader")

    def _ask(self, operation: str, *arguments: Any, timeout_s: float | None = None) -> Any:
        if self._lost is not None:
            raise type(self._lost)(*self._lost.args)
        timeout_s = self._limits.call_timeout_s if timeout_s is None else timeout_s
        deadline, exceeded = min(_deadline(timeout_s), *self._deadlines)
        nonce = secrets.token_bytes(8)
        released, self._released = self._released, []
        limit_bytes = self._limits.frame_limit_bytes
        request = encode((nonce, operation, released, *arguments), self._wrap, limit_bytes)
        try:
            request.send(self._connection, deadline)
            reply = decode(Frame.receive(self._connection, limit_bytes, deadline), self._unwrap)
        except TimeoutError:
            raise self._lose(CallTimeout, exceeded) from None
        except FrameTooLarge:
            raise self._lose(WorkerLost, "the program sent too large a result") from None
        except MalformedFrame:
            raise self._violated() from None
        except (EOFError, OSError):
            raise self._lose(WorkerLost) from None
        match reply:
            case (bytes(echo), str(status), *details) if echo == nonce:
                return self._result(status, details, arguments)
        raise self._violated()

    def _result(self, status: str, details: list[Any], arguments: tuple[Any, ...]) -> Any:
        match status, details:
            case "value", [value]:
                return value
            case "missing", [] if len(arguments) == 2:
                raise MissingName(_missing(*arguments))
            case "unsendable", [str(reason)]:
                reason = f"a result can't be handed over: {printable(reason)}"
                raise StudentError("", reason)
            case "raised", [str(type_name), str(message), str(where)]:
                raise StudentError(printable(type_name), printable(message), printable(where))
        raise self._violated()

    def _violated(self) -> WorkerLost:
        return self._lose(ProtocolViolation, "the program interfered with the grader's questions")

    def _lose(self, kind: type[WorkerLost], reason: str | None = None) -> WorkerLost:
        """End the worker; without a reason it is how the program ended by itself."""
        self._connection.close()
        status = self._end()
        self._lost = kind(reason or _how_it_ended(status))
        return self._lost

    def _wrap(self, value: Any) -> tuple[int, str]:
        if isinstance(value, Remote) and value._remote_worker is self:
            return value._remote_number, value.type_name
        raise TypeError(
            f"a {type(value).__name__} can't be sent to the worker, only plain data, tensors and "
            "its own Remotes: write what it does as source for `submission.setup`"
        )

    def _unwrap(self, number: int, type_name: str) -> Remote:
        return Remote(self, number, printable(type_name))


def _deadline(timeout_s: float, what_for: str = "") -> tuple[float, str]:
    return time.monotonic() + timeout_s, f"time limit of {timeout_s:g} s{what_for} exceeded"


def _missing(target: Remote, name: str) -> str:
    if isinstance(target, Submission):
        return f"`{name}` is not defined"
    return f"`{target.type_name}` has no attribute `{name}`"


def _how_it_ended(status: int | None) -> str:
    if status is None:
        return "the program was ended together with its worker pool"
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return f"the program ended itself (exit code {code})"
    reason = " (out of memory?)" if -code == signal.SIGKILL else ""
    return f"the program was killed by {signal.Signals(-code).name}{reason}"
