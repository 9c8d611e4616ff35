"""A release is verified through the verb that the command line calls."""

import json
from pathlib import Path

import pytest

from autograder.errors import UserError
from autograder.gate.gate import CHECKS
from autograder.verbs.verify import verify_release

from .conftest import LAB


def test_a_new_lab_can_be_released_and_every_step_is_told(released: Path) -> None:
    told: list[tuple[str, int]] = []
    steps: list[None] = []
    verified = verify_release(
        LAB,
        released,
        seeds=1,
        on_start=lambda what, number: told.append((what, number)),
        on_step=lambda: steps.append(None),
    )
    assert verified.findings == []
    assert [what for what, _ in told] == [f"verifying {LAB}", f"solving {LAB}"]
    assert len(steps) == sum(number for _, number in told) > len(CHECKS)
    report = json.loads(json.dumps(verified.as_json()))
    assert set(report) == {"checks", "stability"} and len(report["checks"]) == len(CHECKS)


def test_a_release_that_was_changed_by_hand_is_found(project: Path) -> None:
    page = project / "release" / LAB / "README.md"
    page.write_text(page.read_text("utf-8") + "\nMore.\n", "utf-8")
    verified = verify_release(LAB, project)
    assert verified.measured is None and set(verified.as_json()) == {"checks"}
    assert any("README.md" in finding.plain for finding in verified.findings)


def test_a_lab_that_is_not_there_is_misuse(released: Path) -> None:
    with pytest.raises(UserError, match="no such") as caught:
        verify_release("other", released)
    assert caught.value.exit_code == 2
