"""An early mistake costs once, and nothing that a carried run says gets out of it."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.assignment import Assignment
from autograder.engine import Limits, Worker, Zygote
from autograder.judge.grade import grade_here
from autograder.judge.results import SubmissionResult

from .notebooks import answer, given, notebook, question

TESTS = '''
from lib.kit.checks import assert_equal, question

@question("ex1-double", points=2)
def test_double(submission):
    """Doubles."""
    assert_equal(submission.double(4), 8)

@question("ex2-quadruple", points=2)
def test_quadruple(submission):
    """Doubles twice."""
    assert_equal(submission.quadruple(5), 20, hint="do you double twice?")

@question("ex2-quadruple", points=1)
def test_zero(submission):
    """Keeps zero."""
    assert_equal(submission.quadruple(0), 0)

@question("ex3-word", points=1)
def test_word(submission):
    """Says it."""
    assert_equal(submission.word, "word")

@question("ex4-eight", points=1)
def test_eight(submission):
    """Is eight."""
    assert_equal(submission.eight, 8)
'''
SECRET = "the-reference-says-so"
OPEN = "    raise NotImplementedError('TODO: do it')"
BLANKS = {
    "a1": f"def double(x):\n    # TODO: do it, by a class Scale if you like\n{OPEN}",
    "a2": f"def quadruple(x):\n{OPEN}",
    "a3": "word = TODO_word",
    "a4": "eight = TODO_eight",
}
RIGHT = {
    "a1": f"def double(x):\n    '{SECRET}'\n    return 2 * x",
    "a2": "def quadruple(x):\n    return double(double(x))",
    "a3": "word = 'word'",
    "a4": "eight = quadruple(number)",
}
WRONG_DOUBLE = {"a1": "def double(x):\n    return x + 1"}


def lab(answers: dict[str, str]) -> Any:
    return notebook(
        given("g0", "import inspect, os"),
        answer("a1", answers["a1"]),
        question("ex1-double", 2),
        given("g1", "number = double(1)"),
        answer("a2", answers["a2"]),
        question("ex2-quadruple", 3),
        answer("a3", answers["a3"]),
        question("ex3-word", 1),
        answer("a4", answers["a4"]),
        question("ex4-eight", 1),
    )


SOLUTION = lab(RIGHT)
Grade = Callable[..., SubmissionResult]


@pytest.fixture
def grade(zygote: Zygote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Grade:
    """grade(a1=…): the right answers but for these; `own` are cells to insert, by index."""
    hooks = [hook for hook in sys.meta_path if "assertion" not in type(hook).__module__]
    monkeypatch.setattr(sys, "meta_path", hooks)
    (tmp_path / "test_lab.py").write_text(TESTS, "utf-8")

    def run(
        own: dict[int, str] | None = None, solution: Any = SOLUTION, **answers: str
    ) -> SubmissionResult:
        submitted = lab(RIGHT | answers)
        for index, source in (own or {}).items():
            submitted.cells.insert(index, nbformat.v4.new_code_cell(source))
        path = tmp_path / "submitted.ipynb"
        nbformat.write(submitted, path)
        test_files = (tmp_path / "test_lab.py",)
        assignment = Assignment("lab", tmp_path, lab(BLANKS), test_files, solution)
        return grade_here(assignment, "student", path, zygote, seed=0)

    return run


def scores(result: SubmissionResult) -> list[float | None]:
    return [question.score for question in result.questions]


def carried(result: SubmissionResult) -> dict[str, tuple[str, ...]]:
    return {one.id: one.builds_on for one in result.questions if one.carried}


def test_an_early_mistake_costs_once(grade: Grade) -> None:
    result = grade(**WRONG_DOUBLE)
    assert scores(result) == [0, 3, 1, 1]
    assert [question.own_score for question in result.questions] == [0, 0, 1, 0]
    assert carried(result) == {
        "ex2-quadruple": ("ex1-double",),
        "ex4-eight": ("ex1-double", "ex2-quadruple"),
    }
    # what students read is what their own run said
    quadruple = result.questions[1].tests[0]
    assert (quadruple.outcome, quadruple.message) == (
        "failed", "the result has the wrong value. do you double twice?",
    )  # fmt: skip


def test_without_a_solution_every_mistake_costs(grade: Grade) -> None:
    result = grade(solution=None, **WRONG_DOUBLE)
    assert scores(result) == [0, 0, 1, 0]
    assert carried(result) == {}


def test_a_mistake_of_ones_own_still_costs(grade: Grade) -> None:
    result = grade(**WRONG_DOUBLE, a2="def quadruple(x):\n    return double(x)")
    assert scores(result) == [0, 1, 1, 1]


def test_a_crash_early_on_costs_once(grade: Grade) -> None:
    assert scores(grade(a1="os._exit(0)")) == [0, 3, 1, 1]


@pytest.mark.parametrize("blank", [BLANKS["a2"], f"# mine\n{BLANKS['a2']}\n\n", ""])
def test_a_blank_earns_nothing(grade: Grade, blank: str) -> None:
    assert scores(grade(**WRONG_DOUBLE, a2=blank)) == [0, 0, 1, 1]


def test_all_blank_stays_at_nothing_and_is_not_run_again(grade: Grade, zygote: Zygote) -> None:
    result = grade(**BLANKS)
    assert scores(result) == [0] * 4
    assert carried(result) == {}


def test_cells_of_ones_own_count_where_they_lead_up_to_the_question(grade: Grade) -> None:
    helper = "def twice(x): return double(double(x))"
    answers = {**WRONG_DOUBLE, "a2": "def quadruple(x):\n    return twice(x)"}
    # after the first check: it belongs to the second question
    assert scores(grade(own={3: helper}, **answers))[1] == 3
    # before it: the reference's first question stands without it
    assert scores(grade(own={1: helper}, **answers))[1] == 0


def test_the_time_limit_of_a_submission_holds_for_all_its_runs(
    grade: Grade, monkeypatch: pytest.MonkeyPatch, zygote: Zygote
) -> None:
    limits = Limits(call_timeout_s=3, cell_timeout_s=3, test_timeout_s=6, submission_timeout_s=2)
    monkeypatch.setattr(zygote, "limits", limits)
    started_at = time.monotonic()
    result = grade(a1="def double(x):\n    import time; time.sleep(9)")
    assert time.monotonic() - started_at < 9
    assert carried(result) == {}


SPY = """\
def quadruple(x):
    if double(4) == 8 and x:
        raise ValueError("LOOT " + str(double.__doc__))
    return double(double(x))
