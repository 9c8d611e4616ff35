"""Processes of a pool, killed with the one that started them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from .conftest import is_alive

PROJECT = Path(__file__).resolve().parents[3]
POOL = """
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

from autograder.engine import Limits, zygote_of_this_process
from autograder.lifeline import tied

if __name__ == "__main__":
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, spawn, *tied(zygote_of_this_process, None, Limits())) as pool:
        list(pool.map(abs, range(50)))
        print("idle", flush=True)
        input()
"""


def test_an_idle_pool_does_not_outlive_its_parent(
    tmp_path: Path, processes_below: Callable[[int], set[int]]
) -> None:
    program = tmp_path / "pool.py"
    program.write_text(POOL, "utf-8")
    parent = subprocess.Popen(
        [sys.executable, str(program)], env={**os.environ, "PYTHONPATH": str(PROJECT)},
        text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert parent.stdin is not None and parent.stdout is not None
    with parent.stdin, parent.stdout:
        assert parent.stdout.readline() == "idle\n"
        started = processes_below(parent.pid)
        assert len(started) >= 4  # two processes, and their zygotes
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    deadline = time.monotonic() + 1
    while any(map(is_alive, started)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(is_alive, started))
