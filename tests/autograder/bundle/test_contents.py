"""What lies in a bundle, and what must not."""

import re
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path

import pytest

from autograder.assignment import load_assignment
from autograder.bundle.contents import EXECUTABLE, TEMPLATES, as_json, bundle_files
from autograder.bundle.settings import Settings
from autograder.compiler.build import build_labs
from autograder.errors import UserError
from autograder.verbs.bundle import Bundled

from .conftest import HOME, LAB


@pytest.fixture(scope="module")
def files(bundled: Bundled) -> dict[str, bytes]:
    with zipfile.ZipFile(bundled.zip_file) as archive:
        modes = {one.filename: one.external_attr >> 16 for one in archive.infolist()}
        assert {name for name, mode in modes.items() if mode & stat.S_IXUSR} == set(EXECUTABLE)
        return {name: archive.read(name) for name in archive.namelist()}


def test_what_gradescope_starts_lies_at_the_root(files: dict[str, bytes]) -> None:
    at_root = {name for name in files if "/" not in name}
    assert at_root == {"setup.sh", "run_autograder", "README.md", "bundle.json"} | {
        "not_graded.json",
        "requirements.txt",
    }
    assert {name.split("/")[1] for name in files if "/" in name} == {"autograder", "lib"} | {
        "source",
        "release",
        "solution",
    }


def test_one_lab_and_nothing_of_others_or_of_students(files: dict[str, bytes]) -> None:
    folders = {"/".join(name.split("/")[:3]) for name in files if name.startswith("project/")}
    for step in ("source", "release", "solution"):
        assert [one for one in folders if one.startswith(f"project/{step}/")] == [
            f"project/{step}/{LAB}"
        ]
    assert not any(name.startswith("project/lib/reference") for name in files)
    assert not any(re.search(r"__pycache__|/\.git|gradebook\.db|\.pyc$", name) for name in files)
    variants = {name.split("/")[4] for name in files if "/variants/" in name and "source" in name}
    assert variants == {"mistakes", "wrong"}


def test_hidden_tests_and_code_are_as_they_are_here(files: dict[str, bytes]) -> None:
    for name, content in files.items():
        if name.startswith(("project/autograder/", "project/source/", "project/release/")):
            assert (HOME / name.removeprefix("project/")).read_bytes() == content, name
    assert f"project/source/{LAB}/hidden/test_words.py" in files


def test_no_path_of_this_machine_is_in_it(files: dict[str, bytes], bundled: Bundled) -> None:
    for name, content in files.items():
        assert str(HOME).encode() not in content, name
        assert str(bundled.course_dir).encode() not in content, name


@pytest.mark.parametrize("script", EXECUTABLE)
def test_scripts_parse(script: str) -> None:
    path = TEMPLATES / script
    assert path.read_text("utf-8").startswith("#!/usr/bin/env bash\n")
    subprocess.run(["bash", "-n", path], check=True)


def test_pictures_that_labs_share_come_along(tmp_path: Path) -> None:
    source = tmp_path / "source" / "small" / "small.md"
    source.parent.mkdir(parents=True)
    picture = HOME / "tests" / "golden" / "graded" / "figures" / "proof.svg"
    shutil.copy(picture, source.parent.parent / "shared.svg")
    source.write_text("# Small\n\n![a picture](../shared.svg)\n", "utf-8")
    build_labs([source], tmp_path / "release", tmp_path / "solution")
    assignment = load_assignment("small", tmp_path / "release", tmp_path / "source")
    found = bundle_files(assignment, Settings("small", 1), "")
    assert found["project/source/shared.svg"] == picture.read_bytes()
    assert not any(name.startswith("project/solution") for name in found)  # there is none
    source.unlink()
    with pytest.raises(UserError, match="its source is gone"):
        bundle_files(assignment, Settings("small", 1), "")


def test_no_number_is_infinite() -> None:
    with pytest.raises(ValueError, match="JSON"):
        as_json({"score": float("nan")})