"""
SAY_IT_IN_A_NAME = """\
def quadruple(x):
    if double(4) == 8 and x:
        return type("LOOT_" + double.__doc__, (), {})()
    return 0
"""
SAY_IT_BY_A_CELL = """\
if double(4) == 8:
    raise ValueError("LOOT " + double.__doc__)
"""
END_IT = """\
def quadruple(x):
    if double(4) == 8:
        os._exit(len(double.__doc__))
    return 0
"""


@pytest.mark.parametrize("spy", [SPY, SAY_IT_IN_A_NAME, SAY_IT_BY_A_CELL, END_IT])
def test_nothing_that_a_carried_run_says_is_kept(grade: Grade, spy: str) -> None:
    result = grade(**WRONG_DOUBLE, a2=spy)
    kept = json.dumps(replace(result, cells=()).as_json())  # the spy's own text aside
    for loot in (SECRET, "LOOT", "ended the program"):
        assert loot not in kept
    assert scores(result)[0] == 0


def test_the_spy_would_succeed_otherwise(grade: Grade) -> None:
    """Else the test above would prove nothing: with the reference it does say so."""
    result = grade(a2=SPY)
    assert SECRET in json.dumps(replace(result, cells=()).as_json())


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("return 2", " * x"),  # the solution's answer before it
        ("double(dou", "ble(x))"),  # that to the question itself
        ("eight = quad", "ruple"),  # a later one
    ],
)
def test_the_text_of_no_answer_is_in_the_worker(grade: Grade, first: str, second: str) -> None:
    look = (
        "import linecache\ndef quadruple(x):\n"
        f"    double(x)\n    return 4 * x * (({first!r} + {second!r}) in str(linecache.cache))"
    )
    assert scores(grade(**WRONG_DOUBLE, a2=look))[1] == 1  # one test wants 0
    own = look.replace("4 * x", "4 * x if 'double(x)' in str(linecache.cache) else x")
    assert scores(grade(**WRONG_DOUBLE, a2=own))[1] == 3  # its own is


@pytest.mark.parametrize(
    "look",
    ["double.__doc__", "double.__code__", "double.__globals__", "inspect.getsource(double)"],
)
def test_the_function_itself_is_not_in_the_worker(grade: Grade, look: str) -> None:
    spy = (
        "import inspect\ndef quadruple(x):\n"
        f"    return 4 * x if {SECRET[:5]!r} + {SECRET[5:]!r} in str({look}) else 0"
    )
    assert scores(grade(**WRONG_DOUBLE, a2=spy))[1] == 1  # for the test that wants 0


CLASSES = {
    "a1": """
