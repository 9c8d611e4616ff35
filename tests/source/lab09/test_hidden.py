"""Lab 9's hidden tests: right answers of any style pass, blanks and likely mistakes fail.

Runs in one process on the lab's own solution, with answers replaced one at a time; that whole
submissions are graded so in a worker is tested with the grading pipeline.
"""

import importlib
import inspect
import os
import sys
import weakref
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from time import process_time
from types import ModuleType
from typing import Any

import matplotlib
import pytest
import torch
from matplotlib import pyplot as plt
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from autograder.compiler.notebooks import read_pieces
from autograder.compiler.points import read_tests
from autograder.engine.memory import Memory, peak_memory
from autograder.engine.processor import ProcessorTime, processor_time
from autograder.engine.untrusted.heap import give_back, keep_freed
from autograder.engine.untrusted.memory import Machine
from autograder.engine.untrusted.worker import run_again
from autograder.lab import read_lab_folder
from autograder.variants.solution import read_solution
from autograder.variants.variant import Variant, read_variants
from autograder.verbs.demo import read_class
from lib.kit.checks import CheckFailure, question_of
from lib.kit.checks.selfcheck import Submission as Names
from lib.kit.checks.selfcheck import load_checks, run_checks
from lib.reference import training

matplotlib.use("agg")
keep_freed()  # as workers do
pytestmark = [
    pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive"),
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:LSTM with projections:UserWarning"),
    pytest.mark.filterwarnings("ignore:dropout option adds dropout:UserWarning"),
    pytest.mark.filterwarnings("ignore:Implicit dimension choice:UserWarning"),
    pytest.mark.filterwarnings("ignore:`torch.nn.utils.weight_norm` is deprecated:FutureWarning"),
]

PROJECT = Path(__file__).resolve().parents[3]
SOURCE = PROJECT / "source" / "lab09" / "lab09.md"
LAB = read_lab_folder(SOURCE)
sys.path.append(str(LAB.hidden_dir))  # as grading does
LAB_SOLUTION = read_solution(SOURCE)
CLASS = {student.name: student for student in read_class(LAB, LAB_SOLUTION)}


def hidden_tests() -> dict[str, Callable[..., None]]:
    modules = [importlib.import_module(path.stem) for path in LAB.hidden_tests]
    tests = [value for module in modules for value in vars(module).values() if question_of(value)]
    return {test.__name__: test for test in tests}


TESTS = hidden_tests()
CELLS = "texts of the cells that ran"  # no name of a notebook
OF_QUESTION: dict[str, list[str]] = defaultdict(list)
for _name, _test in TESTS.items():
    OF_QUESTION[question_of(_test).id].append(_name)  # type: ignore[union-attr]


class TensorsMade(TorchDispatchMode):
    """How many bytes the tensors take that operations make, at most at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.bytes, self.peak_bytes = 0, 0

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        made = function(*args, **(kwargs or {}))
        for one in tree_leaves(made):
            if torch.is_tensor(one):
                self._add(one.nbytes)
                weakref.finalize(one, self._add, -one.nbytes)
        return made

    def _add(self, number: int) -> None:
        self.bytes += number
        self.peak_bytes = max(self.peak_bytes, self.bytes)


class Submission(Names):
    """The notebook's names; this process is its worker, and holds all kinds of things besides."""

    @contextmanager
    def peak_memory(self) -> Iterator[Memory]:
        """In a heap as large and full of holes as this one, small blocks may fill many pages: what
        tensors take is an upper bound, too."""
        give_back()
        look = partial(Machine().memory_bytes, os.getpid())
        with peak_memory(look) as memory, TensorsMade() as tensors:
            yield memory
        keep_freed()
        memory.held_bytes, memory.peak_bytes = 0, min(memory.peak_bytes, tensors.peak_bytes)

    def again(self, name: str, source: str, /, **inputs: Any) -> ModuleType:
        return run_again(reversed(self._names[CELLS]), self._names, name, source, inputs)

    def processor_time(self) -> AbstractContextManager[ProcessorTime]:
        return processor_time(process_time)


# -- the lab's cells, run in this process -------------------------------------------------------


