"""The lab whose folder a test lies in, built anew, and a process that judges hand-ins of it."""

import gc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.assignment import Assignment, load_assignment
from autograder.compiler.build import build_labs
from autograder.engine import Zygote
from autograder.judge.content import read_content
from autograder.judge.grade import Grading
from autograder.judge.pool import Failed, Pool
from autograder.judge.results import SubmissionResult
from autograder.judge.warm import Grader
from autograder.lab import find_lab
from autograder.verbs.judge import rehearsal_of

Judge = Callable[[Path], SubmissionResult]


@pytest.fixture(scope="module", autouse=True)
def frozen() -> None:
    """Who measures memory collects garbage first: not among all that lies there by now."""
    gc.collect()
    gc.freeze()


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


@pytest.fixture(scope="module")
def judge(request: pytest.FixtureRequest, assignment: Assignment) -> Iterator[Judge]:
    """`judge(notebook)`, as for a class: tests are imported and expected values computed once.

    A file may name another seed than 0, as `SEED`.
    """
    grader = Grader(assignment, getattr(request.module, "SEED", 0))
    with Pool(grader, jobs=1, rehearsal=rehearsal_of(assignment)) as pool:

        def judge(notebook: Path) -> SubmissionResult:
            content = read_content("student", notebook, assignment.files)
            answer = pool.judge(Grading(content))
            assert not isinstance(answer, Failed), answer.reason
            return SubmissionResult.from_json(answer)

        yield judge
