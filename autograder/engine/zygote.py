"""Starts the process that workers are forked from, and forks them."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from autograder.errors import UserError

from .limits import Limits
from .worker import Worker

ENGINE_DIR = Path(__file__).parent
ANSWER_TIMEOUT_S = 10.0

# The engine's folder is importable just long enough to import its untrusted half.
BOOT = """
import sys
engine_dir, control_fd, grader_pid = sys.argv[1:]
sys.path.insert(0, engine_dir)
from untrusted.zygote import main
sys.path.remove(engine_dir)
main(int(control_fd), int(grader_pid))
"""


class Zygote:
    """A warm process that a worker is forked from in milliseconds; a context manager.

    The thread that enters it has to live as long as it does: the kernel ends the zygote, and
    with it its workers, when that thread is gone.

    Args:
        support_dir: what submissions find beside them (a release folder); each gets a copy.
        limits: for every worker.
    """

    def __init__(self, support_dir: Path | None = None, limits: Limits | None = None) -> None:
        self.support_dir = support_dir and support_dir.resolve()
        self.limits = limits or Limits()
        self._process: subprocess.Popen[bytes] | None = None
        self._workers: list[Worker] = []

    def __enter__(self) -> "Zygote":
        self._scratch = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.kill()
        self._stop()
        self._scratch.cleanup()

    def fork(self, seed: int) -> Worker:
        """A fresh worker, its random generators seeded; kill it when done.

        Raises:
            UserError: if no worker can be had.
        """
        if self._process is None:  # it was lost with an earlier worker
            self._start()
        work_dir = tempfile.TemporaryDirectory(dir=self._scratch.name, ignore_cleanup_errors=True)
        options = {
            "support_dir": self.support_dir and str(self.support_dir),
            "work_dir": work_dir.name,
            "seed": seed,
            "limit_bytes": self.limits.frame_limit_bytes,
        }
        ours, theirs = socket.socketpair()
        with theirs:
            answer = self._request({"fork": options}, theirs.fileno())
        if answer is None:
            raise UserError("the grading process ended while starting a worker; try again")
        pid = answer["pid"]

        def end() -> int | None:
            answer = self._request({"end": pid})
            work_dir.cleanup()
            self._workers.remove(worker)
            return None if answer is None else answer["status"]

        worker = Worker(ours, pid, self.limits, end)
        self._workers.append(worker)
        return worker

    def _start(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        log = Path(self._scratch.name, "zygote.log")
        fd = theirs.fileno()
        arguments = [str(ENGINE_DIR), str(fd), str(os.getpid())]
        with theirs, log.open("wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-s", "-c", BOOT, *arguments],
                pass_fds=[fd],
                env=_clean_environment(self._scratch.name),
                cwd=self._scratch.name,
                stdin=subprocess.DEVNULL,
                stdout=stderr,
                stderr=stderr,
            )
        self._control.settimeout(self.limits.start_timeout_s)
        if not self._receive():
            lines = log.read_text(errors="replace").strip().splitlines() or ["no reason given"]
            raise UserError(f"the grading process did not start: {lines[-1]}")
        self._control.settimeout(ANSWER_TIMEOUT_S)

    def _request(self, request: dict[str, Any], *fds: int) -> dict[str, int] | None:
        """Its answer; None if the zygote is lost, and then all its workers are."""
        if self._process is None:
            return None
        with contextlib.suppress(OSError):
            socket.send_fds(self._control, [json.dumps(request).encode()], fds)
        return self._receive()

    def _receive(self) -> dict[str, int] | None:
        with contextlib.suppress(OSError, ValueError):
            answer: dict[str, int] = json.loads(self._control.recv(4096))
            return answer
        self._stop()
        return None

    def _stop(self) -> None:
        if self._process is not None:
            self._control.close()
            self._process.kill()
            self._process.wait()
            self._process = None


def _clean_environment(home: str) -> dict[str, str]:
    """Nothing of the grader's own; one thread each, and sets of strings in a fixed order."""
    libraries = ("OMP", "MKL", "OPENBLAS", "NUMEXPR")
    return {
        "HOME": home,
        "IPYTHONDIR": home,
        "LANG": "C.UTF-8",
        "MPLBACKEND": "Agg",
        "MPLCONFIGDIR": home,
        "PATH": os.defpath,
        "PYTHONHASHSEED": "0",
        "TMPDIR": home,
        **{f"{library}_NUM_THREADS": "1" for library in libraries},
    }
