"""A class graded in processes: a result for every student, whatever becomes of the grader."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.assignment import Assignment, load_assignment
from autograder.compiler.build import build_labs
from autograder.course.store import ResultStore
from autograder.engine import EngineUnavailable, Limits
from autograder.judge import pool
from autograder.judge.pool import Grader, Submission, grade_class
from autograder.judge.results import FAILED

SOURCE = Path(__file__).parents[2] / "golden" / "graded" / "graded.md"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build_labs([SOURCE], folder / "release", folder / "solution")
    return folder


@pytest.fixture(scope="module")
def assignment(built: Path) -> Assignment:
    return load_assignment("graded", built / "release")


@pytest.fixture
def submissions(built: Path) -> list[Submission]:
    kinds = {"right": "solution", "blank": "release", "absent": "nothing"}
    return [
        Submission(student, built / kind / "graded" / "graded.ipynb")
        for student, kind in kinds.items()
    ]


@pytest.fixture
def store(tmp_path: Path) -> ResultStore:
    return ResultStore(tmp_path / "results")


def test_everyone_gets_a_result_and_only_once(
    assignment: Assignment, submissions: list[Submission], store: ResultStore
) -> None:
    grader = Grader(assignment, 0, Limits())
    graded = list(grade_class(grader, submissions, 2, store, force=False))
    assert {one.student: one.score for one in graded} == {"right": 1, "blank": 0, "absent": 0}
    again = list(grade_class(grader, submissions, 2, store, force=False))
    assert [one.student for one in again] == ["right", "blank", "absent"]  # stored ones, in order
    assert sorted(again, key=repr) == sorted(graded, key=repr)


class _Confined:
    confinement = "for the test"


@pytest.fixture
def failing(assignment: Assignment, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def fail(*_: object) -> None:
        raise RecursionError("a defect\nof the grader")

    monkeypatch.setattr(pool, "_grader", Grader(assignment, 7, Limits()), raising=False)
    monkeypatch.setattr(pool, "_zygote", _Confined(), raising=False)
    monkeypatch.setattr(pool, "grade_submission", fail)
    yield


@pytest.mark.usefixtures("failing")
def test_a_defect_of_the_grader_costs_one_student_and_is_said(
    submissions: list[Submission],
) -> None:
    result = pool._grade(submissions[0])
    assert (result.student, result.status, result.score) == ("right", FAILED, 0)
    assert [question.score for question in result.questions] == [None, None]
    assert "RecursionError: a defect of the grader" in result.remarks[0]


def test_a_killed_process_of_the_grader_is_said(
    assignment: Assignment, submissions: list[Submission], store: ResultStore
) -> None:
    def kill_soon(before: set[int]) -> None:
        while not (started := _children() - before):
            time.sleep(0.05)
        time.sleep(0.5)
        for pid in started:
            os.kill(pid, signal.SIGKILL)

    killer = threading.Thread(target=kill_soon, args=(_children(),))
    killer.start()
    with pytest.raises(EngineUnavailable, match="was killed, perhaps out of memory"):
        list(grade_class(Grader(assignment, 0, Limits()), submissions, 1, store, force=True))
    killer.join()


def _children() -> set[int]:
    text = "".join(file.read_text() for file in Path("/proc/self/task").glob("*/children"))
    return {pid for pid in map(int, text.split()) if _runs_python(pid)}


def _runs_python(pid: int) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
