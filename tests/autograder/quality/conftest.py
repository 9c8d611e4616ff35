"""Two small labs: one in a project of its own, released, for tests to break copies of; one of two
questions, small enough to try every mutant of it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.compiler.build import build_labs
from autograder.compiler.notebooks import lab_questions, student_notebook
from autograder.compiler.points import read_tests
from autograder.grading.assignment import Assignment
from autograder.quality.bench import Subject
from autograder.quality.judge import Judge, make_judge
from autograder.quality.mutate import LIMITS
from autograder.quality.solution import Solution, read_solution

SOURCE = """\
# A small lab

```python
import torch
from autograder.testing import check
```

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

```python
#!TAG SKIPQUESTEXEC
double(torch.ones(2))
```

<!-- #region -->
Why?

#!TAG QUESTION ex1-why 3
#!TAG HWBEGIN
Because of the factor two, which stands before the sum.
#!TAG HWEND
<!-- #endregion -->
"""
CHECKS = '''\
"""Public checks."""

from autograder.testing import assert_equal, question


@question("ex1-double", points=2)
def test_four(submission):
    """Doubles four."""
    assert_equal(submission.double(4), 8)
'''
HIDDEN = '''\
"""Hidden tests."""

import torch

from autograder.testing import assert_close, question


@question("ex1-double", points=1)
def test_thirds(submission):
    """Doubles thirds."""
    thirds = torch.arange(1, 9) / 3
    assert_close(submission.double(thirds), (2 * thirds.double() + 1e-7).float(), "two thirds")
'''
FILES = {
    "source/small/small.md": SOURCE,
    "source/small/student/checks.py": CHECKS,
    "source/small/student/requirements.txt": "torch\nnumpy\nipykernel\n",
    "autograder/hidden/small/test_double.py": HIDDEN,
}

MakeSubject = Callable[..., Subject]


def build(project: Path) -> Subject:
    """Release the lab of a project."""
    build_labs(
        [project / "source/small/small.md"],
        project / "release",
        project / "solution",
        project / "autograder" / "hidden",
    )
    return Subject("small", project)


@pytest.fixture(scope="package")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """The lab as it should be."""
    project = tmp_path_factory.mktemp("project")
    for name, content in FILES.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return build(project)


@pytest.fixture
def subject(sound: Subject, tmp_path: Path) -> Subject:
    """A copy to break."""
    project = tmp_path / "project"
    shutil.copytree(sound.project, project)
    return Subject("small", project)


# -- counting ------------------------------------------------------------

COUNTING = '''# Counting

```python
def count_below(numbers, limit):
    """How many of the numbers are below the limit."""
    found = 0
    for number in numbers:
        #!TAG HWBEGIN
        #!MSG TODO: Count it, if it is below.
        if number < limit:
            found += 1
        #!TAG HWEND
    return found
```

```python
LIMIT = (
    #!TAG HWBEGIN
    #!MSG TODO: Any number above 9.
    10
    #!TAG HWEND
)
```

```python
#!TAG QUESTION ex1-count
```

```python
def share_below(numbers, limit):
    #!TAG HWBEGIN
    #!MSG TODO: The share of the numbers below the limit.
    return count_below(numbers, limit) / len(numbers)
    #!TAG HWEND
```

```python
#!TAG QUESTION ex2-share
```
'''

COUNTING_CHECKS = '''
from autograder.testing import assert_equal, question

@question("ex1-count", points=1)
def test_counts_something(submission):
    """Two of three are below."""
    assert_equal(submission.count_below([1, 2, 9], 5), 2)
'''

COUNTING_HIDDEN = '''
from autograder.testing import assert_close, assert_equal, fail, question

@question("ex1-count", points=2)
def test_the_limit_itself_is_not_below(submission):
    """The limit is not below itself."""
    assert_equal(submission.count_below([1, 5, 5, 4], 5), 2, hint="is it <?")

@question("ex1-count", points=1)
def test_limit_has_two_digits(submission):
    """LIMIT has two digits."""
    if not submission.LIMIT > 9:
        fail("LIMIT is too small")

@question("ex2-share", points=1)
def test_half(submission):
    """Two of four are a half."""
    assert_close(float(submission.share_below([1, 2, 8, 9], 5)), 0.5)
'''


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab's files: `lab.md`, `checks.py` for students, and `hidden/`."""
    folder = tmp_path_factory.mktemp("counting")
    (folder / "lab.md").write_text(COUNTING, "utf-8")
    (folder / "hidden" / "mistakes").mkdir(parents=True)
    (folder / "checks.py").write_text(COUNTING_CHECKS, "utf-8")
    (folder / "hidden" / "test_lab.py").write_text(COUNTING_HIDDEN, "utf-8")
    return folder


@pytest.fixture(scope="package")
def solution(folder: Path) -> Solution:
    return read_solution(folder / "lab.md")


@pytest.fixture(scope="package")
def judge(folder: Path, solution: Solution) -> Judge:
    test_files = (folder / "checks.py", folder / "hidden" / "test_lab.py")
    questions = lab_questions(solution.lab, [t for path in test_files for t in read_tests(path)])
    released = student_notebook(solution.lab, questions)
    return make_judge(Assignment("lab", folder, released, test_files), solution, LIMITS)
