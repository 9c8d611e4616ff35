"""A course whose students answered one written question, as graded and published."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from autograder.assignment import Assignment, load_assignment
from autograder.compiler.build import build_labs
from autograder.course.class_run import ClassRun, remember
from autograder.course.course import Course
from autograder.course.publish import publish
from autograder.course.release import take_release
from autograder.course.store import ResultStore
from autograder.judge.submission import StudentCell

from ..course.conftest import CHECKS, SOURCE, result_of

LAB, QUESTION = "small", "ex1-why"
RUBRIC = """\
[exercises]
ex1 = "Doubling"

[[questions.ex1-why.rubric]]
id = "factor"
text = "names the factor two"
points = 2

[[questions.ex1-why.rubric]]
id = "integer"
text = "says `2n` is even"
points = 1

[[questions.ex1-why.rubric]]
id = "vague"
text = "is vague"
points = -0.5
"""
MORE = """
<!-- #region -->
And then?

#!TAG QUESTION ex2-then 2
#!TAG HWBEGIN
Then it is even.
#!TAG HWEND
<!-- #endregion -->
"""


@pytest.fixture(scope="package")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a built lab that has a rubric."""
    folder = tmp_path_factory.mktemp("hand grading")
    source = folder / "source" / LAB / f"{LAB}.md"
    (source.parent / "student").mkdir(parents=True)
    source.write_text(SOURCE + MORE, "utf-8")
    (source.parent / "student" / "checks.py").write_text(CHECKS, "utf-8")
    (source.parent / "lab.toml").write_text(RUBRIC, "utf-8")
    build_labs([source], folder / "release", folder / "solution")
    return folder


class Class:
    """Students of a course, and what they wrote; None: nothing."""

    def __init__(self, small: Path, root: Path) -> None:
        root.mkdir()
        source = small / "source" / LAB / f"{LAB}.md"
        released = load_assignment(LAB, small / "release", source=source)
        solution = load_assignment(LAB, small / "release", None, small / "solution", source)
        taken = take_release(root, LAB, small / "release", solution.solution)
        self.course: Course = taken.course
        self.assignment: Assignment = load_assignment(
            LAB, self.course.folder("release", ".", LAB).parent, source=source
        )
        assert released.rubrics
        remember(self.course.root, LAB, ClassRun(7, title="A small lab", source=str(source)))
        self.answers: dict[str, str | StudentCell | None] = {}

    @property
    def root(self) -> Path:
        return self.course.root

    def grade(self, answers: Mapping[str, str | StudentCell | None]) -> None:
        """Store and publish what some students wrote, and publish the others anew."""
        self.answers |= answers
        store = ResultStore(self.root / "results" / LAB)
        for student in answers:
            store.save(self.result(student), {"submission": str(self.answers[student])})
        publish(self.course, self.assignment, store.results())

    def result(self, student: str) -> Any:
        answer = self.answers[student]
        text = answer.source if isinstance(answer, StudentCell) else answer
        result = result_of(self.assignment, student, why=text)
        if isinstance(answer, StudentCell):
            cells = [one if one.source != text else answer for one in result.cells]
            return type(result)(**{**vars(result), "cells": tuple(cells)})
        return result

    def groups(self, **of: str) -> None:
        """Write the groups of some students into the roster."""
        rows = [f"{student},{group}\n" for student, group in of.items()]
        (self.root / "roster.csv").write_text("student_id,group\n" + "".join(rows), "utf-8")


@pytest.fixture
def students(small: Path, tmp_path: Path) -> Class:
    """A class nobody of which handed in yet."""
    return Class(small, tmp_path / "course")
