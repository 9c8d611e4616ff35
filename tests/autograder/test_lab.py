"""A lab's folder: what is found there."""

import re
from pathlib import Path

import pytest

from autograder.engine import Limits
from autograder.errors import UserError
from autograder.lab import find_lab, find_labs, place_of, read_lab_folder


def folder(tmp_path: Path, text: str | None = None) -> Path:
    """A lab's Markdown file, with a lab.toml beside it."""
    source = tmp_path / "lab1" / "lab1.md"
    source.parent.mkdir(parents=True)
    source.write_text("# Lab", "utf-8")
    if text is not None:
        (source.parent / "lab.toml").write_text(text, "utf-8")
    return source


def test_all_that_can_be_said(tmp_path: Path) -> None:
    source = folder(
        tmp_path,
        'title = "Sums"\nimports = ["numpy", "a.b"]\nprepare = ["a.b.load"]\nships = []\n'
        '[exercises]\nex1 = "Adding"\n[limits]\ncell_timeout_s = 60\nscratch_files = 5\n',
    )
    lab = read_lab_folder(source)
    assert (lab.title, lab.imports, lab.ships) == ("Sums", ("numpy", "a.b"), ())
    assert lab.prepare == ("a.b.load",)
    assert lab.exercises == {"ex1": "Adding"}
    assert lab.limits == Limits(cell_timeout_s=60.0, scratch_files=5)
    assert lab.source == source


def test_nothing_need_be_said(tmp_path: Path) -> None:
    lab = read_lab_folder(folder(tmp_path))
    assert (lab.title, lab.imports, lab.ships, lab.limits) == ("lab1", (), None, Limits())
    assert lab.hidden_tests == []


def test_only_a_file_named_like_its_folder_is_a_lab(tmp_path: Path) -> None:
    source = folder(tmp_path)
    (source.parent / "notes.md").write_text("# Notes", "utf-8")
    (tmp_path / "loose.md").write_text("# Loose", "utf-8")
    (tmp_path / "pictures").mkdir()
    assert find_labs(tmp_path) == [source]
    assert find_labs(tmp_path / "nowhere") == []
    assert find_lab("lab1", tmp_path).source == source
    with pytest.raises(UserError, match="no such lab; there are: lab1") as caught:
        find_lab("lab2", tmp_path)
    assert caught.value.exit_code == 2


def test_what_is_said_of_a_question_the_lab_lacks_names_the_nearest(tmp_path: Path) -> None:
    text = 'title = "a"\n[questions.ex1-sum]\nextra = true\n[questions.ex2-men]\nextra = true\n'
    lab = read_lab_folder(folder(tmp_path, text))
    lab.refuse_unknown_questions(["ex1-sum", "ex2-men"])
    with pytest.raises(UserError, match="has no question `ex2-men`; did you mean `ex2-mean`") as e:
        lab.refuse_unknown_questions(["ex1-sum", "ex2-mean"])
    assert "lab.toml:4: " in e.value.message
    with pytest.raises(UserError, match="no question `ex1-sum`; the questions are none"):
        lab.refuse_unknown_questions([])


@pytest.mark.parametrize("ships", ["lib.kit.chekcs", "lib.reference", "lib.kit", "numpy"])
def test_what_may_not_ship_is_refused(tmp_path: Path, ships: str) -> None:
    lab = read_lab_folder(folder(tmp_path, f"title = 'a'\nships = ['lib.kit.checks', '{ships}']"))
    lab.refuse_unknown_packages(["lib.kit.checks", ships])
    wrong = f"`{ships}` in `ships` is no package that may ship; these are lib.kit.checks"
    with pytest.raises(UserError, match=rf"lab\.toml:2: {wrong}"):
        lab.refuse_unknown_packages(["lib.kit.checks", "lib.kit.start"])


def test_imports_that_are_not_there_are_told(tmp_path: Path) -> None:
    text = "imports = ['json', 'numpy.linalg', 'nump', 'own']\nprepare = ['lib.kit.data.x', 'no.f']"
    lab = read_lab_folder(folder(tmp_path, text))
    lab.student_dir.mkdir()
    (lab.student_dir / "own.py").touch()
    first, second = lab.imports_not_there()
    assert first.endswith(
        "lab.toml:1: `nump` in `imports` can't be imported here; install it, or fix it"
    )
    assert "lab.toml:2: `no.f` in `prepare` can't" in second


def test_titles_of_no_question_are_told(tmp_path: Path) -> None:
    text = "[exercises]\nex1 = 'a'\nex01 = 'b'\n"
    lab = read_lab_folder(folder(tmp_path, text))
    (said,) = lab.exercises_without(["ex1-sum", "ex1-mean", "ex2"])
    assert said.endswith("lab.toml:3: no question's id begins with `ex01-`")
    assert read_lab_folder(folder(tmp_path / "other")).exercises_without([]) == []


@pytest.mark.parametrize(
    ("points", "written", "words"),
    [
        (1, {}, "`ex1-why` is graded by tests; write rubrics for written answers"),
        (1, {"ex1-why": 2.0}, "gives 1 points at most, and the question has 2; add what"),
        (1, {"ex1-why": 1.0}, ""),
        (5, {"ex1-why": 1.0}, ""),  # any one of five, say
        (-1, {"ex1-why": 3.0}, ""),  # taken off
    ],
)
def test_a_rubric_fits_its_question(
    tmp_path: Path, points: float, written: dict[str, float], words: str
) -> None:
    text = f"[[questions.ex1-why.rubric]]\nid = 'a'\ntext = 'b'\npoints = {points}\n"
    lab = read_lab_folder(folder(tmp_path, "title = 'a'\n" + text))
    if not words:
        lab.refuse_unfit_rubrics(written)
        return
    with pytest.raises(UserError, match=re.escape(words)) as caught:
        lab.refuse_unfit_rubrics(written)
    assert "lab.toml:2: " in caught.value.message and caught.value.exit_code == 2


def test_a_name_alone_is_that_of_a_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labs, here = tmp_path / "source", tmp_path / "here"
    for folder in (labs / "one", labs / "two", here / "two"):
        folder.mkdir(parents=True)
    monkeypatch.chdir(here)
    assert place_of(Path("one"), labs) == labs / "one"
    for given in ("two", "three", "./x/one", "../source/one", "one.md"):  # a path, or no lab
        assert place_of(Path(given), labs) == Path(given)
