"""What ships beside a notebook, and what must not."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.compiler.notebooks import SKIP_GRADING_TAG, read_pieces
from autograder.compiler.support import Files, support_files
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


def test_figures_ship_where_they_are_seen(write_lab: WriteLab) -> None:
    path = write_lab(
        "![a](a.png) ![b [c]](figures/b%20c.svg 'title') <img alt='' src=\"./c.jpg\" width=3>\n"
        "![d][d] ![e](<e (1).png>) ![f](f(1).png)\n\n[d]: d.gif\n\n"
        "![web](https://example.org/w.png) ![data](data:image/png;base64,x) ![at](attachment:y.png)"
        " `![code](g.png)` <!-- ![gone](h.png) -->\n\n```\n![fence](i.png)\n```\n"
        "#!TAG HWBEGIN\n![secret](s.png) ![a](a.png?raw=true#top)\n#!TAG HWEND\n"
    )
    figures = {"a.png", "figures/b c.svg", "c.jpg", "d.gif", "e (1).png", "f(1).png"}
    place(path, *figures, "s.png", "unused.png")
    release, solution = files_of(path)
    assert set(release) == figures
    assert set(solution) == figures | {"s.png"}


def test_a_figure_may_lie_in_the_student_folder(write_lab: WriteLab) -> None:
    path = write_lab("![a](figures/a.png)")
    place(path, "student/figures/a.png")
    assert set(files_of(path)[0]) == {"figures/a.png"}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("# T\n\ntext\n![a](a.png)", 4, "a.png is missing"),
        ("![a](figures)", 1, "figures is missing"),
        ("![a](../a.png)", 1, "outside the lab's folder"),
        ("![a](b/../../a.png)", 1, "outside the lab's folder"),
        ("x\n#!TAG HWBEGIN\n![a](a.png)\n#!TAG HWEND", 2, "a.png is missing"),
        ("![b](b.png)", 1, "also lies in student/"),
    ],
)
def test_figures_that_cannot_ship(write_lab: WriteLab, text: str, line: int, message: str) -> None:
    path = write_lab(text)
    place(path, "../a.png", "figures/x.png", "b.png", "student/b.png")
    with pytest.raises(UserError, match=re.escape(message)) as caught:
        files_of(path)
    assert caught.value.message.startswith(f"{path}:{line}: ")


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
