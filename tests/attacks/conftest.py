"""The site of a file of tests, and who is attacked there. The attacked labs' tests are not ours."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from .naive_grader import NaiveGrader
from .run import Range
from .site import Site

collect_ignore = ["lab"]


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """With the lab that the file names."""
    with Site(request.module.LAB) as site:
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
    """At the level that the class names, or the strongest."""
    with Range(site, getattr(request.cls, "level", "strong")) as confined:
        yield confined
