"""What is installed beside a bundle: enough, pinned, and not what opens notebooks."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import distribution, version
from pathlib import Path

from packaging.requirements import Requirement

from autograder.bundle.requirements import pinned, requirements_text
from autograder.lab_file import Index

from .conftest import Container

LINE = re.compile(r"[a-z0-9.-]+==[0-9][0-9a-z.]*")


def names(lines: str) -> set[str]:
    return {line.partition("==")[0] for line in lines.splitlines()}


def test_a_package_brings_what_it_needs_in_the_versions_of_here() -> None:
    lines = pinned([Requirement("pytest>=1")])
    assert f"pytest=={version('pytest')}" in lines and f"pluggy=={version('pluggy')}" in lines
    assert not any(line.startswith(("pytest-xdist", "hypothesis", "argcomplete")) for line in lines)
    assert all(map(LINE.fullmatch, lines))


def test_what_is_not_installed_here_stays_as_it_is_written() -> None:
    assert pinned([Requirement("no-such-package>=2")]) == {"no-such-package>=2"}


def test_a_file_for_pip() -> None:
    listed = [Requirement("jupyterlab"), Requirement("nbgrader==0.9.6"), Requirement("tqdm")]
    index = Index("https://example.org/simple", ("tqdm",))
    text = requirements_text(["yaml", "no_such_module"], listed, index)
    first, *others = text.splitlines()
    assert first == "--extra-index-url https://example.org/simple"
    assert others == sorted(others) and all(map(LINE.fullmatch, others))
    assert {"tqdm", "pyyaml", "ipython", "msgpack"} <= names(text)
    assert names(text).isdisjoint({"jupyterlab", "nbgrader", "torch", "pandas", "hypothesis"})
    assert text == requirements_text(["no_such_module", "yaml"], listed[::-1], index)


def test_grading_needs_nothing_else(container: Container, tmp_path: Path) -> None:
    """The trial run passes in an environment that holds these packages only."""
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    (site,) = environment.glob("lib/python*/site-packages")
    for line in (container.source / "requirements.txt").read_text("utf-8").splitlines():
        found = distribution(line.partition("==")[0])
        for file in found.files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                _link(Path(str(found.locate_file(file))), site / file)
    ran = container.start("setup.sh", python=str(environment / "bin" / "python"))
    assert ran.returncode == 0, ran.stdout
    assert "the solution gets 18 of 18 points by tests" in ran.stdout


def _link(file: Path, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(file, place)
    except OSError:  # on another disk
        with contextlib.suppress(FileNotFoundError):
            shutil.copyfile(file, place)
