"""The lab whose folder a test lies in, built anew, and a process that its workers come from."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.assignment import Assignment, load_assignment
from autograder.compiler.build import build_labs
from autograder.engine import Zygote
from autograder.lab import find_lab


@pytest.fixture(scope="module", autouse=True)
def frozen() -> Iterator[None]:
    """Who measures memory collects garbage first: not among all that lies there by now."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(scope="module")
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    lab = request.path.parent.name
    folder = tmp_path_factory.mktemp(lab)
    build_labs([find_lab(lab).source], folder / "release", folder / "solution")
    return folder


@pytest.fixture(scope="module")
def assignment(request: pytest.FixtureRequest, built: Path) -> Assignment:
    lab = request.path.parent.name
    return load_assignment(lab, built / "release", solution_root=built / "solution")


@pytest.fixture(scope="module")
def zygote(assignment: Assignment) -> Iterator[Zygote]:
    with Zygote(
        assignment.release_dir, imports=assignment.imports, prepare=assignment.prepare
    ) as zygote:
        yield zygote
