"""The demo class: a notebook for each file, the solution but for what the file says."""

from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.compiler.build import build_labs
from autograder.errors import UserError
from autograder.lab import Lab, read_lab_folder
from autograder.verbs.demo import make_class

from ..variants.counting import write_lab

STUDENTS = {
    "right": "# The solution, word for word\n",
    "blank": "# Hands in what was handed out\n#!OPEN *\n",
    "off-by-one": "# Counts the limit too\n#!SAYS is it <?\n#!GIVEN ex1-count\n"
    "-        if number < limit:\n+        if number <= limit:\n",
    "half": "# Leaves the rest open\n#!OPEN ex2-share\n#!OPEN ex2-why\n",
}


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    lab = write_lab(tmp_path / "lab")
    folder = lab.variants_dir / "class"
    folder.mkdir(parents=True)
    for name, text in STUDENTS.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    return lab


@pytest.fixture
def built(lab: Lab, tmp_path: Path) -> Path:
    build_labs([lab.source], tmp_path / "release", tmp_path / "solution")
    return tmp_path


def notebook(root: Path) -> Any:
    return nbformat.read(root / "lab" / "lab.ipynb", as_version=4)


def test_each_hands_in_what_the_file_says(lab: Lab, built: Path) -> None:
    names = make_class(lab, built / "solution", built / "course")
    assert names == ["blank", "half", "off-by-one", "right"]
    handed_in = {name: notebook(built / "course" / "submitted" / name) for name in names}
    solved, released = notebook(built / "solution"), notebook(built / "release")
    assert handed_in["right"] == solved
    assert [cell.source for cell in handed_in["blank"].cells] == [c.source for c in released.cells]
    changed = [
        (mine.source, cell.source)
        for mine, cell in zip(handed_in["off-by-one"].cells, solved.cells, strict=True)
        if mine != cell
    ]
    assert [mine for mine, _ in changed] == [
        source.replace("number < limit", "number <= limit") for _, source in changed
    ]
    assert len(changed) == 1
    of_release = [
        cell.source == empty.source != full.source
        for cell, empty, full in zip(
            handed_in["half"].cells, released.cells, solved.cells, strict=True
        )
    ]
    assert sum(of_release) == 2


def test_a_lab_without_a_class(lab: Lab, built: Path) -> None:
    for file in (lab.variants_dir / "class").iterdir():
        file.unlink()
    with pytest.raises(UserError, match="lab has no demo class; write a file") as caught:
        make_class(lab, built / "solution", built / "course")
    assert caught.value.exit_code == 2


def test_a_lab_that_was_not_built(lab: Lab, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not built yet; run `make release`") as caught:
        make_class(lab, tmp_path / "solution", tmp_path / "course")
    assert caught.value.exit_code == 2


def test_a_solution_of_an_older_source(lab: Lab, built: Path) -> None:
    text = lab.source.read_text("utf-8")
    lab.source.write_text(text.replace("return found", "return int(found)"), "utf-8")
    with pytest.raises(UserError, match="builds; run `make release`") as caught:
        make_class(lab, built / "solution", built / "course")
    assert caught.value.exit_code == 2
    assert not (built / "course").exists()


def test_a_wrong_file_stops_it_before_anything_is_written(lab: Lab, built: Path) -> None:
    (lab.variants_dir / "class" / "wrong.txt").write_text("# A\n#!OPEN ex9\n", "utf-8")
    with pytest.raises(UserError, match=r"wrong\.txt:2: no question with answers"):
        make_class(lab, built / "solution", built / "course")
    assert not (built / "course").exists()


def test_all_but_the_blank_hand_in_the_files_of_the_solution(lab: Lab, tmp_path: Path) -> None:
    (lab.folder / "lab.toml").write_text("files = ['nets/model.py', 'none.txt']", "utf-8")
    (lab.files_dir / "nets").mkdir(parents=True)
    (lab.files_dir / "nets" / "model.py").write_text("#!TAG HWBEGIN\nx = 1\n#!TAG HWEND\n")
    build_labs([lab.source], tmp_path / "release", tmp_path / "solution")
    names = make_class(read_lab_folder(lab.source), tmp_path / "solution", tmp_path / "course")
    for name in names:
        folder = tmp_path / "course" / "submitted" / name / "lab"
        module = (folder / "nets" / "model.py").read_text()
        assert (module == "x = 1\n") == ("NotImplementedError" not in module) == (name != "blank")
        assert not (folder / "none.txt").exists()
