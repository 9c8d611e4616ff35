"""What ships beside a notebook, and what must not."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.compiler.linked_files import Files
from autograder.compiler.notebooks import SKIP_GRADING_TAG, read_pieces
from autograder.compiler.support import support_files
from autograder.errors import UserError
from autograder.lab import read_lab_folder

WriteLab = Callable[..., Path]
PROJECT = Path(__file__).resolve().parents[3]


def place(lab: Path, *names: str, text: str = "") -> None:
    """Put files beside a lab."""
    for name in names:
        path = lab.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def files_of(lab: Path) -> tuple[Files, Files]:
    """What ships beside a lab's two notebooks."""
    return support_files(read_pieces(lab), read_lab_folder(lab))


def test_the_student_folder_ships_whole_but_for_caches(write_lab: WriteLab) -> None:
    path = write_lab("# Lab")
    place(path, "student/checks.py", "student/data/a b.csv", "student/.hidden", "notes.md")
    place(path, "student/__pycache__/checks.pyc", "student/.ipynb_checkpoints/x.ipynb")
    release, solution = files_of(path)
    assert set(release) == {"checks.py", "data/a b.csv", ".hidden"}
    assert release == solution


def test_linked_files_ship_where_they_are_seen(write_lab: WriteLab) -> None:
    path = write_lab("![a](a.png)\n\n#!TAG HWBEGIN\n![b](b.png) ![a](a.png)\n#!TAG HWEND\n")
    place(path, "a.png", "b.png", "unused.png")
    release, solution = files_of(path)
    assert set(release) == {"a.png"}
    assert set(solution) == {"a.png", "b.png"}


def test_a_file_in_the_notebooks_place_is_an_error(write_lab: WriteLab) -> None:
    path = write_lab("# Lab")
    place(path, "student/lab.ipynb")
    with pytest.raises(UserError, match="in the notebook's place"):
        files_of(path)


@pytest.mark.parametrize(
    "code",
    [
        "import lib.kit.data",
        "from lib.kit import data",
        "from lib.kit.data import load_reviews as load",
        "%matplotlib inline\ndef f():\n    import lib.kit.data.digits",
    ],
)
def test_our_packages_ship_if_imported(write_lab: WriteLab, code: str) -> None:
    release, solution = files_of(write_lab(f"```python\n{code}\n```"))
    assert release == solution
    assert {"lib/__init__.py", "lib/kit/__init__.py", "lib/kit/data/__init__.py"} <= set(release)
    above = {"lib/__init__.py", "lib/kit/__init__.py"}
    assert all(name.startswith("lib/kit/data/") for name in set(release) - above)
    assert all(path == PROJECT / name for name, path in release.items())
    assert not any("__pycache__" in name for name in release)


def test_packages_ship_for_a_student_file_but_not_for_a_solution(write_lab: WriteLab) -> None:
    path = write_lab("```python\n#!TAG HWBEGIN\nimport lib.kit.data\n#!TAG HWEND\n```")
    place(path, "student/checks.py", text="from lib.kit.checks import question\n")
    release, _ = files_of(path)
    assert {"checks.py", "lib/__init__.py", "lib/kit/checks/__init__.py"} <= set(release)
    assert not any(name.startswith("lib/kit/data") for name in release)


def test_imports_that_students_cannot_follow_are_noted(write_lab: WriteLab) -> None:
    path = write_lab("# T\n\n```python\nx = 1\nfrom lib.reference.text import pad_reviews\n```")
    lab = read_pieces(path)
    assert support_files(lab, read_lab_folder(path)) == ({}, {})
    assert len(lab.notices) == 1
    assert lab.notices[0].startswith(
        f"{path}:4 (line 2 of its cell): imports lib.reference.text.pad_reviews"
    )


def test_only_packages_of_the_kit_may_ship(write_lab: WriteLab) -> None:
    path = write_lab("```python\nfrom lib.reference.text import pad_reviews\n```")
    place(path, "lab.toml", text='ships = ["lib.kit.data"]')
    assert files_of(path) == ({}, {})
    place(path, "lab.toml", text='ships = ["lib.reference"]')
    with pytest.raises(UserError, match=r"`lib\.reference` in `ships` is no package that may ship"):
        files_of(path)


def test_a_lab_may_bring_its_own_lib(write_lab: WriteLab) -> None:
    path = write_lab("```python\nfrom lib.kit.data import x\nimport lib\n```")
    place(path, "student/lib.py")
    lab = read_pieces(path)
    assert set(support_files(lab, read_lab_folder(path))[0]) == {"lib.py"}
    assert lab.notices == []


def test_validate_is_told_to_run_what_grading_runs(write_lab: WriteLab) -> None:
    release, _ = files_of(write_lab("```python\n#!TAG QUESTION ex1\n```"))
    config = json.loads(release["nbgrader_config.json"].read_text("utf-8"))
    assert config == {"Execute": {"skip_cells_with_tag": SKIP_GRADING_TAG}}
