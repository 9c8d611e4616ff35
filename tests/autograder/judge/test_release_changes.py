"""A release is corrected after it was handed out: old hand-ins keep every answer still asked.

`pytest -s -k table` on this file prints the scores, a line for each change of the release.
"""

import contextlib
import copy
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.assignment import Assignment, question_id
from autograder.compiler.notebooks import (
    lab_questions,
    read_pieces,
    solution_notebook,
    student_notebook,
)
from autograder.compiler.points import read_tests
from autograder.engine import Zygote
from autograder.judge import pytest_plugin
from autograder.judge.content import Content, read_content
from autograder.judge.grade import grade_submission
from autograder.judge.ingest import ingest
from autograder.judge.pytest_plugin import with_tests
from autograder.judge.results import SubmissionResult
from autograder.judge.submission import compose
from autograder.judge.warm import Grader, Ready

# -- a lab in units: texts, given cells, and questions with all that belongs to them -------------


def code(*lines: str) -> str:
    return "\n".join(["```python", *lines, "```"])


def blank(solution: str, message: str) -> str:
    return f"#!TAG HWBEGIN\n#!MSG {message}\n{solution}\n#!TAG HWEND"


def check(question: str) -> str:
    return code(f"#!TAG QUESTION {question}")


DOUBLE = code("def double(x):", blank("    return 2 * x", "Twice the number."))
HALF = code("half = (", blank("    1 / 2", "One half."), ")")
HALVES = code(blank("halves = [half] * 2", "Make a list of two halves."))
COUNTER = [
    *("class Counter:", "    value = 0", "", "    def step(self):"),
    blank("        self.value += 1", "One more."),
]
COUNT = ["def count(n):", "    counter = Counter()", blank(
    "    for _ in range(n):\n        counter.step()\n    return counter.value", "Count to n."
)]  # fmt: skip
WHY = "#!TAG QUESTION why 3\n#!TAG HWBEGIN\n#!MSG Two sentences.\nBecause.\n#!TAG HWEND"
SCALE = code("def scale(x):", "    return limit * x")

LAB = {
    "title": "# Doubles\n\nAll about two of a kind, and about half of one.",
    "limit": code("import math", "", "limit = 10"),
    "unused": code("for number in range(3):", "    print(math.sqrt(number))"),
    "ex1": f"## Double\n\nTwice as much.\n\n{DOUBLE}\n\n{check('ex1')}",
    "scale": SCALE,
    "ex2": f"## Half\n\nHalf of it, twice.\n\n{HALF}\n\n{HALVES}\n\n{check('ex2')}",
    "why": f"## Why\n\nWhy is half of a double the same again?\n\n{WHY}",
    "ex3": f"## Count\n\nOne by one.\n\n{code(*COUNTER, '', '', *COUNT)}\n\n{check('ex3')}",
    "ex4": f"## Sum\n\n{code('total = (', blank('    sum(map(scale, halves))', 'Scaled.'), ')')}"
    f"\n\n{check('ex4')}",
    "end": "That was all.",
}
TESTS = {
    "ex1": ["double(4) == 8", "double(0) == 0"],
    "ex2": ["half == 0.5", "halves == [0.5, 0.5]"],
    "ex3": ["count(0) == 0", "count(3) == 3"],
    "ex4": ["total == 10.0"],
}


@dataclass(frozen=True)
class Release:
    """A version of the lab."""

    units: dict[str, str]
    tests: dict[str, list[str]] = field(default_factory=lambda: TESTS)
    points: int = 1

    def edited(self, unit: str, old: str, new: str) -> "Release":
        assert self.units[unit].count(old) == 1
        return replace(self, units=self.units | {unit: self.units[unit].replace(old, new)})

    def without(self, *names: str) -> "Release":
        return replace(self, units={n: unit for n, unit in self.units.items() if n not in names})

    def with_unit(self, before: str | None, name: str, unit: str) -> "Release":
        units: dict[str, str] = {}
        for other, text in self.units.items():
            units |= ({name: unit} if other == before else {}) | {other: text}
        return replace(self, units=units | {name: unit})

    def moved(self, name: str, before: str) -> "Release":
        return self.without(name).with_unit(before, name, self.units[name])

    def with_tests(self, question: str, *tests: str) -> "Release":
        return replace(self, tests=self.tests | {question: [*self.tests.get(question, []), *tests]})

    @property
    def questions(self) -> list[str]:
        return [q for q in self.tests if any(check(q) in unit for unit in self.units.values())]


def added_question(name: str) -> str:
    triple = code("def triple(x):", blank("    return 3 * x", "Three times."))
    nameless = code(blank("six = triple(2)", "Six."))
    return f"## Triple\n\nThrice as much.\n\n{triple}\n\n{nameless}\n\n{check(name)}"


