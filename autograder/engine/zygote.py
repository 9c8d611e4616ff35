"""Starts the process that workers are forked from, and has it fork and end them."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from .failures import EngineUnavailable
from .limits import Limits
from .worker import Worker

ENGINE_DIR = Path(__file__).parent
ANSWER_TIMEOUT_S = 10.0

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

    Raises:
        EngineUnavailable: on entry, if the process doesn't start.
    """

    def __init__(self, support_dir: Path | None = None, limits: Limits | None = None) -> None:
        self.support_dir = None if support_dir is None else str(support_dir.resolve())
        self.limits = limits or Limits()
        self._process: subprocess.Popen[bytes] | None = None
        self._workers: list[Worker] = []

    def __enter__(self) -> "Zygote":
        self._scratch = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        try:
            self._start()
        except BaseException:
            self._scratch.cleanup()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for worker in list(self._workers):
            worker.kill()
        self._stop()
        self._scratch.cleanup()

    def fork(self, seed: int, ends_at: float | None = None) -> Worker:
        """A fresh worker, its random generators seeded; `kill` it when done.

        Args:
            seed: any non-negative integer.
            ends_at: when the submission's time is up (of `time.monotonic`), if it began earlier.

        Raises:
            EngineUnavailable: if there is none to be had.
        """
        work_dir = tempfile.TemporaryDirectory(dir=self._scratch.name, ignore_cleanup_errors=True)
        options = {
            "support_dir": self.support_dir,
            "work_dir": work_dir.name,
            "seed": seed,
            "limit_bytes": self.limits.frame_limit_bytes,
        }
        connection, theirs = socket.socketpair()
        with theirs:
            pid = self._request({"fork": options}, theirs.fileno())
            if pid is None:  # an earlier worker took the zygote along
                self._start()
                pid = self._request({"fork": options}, theirs.fileno())
        if pid is None:
            connection.close()
            raise EngineUnavailable("the grading process ended while it started a worker")
        process = self._process

        def end(grace_s: float) -> int | None:
            is_ours = self._process is process
            status = self._request({"end": pid, "grace_s": grace_s}) if is_ours else None
            work_dir.cleanup()
            self._workers.remove(worker)
            return status

        if ends_at is None:
            ends_at = time.monotonic() + self.limits.submission_timeout_s
        worker = Worker(connection, self.limits, ends_at, end)
        self._workers.append(worker)
        return worker

    def _start(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control.settimeout(self.limits.start_timeout_s)
        log = Path(self._scratch.name, "start.log")
        arguments = [str(ENGINE_DIR), str(theirs.fileno()), str(os.getpid())]
        with theirs, log.open("wb") as output:
            self._process = subprocess.Popen(
                # as -I does, but for PYTHONHASHSEED: the environment is ours
                [sys.executable, "-P", "-s", "-c", BOOT, *arguments],
                pass_fds=[theirs.fileno()],
                env=_environment(self._scratch.name),
                cwd=self._scratch.name,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        if self._answer() is None:
            reason = log.read_text(errors="replace").strip().rpartition("\n")[2]
            raise EngineUnavailable(f"the grading process did not start: {reason}")
        self._control.settimeout(ANSWER_TIMEOUT_S)

    def _request(self, request: dict[str, Any], *fds: int) -> int | None:
        """The zygote's answer; None if it is lost, and then all its workers are."""
        if self._process is None:
            return None
        with contextlib.suppress(OSError):
            socket.send_fds(self._control, [json.dumps(request).encode()], fds)
        return self._answer()

    def _answer(self) -> int | None:
        with contextlib.suppress(OSError, ValueError):
            return int(self._control.recv(64))
        self._stop()
        return None

    def _stop(self) -> None:
        if self._process is not None:
            self._control.close()
            self._process.kill()
            self._process.wait()
            self._process = None


def _environment(home: str) -> dict[str, str]:
    """Nothing of the grader's own; one thread, and sets of strings in the same order each run."""
    return {
        **dict.fromkeys(("HOME", "IPYTHONDIR", "MPLCONFIGDIR", "TMPDIR"), home),
        # the last holds even if a submission asks for more, with which torch's LSTM may hang
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_THREAD_LIMIT"), "1"),
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "PATH": os.defpath,
        "PYTHONHASHSEED": "0",
    }
