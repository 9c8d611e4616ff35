"""A course holds the lab as it is released now, where nbgrader looks for it."""

import shutil
from pathlib import Path

import nbformat
import pytest

from autograder.course.release import take_release
from autograder.errors import UserError


def files_of(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_a_changed_release_replaces_all_of_the_one_before(tmp_path: Path, built: Path) -> None:
    release = tmp_path / "release"
    shutil.copytree(built / "release", release)
    course_dir = tmp_path / "course"
    course_dir.mkdir()
    _, assignment, _ = take_release(course_dir, "small", release)
    assert assignment.release_dir == course_dir / "release" / "small"
    (release / "small" / "checks.py").write_text("# other checks\n", "utf-8")
    (release / "small" / "data.csv").touch()
    (release / "small" / "__pycache__").mkdir(exist_ok=True)
    take_release(course_dir, "small", release)
    for step in ("source", "release"):
        copy = files_of(course_dir / step / "small")
        assert copy.keys() >= {"checks.py", "data.csv", "small.ipynb"}
        assert copy["checks.py"] == b"# other checks\n"
    (release / "small" / "data.csv").unlink()
    take_release(course_dir, "small", release)
    assert "data.csv" not in files_of(course_dir / "release" / "small")
    assert {path.name for path in (course_dir / "release").iterdir()} == {"small"}


def test_unchanged_nothing_is_copied(tmp_path: Path, built: Path) -> None:
    take_release(tmp_path, "small", built / "release")
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    take_release(tmp_path, "small", built / "release")
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_course_may_release_from_its_own_folder(tmp_path: Path, built: Path) -> None:
    shutil.copytree(built / "release", tmp_path / "release")
    _, assignment, _ = take_release(tmp_path, "small", tmp_path / "release")
    assert assignment.notebook.cells
    assert (tmp_path / "source" / "small" / "small.ipynb").is_file()


PLACES = [
    "",  # the project itself
    "source",
    "release/deep",
    "c.CourseDirectory.source_directory = '../source'",
    "c.CourseDirectory.release_directory = '../source'",
    "c.CourseDirectory.release_directory = '../release'",
    "c.CourseDirectory.solution_directory = '../source/small'",
    "c.CourseDirectory.solution_directory = '../release'",
    "c.CourseDirectory.feedback_directory = '../release/small'",
    "c.CourseDirectory.source_directory = 'link'",
]


@pytest.mark.parametrize("is_current", [True, False])
@pytest.mark.parametrize("place", PLACES)
def test_the_projects_own_folders_are_no_course(
    tmp_path: Path, built: Path, place: str, is_current: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    for name in ("source", "release"):
        shutil.copytree(built / name, project / name)
    course_dir = project / ("course" if "=" in place else place)
    course_dir.mkdir(exist_ok=True)
    if "=" in place:
        (course_dir / "nbgrader_config.py").write_text(place + "\n", "utf-8")
        (course_dir / "link").symlink_to("../source", target_is_directory=True)
    if is_current:
        monkeypatch.chdir(project)
    before = files_of(project)
    with pytest.raises(UserError, match="give another folder as the course") as caught:
        take_release(course_dir, "small", project / "release", {"cells": []})
    assert caught.value.exit_code == 2
    assert files_of(project) == before


def test_a_course_may_lie_in_the_project(
    tmp_path: Path, built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("source", "release"):
        shutil.copytree(built / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "course").mkdir()
    assert take_release(tmp_path / "course", "small", tmp_path / "release").notes == []


@pytest.mark.parametrize("step", ["source", "release", "solution"])
def test_a_persons_own_files_stay(tmp_path: Path, built: Path, step: str) -> None:
    folder = tmp_path / step / "small"
    folder.mkdir(parents=True)
    for name in ("small.ipynb", "plan.txt"):
        (folder / name).write_text("by hand", "utf-8")
    solution = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    given = (tmp_path, "small", built / "release", nbformat.from_dict(solution))
    (note,) = take_release(*given).notes
    assert note.startswith(str(folder / "small.ipynb")) and "small.ipynb.kept-1" in note
    files = files_of(folder)
    assert files["small.ipynb.kept-1"] == files["plan.txt"] == b"by hand"
    assert b"cells" in files["small.ipynb"]
    assert take_release(*given).notes == []
    assert files_of(folder) == files


@pytest.mark.parametrize("name", ["lab+1", " lab"])
def test_a_name_that_nbgrader_refuses(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="rename it"):
        take_release(tmp_path, name, tmp_path)


def test_the_solutions_files_are_kept_where_no_student_sees_them(
    built: Path, tmp_path: Path
) -> None:
    files = {"model.py": b"x = 1\n"}
    course, _, _ = take_release(tmp_path, "small", built / "release", {"cells": []}, files)
    assert (course.folder("solution", ".", "small") / "model.py").read_bytes() == b"x = 1\n"
    assert not (course.folder("release", ".", "small") / "model.py").exists()
    take_release(tmp_path, "small", built / "release", {"cells": []})
    assert not (course.folder("solution", ".", "small") / "model.py").exists()
