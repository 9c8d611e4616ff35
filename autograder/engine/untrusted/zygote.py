"""A process that holds IPython and a lab's libraries ready and forks a worker per submission.

It runs no student code itself. It has one thread, always: locks held by another would stay held
for ever in a child, and numerical libraries would hang there.
"""

import contextlib
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from . import adapters, heap, plots, scratch, tensors
from .confine import SCRATCH, Plan, die_with_parent, enter, give_up, move_to, seal
from .linux import OwnStatus, count_threads
from .memory import Machine
from .processor import processor_s

CONFINED = "confined "  # says a worker, and with which process id the machine knows it


def main(control_fd: int, grader_pid: int) -> None:
    """Leave the machine, get warm, say so on the control socket; then do as the grader asks."""
    die_with_parent()
    heap.keep_freed()
    gc.disable()  # while libraries are loaded: nothing of them is garbage, and looking takes long
    if os.getppid() != grader_pid:  # it went before the line above
        os._exit(1)
    machine = Machine()  # of the folder as it is outside, where its files can be written
    control = socket.socket(fileno=control_fd)
    plan = Plan(**json.loads(control.recv(2**16)))
    with contextlib.suppress(OSError):  # when memory ends, this goes before the grader does
        Path("/proc/self/oom_score_adj").write_text("1000")
    enter(plan)
    status = OwnStatus()
    warm_up(plan)
    shell = make_shell()
    seal(plan)
    nursery = Nursery(plan, status, machine, shell)
    nursery.check_threads()
    silence()
    gc.freeze()
    gc.enable()
    control.send(b"1")
    with contextlib.suppress(OSError):  # the grader is gone
        serve(control, nursery)
    os._exit(0)


# Nearly every notebook imports it. Compiling it takes longer than all else in a small notebook.
CHECKS = "lib.kit.checks"


def warm_up(plan: Plan) -> None:
    """Import what the lab's submissions use and run what it sets up on first use."""
    if plan.support_dir is not None:
        copy_shipped(plan.support_dir, plan.shipped)
        sys.path.insert(0, plan.shipped)
    for name in (*plan.imports, CHECKS):
        if name.partition(".")[0] in adapters.START_THREADS:
            continue  # each worker loads it by itself
        with contextlib.suppress(ImportError, RuntimeError):  # who needs it will see why
            importlib.import_module(name)
    tensors.warm_up()  # on one thread from here on
    plots.warm_up()
    for name in plan.prepare:
        module, _, function = name.rpartition(".")
        with contextlib.suppress(Exception, SystemExit):  # who calls it will see why
            getattr(importlib.import_module(module), function)()
    adapters.know_what_is_loaded()
    tensors.use_threads(1)
    if plan.support_dir is not None:
        sys.path.remove(plan.shipped)


def copy_shipped(support_dir: str, shipped: str) -> None:
    """Copy what students receive, readable for workers whoever they are."""
    sys.dont_write_bytecode = True
    shutil.copytree(support_dir, shipped, dirs_exist_ok=True)
    for path in [Path(shipped), *Path(shipped).rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


def make_shell() -> Any:
    """The IPython shell that each worker inherits; what would start processes doesn't."""
    from IPython.core.history import HistoryManager

    from .worker import NotebookShell, stay_alone

    stay_alone()
    HistoryManager.enabled = False  # it would need a thread and a file
    return NotebookShell.instance()


def silence() -> None:
    """Output of submissions goes nowhere: it may show inputs of hidden tests, or never end."""
    sys.stdout.flush()
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nowhere, fd)
    os.close(nowhere)


def serve(control: socket.socket, nursery: "Nursery") -> None:
    """Answer {"fork": …} with a process id or why there is none, {"measure": pid} with what it
    has too much of, {"memory": pid, …} with what it takes and took, {"processor": pid} with the
    time that it took, and {"end": pid, …} with a wait status, until EOF."""
    while True:
        while not select.select([control], [], [], nursery.watch_every_s)[0]:
            nursery.watch()
        message, fds, _, _ = socket.recv_fds(control, 2**16, 1)
        if not message:
            return
        request = json.loads(message)
        if "fork" in request:
            answer: Any = nursery.fork(fds[0], **request["fork"])
        elif "measure" in request:
            answer = nursery.excess(request["measure"])
        elif "memory" in request:
            answer = nursery.memory_bytes(request["memory"], request["forget_peak"])
        elif "processor" in request:
            answer = nursery.processor_s(request["processor"])
        else:
            status, cpu_s = nursery.end(request["end"], request["grace_s"])
            answer = {"status": status, "cpu_s": cpu_s}
        control.send(json.dumps(answer).encode())


