"""The notebook for graders: the release, what the student wrote, tests with their hints."""

import json
from dataclasses import replace
from typing import Any

import nbformat
import pytest
from nbgrader.utils import determine_grade

from autograder.assignment import Assignment, is_answer
from autograder.course.colours import RUNS_LIMIT, in_colour
from autograder.course.frames import OURS, OWN
from autograder.course.notebook import (
    ADDED_LIMIT,
    CELL_LIMIT,
    CELL_LINES,
    COLOURS,
    CUT,
    FILES_ID,
    OURSELVES,
    REMARKS_LIMIT,
    STOPPED,
    STUDENT_LIMIT,
    STUDENT_LINES,
    SUMMARY_ID,
    graded_notebook,
    shown_text,
    untouched_answers,
    with_cells,
    work_by_question,
)
from autograder.course.sanitise import KEPT
from autograder.engine import Cause
from autograder.judge.results import (
    CellFailure,
    HandedFile,
    QuestionResult,
    SubmissionResult,
    Verdict,
)
from autograder.judge.submission import StudentCell

from .conftest import RIGHT, WHY, result_of

HOSTILE = "<script>alert(1)</script>"
HALF = "def double(x):\n    return 0"


def graded(small: Assignment, result: SubmissionResult, rendered_limit: int = 10**5) -> Any:
    """The notebook for graders."""
    filled = with_cells(small.notebook, result.cells)
    return graded_notebook(filled, result, (), rendered_limit)


def test_answers_and_own_cells_stand_where_they_stood(small: Assignment) -> None:
    given = [cell.id for cell in small.notebook.cells]
    result = result_of(small, "ann")
    cells = (
        StudentCell("own-000", "code", "first = 1"),
        StudentCell("own-001", "markdown", "a note", given[1]),
        StudentCell("own-002", "raw", "another", given[1]),
        *result.cells,
    )
    filled = with_cells(small.notebook, cells)
    order = [cell["id"] for cell in filled["cells"]]
    assert order == ["own-000", *given[:2], "own-001", "own-002", *given[2:]]
    sources = {cell["id"]: cell["source"] for cell in filled["cells"]}
    for cell in small.notebook.cells:
        answered = {RIGHT, WHY} if is_answer(cell) else {cell.source}
        assert sources[cell.id] in answered
    assert [cell.id for cell in small.notebook.cells] == given  # the release itself is as it was


def test_only_answer_cells_are_filled(small: Assignment) -> None:
    check = next(c for c in small.notebook.cells if c.metadata.nbgrader.grade_id == "ex1-double")
    filled = with_cells(small.notebook, [StudentCell(check.id, "code", "score = 100")])
    assert "score = 100" not in [cell["source"] for cell in filled["cells"]]


def test_nbgrader_reads_the_scores_and_nbformat_the_notebook(small: Assignment) -> None:
    result = result_of(small, "ann", HALF)
    failure = CellFailure(result.cells[0].id, "ValueError", "it raised ValueError", Cause.RAISED)
    made = graded(small, replace(result, cell_failures=(failure,)))
    notebook = nbformat.reads(json.dumps(made), as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[0].id == SUMMARY_ID
    by_id = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell for cell in notebook.cells}
    assert determine_grade(by_id["ex1-double"]) == (1.0, 3.0)
    assert determine_grade(by_id["ex1-why"]) == (None, 3.0)
    raised = [cell for cell in notebook.cells if cell.get("outputs", [{}])[0].get("ename")]
    assert [cell.source for cell in raised] == [HALF]
    assert raised[0].outputs[0].traceback == [STOPPED, "ValueError: it raised ValueError"]
    shown = by_id["ex1-double"].outputs[0].data
    assert "<td>✓</td><td>1 / 1</td><td>zero.</td>" in shown["text/html"]
    assert "<td>✗</td><td>0 / 2</td><td>four.</td><td>no</td>" in shown["text/html"]
    assert shown["text/plain"] == "FAILED  four.  --  no\npassed  zero."
    assert "<td>ex1-why</td><td>by hand / 3</td>" in notebook.cells[0].source


