"""A small lab in a project of its own, released, for tests to break copies of.

Lab 9 is what the gate does with torch, which takes seconds to load in each process.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.compiler.build import build_labs
from autograder.gate.bench import Subject

SOURCE = """\
# A small lab

```python
import numpy as np
from lib.kit.checks import check
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
double(np.ones(2))
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

from lib.kit.checks import assert_equal, question


@question("ex1-double", points=2)
def test_four(submission):
    """Doubles four."""
    assert_equal(submission.double(4), 8)
'''
HIDDEN = '''\
"""Hidden tests."""

import numpy as np

from lib.kit.checks import assert_close, question


@question("ex1-double", points=1)
def test_thirds(submission):
    """Doubles thirds."""
    thirds = np.arange(1, 9, dtype=np.float32) / 3
    expected = (2 * thirds.astype(np.float64) + 1e-7).astype(np.float32)
    assert_close(submission.double(thirds), expected, "two thirds")
'''
FILES = {
    "source/small/small.md": SOURCE,
    "source/small/student/checks.py": CHECKS,
    "source/small/student/requirements.txt": "torch\nnumpy\nipykernel\n",
    "source/small/hidden/test_double.py": HIDDEN,
}

MakeSubject = Callable[..., Subject]


def build(project: Path) -> Subject:
    """Release the lab of a project."""
    source = project / "source" / "small" / "small.md"
    build_labs([source], project / "release", project / "solution")
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
