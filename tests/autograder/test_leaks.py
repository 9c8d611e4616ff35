"""The leak scan finds solution lines wherever they hide, and nothing else."""

import json
from pathlib import Path

import pytest

from autograder.leaks import find_leaks, solution_lines

SOURCE = """\
```python
import torch
def half(number):
    #!TAG HWBEGIN
    #!MSG TODO: Halve it.
    result = number // 2
    import torch
    )
#!TAG HWEND
    return result
```
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "lab.md"
    path.write_text(SOURCE, "utf-8")
    return path


def test_secrets_are_lines_that_stand_nowhere_else(source: Path) -> None:
    assert solution_lines(source) == {"result = number // 2": 6}


@pytest.mark.parametrize(
    "content",
    [
        {"cells": [{"source": ["x = 1\n", "  result  =  number // 2\n"]}]},
        {"cells": [{"source": "", "outputs": [{"text": "result = number // 2"}]}]},
        {"metadata": {"hidden": ["result = number // 2"]}},
    ],
)
def test_a_leak_in_a_notebook_is_found(tmp_path: Path, source: Path, content: object) -> None:
    release = tmp_path / "release"
    release.mkdir()
    (release / "lab.ipynb").write_text(json.dumps(content), "utf-8")
    (leak,) = find_leaks(source, release)
    assert (leak.source_line, leak.text) == (6, "result = number // 2")


def test_given_lines_and_other_text_are_no_leak(tmp_path: Path, source: Path) -> None:
    release = tmp_path / "release"
    release.mkdir()
    (release / "notes.txt").write_text("import torch\nreturn result\nnumber // 2\n", "utf-8")
    assert find_leaks(source, release) == []