def test_carried_credit_is_said(small: Assignment) -> None:
    tests = (Verdict("c", "C.", 2, "failed"),)
    carried = QuestionResult("ex1-double", 2, tests, 2.0, ("ex0-half",))
    text = json.dumps(graded(small, replace(result_of(small, "ann"), questions=(carried,))))
    assert text.count("This answer uses ex0-half, where points were lost.") == 3
    assert text.count("this one earns 2 of 2 points") == 3
    assert text.count("the notebook as it is, which would earn 0 points") == 3


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            QuestionResult(
                "ex1-double",
                3,
                (Verdict("k", "K.", 1, "passed", public=True), Verdict("h", "H.", 2, "failed")),
            ),
            "Public checks count where a hidden check passes, too. Here none did.",
        ),
        (
            QuestionResult(
                "ex1-double",
                3,
                (Verdict("h", "H.", 3, "failed"),),
                mistake="Adds",
                mistake_score=2,
            ),
            "One mistake is behind all checks that failed: the answer adds. It costs 1 of 3",
        ),
    ],
)
def test_what_else_counts_is_said_everywhere(
    small: Assignment, question: QuestionResult, said: str
) -> None:
    text = json.dumps(graded(small, replace(result_of(small, "ann"), questions=(question,))))
    assert text.count(said) == 3


def test_nothing_from_a_test_becomes_markup(small: Assignment) -> None:
    verdict = Verdict("t", HOSTILE, 1, "failed", HOSTILE)
    question = QuestionResult("ex1-double", 1, (verdict,))
    result = replace(result_of(small, "ann"), questions=(question,), remarks=(HOSTILE,))
    made = graded(small, result)
    html = [made["cells"][0]["source"]]
    html += [
        output["data"]["text/html"]
        for cell in made["cells"]
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    ]
    assert len(html) == 2 and "<script" not in "".join(html)


def test_what_belongs_to_a_question(small: Assignment) -> None:
    first = small.notebook.cells[0].id
    cells = (
        StudentCell("own-000", "code", "helper = 1", first),
        *result_of(small, "ann").cells,
    )
    work = work_by_question(with_cells(small.notebook, cells))
    sources = {name: [cell["source"] for cell in some] for name, some in work.items()}
    assert sources == {"ex1-double": ["helper = 1", RIGHT], "ex1-why": [WHY]}


def test_untouched_answers(small: Assignment) -> None:
    blank = next(c for c in small.notebook.cells if "NotImplementedError" in c.source)
    name = blank.metadata.nbgrader.grade_id
    for code, why, expected in (
        (RIGHT, WHY, set()),
        (None, WHY, {name}),
        (blank.source, None, {name, "ex1-why"}),
    ):
        filled = with_cells(small.notebook, result_of(small, "ann", code, why).cells)
        assert untouched_answers(small.notebook, filled) == expected


def shown_of(small: Assignment, *cells: StudentCell, rendered_limit: int = 10**5) -> list[str]:
    """What is shown of a student's own cells."""
    notebook = graded(small, replace(result_of(small, "ann"), cells=cells), rendered_limit)
    return [cell["source"] for cell in notebook["cells"] if cell["id"].startswith("own-")]


def test_a_students_text_is_html_on_one_line(small: Assignment) -> None:
    picture = {"a.png": {"image/svg+xml": HOSTILE}}
    text = StudentCell("own-000", "markdown", f"# a\n\n\n*b* {HOSTILE} $x$ \\y", None, picture)
    raw = StudentCell("own-001", "raw", f"a\n\n{HOSTILE}")
    notebook = graded(small, replace(result_of(small, "ann"), cells=(text, raw)))
    for cell in notebook["cells"]:
        if cell["id"].startswith("own-"):
            assert cell["source"].startswith(f"{OWN}{KEPT}") and "attachments" not in cell
            assert not {"\n", "$", "\\", "`", "["} & set(cell["source"])
            assert "<script" not in cell["source"] and "&lt;script&gt;" in cell["source"]


def test_what_is_long_is_cut_and_says_so(small: Assignment) -> None:
    assert all(CUT.strip() in shown for shown in shown_of(
        small,
        StudentCell("own-000", "code", "x" * 10**6),
        StudentCell("own-001", "markdown", "*x* " * 10**6),
        StudentCell("own-002", "raw", "[" * 10**6),
    ))  # fmt: skip
    many = (StudentCell(f"own-{n:03}", "code", "y" * CELL_LIMIT) for n in range(200))
    assert sum(map(len, shown_of(small, *many))) < STUDENT_LIMIT + 200 * 60


def test_only_so_many_added_cells_are_shown(small: Assignment) -> None:
    for more in (0, 7):
        many = [StudentCell(f"own-{n:03}", "code", "x = 1") for n in range(ADDED_LIMIT + more)]
        result = result_of(small, "ann")
        cells = graded(small, replace(result, cells=(*many, *result.cells)))["cells"]
        assert len(cells) == 1 + len(small.notebook.cells) + ADDED_LIMIT
        assert ("7 more of the student" in cells[0]["source"]) is bool(more)


