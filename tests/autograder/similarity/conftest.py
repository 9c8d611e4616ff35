"""A small lab, built for real: a question with code, one in words, and a file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.assignment import Assignment, load_assignment
from autograder.compiler.build import build_labs

SOURCE = """\
# A small lab

```python
def count_words(lines, stop):
    #!TAG HWBEGIN
    #!MSG TODO: Count them.
    return []
    #!TAG HWEND
```

```python
#!TAG QUESTION ex1-count
```

```python
def longest(lines):
    #!TAG HWBEGIN
    #!MSG TODO: Find it.
    return ""
    #!TAG HWEND
```

```python
#!TAG QUESTION ex2-longest
```

<!-- #region -->
Why?

#!TAG QUESTION ex2-why 3
#!TAG HWBEGIN
Because of the words.
#!TAG HWEND
<!-- #endregion -->
"""
CHECKS = '''\
from lib.kit.checks import question


@question("ex1-count", points=2)
def test_none(submission):
    """Counts."""
    assert submission.count_words([], []) == []


@question("ex2-longest", points=2)
def test_longest(submission):
    """Finds it."""
    assert submission.longest([]) == ""
'''
Answers = Callable[..., Any]


@pytest.fixture(scope="package")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `release/small` and `solution/small`."""
    folder = tmp_path_factory.mktemp("built")
    source = folder / "source" / "small" / "small.md"
    (source.parent / "student").mkdir(parents=True)
    source.write_text(SOURCE, "utf-8")
    (source.parent / "student" / "checks.py").write_text(CHECKS, "utf-8")
    build_labs([source], folder / "release", folder / "solution")
    return folder


@pytest.fixture(scope="package")
def small(built: Path) -> Assignment:
    """The small lab as grading sees it."""
    return load_assignment("small", built / "release")


@pytest.fixture
def answered(small: Assignment) -> Answers:
    """answered(question=text, ...): the release with these answers; `_` stands for `-`."""

    def answer(**texts: str) -> Any:
        notebook = nbformat.from_dict(small.notebook)
        waiting: list[Any] = []
        for cell in notebook.cells:
            tag = cell.metadata.get("nbgrader", {})
            waiting += [cell] if tag.get("solution") else []
            if tag.get("grade"):
                text = texts.get(tag["grade_id"].replace("-", "_"))
                if text is not None:
                    waiting[-1].source = text
                waiting = []
        return notebook

    return answer
