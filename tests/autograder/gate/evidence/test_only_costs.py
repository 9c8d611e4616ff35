"""Claims that only cost points: the other lies of a test still count, and no entry is stale."""

from pathlib import Path

import pytest

from autograder.errors import UserError
from autograder.gate.evidence.deception import Found, Lie
from autograder.gate.evidence.only_costs import OnlyCosts, read_only_costs
from autograder.on_word import ONLY_COSTS_FILE

ENTRY = '[[test]]\nname = "test_moved"\nclaim = "kinds"\nreason = "the values are right"\n'
CLAIM = [Lie.CLAIM, "`kinds`"]


def listed(folder: Path, text: str = ENTRY) -> OnlyCosts:
    (folder / ONLY_COSTS_FILE).write_text(text, "utf-8")
    return read_only_costs(folder)


def test_no_list_excuses_nothing(tmp_path: Path) -> None:
    found: Found = {"test_moved": [CLAIM]}
    assert read_only_costs(tmp_path).without(found) == found


def test_the_claim_is_excused_and_nothing_else(tmp_path: Path) -> None:
    costs, noise = listed(tmp_path), [Lie.NOISE, ""]
    other = [Lie.CLAIM, "`says`"]
    found: Found = {"test_moved": [CLAIM, noise, other], "test_other": [CLAIM]}
    assert costs.without(found) == {"test_moved": [noise, other], "test_other": [CLAIM]}
    assert costs.without({"test_moved": [CLAIM]}) == {}
    assert list(costs.findings(found)) == []


@pytest.mark.parametrize("found", [{}, {"test_moved": [[Lie.NOISE, ""]]}], ids=["none", "noise"])
def test_an_entry_that_excuses_nothing_is_a_finding(tmp_path: Path, found: Found) -> None:
    (finding,) = listed(tmp_path).findings(found)
    assert finding.place.endswith(f"{ONLY_COSTS_FILE}:1")
    assert finding.what == "test_moved believes no forged `kinds`; remove the entry"


def test_an_entry_without_a_reason(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=f"{ONLY_COSTS_FILE}:1: an entry has name, claim and reason"
    ):
        listed(tmp_path, ENTRY.replace("the values are right", ""))
