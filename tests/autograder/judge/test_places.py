"""Which cell is which: by id, by grade id, by content."""

import time
from typing import Any

import pytest

from autograder.judge.parse import ParsedCell
from autograder.judge.places import defined_names, find_places, lab_cells

from .notebooks import answer, given, notebook, question, written

LAB = lab_cells(
    notebook(
        given("code-1", "limit = 10\nstep = 1\nprint(limit, step)"),
        answer("ex1-answer-double", "def double(x):\n    raise NotImplementedError"),
        question("ex1", 1),
        answer("ex2-answer-0", "raise NotImplementedError('A')"),
        question("ex2", 1),
        written("ex3", 1),
    )
)


def places(*cells: ParsedCell) -> dict[int, int]:
    return find_places(LAB, cells).of


def cell(source: str, kind: str = "code", **known: Any) -> ParsedCell:
    return ParsedCell(kind, source, **known)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(x): return x\nasync def g(): ...\nclass A: ...", {"f", "g", "A"}),
        ("x = 1\ny: int = 2\na, b = c = 3\nx == 1", {"x", "y", "a", "b"}),
        ("    inner = 1\nif x: y = 2\nelse: z = 3\nprint(a=1)", set()),
        ("def broken(:\n%time x = 1\ngröße = 1", {"broken", "größe"}),
    ],
)
def test_names_are_found_at_the_left_edge(source: str, names: set[str]) -> None:
    assert defined_names("code", source) == names
    assert defined_names("markdown", source) == set()


def test_the_cell_id_counts_more_than_the_grade_id() -> None:
    assert places(cell("?", id="ex1-answer-double", grade_id="ex2-answer-0")) == {0: 1}
    assert places(cell("?", id="other", grade_id="ex2-answer-0")) == {0: 3}


def test_a_marked_answer_is_found_by_its_name_wherever_it_stands() -> None:
    old = cell("double = abs", id="lab-007", grade_id="lab-007", role="answer")
    check = cell('check("ex1")', grade_id="ex1", role="check")
    assert places(check, old) == {0: 2, 1: 1}


def test_a_cell_without_a_mark_is_an_answer_only_beside_its_neighbours() -> None:
    mine, check = cell("double = abs"), cell('check("ex1")', grade_id="ex1", role="check")
    why = cell("Because.", "markdown", grade_id="ex3", role="answer")
    assert places(mine, check, why) == {0: 1, 1: 2, 2: 5}
    assert places(check, why, mine) == {0: 2, 1: 5}


def test_the_bare_blank_is_found_by_its_neighbours() -> None:
    old = cell("print('A')", grade_id="lab-003", role="answer")
    checks = [cell(f'check("{name}")', grade_id=name, role="check") for name in ("ex1", "ex2")]
    assert places(checks[0], old, checks[1]) == {0: 2, 1: 3, 2: 4}
    assert places(checks[0], cell("print('A')"), checks[1]) == {0: 2, 2: 4}


def test_without_any_mark_neighbours_are_asked_as_well() -> None:
    checks = [cell('check("ex1")'), cell('check("ex2")')]
    assert places(checks[0], cell("print('A')"), checks[1]) == {0: 2, 1: 3, 2: 4}


def test_a_corrected_given_cell_is_found_by_its_likeness() -> None:
    old = cell("limit = 11\nstep = 1\nprint(limit, step)", grade_id="code-2", role="given")
    assert places(old) == {0: 0}
    assert places(cell("print('something else')", grade_id="code-2", role="given")) == {}


def test_likeness_makes_no_answer_of_a_given_cell() -> None:
    old = cell(LAB[1].source.replace("double", "triple"), grade_id="code-2", role="given")
    assert places(old) == {}


def test_no_two_cells_have_one_place() -> None:
    found = find_places(LAB, [cell(LAB[0].source, id="code-1")] * 3)
    assert (found.of, found.copies) == ({2: 0}, {0: 0, 1: 0})


@pytest.mark.parametrize("known", [{"grade_id": "ex1-answer-double"}, {"grade_id": "old"}])
@pytest.mark.parametrize("at", [0, 3, 4])
def test_of_equal_copies_the_one_at_the_labs_place_wins(known: dict[str, str], at: int) -> None:
    """As in files without cell ids."""
    cells = [
        cell(LAB[0].source, grade_id="code-1", role="given"),
        cell("double = 2", role="answer", **known),
        cell('check("ex1")', grade_id="ex1", role="check"),
        cell('check("ex2")', grade_id="ex2", role="check"),
    ]
    cells.insert(at, cell("double = 1", role="answer", **known))
    assert places(*cells)[1 if at else 2] == 1


@pytest.mark.parametrize("known", [{"grade_id": "ex1-answer-double"}, {"grade_id": "old"}, {}])
def test_of_equal_copies_at_the_labs_place_the_last_wins(known: dict[str, str]) -> None:
    check = cell('check("ex1")', grade_id="ex1", role="check")
    role = {"role": "answer"} if known else {}
    mine = [cell(f"double = {number}", **known, **role) for number in range(3)]
    assert places(*mine, check) == {2: 1, 3: 2}


def test_answers_with_one_name_keep_their_order() -> None:
    twice = lab_cells(notebook(*(answer(f"ex1-answer-x{n}", "x = 1") for n in ("", "-2"))))
    mine = [cell(f"x = {number}", grade_id=f"old-{number}", role="answer") for number in (3, 4)]
    assert find_places(twice, mine).of == {0: 0, 1: 1}


def test_a_notebook_made_to_take_long_is_looked_at_in_one_go() -> None:
    words = " ".join(f"limit{number}" for number in range(1000))
    cells = [cell(f"double = {number}\n{words}\nstep = {words}") for number in range(1000)]
    started_at = time.process_time()
    find_places(LAB, cells)
    assert time.process_time() - started_at < 20  # 2 s; a comparison of all pairs takes minutes
