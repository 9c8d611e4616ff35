"""Lab 9, built anew, and a process that its workers come from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.assignment import Assignment, load_assignment
from autograder.compiler.build import build_labs
from autograder.engine import Zygote
from autograder.lab import find_lab


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lab09")
    build_labs([find_lab("lab09").source], folder / "release", folder / "solution")
    return folder


@pytest.fixture(scope="module")
def assignment(built: Path) -> Assignment:
    return load_assignment("lab09", built / "release", solution_root=built / "solution")


@pytest.fixture(scope="module")
def zygote(assignment: Assignment) -> Iterator[Zygote]:
    with Zygote(
        assignment.release_dir, imports=assignment.imports, prepare=assignment.prepare
    ) as zygote:
        yield zygote
