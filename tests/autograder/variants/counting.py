"""A lab of two tested questions and a written one, small enough to try every mutant of it."""

from pathlib import Path

from autograder.lab import Lab, read_lab_folder

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

<!-- #region -->
Why are there fewer below a lower limit?

#!TAG QUESTION ex2-why 2
#!TAG HWBEGIN
#!MSG Your explanation here.
Because what is below it is below the higher limit too.
#!TAG HWEND
<!-- #endregion -->
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


def write_lab(folder: Path) -> Lab:
    """Write the lab's folder."""
    for name, text in {
        "lab.md": COUNTING,
        "student/checks.py": COUNTING_CHECKS,
        "hidden/test_lab.py": COUNTING_HIDDEN,
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return read_lab_folder(folder / "lab.md")
