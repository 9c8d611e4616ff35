"""Cells become pieces, pieces become two notebooks that differ only in the answers."""

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import identity
from autograder.compiler.help import answer_field
from autograder.compiler.notebooks import (
    Lab,
    LabQuestion,
    lab_questions,
    read_pieces,
    solution_notebook,
    student_notebook,
    write_notebook,
)
from autograder.compiler.points import MarkedTest
from autograder.errors import UserError

WriteLab = Callable[..., Path]


def pieces(lab: Lab) -> list[tuple[str, str, str, str]]:
    return [(piece.kind, piece.role, piece.student, piece.solution) for piece in lab.pieces]


def marked_test(question_id: str, points: float, name: str = "test_x") -> MarkedTest:
    return MarkedTest(question_id, points, name, Path("test_lab.py"), 7)


def test_a_markdown_cell_splits_at_its_answers(write_lab: WriteLab) -> None:
    lab = read_pieces(
        write_lab(
            "1. Why?\n    #!TAG QUESTION why 2\n\n    #!TAG HWBEGIN\n    #!MSG TODO: one sentence\n"
            "    #!MSG or two\n\n    So.\n      - indeed\n    #!TAG HWEND\n\n2. And?\n\n"
            "#!TAG HWBEGIN\nNo.\n#!TAG HWEND\n#!TAG HWBEGIN\n#!TAG HWEND\n"
        )
    )
    assert pieces(lab) == [
        ("markdown", "locked", "1. Why?", "1. Why?"),
        ("markdown", "written", answer_field("TODO: one sentence\nor two"), "So.\n  - indeed"),
        ("markdown", "locked", "2. And?", "2. And?"),
        ("markdown", "written", answer_field("*Your answer here.*"), "No."),
        ("markdown", "written", answer_field("*Your answer here.*"), ""),
    ]
    written = identity.written_id("2. And?")
    assert [piece.grade_id for piece in lab.pieces] == [
        identity.given_id("markdown", "1. Why?"),
        "why",
        identity.given_id("markdown", "2. And?"),
        *(written, f"{written}-2"),
    ]
    assert [piece.line for piece in lab.pieces] == [1, 2, 12, 14, 17]


def test_a_mention_within_a_line_is_text(write_lab: WriteLab) -> None:
    text = "Between `#!TAG HWBEGIN` and #!TAG HWEND stands the solution."
    assert pieces(read_pieces(write_lab(text))) == [("markdown", "locked", text, text)]


def test_code_cells(write_lab: WriteLab) -> None:
    lab = read_pieces(
        write_lab(
            "```python\n#!TAG SKIPQUESTEXEC\n\nx = 1\n```\n"
            "```python\n#!TAG HWBEGIN\ny = 1\n#!TAG HWEND\n```\n"
            "```python\n#!TAG SKIPGRADEEXEC\n#!TAG QUESTION ex1\n```\n"
            "```python\n#!TAG SKIPQUESTEXEC\n```\n"
        )
    )
    blank = (
        '# TODO: Write your solution here.\nraise NotImplementedError("Write your solution here.")'
    )
    assert pieces(lab) == [
        ("code", "locked", "x = 1", "x = 1"),
        ("code", "blank", blank, "y = 1"),
        ("code", "check", 'check("ex1")', 'check("ex1")'),
    ]
    assert [piece.skips_preview for piece in lab.pieces] == [True, False, True]
    assert [piece.tags for piece in lab.pieces] == [[], [], ["skip-grading"]]


def test_points_come_from_tests_and_from_tags(write_lab: WriteLab) -> None:
    path = write_lab(
        "```python\n#!TAG QUESTION ex1\n```\n```python\n#!TAG QUESTION ex2\n```\n"
        "#!TAG QUESTION why 1.5\n#!TAG HWBEGIN\nSo.\n#!TAG HWEND\n"
        "#!TAG HWBEGIN\nSo.\n#!TAG HWEND"
    )
    lab = read_pieces(path)
    tests = [marked_test("ex1", 0.1), marked_test("ex1", 0.2, "test_y")]
    assert lab_questions(lab, tests) == [
        LabQuestion("ex1", 0.3, "auto"),
        LabQuestion("ex2", 0.0, "auto"),
        LabQuestion("why", 1.5, "written"),
        LabQuestion(identity.written_id("*Your answer here.*"), 0.0, "written"),
    ]
    assert [notice.split(": ")[0] for notice in lab.notices] == [f"{path}:5", f"{path}:11"]
    assert "ex2 has no tests" in lab.notices[0]


