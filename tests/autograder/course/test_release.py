"""A course holds the lab as it is released now, where nbgrader looks for it."""

import shutil
from pathlib import Path

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
    _, assignment = take_release(course_dir, "small", release)
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
    _, assignment = take_release(tmp_path, "small", tmp_path / "release")
    assert assignment.notebook.cells
    assert (tmp_path / "source" / "small" / "small.ipynb").is_file()


@pytest.mark.parametrize("name", ["lab+1", " lab"])
def test_a_name_that_nbgrader_refuses(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="rename it"):
        take_release(tmp_path, name, tmp_path)