def test_only_so_much_is_rendered(small: Assignment) -> None:
    many = [StudentCell(f"own-{n:03}", "markdown", "*x*") for n in range(9)]
    shown = shown_of(small, *many, rendered_limit=10)
    assert [("<em>" in one) for one in shown] == [True] * 3 + [False] * 6


def test_code_is_shown_without_what_turns_it_round(small: Assignment) -> None:
    (shown,) = shown_of(small, StudentCell("own-000", "code", "a = '\u202e' # \x1b[2J\n\tb\u200b"))
    assert shown == "a = '\ufffd' # \ufffd[2J\n\tb\ufffd"


def test_remarks_are_few(small: Assignment) -> None:
    remarks = tuple(f"remark {number}" for number in range(REMARKS_LIMIT + 5))
    made = graded(small, replace(result_of(small, "ann"), remarks=remarks))
    assert made["cells"][0]["source"].count("remark ") == REMARKS_LIMIT
    assert "and 5 more remarks" in made["cells"][0]["source"]


def test_lines_are_few_too(small: Assignment) -> None:
    assert shown_text("a\n" * 5, 100, 2) == f"a\na {CUT}" and shown_text("a\nb", 100, 2) == "a\nb"
    assert shown_text("a", 100, 0) == f" {CUT}"
    many = (StudentCell(f"own-{n:03}", kind, "\n" * 10**5) for n, kind in enumerate(
        ["code", "raw"] * 20))  # fmt: skip
    lines = [one.count("\n") + one.count("&#10;") for one in shown_of(small, *many)]
    assert max(lines) < CELL_LINES + 10 and sum(lines) < STUDENT_LINES + 40 * 5


def test_colours_are_found_when_it_is_published(small: Assignment) -> None:
    own = StudentCell("own-000", "code", "if x: pass  # <why>")
    cells = graded(small, replace(result_of(small, "ann"), cells=(own,)))["cells"]
    (cell,) = [cell for cell in cells if cell["id"] == "own-000"]
    shown = in_colour(cell["source"], cell["metadata"][OURSELVES][COLOURS])
    assert '<span class="k">if</span>' in shown and "# &lt;why&gt;</span>" in shown


def test_only_so_many_elements_are_for_colours(small: Assignment) -> None:
    many = tuple(StudentCell(f"own-{n:03}", "code", "a=1\n" * 900) for n in range(9))
    for limit in (10**5, 0):
        notebook = graded(small, replace(result_of(small, "ann"), cells=many), limit)
        runs = [
            len(cell["metadata"][OURSELVES][COLOURS])
            for cell in notebook["cells"]
            if cell["id"].startswith("own-")
        ]
        assert (0 < sum(runs) <= RUNS_LIMIT and 0 in runs) if limit else set(runs) == {0}


def test_nobody_else_is_to_look_for_colours(small: Assignment) -> None:
    """formgrader without our settings takes what the notebook calls its language."""
    notebook = graded(small, result_of(small, "ann"))
    assert notebook["metadata"]["language_info"]["pygments_lexer"] == "text"
    assert small.notebook.metadata.language_info.pygments_lexer == "ipython3"


def test_who_says_it_is_said(small: Assignment) -> None:
    fake = StudentCell("own-000", "markdown", "## Feedback at a glance\n\n| a |\n|---|\n| 3 / 3 |")
    cells = graded(small, replace(result_of(small, "ann"), cells=(fake,)))["cells"]
    frames = {cell["id"]: cell["source"].partition(KEPT)[0] for cell in cells}
    assert (frames[SUMMARY_ID], frames["own-000"]) == (OURS, OWN)
    tables = [
        output["data"]["text/html"]
        for cell in cells
        for output in cell.get("outputs", [])
        if "text/html" in output.get("data", {})
    ]
    assert tables and all(one.startswith(f"{OURS}{KEPT}") for one in tables)


def test_files_are_in_the_students_frame(small: Assignment) -> None:
    files = (HandedFile("why.md", 20, f"<b>Feedback at a glance</b>\n$x$ {HOSTILE}"),)
    first, second, *cells = graded(small, replace(result_of(small, "ann"), files=files))["cells"]
    assert (first["id"], second["id"]) == (SUMMARY_ID, FILES_ID)
    assert "why.md" not in first["source"]
    assert second["source"].startswith(f"{OWN}{KEPT}<h3>why.md</h3>")
    assert "&lt;b&gt;" in second["source"] and "$" not in second["source"]
    before = work_by_question({"cells": cells})
    assert work_by_question({"cells": [first, second, *cells]}) == before