def test_a_test_of_an_unknown_question_is_an_error(write_lab: WriteLab) -> None:
    lab = read_pieces(write_lab("```python\n#!TAG QUESTION ex1\n```"))
    with pytest.raises(UserError, match=r"test_lab.py:7: .*no test cell .*QUESTION ex2"):
        lab_questions(lab, [marked_test("ex1", 1), marked_test("ex2", 1)])


def test_tests_of_another_lab_of_that_name_are_left_out(write_lab: WriteLab) -> None:
    lab = read_pieces(write_lab("# Text"))
    assert lab_questions(lab, [marked_test("ex1", 1)]) == []
    assert len(lab.notices) == 1


def test_both_notebooks(write_lab: WriteLab, tmp_path: Path) -> None:
    lab = read_pieces(
        write_lab(
            '```python tags=["a", "b"] pycharm={"name": "x"} jupyter={"source_hidden": true}\n'
            "#!TAG SKIPQUESTEXEC\n#!TAG SKIPGRADEEXEC\n"
            "x = (\n#!TAG HWBEGIN\n1\n#!TAG HWEND\n)\n```\n"
            "<!-- #raw -->\nraw\n<!-- #endraw -->\n"
            "```python\n#!TAG QUESTION ex1\n```\n"
            "#!TAG QUESTION why 2\n#!TAG HWBEGIN\nSo.\n#!TAG HWEND\n",
            "Übung 9.md",
        )
    )
    student = student_notebook(lab, lab_questions(lab, [marked_test("ex1", 2)]))
    solution = solution_notebook(lab, student)
    for notebook in (student, solution):
        nbformat.validate(notebook)
        assert set(notebook.metadata) == {"kernelspec", "language_info"}
    blank, raw, check, written = student.cells
    raw_id = identity.given_id("raw", "raw")
    assert [cell.id for cell in student.cells] == ["ex1-answer-x", raw_id, "ex1", "why"]
    tags = ["a", "b", "skip-grading", "skip-execution", "raises-exception"]
    assert blank.metadata["tags"] == tags
    assert blank.metadata["jupyter"] == {"source_hidden": True}
    assert set(blank.metadata) == {"tags", "jupyter", "nbgrader"}
    flags = [cell.metadata.get("nbgrader", {}) for cell in student.cells]
    assert [
        (f.get("grade"), f.get("solution"), f.get("locked"), f.get("points")) for f in flags
    ] == [
        (False, True, False, None),
        (None, None, None, None),
        (True, False, True, 2),
        (True, True, False, 2),
    ]
    assert check.metadata["tags"] == ["raises-exception"]
    assert raw.metadata == {"deletable": False, "editable": False}
    assert [cell.metadata["nbgrader"]["grade_id"] for cell in (check, written)] == ["ex1", "why"]
    assert solution.cells[0].source == "x = (\n1\n)"
    assert solution.cells[0].metadata["tags"] == ["a", "b", "skip-grading"]
    assert "tags" not in solution.cells[2].metadata
    assert solution.cells[3].source == "So."
    assert [cell.id for cell in solution.cells] == [cell.id for cell in student.cells]
    write_notebook(student, tmp_path / "a" / "b.ipynb")
    assert nbformat.read(tmp_path / "a" / "b.ipynb", as_version=4) == student


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        # code
        ("# T\n\n```python\nx\n#!TAG HWBEGIN\n```", 5, "not closed"),
        ("```python\n#!TAG HWBEGIN\n```\n\n```python\n#!TAG HWEND\n```", 2, "not closed"),
        ("```python\n#!TAG HWEND\n```", 2, "without a HWBEGIN"),
        ("```bash\n\n#!TAG HWEND\n```", 3, "without a HWBEGIN"),
        ("```python\nx = (\n```", 2, "does not compile"),
        ("```python\nx = 1\n#!TAG QUESTION ex1\n```", 3, "holds its QUESTION tag only"),
        ("```python\n#!TAG QUESTION a\n#!TAG QUESTION b\n```", 3, "two questions"),
        ("```python\n#!TAG QUESTION a 3\n```", 2, "points come from its tests"),
        ("```python\n#!TAG QUESTION a\n```\n" * 2, 5, "is taken"),
        ("```python\n#!TAG QUESTION own-7\n```", 2, "cells that students add"),
        (f"```python\n#!TAG QUESTION {'q' * 65}\n```", 2, "up to 64 characters"),
        (
            "```python\nx = (\n#!TAG HWBEGIN\n1\n#!TAG HWEND\n)\n```\n"
            "```python\n#!TAG QUESTION a\n```\n```python\n#!TAG QUESTION a-answer-x\n```",
            12,
            "the cell in line 2 is called `a-answer-x`",
        ),
        # Markdown
        ("# T\n\n#!TAG HWBEGIN\na\n\n\nb\n#!TAG HWEND", 3, "two blank lines end"),
        ("#!TAG HWBEGIN\n\n```python\nx\n```\n\n#!TAG HWEND", 1, "not closed"),
        ("#!TAG QUESTION a\n#!TAG HWBEGIN\n#!TAG HWEND", 1, "needs points"),
        (
            "#!TAG QUESTION a 1\n#!TAG QUESTION b 1\n#!TAG HWBEGIN\n#!TAG HWEND",
            1,
            "no answer follows",
        ),
        ("#!TAG QUESTION a 1\ntext\n#!TAG HWBEGIN\n#!TAG HWEND", 1, "no answer follows"),
        ("text\n#!TAG QUESTION a 1", 2, "no answer follows"),
        ("text\n#!TAG HWBEGN", 2, "did you mean"),
        ("<!-- #region -->\n\n\n#!MSG a\n<!-- #endregion -->", 4, "stray"),
        # raw
        ("<!-- #raw -->\n#!TAG HWBEGIN\n#!TAG HWEND\n<!-- #endraw -->", 2, "raw cell"),
        ("#!TAG SKIPQUESTEXEC", 1, "no cells"),
    ],
)
def test_mistakes_name_file_and_line(
    write_lab: WriteLab, text: str, line: int, message: str
) -> None:
    path = write_lab(text)
    with pytest.raises(UserError, match=re.escape(message)) as caught:
        read_pieces(path)
    assert caught.value.message.startswith(f"{path}:{line}: ")
    assert "\n" not in caught.value.message
    assert caught.value.exit_code == 1


