"""Labs built whole: through nbgrader's converter, all or nothing, always the same bytes."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest

from autograder.compiler.build import BuiltLab, build_labs
from autograder.compiler.notebooks import LabQuestion
from autograder.errors import UserError

WriteLab = Callable[..., Path]
GOLDEN = Path(__file__).resolve().parents[2] / "golden"
GOLDEN_LABS = [GOLDEN / name / f"{name}.md" for name in ("graded", "oddities")]


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def cells(notebook: Path) -> Iterator[nbformat.NotebookNode]:
    yield from nbformat.read(notebook, as_version=nbformat.NO_CONVERT).cells


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[BuiltLab]]:
    """The golden labs, built twice into one place whose path has a blank, and the folder."""
    out = tmp_path_factory.mktemp("a course")
    build_labs(GOLDEN_LABS[:1], out / "release", out / "solution")
    (out / "release" / "graded" / "left over.txt").touch()
    return out, build_labs(GOLDEN_LABS, out / "release", out / "solution")


@pytest.mark.parametrize("lab", ["graded", "oddities"])
@pytest.mark.parametrize("version", ["release", "solution"])
def test_golden(
    built: tuple[Path, list[BuiltLab]], lab: str, version: str, request: pytest.FixtureRequest
) -> None:
    """Rewrite with `pytest tests/autograder/compiler --rewrite-golden`."""
    made = built[0] / version / lab / f"{lab}.ipynb"
    golden = GOLDEN / lab / f"{version}.json"  # so that linters leave it alone
    if request.config.getoption("--rewrite-golden", default=False):
        shutil.copyfile(made, golden)
    assert made.read_text("utf-8") == golden.read_text("utf-8")


@pytest.mark.parametrize("version", ["release", "solution"])
def test_every_cell_parses(
    built: tuple[Path, list[BuiltLab]], version: str, runs_in_ipython: Callable[[str], None]
) -> None:
    for lab in built[1]:
        for cell in cells(built[0] / version / lab.lab / f"{lab.lab}.ipynb"):
            if cell.cell_type == "code":
                runs_in_ipython(cell.source)


def test_what_a_build_reports(built: tuple[Path, list[BuiltLab]]) -> None:
    out, (graded, oddities) = built
    assert graded.release_notebook == out / "release" / "graded" / "graded.ipynb"
    assert graded.solution_notebook == out / "solution" / "graded" / "graded.ipynb"
    assert graded.questions == [
        LabQuestion("double", 2.5, "auto"),
        LabQuestion("why-even", 3.0, "written"),
    ]
    assert graded.notices == []
    assert len(oddities.notices) == 4  # two tags in a string, two answers without a question


def test_what_ships(built: tuple[Path, list[BuiltLab]]) -> None:
    out, _ = built
    release = tree(out / "release" / "graded")
    solution = tree(out / "solution" / "graded")
    ours = {name for name in release if name.startswith("lib/")}
    own = {"graded.ipynb", "checks.py", "figures/triangle.svg", "nbgrader_config.json"}
    assert set(release) == own | ours
    assert set(solution) == set(release) | {"figures/proof.svg"}
    assert {"lib/__init__.py", "lib/kit/__init__.py", "lib/kit/checks/__init__.py"} <= ours
    assert not list(out.glob("*/.build-*"))


def test_a_release_goes_through_nbgrader(built: tuple[Path, list[BuiltLab]]) -> None:
    for cell in cells(built[1][0].release_notebook):
        marks = cell.metadata["nbgrader"]
        assert len(marks["checksum"]) == 32
        assert cell.metadata["deletable"] is False
        assert cell.metadata.get("editable", True) is marks["solution"]


def test_the_solution_differs_in_answers_only(built: tuple[Path, list[BuiltLab]]) -> None:
    for lab in built[1]:
        pairs = zip(cells(lab.release_notebook), cells(lab.solution_notebook), strict=True)
        for released, solved in pairs:
            marks = released.metadata.get("nbgrader", {})
            assert (released.id, marks) == (solved.id, solved.metadata.get("nbgrader", {}))
            if not marks.get("solution"):
                assert released.source == solved.source
            assert "skip-execution" not in solved.metadata.get("tags", [])


def test_the_same_source_gives_the_same_bytes(
    built: tuple[Path, list[BuiltLab]], tmp_path: Path, write_lab: WriteLab
) -> None:
    text = GOLDEN_LABS[1].read_text("utf-8").replace("\n", "\r\n")
    crlf = write_lab(text.encode(), "oddities.md")
    build_labs([crlf], tmp_path / "elsewhere", tmp_path / "and here")
    assert tree(tmp_path / "elsewhere" / "oddities") == tree(built[0] / "release" / "oddities")
    assert tree(tmp_path / "and here" / "oddities") == tree(built[0] / "solution" / "oddities")


@pytest.mark.parametrize("name", ["lab+1 [x] *.md", "Übung.v2.md", "实验.markdown"])
def test_any_name_of_a_file(tmp_path: Path, write_lab: WriteLab, name: str) -> None:
    path = write_lab("#!TAG QUESTION why 2\n#!TAG HWBEGIN\nSo.\n#!TAG HWEND", name)
    (lab,) = build_labs([path], tmp_path / "release", tmp_path / "solution")
    assert lab.release_notebook == tmp_path / "release" / path.stem / f"{path.stem}.ipynb"
    assert json.loads(lab.release_notebook.read_bytes())["cells"][0]["source"]


def test_a_mistake_in_one_lab_leaves_everything_as_it_was(
    tmp_path: Path, write_lab: WriteLab
) -> None:
    good, bad = write_lab("# Good", "good.md"), write_lab("#!MSG stray", "bad.md")
    (tmp_path / "release" / "good").mkdir(parents=True)
    (tmp_path / "release" / "good" / "old.txt").touch()
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(UserError, match=r"bad.md:1: stray"):
        build_labs([good, bad], tmp_path / "release", tmp_path / "solution")
    assert sorted(tmp_path.rglob("*")) == before


def test_points_of_unknown_questions_are_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "graded"
    shutil.copytree(GOLDEN / "graded", folder)
    test = (folder / "hidden" / "test_double.py").read_text("utf-8")
    (folder / "hidden" / "test_triple.py").write_text(test.replace('"double"', '"triple"'), "utf-8")
    with pytest.raises(UserError, match=r"test_triple.py:5: .*QUESTION triple"):
        build_labs([folder / "graded.md"], tmp_path / "r", tmp_path / "s")
    assert not (tmp_path / "r").exists()


def test_misuse(tmp_path: Path, write_lab: WriteLab) -> None:
    lab, twin = write_lab("# Lab"), write_lab("# Lab", "lab.markdown")
    release, solution = tmp_path / "release", tmp_path / "solution"
    for sources, folders in (
        ([tmp_path / "missing.md"], (release, solution)),
        ([lab, twin], (release, solution)),
        ([lab], (release, release)),
        ([lab], (tmp_path / "source", solution)),
    ):
        with pytest.raises(UserError) as caught:
            build_labs(sources, *folders)
        assert caught.value.exit_code == 2
    assert lab.is_file()
    assert not release.exists()


def test_a_folder_that_cannot_be_written(tmp_path: Path, write_lab: WriteLab) -> None:
    (tmp_path / "file").touch()
    release = tmp_path / "release"
    with pytest.raises(UserError, match="cannot be written"):
        build_labs([write_lab("# Lab")], release, tmp_path / "file" / "solution")
    assert list(release.iterdir()) == []
