"""The process that forks workers: clean, restartable, and gone when the grader is."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from autograder.engine import CallTimeout, EngineUnavailable, Limits, Worker, WorkerLost, Zygote
from autograder.engine import zygote as module
from autograder.engine.untrusted.zygote import check_threads

PROJECT = Path(__file__).resolve().parents[3]


def value(worker: Worker, source: str) -> object:
    return worker.submission.setup(f"import os\nvalue = {source}").value


def is_gone(pid: int, within_s: float = 1.0) -> bool:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.01)
    return False


def test_workers_live_in_turn_and_at_once(zygote: Zygote) -> None:
    first = zygote.fork(0)
    assert value(first, "1") == 1
    first.kill()
    pair = [zygote.fork(seed) for seed in (1, 2)]
    assert value(pair[0], "os.getpid()") != value(pair[1], "os.getpid()")
    assert value(pair[0], "os.getppid()") == value(pair[1], "os.getppid()")
    for worker in pair:
        worker.kill()


def test_a_worker_costs_little(zygote: Zygote) -> None:
    started = time.monotonic()
    for _ in range(5):
        worker = zygote.fork(0)
        assert value(worker, "1") == 1
        worker.kill()
    assert time.monotonic() - started < 5  # about 0.05 s each on an idle machine


def test_workers_that_attack_the_zygote_cost_only_those_beside_them(support_dir: Path) -> None:
    with Zygote(support_dir) as zygote:
        worker, zygote_pid = zygote.fork(0), value(zygote.fork(0), "os.getppid()")
        os.kill(int(str(zygote_pid)), signal.SIGKILL)  # unnoticed until the next fork
        assert value(zygote.fork(0), "1") == 1
        worker.kill()

        zygote._control.settimeout(0.5)
        worker = zygote.fork(0)
        with pytest.raises(CallTimeout):
            worker.execute("import os\nos.kill(os.getppid(), 19)\nwhile True: pass", 0.3)
        bystander, worker = zygote.fork(0), zygote.fork(0)
        place = Path(str(value(bystander, "os.getcwd()")))
        pids = [int(str(value(bystander, f"os.get{which}pid()"))) for which in ("", "p")]

        with pytest.raises(WorkerLost, match=r"^ended the program and all others with it$"):
            worker.execute("import os\nos.kill(os.getppid(), 9)\nwhile True: pass")
        with pytest.raises(WorkerLost):
            bystander.seed(0)
    assert all(map(is_gone, pids))
    assert not place.parent.exists()


def test_a_killed_grader_takes_all_along(tmp_path: Path) -> None:
    script = """
import sys, time
from autograder.engine import Zygote
with Zygote() as zygote:
    setup = zygote.fork(0).submission.setup("import os; pids = [os.getpid(), os.getppid()]")
    print(*setup.pids, flush=True)
    zygote.fork(0).execute("while True: pass")
"""
    grader = subprocess.Popen(
        [sys.executable, "-c", script], cwd=PROJECT, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert grader.stdout is not None
    with grader.stdout:
        pids = [int(pid) for pid in grader.stdout.readline().split()]
    assert len(pids) == 2
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    assert all(map(is_gone, pids))


def test_a_process_with_threads_refuses_to_fork() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        with pytest.raises(RuntimeError, match=r"with \d+ threads may hang"):
            check_threads()
    finally:
        done.set()
        thread.join()


def test_a_start_that_fails_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BOOT", "raise SystemExit('no torch here')")
    with pytest.raises(EngineUnavailable, match="did not start: no torch here"):
        Zygote().__enter__()


def test_a_start_that_hangs_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BOOT", "import time; time.sleep(60)")
    with pytest.raises(EngineUnavailable, match="did not start"):
        Zygote(limits=Limits(start_timeout_s=0.3)).__enter__()