OLD = Release(LAB)
CHANGES: dict[str, Release] = {
    "nothing": OLD,
    "text inserted at the top": OLD.with_unit("title", "new", "Read this first."),
    "text inserted in the middle": OLD.with_unit("scale", "new", "*Have a break.*"),
    "text removed": OLD.without("end"),
    "text corrected": OLD.edited("title", "one.", "one of them."),
    "text written anew": OLD.edited("ex2", "Half of it, twice.", "Now\n\nsomething\n\nelse."),
    "given code inserted": OLD.with_unit("ex2", "new", code("import os", "", "home = os.curdir")),
    "given code removed": OLD.without("unused"),
    "given code corrected": OLD.edited("scale", "limit * x", "x * limit"),
    "given code written anew": OLD.edited(
        "scale", "    return limit * x", '    """Scaled."""\n    n = limit\n    return n * x'
    ),
    "given code moved": OLD.moved("scale", "limit").moved("limit", "scale"),
    "question added first": OLD.with_unit("title", "ex0", added_question("ex0")).with_tests(
        "ex0", "six == 6"
    ),
    "question added between": OLD.with_unit("ex2", "ex0", added_question("ex0")).with_tests(
        "ex0", "six == 6"
    ),
    "question added last": OLD.with_unit(None, "ex9", added_question("ex9")).with_tests(
        "ex9", "six == 6"
    ),
    "question removed": OLD.without("ex3"),
    "question moved": OLD.moved("ex3", "ex1"),
    "exercises reordered": Release(
        {n: LAB[n] for n in ("title", "limit", "ex3", "why", "ex1", "scale", "ex2", "ex4", "end")}
    ),
    "question renamed": replace(
        OLD.edited("ex2", "QUESTION ex2", "QUESTION ex2-half"),
        tests={"ex2-half" if q == "ex2" else q: tests for q, tests in TESTS.items()},
    ),
    "points changed": replace(OLD, points=5),
    "tests added": OLD.with_tests("ex1", "double(-3) == -6").with_tests("ex3", "count(9) == 9"),
    "answer added above": OLD.edited("ex2", HALF, f"{code(blank('one = 1', 'One.'))}\n\n{HALF}"),
    "answer added below": OLD.edited(
        "ex2", HALVES, f"{HALVES}\n\n{code('two = (', blank('    2', 'Two.'), ')')}"
    ),
    "message corrected": OLD.edited("ex1", "Twice the number.", "Two times the number."),
    "message of a bare blank corrected": OLD.edited("ex2", "Make a list of two", "A list: two"),
    "code around a blank corrected": OLD.edited("ex3", "    value = 0", "    value: int = 0"),
    "answer split": OLD.edited(
        "ex3", code(*COUNTER, "", "", *COUNT), f"{code(*COUNTER)}\n\n{code(*COUNT)}"
    ),
    "answers merged": OLD.edited(
        "ex2", f"{HALF}\n\n{HALVES}",
        code(HALF.strip("`python\n"), blank("halves = [half] * 2", "Two halves.")),
    ),
    "written answer added": OLD.with_unit("why", "how", f"How?\n\n{WHY.replace('why', 'how')}"),
    "written answer moved": OLD.moved("why", "ex4"),
    "all texts written anew": Release({
        name: unit if name == "why" else unit.replace("## ", "## Section on ").replace("#", "##", 1)
        if unit.startswith("#") else unit
        for name, unit in LAB.items()
    }),
}  # fmt: skip


@dataclass(frozen=True)
class Built:
    blank: Any = field(repr=False)
    solved: Any = field(repr=False)
    test_file: Path


def build(release: Release, folder: Path) -> Built:
    """The release's two notebooks, by the compiler, and its tests."""
    folder.mkdir(parents=True, exist_ok=True)
    source, test_file = folder / "lab.md", folder / "test_lab.py"
    source.write_text("\n\n\n".join(release.units.values()), "utf-8")
    tests = ["from lib.kit.checks import assert_equal, question\n"]
    for name in release.questions:
        for number, claim in enumerate(release.tests[name]):
            made, _, expected = claim.partition(" == ")
            tests.append(
                f'@question("{name}", points={release.points})\n'
                f"def test_{name.replace('-', '_')}_{number}(submission):\n"
                f'    """It is {expected}."""\n'
                f"    assert_equal(submission.{made}, {expected})\n"
            )
    test_file.write_text("\n".join(tests), "utf-8")
    lab = read_pieces(source)
    blank_notebook = student_notebook(lab, lab_questions(lab, read_tests(test_file)))
    return Built(blank_notebook, solution_notebook(lab, blank_notebook), test_file)


# -- what students made of the old release ------------------------------------------------------

Change = Callable[[Any, Any], None]


def right(notebook: Any, blank_notebook: Any) -> None:
    """The solution."""


