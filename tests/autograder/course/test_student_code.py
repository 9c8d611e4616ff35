"""A student's code beside what failed: bounded, escaped, with the line that a message names."""

from typing import Any

import pytest

from autograder.course.reasons import Reason
from autograder.course.recorded import RecordedGrade
from autograder.course.standing import CELL_LIMIT, Standing
from autograder.course.student_code import CELLS_LIMIT, CODE_LINES, student_code
from autograder.engine import Cause
from autograder.judge.results import CellFailure, HandedFile, QuestionResult

SOURCE = "def f(x):\n    y = x\n    return y < 0"
AT_LINE_3 = "your code raised E: no (line 3 of its cell, in f)"


def cell(name: str, source: str) -> dict[str, Any]:
    return {"id": name, "cell_type": "code", "source": source, "metadata": {}}


def shown(*cells: Any, message: str = "", failure: CellFailure | None = None, **given: Any) -> str:
    reasons = [Reason(("key",), message, (), failure=failure)]
    standing = Standing(
        1, QuestionResult("ex1-a", 1), RecordedGrade(0), "A", work=list(cells), reasons=reasons
    )
    blocks = student_code(standing, given.get("released", {}), given.get("files", ()))
    return "\n---\n".join(f"{block['label']}{block['text']}" for block in blocks)


def test_code_has_no_numbers_where_no_line_is_meant() -> None:
    assert shown(cell("a", SOURCE)) == SOURCE.replace("<", "&lt;")
    assert shown(cell("a", SOURCE), released={"a": SOURCE}) == ""


def test_the_line_that_a_message_names_is_marked() -> None:
    code = shown(cell("a", SOURCE), message=AT_LINE_3)
    assert '<span class="no">   1</span> def f(x):' in code
    assert '<mark><span class="no">▶  3</span>     return y &lt; 0</mark>' in code


@pytest.mark.parametrize(
    "message",
    [
        AT_LINE_3.replace("in f", "in g"),
        AT_LINE_3.replace("line 3", "line 4"),
        AT_LINE_3.replace("its cell", "model.py"),
        "no line at all",
    ],
)
def test_no_line_is_marked_that_is_not_meant(message: str) -> None:
    assert "<mark>" not in shown(cell("a", SOURCE), message=message)


def test_of_several_cells_the_one_that_is_meant_has_the_mark() -> None:
    other = cell("b", "a = 1\nb = 2\nc = 3")
    first, second = shown(cell("a", SOURCE), other, message=AT_LINE_3).split("\n---\n")
    assert "<mark>" in first and "<mark>" not in second
    anywhere = shown(cell("a", SOURCE), other, message="… (line 3 of its cell)")
    assert "<mark>" not in anywhere
    failure = CellFailure("b", "E", "this cell raised E: no (line 3 of its cell)", Cause.RAISED)
    first, second = shown(cell("a", SOURCE), other, failure=failure).split("\n---\n")
    assert "<mark>" not in first and "<mark>" in second


def test_a_line_of_a_file_is_shown_with_its_name() -> None:
    file = HandedFile("model.py", 9, "def g():\n    return <3>\n")
    code = shown(message="your code raised E: no (line 2 of model.py, in g)", files=(file,))
    assert code.startswith("model.py") and "▶  2</span>     return &lt;3&gt;" in code


def test_it_is_bounded() -> None:
    many = shown(*(cell(f"{n}", f"x = {n}") for n in range(CELLS_LIMIT + 3)))
    assert many.endswith("(3 more cells not shown)")
    assert "more lines not shown)" in shown(cell("a", "x\n" * (CODE_LINES + 9)))
    assert len(shown(cell("a", "<" * 10 * CELL_LIMIT), cell("b", "x" * CELL_LIMIT))) < 30_000
