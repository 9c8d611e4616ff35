"""The course keeps the solution, and formgrader's own button carries credit forward with it."""

from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.compiler.build import build_labs
from autograder.course.config import configure
from autograder.course.gradebook import prepare_course
from autograder.solution import find_solution

from .conftest import CHECKS, SOURCE

QUADRUPLE = """
```python
def quadruple(x):
    #!TAG HWBEGIN
    return double(double(x))
    #!TAG HWEND
```

```python
#!TAG QUESTION ex2-quadruple
```
"""
MORE_CHECKS = '''

@question("ex2-quadruple", points=2)
def test_twice(submission):
    """Doubles twice."""
    assert_equal(submission.quadruple(3), 12)
'''


@pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own
def test_formgraders_button_carries_credit_forward(tmp_path: Path) -> None:
    source, course = tmp_path / "source" / "pair" / "pair.md", tmp_path / "course"
    (source.parent / "student").mkdir(parents=True)
    source.write_text(SOURCE + QUADRUPLE, "utf-8")
    (source.parent / "student" / "checks.py").write_text(CHECKS + MORE_CHECKS, "utf-8")
    build_labs([source], tmp_path / "release", tmp_path / "solution")
    solution = find_solution(tmp_path, "pair", tmp_path / "release")
    submitted = course / "submitted" / "hasty" / "pair" / "pair.ipynb"
    submitted.parent.mkdir(parents=True)
    mistaken = nbformat.writes(solution).replace("return 2 * x", "return 3 * x")
    submitted.write_text(mistaken, "utf-8")

    prepare_course(course, "pair", tmp_path / "release", solution)
    assert (course / "solution" / "pair" / "pair.ipynb").is_file()
    assert prepare_course(course, "pair", tmp_path / "release").solution is not None
    config = Config()
    configure(config)
    api = NbGraderAPI(CourseDirectory(root=str(course)), config=config)
    outcome = api.autograde("pair", "hasty")
    assert outcome["success"], outcome
    with Gradebook(f"sqlite:///{course}/gradebook.db") as gradebook:
        grades = gradebook.find_submission("pair", "hasty").notebooks[0].grades
        assert {one.name: one.auto_score for one in grades if "why" not in one.name} == {
            "ex1-double": 1,
            "ex2-quadruple": 2,
        }
    assert [one["name"] for one in api.get_assignments()] == ["pair"]