def graded_pieces() -> list[Any]:
    """The code cells that grading executes."""
    return [
        piece
        for piece in read_pieces(SOURCE).pieces
        if piece.kind == "code" and piece.role != "check" and "skip-grading" not in piece.tags
    ]


PIECES = graded_pieces()


def run_cells(cells: list[str], names: dict[str, Any]) -> dict[str, Any]:
    for cell in cells:
        exec(compile(cell, "<cell>", "exec"), names)
    names[CELLS] = [*names.get(CELLS, ()), *cells]
    return names


@pytest.fixture(scope="module")
def solution() -> dict[str, Any]:
    return run_cells([piece.solution for piece in PIECES], {"__name__": "__main__"})


@pytest.fixture(scope="module")
def blank() -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "__main__"}
    for piece in PIECES:
        try:
            run_cells([piece.student], names)
        except (NotImplementedError, NameError):
            continue  # what an open blank raises, or a name that an earlier one left undefined
    return names


def answered(solution: dict[str, Any], sources: dict[str, str]) -> dict[str, Any]:
    """The solution's names, the cells that are changed (cell id -> code) run again so."""
    return run_cells([sources[p.cell_id] for p in PIECES if p.cell_id in sources], dict(solution))


def failure_of(name: str, submission: Submission, seed: int = 0) -> str | None:
    """The message of a failing test; what student code raises counts as one."""
    torch.manual_seed(seed)
    inputs: dict[str, Any] = {"submission": submission}
    if "rng" in inspect.signature(TESTS[name]).parameters:
        inputs["rng"] = torch.Generator().manual_seed(seed)
    try:
        TESTS[name](**inputs)
    except CheckFailure as failure:
        return str(failure)
    except Exception as error:  # in the engine, these come as an AssertionError
        mark = question_of(TESTS[name])
        assert mark is not None
        notes = getattr(error, "__notes__", ())
        return mark.with_hint(f"your code raised {type(error).__name__}: {error}", notes)
    return None


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    yield
    plt.close("all")


# -- the suite as a whole -----------------------------------------------------------------------


def test_covers_the_lab() -> None:
    checks = [p.grade_id for p in read_pieces(SOURCE).pieces if p.role == "check"]
    assert sorted(OF_QUESTION) == sorted(checks)
    assert len(TESTS) >= 45
    assert all(mark.points in (0.5, 1, 1.5, 2) for mark in map(question_of, TESTS.values()) if mark)
    assert all(inspect.getdoc(test) for test in TESTS.values())
    public = SOURCE.parent / "student" / "checks.py"
    assert not {test.name for test in read_tests(public)} & set(TESTS)  # a report shows both


@pytest.mark.parametrize("name", TESTS)
def test_right_solution_passes(name: str, solution: dict[str, Any]) -> None:
    assert [failure_of(name, Submission(solution), seed) for seed in range(4)] == [None] * 4


@pytest.mark.parametrize("name", TESTS)
def test_blank_fails(name: str, blank: dict[str, Any]) -> None:
    assert failure_of(name, Submission(blank)) is not None


# -- answers other than the solution ------------------------------------------------------------


def variants(kind: str) -> dict[str, Variant]:
    return {one.name: one for one in read_variants(LAB.variants_dir / kind, LAB_SOLUTION)}


MISTAKES = variants("mistakes")
CHECKS = load_checks(SOURCE.parent / "student" / "checks.py")
ANSWERS = variants("right")


def test_each_test_has_a_mistake() -> None:
    assert sorted(MISTAKES) == sorted(TESTS)


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_found(name: str, solution: dict[str, Any]) -> None:
    names = answered(solution, MISTAKES[name].sources)
    assert all(failure_of(name, Submission(names), seed) for seed in range(3))


def test_the_bank_answers_every_question() -> None:
    assert len(ANSWERS) >= 75
    assert {question for variant in ANSWERS.values() for question in variant.questions} == set(
        OF_QUESTION
    )


