"""A process that holds torch, matplotlib and IPython ready and forks a worker per submission.

It runs no student code itself. It has one thread, always: locks held by another would stay held
for ever in a child, and torch hang at its first LSTM.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
USED_BY_SUBMISSIONS = ("torch.utils.data", "torchvision.datasets", "sklearn.datasets", "tqdm.auto")


def main(control_fd: int, grader_pid: int) -> None:
    """Get warm, say so on the control socket, then fork and end workers as asked."""
    die_with_parent(grader_pid)
    control = socket.socket(fileno=control_fd)
    warm_up()
    shell = make_shell()
    check_threads()
    silence()
    gc.freeze()
    control.send(b"1")
    with contextlib.suppress(OSError):  # the grader is gone
        serve(control, shell)
    os._exit(0)


def die_with_parent(parent_pid: int) -> None:
    """Have the kernel kill this process as soon as its parent is gone, however it went."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:  # it went before the line above
        os._exit(1)


def warm_up() -> None:
    """Import what submissions use and run what torch and matplotlib set up on first use."""
    import matplotlib.pyplot as plt
    import torch

    for name in USED_BY_SUBMISSIONS:
        with contextlib.suppress(ImportError, RuntimeError):  # who needs it will see why
            importlib.import_module(name)

    torch.set_num_threads(1)
    tokens = torch.zeros(2, 3, 8)  # (batch, seq_len, features)
    lstm = torch.nn.LSTM(8, 8, num_layers=2, bidirectional=True, batch_first=True)
    attention = torch.nn.MultiheadAttention(8, 2, batch_first=True)
    (lstm(tokens)[0].sum() + attention(tokens, tokens, tokens)[0].sum()).backward()
    torch.optim.Adam(lstm.parameters()).step()  # the first optimizer imports half of torch
    torch.testing.assert_close(tokens, tokens)
    plt.plot([0, 1])
    plt.close()


def make_shell() -> Any:
    """The IPython shell that each worker inherits."""
    from IPython.core.history import HistoryManager

    from .worker import NotebookShell

    HistoryManager.enabled = False  # it would need a thread and a file
    return NotebookShell.instance()


def check_threads() -> None:
    """Refuse to go on with a second thread, whoever started it."""
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        raise RuntimeError(f"a child of a process with {threads} threads may hang")


def silence() -> None:
    """Output of submissions goes nowhere: it may show inputs of hidden tests, or never end."""
    sys.stdout.flush()
    sys.stderr.flush()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nowhere, fd)
    os.close(nowhere)


def serve(control: socket.socket, shell: Any) -> None:
    """Answer {"fork": …} with a process id and {"end": pid, …} with a wait status, until EOF."""
    while True:
        message, fds, _, _ = socket.recv_fds(control, 2**16, 1)
        if not message:
            return
        request = json.loads(message)
        if "fork" in request:
            answer = fork(control, fds[0], shell, request["fork"])
        else:
            answer = end(request["end"], request["grace_s"])
        control.send(str(answer).encode())


def fork(control: socket.socket, fd: int, shell: Any, options: dict[str, Any]) -> int:
    """The process id of a new worker that serves `fd`."""
    from .worker import answer_grader, settle

    check_threads()
    zygote_pid = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            control.close()
            os.setpgid(0, 0)
            die_with_parent(zygote_pid)
            settle(options["work_dir"], options["support_dir"])
            answer_grader(socket.socket(fileno=fd), shell, options["seed"], options["limit_bytes"])
        finally:
            os._exit(1)
    os.setpgid(pid, pid)  # on both sides, as either may need it first
    os.close(fd)
    return pid


def end(pid: int, grace_s: float) -> int:
    """The wait status of a worker, which is killed if it doesn't end by itself in time."""
    deadline = time.monotonic() + grace_s
    peek = os.WEXITED | os.WNOHANG | os.WNOWAIT  # its number stays taken until the last line
    while not os.waitid(os.P_PID, pid, peek) and time.monotonic() < deadline:
        time.sleep(0.002)
    for kill in (os.killpg, os.kill):  # first what it started, then it, wherever it moved
        with contextlib.suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]
