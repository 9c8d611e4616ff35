"""A lab of two questions, small enough to try every mutant of it."""

from pathlib import Path

import pytest

from autograder.compiler.notebooks import lab_questions, student_notebook
from autograder.compiler.points import read_tests
from autograder.grading.assignment import Assignment
from autograder.quality.judge import Judge, make_judge
from autograder.quality.mutate import LIMITS
from autograder.quality.solution import Solution, read_solution

LAB = '''# Counting

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

CHECKS = '''
from autograder.testing import assert_equal, question

@question("ex1-count", points=1)
def test_counts_something(submission):
    """Two of three are below."""
    assert_equal(submission.count_below([1, 2, 9], 5), 2)
'''

HIDDEN = '''
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
    (folder / "lab.md").write_text(LAB, "utf-8")
    (folder / "hidden" / "mistakes").mkdir(parents=True)
    (folder / "checks.py").write_text(CHECKS, "utf-8")
    (folder / "hidden" / "test_lab.py").write_text(HIDDEN, "utf-8")
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
