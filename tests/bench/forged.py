"""Forged notebooks of Lab 9, graded as a course grades them: points to what they are worth.

The tests of the project grade them without known mistakes, because learning these takes minutes.
Here mistakes are named, so that their fair loss counts as well: an answer that openly computes
losses and leaves out the training keeps 12 of 19 and 10 of 16 points, whoever hands it in.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat

from autograder.assignment import load_assignment
from autograder.compiler.build import build_labs
from autograder.judge.content import read_content
from autograder.judge.grade import Grading
from autograder.judge.pool import Failed, Pool
from autograder.judge.results import SubmissionResult
from autograder.judge.warm import Grader
from autograder.lab import find_lab
from autograder.variants.solution import read_solution
from autograder.variants.variant import read_variants
from autograder.verbs.demo import submission
from tests.bench.measure import Row

LAB = find_lab("lab09")
SEED = 1
# What answers that hide nothing keep by the fair loss of known mistakes, beyond tests that pass.
FAIR = {
    "all-forged": 9.5,  # two loops without training
    "loops-that-never-step": 9.5,
    "scores-in-a-buffer": 3.0,  # all scores are kept
    "set-ups-forged": 1.0,  # the public check of the optimizer, which a lent model must pass, too
}


def rows() -> Iterator[Row]:
    """A row for each forged notebook that is worth something."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _rows(Path(folder))


def _rows(folder: Path) -> Iterator[Row]:
    build_labs([LAB.source], folder / "release", folder / "solution")
    assignment = load_assignment(LAB.name, folder / "release", solution_root=folder / "solution")
    solved = nbformat.read(folder / "solution" / LAB.name / f"{LAB.name}.ipynb", as_version=4)
    with Pool(Grader(assignment, SEED, assignment.limits, names_mistakes=True), jobs=1) as pool:
        for forged in read_variants(LAB.variants_dir / "forged", read_solution(LAB.source)):
            path = folder / f"{forged.name}.ipynb"
            path.write_text(nbformat.writes(submission(solved, forged)), "utf-8")
            answer = pool.judge(Grading(read_content("student", path, assignment.files)))
            if isinstance(answer, Failed):
                raise RuntimeError(answer.reason)
            score = SubmissionResult.from_json(answer).score or 0.0
            worth = (forged.worth or 0.0) + FAIR.get(forged.name, 0.0)
            yield Row(f"{forged.name}: points to worth", (1 + score) / (1 + worth), at_most=1.0)
