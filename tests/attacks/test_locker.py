"""The lab without torch, and with a file that is handed in, withstands at both levels."""

import os
from pathlib import Path

import pytest

from .corpus import CORPUS
from .naive_grader import NaiveGrader
from .recipe import HONEST, Attack
from .run import PUBLISHED, Range
from .site import Site
from .trial import achieved, name_of
from .witnesses import descendants

LAB = "locker"
ATTACKS = [(group, attack) for group, attacks in CORPUS[LAB].items() for attack in attacks]


class TestNaiveGrader:
    """Else this part of the corpus would prove nothing."""

    @pytest.mark.parametrize("attack", HONEST, ids=name_of)
    def test_is_fair_to_honest_work(self, attack: Attack, site: Site, naive: NaiveGrader) -> None:
        assert achieved(attack, site, naive) == []

    @pytest.mark.parametrize(
        ("group", "attack"), [one for one in ATTACKS if not one[1].only_here], ids=name_of
    )
    def test_is_open_to(self, group: str, attack: Attack, site: Site, naive: NaiveGrader) -> None:
        assert achieved(attack, site, naive, group) != []


class OurGrader:
    """What is so at each level."""

    @pytest.mark.parametrize(
        ("group", "attack"), [one for one in ATTACKS if one[0] not in PUBLISHED], ids=name_of
    )
    def test_withstands(self, group: str, attack: Attack, confined: Range) -> None:
        outcome, _ = confined.attempt(group, attack)
        assert outcome.achieved == ()

    def test_has_no_torch_in_any_process(self, confined: Range) -> None:
        assert confined.attempt("honest", HONEST[0])[0].ok  # so all of them have started
        files = {pid: _files_in_memory(pid) for pid in descendants(os.getpid())}
        assert sum("msgpack" in one for one in files.values()) > 1  # judges and a zygote, at least
        assert [pid for pid, one in files.items() if "torch" in one] == []


class TestStrong(OurGrader):
    level = "strong"

    @pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own
    def test_shows_nothing_that_is_alive(self, confined: Range) -> None:
        graded = [confined.attempt(*one) for one in ATTACKS if one[0] in PUBLISHED]
        assert {one.attack: one.achieved for one in confined.publish(graded) if not one.ok} == {}


class TestAcceptable(OurGrader):
    level = "acceptable"


def _files_in_memory(pid: int) -> str:
    """The names of all files that a process has in its memory; of one that ended, none."""
    try:
        return Path(f"/proc/{pid}/maps").read_text("utf-8")
    except OSError:
        return ""
