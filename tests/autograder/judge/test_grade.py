"""A submission from bytes to a result, here and in a judge of its own."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.assignment import Assignment
from autograder.engine import Cause, Limits, Zygote
from autograder.judge.content import Content
from autograder.judge.grade import Grading, failed_result, grade_here
from autograder.judge.pool import Pool
from autograder.judge.results import FAILED, SubmissionResult
from autograder.judge.warm import Grader

from .notebooks import answer, given, notebook, question, written

LIMITS = Limits(cell_timeout_s=20, submission_timeout_s=60)
TESTS = '''
from lib.kit.checks import assert_equal, question

@question("ex1-double", points=2)
def test_double(submission):
    """Doubles."""
    assert_equal(submission.double(4), 8)
'''
RIGHT = "def double(x): return 2 * x"
SPIN = "import time\nwhile time.process_time() < {}: pass\n"


def lab(code: str = "def double(x): raise NotImplementedError", why: str | None = None) -> Any:
    wanted = written("ex1-why", 3)
    if why is not None:
        wanted.source = why
    return notebook(given("c1", "import os"), answer("a1", code), question("ex1-double", 2), wanted)


@pytest.fixture(scope="module")
def assignment(tmp_path_factory: pytest.TempPathFactory) -> Assignment:
    folder = tmp_path_factory.mktemp("release")
    (folder / "test_lab.py").write_text(TESTS, "utf-8")
    return Assignment("lab", folder, lab(), (folder / "test_lab.py",), limits=LIMITS)


@pytest.fixture(scope="module")
def pool(assignment: Assignment) -> Iterator[Pool]:
    with Pool(Grader(assignment, seed=5, limits=LIMITS), jobs=1) as pool:
        yield pool


def content(code: str = RIGHT, why: str | None = "Because.", student: str = "ann") -> Content:
    return Content(student, "lab.ipynb", nbformat.writes(lab(code, why)).encode())


def judged(pool: Pool, handed_in: Content) -> SubmissionResult:
    return SubmissionResult.from_json(pool.judge(Grading(handed_in)))


def test_everything_about_a_submission_is_in_its_result(pool: Pool) -> None:
    result = judged(pool, content())
    assert (result.student, result.status, result.seed) == ("ann", "graded", 5)
    assert result.confinement == pool.confinement
    double, why = result.questions
    assert (double.id, double.score, double.max_score) == ("ex1-double", 2, 2)
    assert (why.id, why.score, why.max_score, why.tests) == ("ex1-why", None, 3, ())
    assert (result.score, result.max_score, result.by_hand) == (2, 2, 3)
    assert (result.remarks, result.cell_failures) == ((), ())
    assert [(cell.id, cell.source) for cell in result.cells] == [
        ("a1", RIGHT),
        ("written-ex1-why", "Because."),
    ]


def test_what_happened_to_cells_is_told(pool: Pool) -> None:
    result = judged(pool, content(f"{RIGHT}\nos._exit(3)"))
    (failure,) = result.cell_failures
    assert (failure.cell_id, failure.cause) == ("a1", Cause.ENDED)
    assert result.remarks == ("cell a1: this cell ended the program (exit code 3)",)
    assert result.score == 0


NOTHING = {
    "not handed in": (None, ("nothing to grade: an empty folder",), "an empty folder"),
    "no notebook": (b"\x89PNG", (), "graded as blank: "),
    "an empty file": (b"", (), "graded as blank: "),
}


@pytest.mark.parametrize("kind", NOTHING)
def test_nothing_to_grade_is_a_blank_and_says_so(pool: Pool, kind: str) -> None:
    data, notes, words = NOTHING[kind]
    result = judged(pool, Content("bob", "lab.ipynb", data, notes))
    assert (result.status, result.score, result.max_score) == ("unreadable", 0, 2)
    assert result.questions[0].tests[0].cause is Cause.OPEN_BLANK
    assert words in " ".join(result.remarks)
    assert result.cells == ()


def test_notes_of_the_hand_in_come_first(pool: Pool) -> None:
    result = judged(pool, replace(content(f"{RIGHT}\nos._exit(0)"), notes=("taken from x.ipynb",)))
    assert result.remarks[0] == "taken from x.ipynb"
    assert len(result.remarks) == 2


def test_a_judge_and_this_process_come_to_the_same(
    pool: Pool, assignment: Assignment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooks = [hook for hook in sys.meta_path if "assertion" not in type(hook).__module__]
    monkeypatch.setattr(sys, "meta_path", hooks)
    path = tmp_path / "lab.ipynb"
    path.write_bytes(content().notebook or b"")
    with Zygote(limits=LIMITS) as zygote:
        here = grade_here(assignment, "ann", path, zygote, seed=5)
        assert zygote._workers == []
        absent = grade_here(assignment, "bob", tmp_path / "nothing.ipynb", zygote, seed=5)
    there = judged(pool, content())
    assert here == replace(there, seconds=here.seconds, cpu_s=here.cpu_s)
    assert here.cpu_s > 0
    assert (absent.status, absent.remarks) == ("unreadable", ("nothing.ipynb was not handed in",))


# -- processor time --------------------------------------------------------------------------------


def test_processor_time_is_that_of_the_students_own_process(pool: Pool) -> None:
    idle = judged(pool, content(f"{RIGHT}\nimport time\ntime.sleep(1)"))
    busy = judged(pool, content(SPIN.format(1) + RIGHT))
    assert idle.score == busy.score == 2
    assert 0 < idle.cpu_s < 0.8 and idle.seconds >= 1
    assert 0.95 < busy.cpu_s <= busy.seconds + 0.1
    assert judged(pool, content()).cpu_s < 0.8  # nothing of the one before


def test_processor_time_of_workers_that_were_lost_counts(pool: Pool) -> None:
    result = judged(pool, content(f"{SPIN.format(1)}{RIGHT}\nos._exit(0)"))
    assert result.cpu_s > 0.95


def test_threads_of_the_student_count(pool: Pool) -> None:
    code = (
        f"{RIGHT}\nimport threading\ndef work():\n    {{}}\n"
        "thread = threading.Thread(target=work)\nthread.start()\nthread.join()"
    ).format(SPIN.format(1).replace("\n", "\n    ").rstrip())
    assert judged(pool, content(code)).cpu_s > 0.95


# -- a judge that came to no end -------------------------------------------------------------------


def test_a_failed_result_has_no_points_and_the_reason(assignment: Assignment) -> None:
    result = failed_result(Grader(assignment, seed=7), "ann", "died of\n\x1b[31m" + "x" * 999)
    assert (result.student, result.status, result.seed) == ("ann", FAILED, 7)
    assert (result.score, result.max_score) == (0, 2)
    assert [question.tests for question in result.questions] == [(), ()]
    (remark,) = result.remarks
    assert remark.startswith("NOT GRADED, the grader itself failed: died of ")
    assert remark.isprintable() and len(remark) < 400
    assert SubmissionResult.from_json(result.as_json()) == result