def test_a_tag_in_a_string_is_noted(write_lab: WriteLab) -> None:
    path = write_lab("```python\ns = '''\n#!TAG HWBEGIN\n'''\n```")
    lab = read_pieces(path)
    assert lab.notices == [f"{path}:3: a tag inside a string is text and stays"]
    assert lab.pieces[0].student == "s = '''\n#!TAG HWBEGIN\n'''"


LINES = [
    *("#!TAG HWBEGIN", "#!TAG HWEND", "#!MSG text", "#!TAG QUESTION q 1", "#!TAG QUESTION p"),
    *(
        "#!TAG SKIPQUESTEXEC",
        "x = 1",
        "'''",
        "",
        "",
        "```python",
        "```",
        "```bash",
        "# note",
        "---",
    ),
    *("<!-- #region -->", "<!-- #endregion -->", "![a](b.png)", "    y", "    ANSWER", "%%time"),
]


@settings(deadline=None, max_examples=200)
@given(lines=st.lists(st.sampled_from(LINES), max_size=25))
def test_any_file_is_compiled_or_refused_with_a_line(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.md"
    path.write_text("\n".join(lines), encoding="utf-8")
    try:
        lab = read_pieces(path)
    except UserError as error:
        found = re.fullmatch(rf"{re.escape(str(path))}:(\d+): [^\n]+; [^\n]+", error.message)
        assert found, error.message
        assert 1 <= int(found[1]) <= len(lines) + 1
    else:
        notebook = student_notebook(lab, lab_questions(lab, []))
        nbformat.validate(notebook)
        nbformat.validate(solution_notebook(lab, notebook))


def test_run_all_goes_on_from_the_first_blank(write_lab: WriteLab) -> None:
    cells = ("import os", "x = (\n#!TAG HWBEGIN\n1\n#!TAG HWEND\n)", "#!TAG QUESTION ex1", "x")
    lab = read_pieces(write_lab("\n".join(f"```python\n{cell}\n```" for cell in cells)))
    student = student_notebook(lab, [LabQuestion("ex1", 2, "auto")])
    tags = [cell.metadata.get("tags", []) for cell in student.cells]
    assert tags == [[], *[["raises-exception"]] * 3]
    solved = solution_notebook(lab, student)
    assert not any(cell.metadata.get("tags") for cell in solved.cells)
