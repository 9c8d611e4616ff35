"""A small lab with its judge."""

import pytest

from autograder.assignment import Assignment
from autograder.compiler.notebooks import lab_questions, student_notebook
from autograder.compiler.points import read_tests
from autograder.judge.warm import Grader
from autograder.lab import Lab
from autograder.mutation.candidates import make_grader
from autograder.mutation.mutate import LIMITS
from autograder.variants.solution import Solution, read_solution

from ..variants.counting import write_lab


@pytest.fixture(scope="package")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """The lab's folder."""
    return write_lab(tmp_path_factory.mktemp("counting"))


@pytest.fixture(scope="package")
def solution(lab: Lab) -> Solution:
    return read_solution(lab.source)


@pytest.fixture(scope="package")
def grader(lab: Lab, solution: Solution) -> Grader:
    test_files = (lab.checks_file, *lab.hidden_tests)
    questions = lab_questions(solution.lab, [t for path in test_files for t in read_tests(path)])
    released = student_notebook(solution.lab, questions)
    return make_grader(Assignment("lab", lab.folder, released, test_files), solution, LIMITS)
