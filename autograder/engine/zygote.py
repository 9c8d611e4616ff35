"""Starts the process that workers are forked from, and has it fork and end them."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .causes import Cause
from .confinement import ENGINE_DIR, Policy, describe, make_plan, strongest_possible
from .failures import EngineUnavailable, ZygoteLost
from .limits import Limits
from .read_ahead import Read
from .untrusted import confine, scratch
from .worker import Worker

ANSWER_TIMEOUT_S = 10.0
BY_ITSELF_S = 0.5
UNMEASURED_S = 0.02  # of work, and a folder is measured before the next reply is taken

# The engine's folder can be imported from just long enough to find its untrusted half.
BOOT = """
import sys
engine_dir, control_fd, grader_pid = sys.argv[1:]
sys.path.insert(0, engine_dir)
from untrusted.zygote import main
sys.path.remove(engine_dir)
main(int(control_fd), int(grader_pid))
"""


class Zygote:
    """A warm process that workers are forked from in milliseconds; a context manager.

    The kernel ends it, and its workers, when the thread that entered it is gone.

    Args:
        support_dir: what submissions find beside them (a release folder); each gets a copy.
        limits: for every worker.
        policy: how strictly they are confined; `confinement` then says how strictly they are.
        imports: modules that submissions use; they are loaded once.
        prepare: functions, as `module.function`, of `support_dir` or a library: they are called
            once, without arguments, and what they cache is there for all submissions.

    Raises:
        ConfinementRefused: on entry, if this machine can't do as the policy asks.
        EngineUnavailable: on entry, if the process doesn't start.
    """

    def __init__(
        self,
        support_dir: Path | None = None,
        limits: Limits | None = None,
        policy: Policy | None = None,
        imports: tuple[str, ...] = (),
        prepare: tuple[str, ...] = (),
    ) -> None:
        self.support_dir = support_dir and support_dir.resolve()
        self.limits = limits or Limits()
        self.policy = policy or Policy()
        self.imports = imports
        self.prepare = prepare
        self._process: subprocess.Popen[bytes] | None = None
        self._workers: list[Worker] = []
        self._read: Read = {}
        self.workers_cpu_s = 0.0  # processor time of all that have ended

    def __enter__(self) -> "Zygote":
        self._level = strongest_possible(self.policy)
        self.confinement = describe(self._level)
        # Under "strong" the machine's own disk is never used: nothing to remove, however it ends.
        self._home = Path(confine.SCRATCH if self._level == "strong" else tempfile.mkdtemp())
        try:
            self._start()
        except BaseException:
            self._remove_home()
            raise
        return self

    @property
    def control_fd(self) -> int:
        """What it is asked through."""
        return self._control.fileno()

    @property
    def is_confined(self) -> bool:
        """Whether the kernel keeps workers from anything."""
        return self._level != "none"

    def restart(self) -> None:
        """End all workers, whoever forked them, and begin with a fresh process.

        Raises:
            EngineUnavailable: if it doesn't start.
        """
        self._workers.clear()
        self._stop()
        self._start()

    def __exit__(self, *_: object) -> None:
        for worker in list(self._workers):
            worker.kill()
        self._stop()
        self._remove_home()

    def _remove_home(self) -> None:
        if self._level != "strong":
            with contextlib.suppress(OSError):
                scratch.remove(self._home)

    def fork(self, seed: int, ends_at: float | None = None) -> Worker:
        """A fresh worker, its random generators seeded, on the cores of who asks for it; `kill` it
        when done.

        Args:
            seed: any non-negative integer.
            ends_at: when the submission's time is up (of `time.monotonic`), if it began earlier.

        Raises:
            EngineUnavailable: if there is none to be had.
            ZygoteLost: in a fork of the process that started it, which can't start it again.
        """
        options = {
            "seed": seed,
            "limit_bytes": self.limits.frame_limit_bytes,
            "cores": sorted(os.sched_getaffinity(0)),
        }
        connection, theirs = socket.socketpair()
        with theirs:
            pid = self._request({"fork": options}, theirs.fileno())
            if pid is None:  # an earlier worker took the zygote along
                if os.getpid() != self._started_by:  # a fork is under limits of its own
                    raise ZygoteLost("the process that runs submissions was ended by one of them")
                self._start()
                pid = self._request({"fork": options}, theirs.fileno())
        if not isinstance(pid, int):
            connection.close()
            raise EngineUnavailable(f"no worker could be started: {pid or 'the zygote ended'}")
        process = self._process

        def ask(request: dict[str, Any]) -> Any:
            return self._request(request) if self._process is process else None

        measured_at, took_s = time.monotonic(), 0.0

        def excess() -> Cause | None:
            nonlocal measured_at, took_s
            started_at = time.monotonic()
            is_due = started_at - measured_at > max(UNMEASURED_S, took_s)
            if self._level == "strong" or not is_due:
                return None
            answer = ask({"measure": pid})
            measured_at = time.monotonic()
            took_s = measured_at - started_at
            return Cause(answer) if answer else None

        def end(grace_s: float) -> int | None:
            answer = ask({"end": pid, "grace_s": grace_s})
            self._workers.remove(worker)
            if answer is None:
                return None
            self.workers_cpu_s += answer["cpu_s"]
            return int(answer["status"])

        def memory_bytes(forget_peak: bool) -> dict[str, int] | None:
            answer: dict[str, int] | None = ask({"memory": pid, "forget_peak": forget_peak})
            return answer

        def processor_s() -> float | None:
            answer: float | None = ask({"processor": pid})
            return answer

        if ends_at is None:
            ends_at = time.monotonic() + self.limits.submission_timeout_s
        worker = Worker(
            connection,
            self.limits,
            ends_at,
            excess,
            end,
            memory_bytes,
            processor_s,
            self._read,
        )
        self._workers.append(worker)
        return worker

    def _start(self) -> None:
        self._plan = make_plan(
            self._level, self._home, self.support_dir, self.limits, self.imports, self.prepare
        )
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(self.limits.start_timeout_s)
        arguments = [str(ENGINE_DIR), str(theirs.fileno()), str(os.getpid())]
        with tempfile.TemporaryFile() as log:
            with theirs:
                self._process = subprocess.Popen(
                    # as -I does, but for PYTHONHASHSEED: the environment is ours
                    [sys.executable, "-P", "-s", "-c", BOOT, *arguments],
                    pass_fds=[theirs.fileno()],
                    env=_environment(str(self._home)),
                    cwd="/",
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                )
            if self._request(asdict(self._plan)) is None:
                log.seek(0)
                reason = log.read().decode(errors="replace").strip().rpartition("\n")[2]
                raise EngineUnavailable(f"the grading process did not start: {reason}")
        self._control.settimeout(ANSWER_TIMEOUT_S)
        self._started_by = os.getpid()

    def _request(self, request: dict[str, Any], *fds: int) -> Any:
        """The zygote's answer; None if it is lost, and then all its workers are."""
        if self._process is None:
            return None
        with contextlib.suppress(OSError, ValueError):
            socket.send_fds(self._control, [json.dumps(request).encode()], fds)
            return json.loads(self._control.recv(2**12))
        self._stop()
        return None

    def _stop(self) -> None:
        if self._process is not None:
            self._control.close()  # it ends by itself, and its workers are counted as its own
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(BY_ITSELF_S)
            self._process.kill()
            self._process.wait()
            self._process = None


def _environment(home: str) -> dict[str, str]:
    """Nothing of the grader's own; one thread, and sets of strings in the same order each run."""
    return {
        **dict.fromkeys(("HOME", "IPYTHONDIR", "MPLCONFIGDIR", "TMPDIR"), home),
        # No OMP_THREAD_LIMIT: where fewer threads come than were asked for, LSTMs go wrong.
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
        "OMP_WAIT_POLICY": "PASSIVE",  # who has threads all the same has one core for them
        "LANG": "C.UTF-8",
        "MALLOC_ARENA_MAX": "2",  # each reserves address space, which is limited
        "MPLBACKEND": "Agg",
        "PATH": os.defpath,
        "PYTHONHASHSEED": "0",
        "TORCHDYNAMO_DISABLE": "1",  # what compiles would start a compiler
        "USER": "student",  # without it, who grades would be looked up
    }