def half_right(notebook: Any, blank_notebook: Any) -> None:
    """One question left blank, one half wrong."""
    for cell, original in zip(notebook.cells, blank_notebook.cells, strict=True):
        if "def double" in cell.source:
            cell.source = cell.source.replace("2 * x", "8")
        if "total = " in cell.source:
            cell.source = original.source


def own_cells(notebook: Any, blank_notebook: Any) -> None:
    """Own cells that the answers need, and some around them."""
    for index in reversed(range(len(notebook.cells))):
        cell = notebook.cells[index]
        if "def double" in cell.source:
            cell.source = cell.source.replace("2 * x", "two * x")
            notebook.cells.insert(index, new_code_cell("two = 2"))
        if "Counter" in cell.source:
            notebook.cells.insert(index + 1, new_code_cell("print(count(2))"))
    notebook.cells.insert(0, new_markdown_cell("My notes."))


def without_ids(notebook: Any, blank_notebook: Any) -> None:
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        del cell["id"]


def without_marks(notebook: Any, blank_notebook: Any) -> None:
    for cell in notebook.cells:
        cell.metadata = {}


def without_both(notebook: Any, blank_notebook: Any) -> None:
    without_ids(notebook, blank_notebook)
    without_marks(notebook, blank_notebook)


def numbered(notebook: Any, blank_notebook: Any) -> None:
    """With ids from the cells' places, as releases had them once."""
    for number, cell in enumerate(notebook.cells, start=1):
        cell.id = f"lab-{number:03}"
        if not cell.metadata["nbgrader"]["grade"]:
            cell.metadata["nbgrader"]["grade_id"] = cell.id


def own_cells_numbered(notebook: Any, blank_notebook: Any) -> None:
    numbered(notebook, blank_notebook)
    own_cells(notebook, blank_notebook)


def own_cells_without_both(notebook: Any, blank_notebook: Any) -> None:
    own_cells(notebook, blank_notebook)
    without_both(notebook, blank_notebook)


def all_in_one(notebook: Any, blank_notebook: Any) -> None:
    """Cells of one question merged into one."""
    index = next(i for i, cell in enumerate(notebook.cells) if cell.source.startswith("half = "))
    notebook.cells[index].source += "\n\n" + notebook.cells.pop(index + 1).source


HAND_INS: dict[str, Change] = {
    "right": right,
    "half right": half_right,
    "own cells": own_cells,
    "no ids": without_ids,
    "no marks": without_marks,
    "neither": without_both,
    "numbered": numbered,
    "own, numbered": own_cells_numbered,
    "own, neither": own_cells_without_both,
    "merged": all_in_one,
}
WORTH = {"half right": {"ex1": [True, False], "ex4": [False]}}  # tests that pass; else all


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Built:
    return build(OLD, tmp_path_factory.mktemp("old"))


@pytest.fixture(scope="module")
def table() -> Iterator[dict[str, list[str]]]:
    """Filled by the tests, printed at their end."""
    rows: dict[str, list[str]] = {}
    yield rows
    print("\n\npoints of what the old release asked, and of what was added")
    for name, cells in ({"": [*HAND_INS, "of"]} | rows).items():
        print(f"{name:34}" + "".join(f"{cell:>15}" for cell in cells))


def handed_in(old: Built, change: Change, path: Path) -> Path:
    notebook = copy.deepcopy(old.solved)
    change(notebook, old.blank)
    path.write_text(json.dumps(notebook), "utf-8")
    return path


def results_of(
    assignment: Assignment, submitted: dict[str, Content], zygote: Zygote
) -> dict[str, SubmissionResult]:
    """By hand-in; those of which the same cells are taken are judged once."""
    grader = Grader(assignment, 0, zygote.limits, zygote.policy)

    def judge(tests: pytest_plugin.Tests) -> dict[str, SubmissionResult]:
        ready, judged = Ready(grader, tests, zygote), {}
        for content in submitted.values():
            cells = repr(ingest(assignment.notebook, content).cells)
            if cells not in judged:
                judged[cells] = grade_submission(ready, content)
            results[content.student] = judged[cells]
        return results

    results: dict[str, SubmissionResult] = {}
    return with_tests(assignment.test_files, judge)


@pytest.mark.parametrize("change", CHANGES)
def test_the_table(
    change: str, old: Built, tmp_path: Path, zygote: Zygote, table: dict[str, list[str]]
) -> None:
    release, table[change] = CHANGES[change], []
    new = build(release, tmp_path)
    assignment = Assignment("lab", tmp_path, new.blank, (new.test_file,))
    submitted = {
        name: read_content(name, handed_in(old, make, tmp_path / "lab.ipynb"))
        for name, make in HAND_INS.items()
    }
    for name, result in results_of(assignment, submitted, zygote).items():
        table[change].append(f"{result.score:g}")
        passed = {q.id: [test.passed for test in q.tests] for q in result.questions if q.tests}
        expected = {
            question: worth
            for question in release.questions
            if question in (*TESTS, "ex2-half")
            for worth in [WORTH.get(name, {}).get(question, [True] * len(release.tests[question]))]
        }
        kept = {question: passed[question][: len(worth)] for question, worth in expected.items()}
        assert kept == expected, (change, name, result.remarks)
        written = {cell.id: cell.source for cell in result.cells}
        assert written.get("why") == "Because.", (change, name, result.remarks)
    by_tests = (question.max_score for question in result.questions if question.tests)
    table[change].append(f"{sum(by_tests):g}")


