"""Every way to break the rule of evidence is found, and no test that keeps it."""

import pytest

from autograder.gate.bench import Subject
from autograder.gate.evidence.deception import Deception, Found
from autograder.gate.trials import trial_pool

from .conftest import BROKEN, HONEST, solution_of


@pytest.fixture(scope="module")
def found(believers: Subject) -> Found:
    with trial_pool(believers.assignment) as pool:
        answer: Found = pool.judge(Deception(solution_of(believers), ("ex1-all",)))
    assert isinstance(answer, dict), answer
    return answer


@pytest.mark.parametrize("name", BROKEN)
def test_who_believes_which_lie(found: Found, name: str) -> None:
    case = "[2]" if name == "one_of_its_cases" else ""
    assert {kind for kind, _ in found.get(f"test_{name}{case}", [])} == BROKEN[name][0]


def test_each_case_is_tried_alone(found: Found) -> None:
    assert "test_one_of_its_cases[1]" not in found


@pytest.mark.parametrize("name", HONEST)
def test_who_keeps_the_rule_believes_none(found: Found, name: str) -> None:
    assert f"test_honest_{name}" not in found


def test_public_checks_are_tried_too(found: Found) -> None:
    assert "test_public_check_of_the_form" in found
    assert "test_honest_public_check" not in found


def test_claims_are_named(found: Found) -> None:
    assert ["claim", "`num_calls`"] in found["test_count_beside_values"]
    assert ["claim", "`calls`"] in found["test_list_of_calls_beside_values"]
    assert ["claim", "the names of types"] in found["test_name_of_a_type_beside_values"]
