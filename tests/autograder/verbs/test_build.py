"""Labs are built each for itself; releases without a source are told of."""

from pathlib import Path

import pytest

from autograder.assignment import load_assignment
from autograder.errors import UserError
from autograder.verbs.build import build_each, build_project
from autograder.verbs.new import new_lab


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with three labs; the second has a mistake."""
    (tmp_path / "source").mkdir()
    for name in ("a1", "b1", "c1"):
        new_lab(name, tmp_path / "source")
    broken = tmp_path / "source" / "b1" / "b1.md"
    broken.write_text(broken.read_text("utf-8") + "\n#!MSG stray\n", "utf-8")
    return tmp_path


def test_a_mistake_in_one_lab_holds_up_no_other(project: Path) -> None:
    built = build_project(project)
    assert [lab.lab for lab in built.labs] == ["a1", "c1"]
    assert [error.message.split(": ")[1] for error in built.errors] == ["stray #!MSG; put it "
        "between HWBEGIN and HWEND"]  # fmt: skip
    assert sorted(path.name for path in (project / "release").iterdir()) == ["a1", "c1"]
    assert (project / ".build" / "solution" / "c1" / "c1.ipynb").is_file()
    assert built.notes == []


def test_an_earlier_release_of_a_lab_that_now_has_a_mistake_stays(project: Path) -> None:
    kept = project / "release" / "b1" / "b1.ipynb"
    kept.parent.mkdir(parents=True)
    kept.write_text("{}", "utf-8")
    assert build_project(project).notes == []
    assert kept.read_text("utf-8") == "{}"


def test_a_release_whose_source_is_gone_is_told_of(project: Path) -> None:
    build_project(project)
    (project / "source" / "a1").rename(project / "elsewhere")
    (project / "release" / "notes").mkdir()
    (project / "release" / "notes" / "other.ipynb").touch()  # no release of a lab
    (note,) = build_project(project).notes
    assert "release/a1: its source is gone" in note
    assert "source/a1" in note
    assert (project / "release" / "a1" / "a1.ipynb").is_file()


def test_a_stray_file_is_no_lab(project: Path) -> None:
    for name in ("a1/notes.md", "a1/student/more.md", "loose.md"):
        (project / "source" / name).write_text("#!MSG no lab", "utf-8")
    assert [lab.lab for lab in build_project(project).labs] == ["a1", "c1"]


def test_two_labs_of_one_name_are_misuse(project: Path) -> None:
    source = project / "source" / "a1" / "a1.md"
    with pytest.raises(UserError, match="rename one") as caught:
        build_each([source, source], project / "release", project / "solution")
    assert caught.value.exit_code == 2
    assert not (project / "release").exists()


def test_a_lab_built_elsewhere_is_graded_by_its_own_tests(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    out = tmp_path_factory.mktemp("out")
    source = project / "source" / "a1" / "a1.md"
    build_each([source], out / "release", out / "solution")
    assignment = load_assignment("a1", out / "release")
    assert [file.name for file in assignment.test_files] == ["checks.py", "test_a1.py"]
    assert assignment.source == source
    (out / "solution" / "a1.source.txt").unlink()
    assert len(load_assignment("a1", out / "release").test_files) == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("d1.ipynb", "{}", "convert it: jupytext --to md"),
        ("d1.py", "# %%\nx = 1\n", "convert it: jupytext --to md"),
        ("d1.Rmd", "# Lab", "convert it: jupytext --to md"),
        ("d1.qmd", "# Lab", "jupytext --to md"),
        ("D1.md", "# Lab", "call it d1.md"),
        ("d1.markdown", "# Lab", "mv "),
    ],
)
def test_a_lab_in_another_format_is_no_secret(
    project: Path, name: str, content: str, words: str
) -> None:
    file = project / "source" / "d1" / name
    file.parent.mkdir()
    file.write_text(content, "utf-8")
    (project / "source" / "helpers").mkdir()
    (project / "source" / "helpers" / "helpers.py").write_text("x = 1\n", "utf-8")
    built = build_project(project)
    assert [lab.lab for lab in built.labs] == ["a1", "c1"]
    broken, other = built.errors
    assert "stray #!MSG" in broken.message
    assert other.message.startswith(f"{file}:1: ")
    assert words in other.message
    with pytest.raises(UserError, match=f"{name}:1: ") as caught:
        build_each([file.parent], project / "r", project / "s")
    assert caught.value.exit_code == 2


def test_a_folder_stands_for_its_lab(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, here in (("source/a1", project), (".", project / "source" / "a1")):
        monkeypatch.chdir(here)
        built = build_each([Path(folder)], tmp_path / "r", tmp_path / "s")
        assert [lab.lab for lab in built.labs] == ["a1"]
    with pytest.raises(UserError, match=r"source\.md: no such file"):
        build_each([project / "source"], tmp_path / "r", tmp_path / "s")
