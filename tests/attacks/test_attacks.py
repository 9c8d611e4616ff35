"""Every attack works on a grader as they are commonly written, and none on ours."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.engine import Cause

from .corpus import GROUPS
from .naive_grader import NaiveGrader
from .recipe import HONEST, Attack
from .run import LAYERS, PUBLISHED, Range
from .site import LAB, Site

ATTACKS = [(group, attack) for group, attacks in GROUPS.items() for attack in attacks]
ROOT_ONLY = {"hidden tests by their handle", "a packet socket"}


def test_each_cause_has_a_layer() -> None:
    assert set(LAYERS) == set(Cause)


def name_of(value: object) -> str:
    return getattr(value, "name", str(value))


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


@pytest.fixture(scope="class")
def naive(site: Site) -> Iterator[NaiveGrader]:
    names = site.lab.names
    folder = site.class_dir / "submitted" / "graded-before" / LAB
    folder.mkdir(parents=True)
    shutil.copy(Path(names["neighbour"]), folder)
    with NaiveGrader(names["gradebook"], names["hidden"], names["solution"]) as naive:
        yield naive
    shutil.rmtree(folder.parent)


@pytest.fixture(scope="class")
def confined(site: Site) -> Iterator[Range]:
    with Range(site) as confined:
        yield confined


class TestNaiveGrader:
    """Else the corpus would prove nothing."""

    @staticmethod
    def achieved(attack: Attack, site: Site, naive: NaiveGrader) -> list[str]:
        path = site.hand_in(attack, grader=naive.revive())
        site.settle()
        got, said = naive.grade(path)
        events = site.evidence(said)
        if got != attack.honest:
            events.append(f"{got - attack.honest:+g} points")
        if "took too long" in said:
            events.append("took too long")
        shutil.rmtree(path.parents[1])
        return events

    @pytest.mark.parametrize("attack", HONEST, ids=name_of)
    def test_is_fair_to_honest_work(self, attack: Attack, site: Site, naive: NaiveGrader) -> None:
        assert self.achieved(attack, site, naive) == []

    @pytest.mark.parametrize(
        "attack", [one for _, one in ATTACKS if not one.only_here], ids=name_of
    )
    def test_is_open_to(self, attack: Attack, site: Site, naive: NaiveGrader) -> None:
        if attack.name in ROOT_ONLY and os.geteuid() != 0:
            pytest.skip("the kernel allows this to root only")
        assert self.achieved(attack, site, naive) != []


class TestOurGrader:
    @pytest.mark.parametrize(
        ("group", "attack"), [one for one in ATTACKS if one[0] != PUBLISHED], ids=name_of
    )
    def test_withstands(self, group: str, attack: Attack, confined: Range) -> None:
        outcome, _ = confined.attempt(group, attack)
        assert outcome.achieved == ()

    @pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own
    def test_shows_nothing_that_is_alive(self, confined: Range) -> None:
        graded = [confined.attempt(PUBLISHED, attack) for attack in GROUPS[PUBLISHED]]
        assert {one.attack: one.achieved for one in confined.publish(graded) if not one.ok} == {}