def test_the_table_has_every_kind() -> None:
    assert len(CHANGES) >= 15
    assert len({json.dumps([r.units, r.tests, r.points]) for r in CHANGES.values()}) == len(CHANGES)


# -- any sequence of corrections -----------------------------------------------------------------

Edit = Callable[[Release, int], Release]
MOVABLE = ["title", "unused", "ex1", "why", "ex3", "end"]  # nothing else needs them


def insert(make: Callable[[int], str]) -> Edit:
    def edit(release: Release, number: int) -> Release:
        names = list(release.units)
        before = names[number % len(names)]
        return release.with_unit(before, f"new{len(names)}-{number}", make(number))

    return edit


def change(unit: str, old: str, new: str) -> Edit:
    def edit(release: Release, number: int) -> Release:
        text = release.units.get(unit, "")
        return release.edited(unit, old, new) if text.count(old) == 1 else release

    return edit


def move(release: Release, number: int) -> Release:
    name = MOVABLE[number % len(MOVABLE)]
    others = [other for other in release.units if other != name]
    return release.moved(name, others[number % len(others)]) if name in release.units else release


def remove(release: Release, number: int) -> Release:
    return release.without(MOVABLE[number % len(MOVABLE)]) if len(release.units) > 6 else release


def new_question(number: int) -> str:
    return added_question(f"new{number}").replace("triple", f"triple{number}")


EDITS: list[Edit] = [
    insert(lambda number: f"A text with number {number}."),
    insert(lambda number: code(f"given_{number} = {number}")),
    insert(new_question),
    insert(lambda number: f"How {number}?\n\n{WHY.replace('why', f'how{number}')}"),
    move,
    remove,
    change("title", "All about", "Nearly all about"),
    change("ex1", "Twice as much.", "It is\n\nthe same once more."),
    change("ex1", "Twice the number.", "Two times the number."),
    change("ex2", HALF, f"{code(blank('one = 1', 'One.'))}\n\n{HALF}"),
    change("ex2", HALVES, f"{HALVES}\n\n{code('two = (', blank('    2', 'Two.'), ')')}"),
    change("ex2", "Make a list of two", "A list: two"),
    change("ex3", code(*COUNTER, "", "", *COUNT), f"{code(*COUNTER)}\n\n{code(*COUNT)}"),
    change("ex3", "    value = 0", "    value: int = 0"),
    change("scale", "limit * x", "x * limit"),
]


def claims_kept(notebook: Any, tests: dict[str, list[str]]) -> dict[str, list[bool]]:
    """Which of the old tests pass at their questions' checks, in this process."""
    names: dict[str, Any] = {}
    kept = {}
    for cell in notebook.cells:
        question = question_id(cell)
        if question in tests:
            kept[question] = [_holds(claim, names) for claim in tests[question]]
        elif question is None and cell.cell_type == "code":
            with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
                exec(cell.source, names)
    return kept


def _holds(claim: str, names: dict[str, Any]) -> bool:
    try:
        return bool(eval(claim, names))
    except Exception:
        return False


@settings(deadline=None, max_examples=60)
@given(
    edits=st.lists(
        st.tuples(st.sampled_from(EDITS), st.integers(0, 99)),
        max_size=6,
        unique_by=lambda edit: edit[1],
    ),
    hand_in=st.sampled_from(sorted(HAND_INS)),
)
def test_no_sequence_of_corrections_costs_an_answer(
    old: Built,
    edits: list[tuple[Edit, int]],
    hand_in: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    release = OLD
    for edit, number in edits:
        release = edit(release, number)
    folder = tmp_path_factory.getbasetemp() / "edited"
    new = build(release, folder)
    path = handed_in(old, HAND_INS[hand_in], folder / "lab.ipynb")
    submission = ingest(new.blank, read_content("ana", path))
    kept = claims_kept(compose(new.blank, submission.cells), TESTS)
    asked = [question for question in TESTS if question in release.units]
    assert kept == {
        question: WORTH.get(hand_in, {}).get(question, [True] * len(TESTS[question]))
        for question in asked
    }, submission.notes
    if "why" in release.units:
        assert {cell.id: cell.source for cell in submission.cells}.get("why") == "Because."