@pytest.mark.parametrize("name", ANSWERS)
def test_other_right_answer_passes(name: str, solution: dict[str, Any]) -> None:
    submission = Submission(answered(solution, ANSWERS[name].sources))
    tests = [test for question in ANSWERS[name].questions for test in OF_QUESTION[question]]
    failures = {test: failure_of(test, submission) for test in tests}
    assert failures == dict.fromkeys(failures)
    checked = [run_checks(CHECKS, q, submission) for q in ANSWERS[name].questions]
    assert [one for outcomes in checked for one in outcomes if one.verdict != "passed"] == []


WRONG = variants("wrong")


def test_wrong_answers_say_what_they_deserve_to_lose() -> None:
    assert len(WRONG) >= 700
    titles = [(wrong.questions, wrong.title) for wrong in WRONG.values()]
    assert len(set(titles)) == len(titles)
    assert all(wrong.loss and len(wrong.questions) == 1 for wrong in WRONG.values())
    assert all(wrong.title[0].isupper() and "\n" not in wrong.title for wrong in WRONG.values())


def test_titles_of_wrong_answers_go_on_from_an_answer_that() -> None:
    """Feedback writes "An answer gives this if it", and the title behind it."""
    verbs = {wrong.title.split()[0].strip(",") for wrong in WRONG.values()}
    assert {verb for verb in verbs if not verb.endswith("s")} <= {"Never", "Doesn't"}


def test_nearly_all_wrong_answers_lose_points() -> None:
    """A tenth of them, in this process; `make answers` grades them all."""
    # A notebook of their own: some change what functions of it remember.
    solution = run_cells([piece.solution for piece in PIECES], {"__name__": "__main__"})
    missed, some = [], list(WRONG.values())[::10]
    for wrong in some:
        try:
            submission = Submission(answered(solution, wrong.sources))
        except Exception:  # by its own cell: it loses all that needs what it should have set
            continue
        tests = (test for question in wrong.questions for test in OF_QUESTION[question])
        with torch.enable_grad():  # one switches gradients off and leaves it so
            if not any(failure_of(test, submission) for test in tests):
                missed.append(wrong.name)
    assert len(missed) <= 0.06 * len(some), missed


# -- the demo class -----------------------------------------------------------------------------

# student -> the questions of which some test must fail; all others are answered right
FAILED_BY = {
    "right": set(),
    "exception": {"ex1-filter"},
    "endless-loop": {"ex3-flash"},
    # Set-ups ask for the model of the task: with another one, carried credit gives their points.
    "reads-after-padding": {"ex1-lstm", "ex1-setup"},
    "loss-per-batch": {"ex1-train"},
    "digits-reversed": {"ex2-digits"},
    "no-eval": {"ex2-train", "ex2-predict"},
    "no-mask": {"ex4-attention", "ex4-setup"},
    "no-positions": {"ex4-attention", "ex4-setup"},
}


MOVES = ".to(device)"
MADE = "sinusoidal_positions(tokens.shape[1], EMBEDDING_DIM).to(tokens.device)"
CHOICE = 'torch.device("cuda" if torch.cuda.is_available() else "cpu")'
COUNT = "torch.cuda.device_count()"
OWN_CHOICE = "try:\n    device = torch.zeros(1).cuda().device\nexcept Exception: device = 'cpu'"
SHAPE_TEST = "test_attention_gives_a_logit_per_review"
# What stands in the place of which part of the solution, and whether it is as right.
DEVICES: list[tuple[str, str, str, bool]] = [
    ("test_model_attention_attends", MOVES, ".to(device=PLACE)", True),
    ("test_model_attention_attends", MOVES, f".to({CHOICE})", True),
    ("test_model_attention_attends", MOVES, "", False),
    ("test_model_attention_attends", MOVES, ".to('cpu')", False),
    ("test_model_attention_attends", MOVES, ".cpu()", False),
    ("test_model_addition_adds", MOVES, "", False),
    ("test_model_skips_padding", MOVES, "", False),
    (SHAPE_TEST, MADE, MADE.replace("tokens.d", "PLACE or d"), True),
    (SHAPE_TEST, MADE, MADE.replace("tokens.device", "PLACE"), True),
    (
        SHAPE_TEST,
        MADE,
        MADE.replace(".to(tokens.device)", ""),
        False,
    ),
    (
        SHAPE_TEST,
        MADE,
        MADE.replace("tokens.device", "'cpu'"),
        False,
    ),
    ("test_pads_on_the_device", CHOICE, f"torch.device('cuda' if {COUNT} else 'cpu')", True),
    ("test_pads_on_the_device", CHOICE, "torch.accelerator.current_accelerator() or 'cpu'", True),
    ("test_pads_on_the_device", CHOICE, f"'cpu'\n)\n{OWN_CHOICE}\nPLACE = (device", True),
    ("test_pads_on_the_device", MOVES, ".to(PLACE)", True),
    ("test_pads_on_the_device", MOVES, "", False),
    ("test_pads_on_the_device", CHOICE, "torch.device('cpu')", False),
    ("test_pads_on_the_device", CHOICE, "'cpu'", False),
    ("test_pads_on_the_device", CHOICE, f"torch.device('cuda' if {COUNT} > 1 else 'cpu')", False),
]


