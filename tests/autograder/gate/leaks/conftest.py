"""A lab with secrets of every kind, and a release to plant them in."""

import base64
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.gate.leaks import Leak, find_leaks, read_secrets

SOURCE = """\
# A lab

What is a half?

```python
import torch
def half(number):
    #!TAG HWBEGIN
    #!MSG TODO: Halve it, and set `outcome`.
    outcome = number // 2
    remainder = number - 2 * outcome
    assert remainder in (0, 1) and torch.tensor(remainder).item() < 2
    import torch
    #!TAG HWEND
    return outcome
```

Why is it so? ![a question](figures/question.png)

#!TAG QUESTION why 3
#!TAG HWBEGIN
#!MSG Your answer here.
Whatever remains after the division is smaller than the divisor. ![proof](figures/proof.png)
#!TAG HWEND
"""
PROOF = b"\\x89PNG\\r\\n\\x1a\\n the proof \\0\\0"
HIDDEN_TEST = '''\
import torch
from lib.reference.halves import exact_half

@question("half", points=1)
def test_half(submission):
    """Halves."""
    assert_equal(submission.half(1234567), exact_half(1234567), "the half of 1234567")
'''
REFERENCE = '''\
import torch

def exact_half(number):
    """The reference."""
    return (number - number % 2) >> 1 if number >= 0 else -exact_half(-number)
'''


@dataclass
class Course:
    """The project, and its empty release."""

    project: Path

    @property
    def source(self) -> Path:
        return self.project / "lab.md"

    @property
    def release(self) -> Path:
        return self.project / "release"

    def plant(self, name: str, content: str | bytes) -> None:
        """Put a file into the release."""
        path = self.release / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def leaks(self) -> list[Leak]:
        """What the scan finds."""
        secrets = read_secrets(self.source, self.project / "hidden", self.project)
        return find_leaks(self.release, secrets)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    files: dict[str, str | bytes] = {
        "lab.md": SOURCE,
        "figures/question.png": base64.b64decode("aVZCT1J3MEtHZ28="),
        "figures/proof.png": PROOF,
        "hidden/test_half.py": HIDDEN_TEST,
        "lib/__init__.py": "",
        "lib/kit/data/numbers.py": "SEVEN_TIMES_ELEVEN = 7 * 11\n",
        "lib/reference/halves.py": REFERENCE,
    }
    for name, content in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (tmp_path / "release").mkdir()
    return Course(tmp_path)
