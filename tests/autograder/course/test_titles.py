"""Titles come from the headings of the notebook, whatever stands around them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.titles import TITLE_LIMIT, exercise_of, exercise_titles, question_titles


def text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": source, "metadata": {}}


def check(question: str) -> dict[str, Any]:
    tag = {"grade": True, "solution": False, "grade_id": question}
    return {"cell_type": "code", "source": "", "metadata": {"nbgrader": tag}}


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    return {"cells": list(cells)}


LAB = notebook(
    text("# A lab\n\nHello."),
    text("# Exercise 1: Sums\n\n## 1.1 Two numbers ##\n\ntext"),
    check("ex1-add"),
    text("## 1.2 *Many* numbers, `sum`"),
    check("ex1-sum"),
    check("ex1-mean-of"),
    text("# Exercise 2: Words"),
    check("ex2-count"),
    check("ex2-sort"),
)


def test_a_question_has_the_heading_above_it() -> None:
    titles = question_titles(LAB, {"ex1": "Sums", "ex2": "Words"})
    assert titles == {
        "ex1-add": "1.1 Two numbers",
        "ex1-sum": "1.2 Many numbers, `sum`: sum",
        "ex1-mean-of": "1.2 Many numbers, `sum`: mean of",
        "ex2-count": "Count",
        "ex2-sort": "Sort",
    }


def test_exercises_have_the_titles_of_the_lab_file_or_their_headings() -> None:
    assert exercise_titles(LAB, {"ex1": "Sums"}) == {"ex1": "Sums", "ex2": "Exercise 2: Words"}
    assert exercise_titles(notebook(text("# A lab"), check("one-a")), {}) == {"one": "one"}
    assert exercise_titles(notebook(check("a")), {}) == {"a": "a"}


def test_the_title_of_the_lab_is_no_title_of_a_question() -> None:
    assert question_titles(notebook(text("# A lab"), check("ex1-add")), {}) == {"ex1-add": "Add"}
    assert question_titles(notebook(check("add")), {}) == {"add": "Add"}


@pytest.mark.parametrize(
    ("source", "title"),
    [
        ("## In code\n```\n# no heading\n```\ntext", "In code"),
        ("## In code\n~~~~\n# no\n~~~\n# no\n~~~~\n", "In code"),
        ("## A [link](http://x.y) and **bold**", "A link and bold"),
        ("##No space\n\n### Deep", "Deep"),
        ("    ## code\n\n## ", "Add"),
        ("## 2 * 3 * 4", "2 * 3 * 4"),
        ("## " + "long " * 100, ("long " * 100)[:TITLE_LIMIT]),
    ],
)
def test_what_is_a_heading(source: str, title: str) -> None:
    lab = notebook(text("# A lab"), text(source), check("ex1-add"))
    assert question_titles(lab, {})["ex1-add"] == title


@given(st.lists(st.text(alphabet="#`~*[]() ab\n"), max_size=4))
def test_any_text_gives_each_question_a_title(sources: list[str]) -> None:
    lab = notebook(*map(text, sources), check("ex1-add"))
    assert question_titles(lab, exercise_titles(lab, {}))["ex1-add"]


def test_the_exercise_of_a_question() -> None:
    assert exercise_of("ex1-a-b") == "ex1" and exercise_of("plain") == "plain"
