"""Warm processes: each task in a fork of its own, which can hurt nobody but its own task."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from autograder.assignment import Assignment, load_assignment
from autograder.compiler.build import build_labs
from autograder.engine import EngineUnavailable, Limits
from autograder.errors import HiddenTestsBroken
from autograder.judge.content import Content, read_content
from autograder.judge.grade import Grading
from autograder.judge.pool import Failed, Pool
from autograder.judge.warm import Grader

from .notebooks import answer, notebook, question
from .tasks import (
    Burn,
    Compute,
    Count,
    Die,
    DieWhile,
    ForkWorker,
    Hoard,
    LoseZygote,
    Raise,
    Sleep,
    Speak,
    Where,
)

PROJECT = Path(__file__).resolve().parents[3]
SOURCE = Path(__file__).parents[2] / "golden" / "graded" / "graded.md"
LIMITS = Limits(submission_timeout_s=20)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build_labs([SOURCE], folder / "release", folder / "solution")
    return folder


@pytest.fixture(scope="module")
def assignment(built: Path) -> Assignment:
    return load_assignment("graded", built / "release")


@pytest.fixture(scope="module")
def pool(assignment: Assignment) -> Iterator[Pool]:
    with Pool(Grader(assignment, limits=LIMITS), jobs=1) as pool:
        yield pool


def test_every_task_comes_back_with_its_own_result(built: Path, assignment: Assignment) -> None:
    kinds = {"right": "solution", "blank": "release", "absent": "nothing"}
    tasks = [
        Grading(read_content(student, built / kind / "graded" / "graded.ipynb"))
        for student, kind in kinds.items()
    ]
    with Pool(Grader(assignment), jobs=2) as pool:
        scores = {task.content.student: answer["score"] for task, answer in pool.run(iter(tasks))}
        assert pool.confinement
    assert scores == {"right": 1, "blank": 0, "absent": 0}


def test_nothing_of_a_task_reaches_the_next(pool: Pool) -> None:
    assert [pool.judge(Count()) for _ in range(2)] == [1, 1]


def test_neighbours_have_cores_of_their_own(assignment: Assignment) -> None:
    cores = os.sched_getaffinity(0)
    with Pool(Grader(assignment), jobs=len(cores) + 1) as pool:
        assert pool.jobs == len(cores)  # else two would share one
        places = [place for _, place in pool.run([Where() for _ in cores])]
    assert all(its_judges == its_workers for its_judges, its_workers in places)
    assert sorted(core for [core], _ in places) == sorted(cores)


def test_what_the_rehearsal_does_comes_with_every_fork(assignment: Assignment) -> None:
    with Pool(Grader(assignment), jobs=1, rehearsal=Count()) as pool:
        assert [pool.judge(Count()) for _ in range(2)] == [2, 2]


@pytest.mark.parametrize(
    ("task", "words"),
    [
        (Raise("a defect\nof the grader"), "RuntimeError: a defect of the grader"),
        (Die(signal.SIGSEGV), "died of signal 11"),
        (Die(signal.SIGKILL), "died of signal 9"),
        (LoseZygote(), "ZygoteLost"),
        (Hoard(2**34), "MemoryError"),
        (Speak(2**27), "too long an answer"),
        (Speak(-1), "not JSON serializable"),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else "",
)
def test_what_a_judge_dies_of_costs_its_task_only(
    pool: Pool, task: Raise | Die | LoseZygote | Hoard | Speak, words: str
) -> None:
    failed = pool.judge(task)
    assert isinstance(failed, Failed)
    assert words in failed.reason and failed.reason.endswith(", twice")
    assert pool.judge(ForkWorker()) == 5  # the zygote is there for the next one


def test_a_judge_that_dies_by_bad_luck_is_followed_by_another(pool: Pool, tmp_path: Path) -> None:
    luck = tmp_path / "bad luck"
    luck.touch()
    better = threading.Timer(0.5, luck.unlink)
    better.start()
    assert pool.judge(DieWhile(str(luck), seconds=1.5)) == "well"
    better.join()


def test_a_judge_has_its_processor_time(assignment: Assignment) -> None:
    limits = Limits(submission_timeout_s=20, judge_cpu_s=1)
    with Pool(Grader(assignment, limits=limits), jobs=1) as pool:
        failed = pool.judge(Compute())
        assert isinstance(failed, Failed)
        assert "signal 24" in failed.reason or "signal 9" in failed.reason
        assert pool.judge(Count()) == 1


def test_a_judge_has_its_time(assignment: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = Limits(submission_timeout_s=0.1, own_cells_timeout_s=0.1)
    with Pool(Grader(assignment, limits=limits), jobs=1, rehearsal=Sleep(0, grace_s=0.5)) as pool:
        failed = pool.judge(Sleep(60))
        assert failed == Failed("the judge of this submission died of its time limit, twice")
        assert pool.judge(Count()) == 1


def test_broken_tests_are_nobodys_zero(assignment: Assignment, tmp_path: Path) -> None:
    broken = tmp_path / "test_broken.py"
    broken.write_text("import no_such_module\n", "utf-8")
    lab = Assignment("lab", assignment.release_dir, assignment.notebook, (broken,))
    with (
        pytest.raises(HiddenTestsBroken, match="no_such_module"),
        Pool(Grader(lab), jobs=1) as pool,
    ):
        pool.judge(Count())


def test_a_killed_process_of_the_grader_is_said(assignment: Assignment) -> None:
    before = _children()
    with Pool(Grader(assignment), jobs=1) as pool:
        assert pool.judge(Count()) == 1
        (warm,) = _children() - before
        killer = threading.Timer(0.2, os.kill, (warm, signal.SIGKILL))
        killer.start()
        with pytest.raises(EngineUnavailable, match="was killed, perhaps out of memory"):
            pool.judge(Sleep(60))
        killer.join()


def test_nothing_is_left_behind(assignment: Assignment) -> None:
    before = _children()
    with Pool(Grader(assignment), jobs=2) as pool:
        assert pool.judge(ForkWorker()) == 5
    deadline = time.monotonic() + 10
    while (left := _children() - before) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == set()


def test_what_workers_compute_is_counted(assignment: Assignment) -> None:
    """Whoever measures the command measures them, because everything ends by itself."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with Pool(Grader(assignment), jobs=2) as pool:
        told = [answer for _, answer in pool.run([Burn(2.0), Burn(2.0), Burn(2.0)])]
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    counted_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert all(cpu_s > 1.6 for cpu_s in told)
    assert counted_s > sum(told)


