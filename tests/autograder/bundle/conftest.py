"""Lab 0 bundled, unpacked where a folder plays `/autograder`, and set up there once."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from autograder.verbs.bundle import Bundled, bundle_for_gradescope

from .gradescope_format import read_results

HOME = Path(__file__).resolve().parents[3]
LAB = "lab00"


@dataclass(frozen=True)
class Container:
    """A folder that plays `/autograder`."""

    root: Path

    @property
    def source(self) -> Path:
        return self.root / "source"

    def start(
        self, script: str, *machine: str, python: str = sys.executable
    ) -> "subprocess.CompletedProcess[str]":
        """Start a script of the bundle, with a Python that has the packages already."""
        places = {"AUTOGRADER_ROOT": str(self.root), "AUTOGRADER_PYTHON": python}
        return subprocess.run(
            [*machine, str(self.source / script)],
            cwd=self.root,
            env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **places},
            capture_output=True,
            text=True,
            timeout=300,
        )

    def grade(
        self, files: Mapping[str, bytes], *machine: str, python: str = sys.executable
    ) -> tuple[dict[str, Any], str]:
        """The results of an upload, and what only instructors read."""
        for name, content in files.items():
            path = self.root / "submission" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        ran = self.start("run_autograder", *machine, python=python)
        assert ran.returncode == 0 and ran.stderr == ""
        return read_results((self.root / "results" / "results.json").read_bytes()), ran.stdout


def unpack(zip_file: Path, root: Path) -> Container:
    """Unpack as Gradescope does: with the modes that the zip says."""
    container = Container(root)
    with zipfile.ZipFile(zip_file) as archive:
        for member in archive.infolist():
            path = Path(archive.extract(member, container.source))
            path.chmod(member.external_attr >> 16)
    (root / "submission").mkdir()
    return container


@pytest.fixture(scope="package")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course that keeps the secret."""
    return tmp_path_factory.mktemp("course")


@pytest.fixture(scope="package")
def bundled(course: Path) -> Bundled:
    """The bundle as it is made without options."""
    return bundle_for_gradescope(LAB, course_dir=course, release_root=HOME / "release")


@pytest.fixture(scope="package")
def prepared(bundled: Bundled, tmp_path_factory: pytest.TempPathFactory) -> Container:
    """The container after `setup.sh`; each upload gets a copy."""
    container = unpack(bundled.zip_file, tmp_path_factory.mktemp("a container"))
    ran = container.start("setup.sh")
    assert ran.returncode == 0, ran.stdout
    assert "the solution gets 18 of 18 points by tests" in ran.stdout
    return container


@pytest.fixture
def container(prepared: Container, tmp_path: Path) -> Container:
    """A container for one upload."""
    root = tmp_path / "a container"
    shutil.copytree(prepared.root, root)
    return Container(root)


def changed(container: Container, **settings: object) -> Container:
    """The same with other settings."""

    path = container.source / "bundle.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **settings}), "utf-8")
    return container
