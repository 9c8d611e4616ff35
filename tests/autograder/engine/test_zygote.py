"""The process that forks workers: clean, restartable, and gone when the grader is."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.engine import (
    EngineUnavailable,
    Limits,
    Policy,
    Worker,
    WorkerLost,
    Zygote,
)
from autograder.engine import zygote as module
from autograder.engine.confinement import make_plan
from autograder.engine.untrusted.linux import OwnStatus
from autograder.engine.untrusted.memory import Machine
from autograder.engine.untrusted.zygote import Nursery

from .conftest import is_alive

ProcessesBelow = Callable[[int], set[int]]
PROJECT = Path(__file__).resolve().parents[3]


def value(worker: Worker, source: str) -> object:
    return worker.submission.setup(f"import os\nvalue = {source}").value


def become(condition: Callable[[], bool], within_s: float = 1.0) -> bool:
    """Whether it becomes true in time."""
    deadline = time.monotonic() + within_s
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
    return condition()


def test_workers_live_in_turn_and_at_once(zygote: Zygote) -> None:
    first = zygote.fork(0)
    assert value(first, "1") == 1
    first.kill()
    pair = [zygote.fork(seed) for seed in (1, 2)]
    assert value(pair[0], "os.getpid()") != value(pair[1], "os.getpid()")
    assert value(pair[0], "os.getppid()") == value(pair[1], "os.getppid()")
    for worker in pair:
        worker.kill()


def test_what_check_cells_import_is_there_before_a_worker_begins(zygote: Zygote) -> None:
    worker = zygote.fork(0)
    assert worker.submission.setup("import sys\nhas = 'lib.kit.checks' in sys.modules").has
    worker.kill()


def test_a_worker_costs_little(zygote: Zygote) -> None:
    """About as much as starting Python does; importing a library again takes a hundred times."""
    workers_s, pythons_s = [], []
    for _ in range(5):
        started = time.monotonic()
        worker = zygote.fork(0)
        assert value(worker, "1") == 1
        worker.kill()
        forked = time.monotonic()
        subprocess.run([sys.executable, "-I", "-c", ""], check=True)
        workers_s.append(forked - started)
        pythons_s.append(time.monotonic() - forked)
    assert min(workers_s) < 20 * min(pythons_s)


DATA = """
import functools, inspect, os
calls = []

@functools.cache
def load():
    calls.append(os.getpid())
    return ["loaded"]

def fail():
    raise SystemError("no data here")

def leave():
    raise SystemExit(2)

def source():
    return inspect.getsource(load)
"""


USE = """
import os, data, kit
assert kit.ready
open("kit/mine.py", "w").write("own = 5")
from kit import mine
seen = [os.getpid(), *data.calls, *data.load(), *data.calls]
source = data.source()
try:
    open(data.__file__, "a")
except OSError:
    seen.append("read-only")
"""


@pytest.mark.parametrize("level", ["strong", "acceptable"])
def test_what_is_prepared_is_there_for_all(tmp_path: Path, level: str) -> None:
    (tmp_path / "data.py").write_text(DATA)
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "__init__.py").write_text("ready = True\ndef load(): ...")
    (tmp_path / "data.py").chmod(0o600)  # of a user that workers are not
    prepare = ("data.fail", "data.leave", "data.load", "data.nothing", "no_module.load", "kit.load")
    with Zygote(tmp_path, policy=Policy(level), prepare=prepare) as zygote:
        made = [zygote.fork(0).submission.setup(USE) for _ in range(2)]
        (one, *seen), (other, *also_seen) = (one.seen for one in made)
        assert one != other
        assert seen == also_seen == [seen[0], "loaded", seen[0], "read-only"]  # called once, before
        assert "functools.cache" in made[0].source
    assert sorted(path.name for path in tmp_path.rglob("*.py")) == ["__init__.py", "data.py"]


def test_a_lost_zygote_costs_only_its_workers(
    support_dir: Path, processes_below: ProcessesBelow
) -> None:
    before = processes_below(os.getpid())

    def signal_all(number: int) -> None:
        for pid in processes_below(os.getpid()) - before:
            with contextlib.suppress(ProcessLookupError):  # it went with the one before it
                os.kill(pid, number)

    with Zygote(support_dir) as zygote:
        worker = zygote.fork(0)
        signal_all(signal.SIGKILL)  # unnoticed until the next fork
        assert value(zygote.fork(0), "1") == 1
        worker.kill()

        zygote._control.settimeout(0.5)
        worker = zygote.fork(0)
        signal_all(signal.SIGSTOP)
        with pytest.raises(WorkerLost):
            worker.execute("", 0.3)

        bystander, worker = zygote.fork(0), zygote.fork(0)
        signal_all(signal.SIGKILL)
        with pytest.raises(WorkerLost, match=r"^ended the program and all others with it$"):
            worker.execute("while True: pass")
        with pytest.raises(WorkerLost):
            bystander.execute("")
        assert value(zygote.fork(0), "1") == 1
    assert become(lambda: processes_below(os.getpid()) == before)


@pytest.mark.parametrize("level", ["strong", "acceptable", "none"])
def test_a_killed_grader_takes_all_along(
    tmp_path: Path, level: str, processes_below: ProcessesBelow
) -> None:
    script = f"""
from autograder.engine import Policy, Zygote
with Zygote(policy=Policy({level!r}, allow_unconfined=True)) as zygote:
    waiting = zygote.fork(0)
    busy = zygote.fork(0)
    busy.execute("")
    print("ready", flush=True)
    busy.execute("import signal\\nsignal.signal(15, signal.SIG_IGN)\\nwhile True: pass")
"""
    grader = subprocess.Popen(
        [sys.executable, "-c", script], cwd=PROJECT, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    assert grader.stdout is not None
    with grader.stdout:
        assert grader.stdout.readline() == "ready\n"
    started = processes_below(grader.pid)
    assert len(started) >= 3
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    assert become(lambda: not any(map(is_alive, started)))


def test_a_process_with_threads_refuses_to_fork() -> None:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    plan = make_plan("none", Path("unused"), None, Limits())
    try:
        with pytest.raises(RuntimeError, match=r"with \d+ threads may hang"):
            Nursery(plan, OwnStatus(), Machine(), shell=None).check_threads()
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
