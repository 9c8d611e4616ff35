"""What the notebook's file says."""

import json
from pathlib import Path

import pytest

from lib.kit.checks.saved import find_notebook, read_notebook, stamp_of


def cell(source: str, role: str = "", name: str = "") -> dict[str, object]:
    marks = {"grade_id": name, "grade": role == "check", "solution": role == "answer"}
    metadata = {"nbgrader": marks} if role else {}
    return {"cell_type": "code", "id": name, "metadata": metadata, "source": [source]}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    cells = [
        cell("import os"),
        cell("def f(): pass", "answer", "ex1-answer-f"),
        cell("g = 1"),
        cell('check("ex1")', "check", "ex1"),
        {"cell_type": "markdown", "source": "text", "metadata": {}},
        cell("h = f()", "answer", "ex2-answer-h"),
        cell("f = None"),
        cell('check("ex2")', "check", "ex2"),
        cell("f = 3"),
    ]
    path = tmp_path / "lab.ipynb"
    path.write_text(json.dumps({"cells": cells}), "utf-8")
    return path


def test_which_question_a_name_belongs_to(file: Path) -> None:
    saved = read_notebook(file)
    assert saved.questions == ("ex1", "ex2")
    assert [saved.question_of(name) for name in ("f", "h", "g", "os", "x")] == [
        "ex1",
        "ex2",
        *[""] * 3,
    ]


def test_the_cell_that_grading_takes_stands_above_the_check(file: Path) -> None:
    saved = read_notebook(file)
    first, second = (saved.last_above(question, "f") for question in ("ex1", "ex2"))
    assert first is not None and first.source == "def f(): pass"
    assert second is not None and second.source == "f = None"
    assert saved.last_above("ex1", "h") is None
    assert saved.last_above("ex9", "f") is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"cells": 3}', '{"cells": [{}]}', "null"])
def test_a_file_that_is_no_notebook_says_nothing(tmp_path: Path, content: str) -> None:
    path = tmp_path / "lab.ipynb"
    path.write_text(content, "utf-8")
    assert read_notebook(path).cells == ()
    assert read_notebook(None).cells == read_notebook(tmp_path / "none.ipynb").cells == ()


def test_the_stamp_changes_when_the_file_is_written(file: Path) -> None:
    before = stamp_of(file)
    file.write_text(file.read_text("utf-8") + " ", "utf-8")
    assert before is not None and stamp_of(file) != before
    assert stamp_of(None) is None and stamp_of(file / "none") is None


def test_where_the_notebook_is(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    folder = file.parent
    assert find_notebook({}, folder) == file
    (folder / "copy.ipynb").write_text("{}", "utf-8")
    assert find_notebook({}, folder) is None  # which one is not known
    monkeypatch.setenv("JPY_SESSION_NAME", str(folder / "copy.ipynb"))
    assert find_notebook({}, folder) == folder / "copy.ipynb"
    assert find_notebook({"__vsc_ipynb_file__": str(file)}, folder) == file
    monkeypatch.setenv("JPY_SESSION_NAME", "deeper/renamed.ipynb")
    assert find_notebook({}, folder) is None
