"""A lab of two questions, small enough to try every mutant of it."""

import pytest

from autograder.assignment import Assignment
from autograder.compiler.notebooks import lab_questions, student_notebook
from autograder.compiler.points import read_tests
from autograder.judge.warm import Grader
from autograder.lab import Lab, read_lab_folder
from autograder.mutation.judge import make_grader
from autograder.mutation.mutate import LIMITS
from autograder.mutation.solution import Solution, read_solution

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
from lib.kit.checks import assert_equal, question

@question("ex1-count", points=1)
def test_counts_something(submission):
    """Two of three are below."""
    assert_equal(submission.count_below([1, 2, 9], 5), 2)
'''

COUNTING_HIDDEN = '''
from lib.kit.checks import assert_close, assert_equal, fail, question

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
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """The lab's folder."""
    folder = tmp_path_factory.mktemp("counting")
    for name, text in {
        "lab.md": COUNTING,
        "student/checks.py": COUNTING_CHECKS,
        "hidden/test_lab.py": COUNTING_HIDDEN,
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return read_lab_folder(folder / "lab.md")


@pytest.fixture(scope="package")
def solution(lab: Lab) -> Solution:
    return read_solution(lab.source)


@pytest.fixture(scope="package")
def grader(lab: Lab, solution: Solution) -> Grader:
    test_files = (lab.checks_file, *lab.hidden_tests)
    questions = lab_questions(solution.lab, [t for path in test_files for t in read_tests(path)])
    released = student_notebook(solution.lab, questions)
    return make_grader(Assignment("lab", lab.folder, released, test_files), solution, LIMITS)