class Nursery:
    """The workers: forks, watches and ends them."""

    def __init__(self, plan: Plan, status: OwnStatus, machine: Machine, shell: Any) -> None:
        self.plan = plan
        self.status = status
        self.machine = machine
        self.machine_pids: dict[int, int] = {}  # process id -> the same in the machine's view
        self.shell = shell
        self.work_dirs: dict[int, str] = {}  # process id -> its folder
        self.watch_every_s = None if plan.level == "strong" else 0.1

    def fork(self, fd: int, seed: int, limit_bytes: int, cores: list[int]) -> int | str:
        """The process id of a new worker that serves `fd`, or why it could not be confined."""
        from .worker import answer_grader, settle

        self.check_threads()
        try:
            work_dir = self.make_work_dir()
        except OSError as error:
            return f"{error.filename}: {error.strerror}"
        zygote_pid, size_bytes = os.getpid(), self.status.size_bytes
        outcome, report = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                with contextlib.suppress(OSError):  # where that is not allowed
                    os.sched_setaffinity(0, cores)
                os.setsid()  # no terminal; and some kernels share out the processor by session
                silence()  # by descriptors of its own: flags of an open file are its users' alike
                machine_pid = self.machine.own_pid()
                try:
                    move_to(self.plan, work_dir, {fd, report})
                    settle(work_dir, self.plan.support_dir, self.plan.shipped)
                    give_up(self.plan, work_dir, size_bytes)
                    os.write(report, f"{CONFINED}{machine_pid}".encode())
                except OSError as error:
                    os.write(report, str(error).encode()[:1000])
                    raise
                os.close(report)
                if os.getppid() == zygote_pid:
                    answer_grader(socket.socket(fileno=fd), self.shell, seed, limit_bytes)
            finally:
                os._exit(1)
        os.close(fd)
        os.close(report)
        self.work_dirs[pid] = work_dir
        reason = os.read(outcome, 1000).decode()
        os.close(outcome)
        if reason.startswith(CONFINED):
            self.machine_pids[pid] = int(reason.removeprefix(CONFINED))
            return pid
        self.end(pid, grace_s=0)
        return reason

    def end(self, pid: int, grace_s: float) -> tuple[int, float]:
        """The wait status of a worker, which is killed if it doesn't end by itself in time, and the
        processor time that it took."""
        deadline = time.monotonic() + grace_s
        peek = os.WEXITED | os.WNOHANG | os.WNOWAIT  # its number stays taken until the last line
        while not os.waitid(os.P_PID, pid, peek) and time.monotonic() < deadline:
            time.sleep(0.002)
        for kill in (os.killpg, os.kill):  # first what it started, then it, wherever it moved
            with contextlib.suppress(ProcessLookupError):
                kill(pid, signal.SIGKILL)
        _, status, used = os.wait4(pid, 0)
        self.machine_pids.pop(pid, None)
        self.remove(self.work_dirs.pop(pid))
        return status, used.ru_utime + used.ru_stime

    def make_work_dir(self) -> str:
        """A folder for a worker, which under "strong" makes it itself, in memory of its own."""
        if self.plan.level == "strong":
            return SCRATCH
        if self.plan.nobody:
            Path(self.plan.scratch).chmod(0o711)  # who becomes nobody has to pass through
        return tempfile.mkdtemp(dir=self.plan.scratch)

    def remove(self, work_dir: str) -> None:
        """Delete what a worker left on disk; what can't be goes with the folder around it."""
        if self.plan.level != "strong":
            with contextlib.suppress(OSError):
                scratch.remove(Path(work_dir))

    def memory_bytes(self, pid: int, forget_peak: bool) -> dict[str, int] | None:
        """What a worker takes; None if it is gone."""
        try:
            return self.machine.memory_bytes(self.machine_pids[pid], forget_peak)
        except OSError:
            return None

    def processor_s(self, pid: int) -> float | None:
        """The processor time that a worker took so far; None if it is gone."""
        try:
            return processor_s(pid) + self.machine.children_s(self.machine_pids[pid])
        except OSError:
            return None

    def check_threads(self) -> None:
        """Refuse to go on with a second thread, whoever started it."""
        if self.status.threads != 1:
            raise RuntimeError(f"a child of a process with {self.status.threads} threads may hang")

    def watch(self) -> None:
        """Kill workers that take too much, where the kernel doesn't limit each by itself."""
        for pid in self.work_dirs:
            if self.excess(pid):
                os.kill(pid, signal.SIGKILL)

    def excess(self, pid: int) -> str:
        """What a worker has too much of, by the name of a cause; empty if nothing."""
        if count_threads(pid) > self.plan.threads:
            return "threads"
        limits = (self.plan.scratch_bytes, self.plan.scratch_files)
        return "disk" if scratch.is_oversized(Path(self.work_dirs[pid]), pid, *limits) else ""