def _children() -> set[int]:
    """This process's own warm processes."""
    files = Path("/proc/self/task").glob("*/children")
    pids = {int(pid) for file in files for pid in file.read_text().split()}
    return {pid for pid in pids if b"autograder.judge.warm" in _command_of(pid)}


def _command_of(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


# -- a library whose threads no fork has -----------------------------------------------------------

OF_POLARS = """
{top}
from lib.kit.checks import assert_frame_equal, question

@question("ex1-double", points=1)
def test_sums(submission):
    {late}
    frame = pl.DataFrame({{"town": ["a", "b", "a"], "km": [1.0, 2.0, 3.0]}})
    expected = frame.group_by("town").agg(pl.col("km").sum()).sort("town")
    assert_frame_equal(submission.sums(frame), expected, "the sums")
"""
COMPUTES = "pl.DataFrame({'a': [1, 2], 'b': [1, 1]}).group_by('b').agg(pl.col('a').sum())"
SUMS = """
import polars as pl

def sums(frame):
    return frame.group_by("town").agg(pl.col("km").sum()).sort("town")
"""


def of_polars(folder: Path, top: str, late: str = "") -> tuple[Grader, Grading]:
    """What judges a lab whose tests use polars, and the task of grading its solution."""
    tests = folder / "test_lab.py"
    tests.write_text(OF_POLARS.format(top=top, late=late), "utf-8")
    solved = notebook(answer("c1", SUMS), question("ex1-double", 1))
    grader = Grader(Assignment("lab", folder, solved, (tests,), solved), limits=LIMITS)
    return grader, Grading(Content("a", "lab.ipynb", nbformat.writes(solved).encode()))


def test_tests_that_compute_with_polars_are_rehearsed_and_judged(tmp_path: Path) -> None:
    grader, task = of_polars(tmp_path, "import polars as pl\nframe = pl.DataFrame({'a': [1]})")
    with Pool(grader, 1, task) as pool:
        scores = [pool.judge(task)["score"] for _ in range(2)]
        assert pool.rehearsed["score"] == 1
    assert scores == [1, 1]


@pytest.mark.parametrize(
    ("top", "late", "what_to_do"),
    [
        (f"import polars as pl\n{COMPUTES}", "", "do it within the tests"),
        ("", "import polars as pl", "import it at the top of the file"),
    ],
)
def test_who_would_wait_for_its_threads_is_told_at_once(
    tmp_path: Path, top: str, late: str, what_to_do: str
) -> None:
    grader, task = of_polars(tmp_path, top, late)
    wrong = f"polars computes before judges are forked, .*{what_to_do}"
    with pytest.raises(HiddenTestsBroken, match=wrong), Pool(grader, 1, task) as pool:
        pool.judge(task)


def test_a_process_that_nobody_waits_for_ends_without_a_word() -> None:
    """Of several that get warm, the first one finds the tests broken, and the others are left."""
    code = """
from multiprocessing import Pipe
from autograder.judge.warm import _say
ours, theirs = Pipe()
_say(theirs, {})
print("told", flush=True)
ours.close()
_say(theirs, {})
print("told again")
"""
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert (ran.stdout, ran.stderr) == ("told\n", "")
