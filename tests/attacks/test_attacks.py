"""Every attack works on a grader as they are commonly written, and none on ours."""

import os

import pytest

from autograder.engine import Cause

from .corpus import CORPUS
from .naive_grader import NaiveGrader
from .recipe import HONEST, Attack
from .run import LAYERS, PUBLISHED, Range
from .site import Site
from .trial import achieved, name_of

LAB = "vault"
ATTACKS = [(group, attack) for group, attacks in CORPUS[LAB].items() for attack in attacks]
ROOT_ONLY = {"hidden tests by their handle", "a packet socket"}


def test_each_cause_has_a_layer() -> None:
    assert set(LAYERS) == set(Cause)


class TestNaiveGrader:
    """Else the corpus would prove nothing."""

    @pytest.mark.parametrize("attack", HONEST, ids=name_of)
    def test_is_fair_to_honest_work(self, attack: Attack, site: Site, naive: NaiveGrader) -> None:
        assert achieved(attack, site, naive, "page") == []

    @pytest.mark.filterwarnings("ignore")  # nbgrader's and nbconvert's own
    @pytest.mark.parametrize(
        ("group", "attack"), [one for one in ATTACKS if not one[1].only_here], ids=name_of
    )
    def test_is_open_to(self, group: str, attack: Attack, site: Site, naive: NaiveGrader) -> None:
        if attack.name in ROOT_ONLY and os.geteuid() != 0:
            pytest.skip("the kernel allows this to root only")
        assert achieved(attack, site, naive, group) != []


class TestOurGrader:
    @pytest.mark.parametrize(
        ("group", "attack"), [one for one in ATTACKS if one[0] not in PUBLISHED], ids=name_of
    )
    def test_withstands(self, group: str, attack: Attack, confined: Range) -> None:
        outcome, _ = confined.attempt(group, attack)
        assert outcome.achieved == ()

    @pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own
    def test_shows_nothing_that_is_alive(self, confined: Range) -> None:
        graded = [confined.attempt(*one) for one in ATTACKS if one[0] in PUBLISHED]
        assert {one.attack: one.achieved for one in confined.publish(graded) if not one.ok} == {}
