"""The solution of a small lab."""

import pytest

from autograder.variants.solution import Solution, read_solution

from .counting import write_lab


@pytest.fixture(scope="package")
def solution(tmp_path_factory: pytest.TempPathFactory) -> Solution:
    return read_solution(write_lab(tmp_path_factory.mktemp("counting")).source)
