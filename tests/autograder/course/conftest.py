"""A small lab, built for real, and a course with submissions of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.assignment import Assignment, is_answer, load_assignment
from autograder.compiler.build import build_labs
from autograder.course.course import Course
from autograder.course.release import take_release
from autograder.judge.results import QuestionResult, SubmissionResult, Verdict
from autograder.judge.submission import StudentCell

SOURCE = """\
# A small lab

Say $x$.

```python
def double(x):
    #!TAG HWBEGIN
    #!MSG TODO: Double it.
    return 2 * x
    #!TAG HWEND
```

```python
#!TAG QUESTION ex1-double
```

<!-- #region -->
Why?

#!TAG QUESTION ex1-why 3
#!TAG HWBEGIN
Because of the factor two.
#!TAG HWEND
<!-- #endregion -->
"""

CHECKS = '''\
"""Public checks."""

from lib.kit.checks import assert_equal, question


@question("ex1-double", points=2)
def test_four(submission):
    """Doubles four."""
    assert_equal(submission.double(4), 8, hint="is it <b>a product</b>?")


@question("ex1-double", points=1)
def test_zero(submission):
    """Keeps zero."""
    assert_equal(submission.double(0), 0)
'''


@pytest.fixture(scope="package")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `release/small` and `solution/small`."""
    folder = tmp_path_factory.mktemp("built in a folder with blanks")
    source = folder / "source" / "small" / "small.md"
    (source.parent / "student").mkdir(parents=True)
    source.write_text(SOURCE, "utf-8")
    (source.parent / "student" / "checks.py").write_text(CHECKS, "utf-8")
    build_labs([source], folder / "release", folder / "solution")
    return folder


HandIn = Callable[[str, str | None], Path]


@pytest.fixture
def hand_in(built: Path, tmp_path: Path) -> HandIn:
    """hand_in(student, code): put the release with this answer into the course at tmp_path."""

    def submit(student: str, code: str | None) -> Path:
        notebook: Any = nbformat.read(built / "release" / "small" / "small.ipynb", as_version=4)
        if code is not None:
            answer = next(c for c in notebook.cells if "NotImplementedError" in c.source)
            answer.source = code
            written = next(
                c for c in notebook.cells if c.metadata["nbgrader"]["grade_id"] == "ex1-why"
            )
            written.source = "Because I say so."
        path = tmp_path / "submitted" / student / "small" / "small.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
        return path

    return submit


@pytest.fixture(scope="package")
def small(built: Path) -> Assignment:
    """The small lab as grading sees it."""
    return load_assignment("small", built / "release")


RIGHT = "def double(x):\n    return 2 * x"
HALF = "def double(x):\n    return x < 0"
WHY = "Because I say so."


def result_of(
    assignment: Assignment, student: str, code: str | None = RIGHT, why: str | None = WHY
) -> SubmissionResult:
    """What grading would find: full marks for RIGHT, one point for other code, none for a blank."""
    passed = {RIGHT: (True, True), None: (False, False)}.get(code, (False, True))
    tests = tuple(
        Verdict(name, f"{name}.", points, "passed" if right else "failed", "" if right else "no")
        for name, points, right in zip(("four", "zero"), (2, 1), passed, strict=True)
    )
    written = {"ex1-double": code, "ex1-why": why}
    cells = []
    for cell in assignment.notebook.cells:
        question = "ex1-double" if cell.cell_type == "code" else "ex1-why"
        text = written[question] if is_answer(cell) else None
        if text is not None:
            cells.append(StudentCell(cell.id, cell.cell_type, text))
    return SubmissionResult(
        student=student,
        status="graded",
        confinement="none",
        seed=0,
        seconds=0.1,
        cpu_s=0.1,
        questions=(QuestionResult("ex1-double", 3, tests), QuestionResult("ex1-why", 3)),
        cells=tuple(cells),
    )


@pytest.fixture
def course(tmp_path: Path, built: Path) -> Course:
    """A course that holds the small lab, at `tmp_path`."""
    return take_release(tmp_path, "small", built / "release")[0]
