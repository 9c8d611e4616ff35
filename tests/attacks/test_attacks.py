"""Every attack works on a grader as they are commonly written, and none on ours."""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.engine import Cause

from .corpus import CORPUS
from .formgrader_page import formgrader_page
from .naive_grader import NaiveGrader
from .pages import alive_in_page
from .recipe import HONEST, Attack
from .run import LAYERS, PUBLISHED, Range
from .site import Site
from .witnesses import descendants

ATTACKS = [
    (lab, group, attack)
    for lab, groups in CORPUS.items()
    for group, attacks in groups.items()
    for attack in attacks
]
STRONG, ACCEPTABLE = "strong", "acceptable"
# Each lab at its levels. At the weaker one the engine's own tests try what the vault would.
LEVELS = {"vault": [STRONG], "locker": [STRONG, ACCEPTABLE]}
ROOT_ONLY = {"hidden tests by their handle", "a packet socket"}


def test_each_cause_has_a_layer() -> None:
    assert set(LAYERS) == set(Cause)


def name_of(value: object) -> str:
    return getattr(value, "name", str(value))


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with Site(request.param) as site:
        yield site


@pytest.fixture(scope="class")
def naive(site: Site) -> Iterator[NaiveGrader]:
    names = site.lab.names
    folder = site.class_dir / "submitted" / "graded-before" / site.lab_name
    folder.mkdir(parents=True)
    shutil.copy(Path(names["neighbour"]), folder)
    files = names["gradebook"], names["hidden"], names["solution"]
    with NaiveGrader(site.lab_name, *files) as naive:
        yield naive
    shutil.rmtree(folder.parent)


@pytest.fixture(scope="class")
def confined(site: Site, request: pytest.FixtureRequest) -> Iterator[Range]:
    with Range(site, request.param) as confined:
        yield confined


class TestNaiveGrader:
    """Else the corpus would prove nothing."""

    @staticmethod
    def achieved(attack: Attack, site: Site, naive: NaiveGrader, group: str = "") -> list[str]:
        paths = [site.hand_in(one, grader=naive.revive()) for one in attack.together]
        site.settle()
        answers = naive.grade(paths)
        events = site.evidence("".join(said for _, said in answers))
        for one, (got, said) in zip(attack.together, answers, strict=True):
            if got != one.honest:
                events.append(f"{got - one.honest:+g} points")
            if "took too long" in said:
                events.append("took too long")
        if group == "page":  # graders open what was handed in, as nbgrader shows it
            for path in paths:
                notebook = json.loads(path.read_text("utf-8"))
                events += alive_in_page(formgrader_page(notebook, is_configured=False))
        for path in paths:
            shutil.rmtree(path.parents[1])
        return events

    @pytest.mark.parametrize("site", CORPUS, indirect=True)
    @pytest.mark.parametrize("attack", HONEST, ids=name_of)
    def test_is_fair_to_honest_work(self, attack: Attack, site: Site, naive: NaiveGrader) -> None:
        assert self.achieved(attack, site, naive, "page") == []

    @pytest.mark.filterwarnings("ignore")  # nbgrader's and nbconvert's own
    @pytest.mark.parametrize(
        ("site", "group", "attack"),
        [one for one in ATTACKS if not one[2].only_here],
        indirect=["site"],
        ids=name_of,
    )
    def test_is_open_to(self, group: str, attack: Attack, site: Site, naive: NaiveGrader) -> None:
        if attack.name in ROOT_ONLY and os.geteuid() != 0:
            pytest.skip("the kernel allows this to root only")
        assert self.achieved(attack, site, naive, group) != []


EACH = pytest.mark.parametrize(
    ("site", "confined"),
    [(lab, level) for lab, levels in LEVELS.items() for level in levels],
    indirect=True,
)


class TestOurGrader:
    @pytest.mark.parametrize(
        ("site", "confined", "group", "attack"),
        [
            (lab, level, group, attack)
            for lab, group, attack in ATTACKS
            if group not in PUBLISHED
            for level in LEVELS[lab]
        ],
        indirect=["site", "confined"],
        ids=name_of,
    )
    def test_withstands(self, group: str, attack: Attack, confined: Range) -> None:
        outcome, _ = confined.attempt(group, attack)
        assert outcome.achieved == ()

    @EACH
    @pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own
    def test_shows_nothing_that_is_alive(self, site: Site, confined: Range) -> None:
        groups = CORPUS[site.lab_name]
        alive = [(group, one) for group in PUBLISHED & set(groups) for one in groups[group]]
        graded = [confined.attempt(*one) for one in alive]
        assert {one.attack: one.achieved for one in confined.publish(graded) if not one.ok} == {}

    @pytest.mark.parametrize(
        ("site", "confined"), [("locker", level) for level in LEVELS["locker"]], indirect=True
    )
    def test_has_no_torch_in_any_process(self, confined: Range) -> None:
        assert confined.attempt("honest", HONEST[0])[0].ok  # all of them have started
        libraries = {pid: _files_in_memory(pid) for pid in descendants(os.getpid())}
        assert len(libraries) > 2 and any("msgpack" in one for one in libraries.values())
        assert [pid for pid, files in libraries.items() if "torch" in files] == []


def _files_in_memory(pid: int) -> str:
    """The names of all files that a process has in its memory; of one that ended, none."""
    try:
        return Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return ""