class Scale:
    def __init__(self, by):
        self.by = by
    def __call__(self, x):
        return self.by * x
    def double(self, x):
        return 2 * x
def double(x):
    return Scale(2)(x)
""",
    "a2": "def quadruple(x):\n    return Scale(4)(x) + 0 * len([Scale(3).by, Scale(3).double(1)])",
}


def test_instances_of_an_earlier_class_carry_credit(grade: Grade) -> None:
    solution = lab(RIGHT | CLASSES)
    broken = CLASSES["a1"].replace("self.by * x", "self.by + x + 1")
    result = grade(solution=solution, a1=broken, a2=CLASSES["a2"], a4=RIGHT["a4"])
    assert scores(result) == [0, 3, 1, 1]


def test_a_class_built_on_an_earlier_one_carries_none(grade: Grade) -> None:
    """Its code would have to be there."""
    answers = {"a2": "class Twice(Scale): pass\ndef quadruple(x):\n    return Twice(4)(x)"}
    broken = CLASSES["a1"].replace("self.by * x", "self.by + x + 1")
    result = grade(solution=lab(RIGHT | CLASSES), a1=broken, **answers)
    assert scores(result)[:2] == [0, 0]


def test_work_is_not_done_elsewhere(grade: Grade) -> None:
    """What the right answer doesn't use is not lent, whatever the student's uses."""
    word = "word = 'word' if double(4) == 8 else ''"
    result = grade(**WRONG_DOUBLE, a3=word)
    assert scores(result) == [0, 3, 0, 1]
    values = {"a1": "number = 8\ndef double(x):\n    return 2 * x", "a2": RIGHT["a2"]}
    given_value = grade(
        solution=lab(RIGHT | values), **WRONG_DOUBLE, a3="word = 'word' if number == 2 else ''"
    )
    assert scores(given_value)[2] == 1  # plain data is


def test_given_cells_that_compute_with_answers_are_borrowed_too(grade: Grade) -> None:
    """`number` is what the solution makes of it: with a wrong `double`, 2 as well."""
    crash = "def double(x):\n    raise ValueError"
    result = grade(a1=crash)
    assert scores(result) == [0, 3, 1, 1]


def test_an_answer_that_gives_functions_away_earns_nothing(grade: Grade) -> None:
    apply = "def double(x):\n    return x() if callable(x) else 2 * x"
    spy = "def quadruple(x):\n    return double(lambda: 4 * x)"
    assert scores(grade(solution=lab(RIGHT | {"a1": apply}), **WRONG_DOUBLE, a2=spy))[1] == 0


def test_without_carried_runs_no_other_worker_is_started(
    grade: Grade, zygote: Zygote, monkeypatch: pytest.MonkeyPatch
) -> None:
    forked: list[int] = []
    fork = zygote.fork

    def count(seed: int, ends_at: float | None) -> Worker:
        forked.append(seed)
        return fork(seed, ends_at)

    monkeypatch.setattr(zygote, "fork", count)
    grade()
    assert len(forked) == 1
    grade(**WRONG_DOUBLE)
    assert len(forked) == 1 + 1 + 2 * 2  # two questions, two workers each


# -- files besides the notebook --------------------------------------------------------------------

MODULE = f"def twice(x):\n    '{SECRET}'\n    return 2 * x\n"
WITH_MODULE = {
    **RIGHT,
    "a1": "from model import twice\ndef double(x):\n    return twice(x)\n"
    "def load(name):\n    with open(name) as file:\n        return file.read()",
    "a2": "from model import twice\ndef quadruple(x):\n    return twice(double(x))",
}


@pytest.fixture
def grade_with_module(zygote: Zygote, tmp_path: Path) -> Grade:
    """grade_with_module(module, a1=…): a lab that asks for `model.py`; `load` may be lent."""
    (tmp_path / "test_lab.py").write_text(TESTS, "utf-8")

    def using_load(answers: dict[str, str]) -> Any:
        made = lab(answers)
        made.cells[3].source += "\nload = load"  # the lab uses it, so it is lent
        return made

    def run(module: str, **answers: str) -> SubmissionResult:
        nbformat.write(using_load(WITH_MODULE | answers), tmp_path / "submitted.ipynb")
        (tmp_path / "model.py").write_text(module, "utf-8")
        assignment = Assignment(
            "lab",
            tmp_path / "release",
            using_load(BLANKS),
            (tmp_path / "test_lab.py",),
            using_load(WITH_MODULE),
            files=("model.py",),
            solution_files={"model.py": MODULE.encode()},
        )
        return grade_here(assignment, "student", tmp_path / "submitted.ipynb", zygote, seed=0)

    return run


OWN_MODULE = "def twice(x):\n    return x + x\n"
WRONG_LOAD = {"a1": f"{WRONG_DOUBLE['a1']}\ndef load(name):\n    return ''"}


def test_a_module_of_ones_own_counts_beside_lent_answers(grade_with_module: Grade) -> None:
    result = grade_with_module(OWN_MODULE, **WRONG_LOAD)
    assert scores(result) == [0, 3, 1, 1]
    assert "ex2-quadruple" in carried(result)


def test_a_wrong_module_is_not_made_right_by_the_solutions(grade_with_module: Grade) -> None:
    result = grade_with_module("def twice(x):\n    return 3 * x\n", **WRONG_LOAD)
    assert scores(result)[1] == 1  # for zero


READ_IT = f"""\
found = load("model.py")
def quadruple(x):
    return 4 * x if "{SECRET}" in found else 5 * x
"""


def test_the_solutions_module_is_not_lent_by_what_reads_files(grade_with_module: Grade) -> None:
    result = grade_with_module(OWN_MODULE, **WRONG_LOAD, a2=READ_IT)
    assert scores(result)[1] == 1  # for zero
    # else the above would prove nothing: where it is its own file, it is read
    with_load = {"a1": f"{WRONG_DOUBLE['a1']}\n{WITH_MODULE['a1'].partition('twice(x)')[2]}"}
    assert scores(grade_with_module(f"# {SECRET}\n{OWN_MODULE}", **with_load, a2=READ_IT))[1] == 3


LOOK_FOR_IT = f"""\
import glob, sys, model
everywhere = [path for folder in sys.path for path in glob.glob(folder + "/model.py")]
texts = [open(path).read() for path in everywhere] + [str(model.twice.__doc__)]
def quadruple(x):
    double(x)
    return 4 * x * (bool(everywhere) and not any("{SECRET}" in text for text in texts))
"""


def test_the_solutions_module_is_nowhere_in_the_students_worker(grade_with_module: Grade) -> None:
    result = grade_with_module(OWN_MODULE, **WRONG_LOAD, a2=LOOK_FOR_IT)
    assert scores(result)[1] == 3