@pytest.mark.parametrize(("test", "part", "instead", "is_right"), DEVICES)
def test_what_is_left_on_the_cpu_fails_where_there_is_another_device(
    test: str, part: str, instead: str, is_right: bool, solution: dict[str, Any]
) -> None:
    question = question_of(TESTS[test])
    assert question
    (piece,) = [p for p in PIECES if part in p.solution and question.id in p.cell_id]
    names = {**solution, "PLACE": solution["device"]}
    names = answered(names, {piece.cell_id: piece.solution.replace(part, instead)})
    assert (failure_of(test, Submission(names)) is None) == is_right


REPORTS: list[Any] = [
    *({}, None, ([0.5] * 3, [0.5] * 3), {"train_loss": [0.5] * 3}, defaultdict(list)),
    dict.fromkeys(("train_loss", "train_acc", "val_loss", "val_acc"), 0.5),
]


@pytest.mark.parametrize("report", REPORTS, ids=str)
@pytest.mark.parametrize(
    ("question", "loop"), [("ex1-train", "train"), ("ex2-train", "train_addition")]
)
def test_a_report_without_the_measures_fails_the_public_check_with_a_reason(
    question: str, loop: str, report: Any, solution: dict[str, Any]
) -> None:
    names = {**solution, loop: lambda *arguments: report}
    first, *_ = run_checks(CHECKS, question, Submission(names))
    assert first.verdict == "failed"
    reasons = "the result has no list 'train_", "elements", "'train_loss': 3 of 3 values off"
    assert any(reason in first.message for reason in reasons)


def test_demo_answers_compile_and_run(solution: dict[str, Any]) -> None:
    for student in CLASS.values():
        if student.name not in ("blank", "half-right"):
            answered(solution, student.sources)


@pytest.mark.parametrize("student", [name for name in FAILED_BY if name != "endless-loop"])
def test_demo_student_fails_as_intended(student: str, solution: dict[str, Any]) -> None:
    sources = CLASS[student].sources
    names = answered(solution, sources)
    models = [p for p in PIECES if "\nmodel_" in p.solution and p.cell_id not in sources]
    names = run_cells([piece.solution for piece in models], names)  # of changed classes, too
    submission = Submission(names)
    failed = {
        question
        for question, tests in OF_QUESTION.items()
        if any(failure_of(test, submission) for test in tests)
    }
    assert failed == FAILED_BY[student]


@pytest.mark.parametrize("seed", [9, 34, 135, *range(200, 220)])
@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("test_evaluates_in_eval_mode", "evaluate"),
        ("test_addition_evaluates_in_eval_mode", "evaluate_addition"),
    ],
)
def test_no_seed_lets_a_missing_evaluation_mode_pass(name: str, function: str, seed: int) -> None:
    """By chance the loss with dropout is that of another slip, which these tests overlook."""
    task = importlib.import_module("evaluation_probes").TASKS[function]

    def evaluate(model: Any, loss: Any, data: Any, batch_size: int) -> tuple[float, float]:
        model.eval = lambda: model
        try:
            return training.evaluate(model, loss, data, batch_size, task=task)
        finally:
            del model.eval

    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed)
    with pytest.raises(CheckFailure, match=r"model\.eval"):
        TESTS[name](Names({function: evaluate}), rng)
