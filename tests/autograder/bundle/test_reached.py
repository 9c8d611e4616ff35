"""What a lab's files lead to: our packages, whole, and libraries."""

from pathlib import Path

import pytest

from autograder.bundle.reached import Reached, follow
from autograder.project import HOME


def names(reached: Reached) -> set[str]:
    return {path.relative_to(HOME).as_posix() for path in reached.packages}


@pytest.mark.parametrize(
    ("text", "packages", "libraries"),
    [
        ("import json", {"lib/kit/checks"}, set()),
        ("from lib.kit.checks import question", {"lib/kit/checks"}, set()),
        ("import lib.kit.checks.compare as c", {"lib/kit/checks"}, set()),
        ("def f():\n    import numpy.linalg", {"lib/kit/checks"}, {"numpy"}),
        ("from lib.kit import figures", {"lib/kit/checks", "lib/kit/figures"}, {"matplotlib"}),
        ("from . import helper", {"lib/kit/checks"}, set()),
        ("no Python", {"lib/kit/checks"}, set()),
    ],
)
def test_what_is_imported_is_reached(
    tmp_path: Path, text: str, packages: set[str], libraries: set[str]
) -> None:
    (tmp_path / "test_it.py").write_text(text, "utf-8")
    reached = follow([tmp_path / "test_it.py"])
    assert names(reached) == packages
    of_the_lab = reached.libraries - {"IPython"}  # which public checks show tables with
    assert libraries <= of_the_lab and bool(libraries) == bool(of_the_lab)


def test_a_package_brings_what_it_imports_and_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("from lib.reference import training\n", "utf-8")
    reached = follow([tmp_path / "test_it.py"])
    assert {"lib/reference", "lib/kit/data"} <= names(reached)
    files = {path.relative_to(HOME).as_posix() for path in reached.files()}
    assert {"lib/__init__.py", "lib/kit/__init__.py", "lib/kit/data/__init__.py"} <= files
    assert "torch" in reached.libraries
    assert not any(name.startswith("lib/kit/start") for name in files)


def test_modules_that_the_lab_names_are_reached() -> None:
    assert "lib/kit/data" in names(follow([], ["lib.kit.data.load_reviews"]))
