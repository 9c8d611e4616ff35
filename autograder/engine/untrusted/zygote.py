"""A process that holds torch, matplotlib and IPython ready and forks a worker per submission.

It never runs student code itself. Forking from a process with more than one thread would leave
locks held for ever in the child (torch hangs at its first LSTM), so everything here has one.
"""

import contextlib
import ctypes
import gc
import json
import os
import signal
import socket
import sys
import time
import warnings
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
SECONDS_TO_DIE = 0.2  # for a worker that hung up, before it is killed


def main(control_fd: int, grader_pid: int) -> None:
    """Prepare, report ready on the control socket, then fork and end workers as asked."""
    die_with_parent(grader_pid)
    control = socket.socket(fileno=control_fd)
    warm_up()
    shell = make_shell()
    gc.collect()
    gc.freeze()
    _silence()
    control.send(json.dumps({"threads": thread_count()}).encode())
    serve(control, shell)


def die_with_parent(parent_pid: int) -> None:
    """Have the kernel kill this process as soon as its parent is gone, however it went."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:  # it went before the line above
        os._exit(1)


def warm_up() -> None:
    """Import what submissions use and run what torch sets up on first use."""
    import matplotlib.pyplot as plt
    import torch
    import torch.utils.data
    import tqdm.auto  # noqa: F401

    with contextlib.suppress(ImportError, RuntimeError):  # then only who imports it will see why
        import torchvision.datasets
        import torchvision.transforms
        import torchvision.utils  # noqa: F401

    torch.set_num_threads(1)
    sequence = torch.zeros(2, 3, 8)  # (batch, seq_len, features)
    lstm = torch.nn.LSTM(8, 8, num_layers=2, bidirectional=True, batch_first=True)
    attention = torch.nn.MultiheadAttention(8, 2, batch_first=True)
    hidden, _ = lstm(sequence)
    attended, _ = attention(sequence, sequence, sequence)
    (hidden.sum() + attended.sum()).backward()
    torch.optim.Adam(lstm.parameters()).step()  # the first optimizer imports half of torch
    torch.testing.assert_close(sequence, sequence)
    figure, axes = plt.subplots()
    axes.plot([0, 1])
    plt.close(figure)


def make_shell() -> Any:
    """The IPython shell that each worker inherits."""
    from IPython.core.history import HistoryManager

    from .worker import NotebookShell

    HistoryManager.enabled = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return NotebookShell.instance()


def thread_count() -> int:
    """How many threads this process has, also those Python doesn't know of."""
    return len(list(Path("/proc/self/task").iterdir()))


def serve(control: socket.socket, shell: Any) -> None:
    """Answer {"fork": …} with a process id and {"end": pid} with its exit status, until EOF."""
    while True:
        message, fds, _, _ = socket.recv_fds(control, 2**16, 1)
        if not message:
            return
        request = json.loads(message)
        if "fork" in request:
            control.send(json.dumps(_fork(control, fds[0], shell, request["fork"])).encode())
        else:
            control.send(json.dumps({"status": _end(request["end"])}).encode())


def _fork(control: socket.socket, fd: int, shell: Any, options: dict[str, Any]) -> dict[str, int]:
    threads = thread_count()
    if threads != 1:
        raise RuntimeError(f"the zygote has {threads} threads, a child of it would hang")
    zygote_pid = os.getpid()
    pid = os.fork()
    if pid == 0:
        try:
            control.close()
            _become_worker(zygote_pid, fd, shell, options)
        finally:
            os._exit(0)
    os.close(fd)
    return {"pid": pid}


def _become_worker(zygote_pid: int, fd: int, shell: Any, options: dict[str, Any]) -> None:
    from .worker import run

    os.setpgid(0, 0)
    die_with_parent(zygote_pid)
    run(socket.socket(fileno=fd), shell, **options)


def _end(pid: int) -> int:
    """The wait status of a worker; if it doesn't end by itself at once, it is killed."""
    deadline = time.monotonic() + SECONDS_TO_DIE
    ended, status = os.waitpid(pid, os.WNOHANG)
    while not ended and time.monotonic() < deadline:
        time.sleep(0.002)
        ended, status = os.waitpid(pid, os.WNOHANG)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)  # with whatever it started
    return status if ended else os.waitpid(pid, 0)[1]


def _silence() -> None:
    """Output of submissions goes nowhere: it may show inputs of hidden tests, or never end."""
    sys.stdout.flush()
    sys.stderr.flush()
    with Path(os.devnull).open("r+b") as nowhere:
        for fd in (0, 1, 2):
            os.dup2(nowhere.fileno(), fd)
