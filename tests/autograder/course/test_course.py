"""A course's own `nbgrader_config.py` counts, as nbgrader would read it."""

import os
import sys
from pathlib import Path

import pytest

from autograder.course.course import CONFIG_FILE, Course, load_course
from autograder.errors import UserError


def course_with(root: Path, text: str) -> Course:
    (root / CONFIG_FILE).write_text(text, "utf-8")
    return load_course(root)


def test_without_a_config_all_is_where_nbgrader_puts_it(tmp_path: Path) -> None:
    course = load_course(tmp_path)
    assert (course.id, course.gradebook) == ("", tmp_path / "gradebook.db")
    assert course.folder("submitted", "ann", "lab") == tmp_path / "submitted" / "ann" / "lab"
    assert course.feedback_page("ann", "lab") == tmp_path / "feedback" / "ann" / "lab" / "lab.html"
    assert course.code() == b""


def test_its_settings_count(tmp_path: Path) -> None:
    course = course_with(
        tmp_path,
        "c = get_config()\n"
        "c.CourseDirectory.course_id = ' dl '\n"
        "c.CourseDirectory.db_url = 'sqlite:////elsewhere/x.db?timeout=3'\n"
        "c.CourseDirectory.submitted_directory = 'inbox'\n"
        "c.LateSubmissionPlugin.penalty_method = 'zero'\n",
    )
    assert course.id == "dl"
    assert course.gradebook == Path("/elsewhere/x.db")
    assert course.folder("submitted", "ann", "lab") == tmp_path / "inbox" / "ann" / "lab"
    assert course.config.LateSubmissionPlugin.penalty_method == "zero"


def test_it_runs_in_its_own_folder(tmp_path: Path) -> None:
    here = Path.cwd()
    course = course_with(tmp_path, "import os\nc.CourseDirectory.course_id = os.getcwd()\n")
    assert course.id == os.path.realpath(tmp_path)
    assert Path.cwd() == here


def test_it_imports_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "id_of_ours.py").write_text("ID = 'dl'", "utf-8")
    before = list(sys.path)
    text = "from id_of_ours import ID\nc.CourseDirectory.course_id = ID\n"
    assert course_with(tmp_path, text).id == "dl"
    assert sys.path == before


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_text_that_is_no_utf8_is_one_line(tmp_path: Path, encoding: str) -> None:
    (tmp_path / CONFIG_FILE).write_text("c = get_config()\n", encoding)
    with pytest.raises(UserError, match="this can't be run") as caught:
        load_course(tmp_path)
    assert "None" not in caught.value.message and "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = (", ":1: this can't be run: SyntaxError"),
        ("\n1 / 0\n", ":2: this can't be run: ZeroDivisionError"),
        ("import no_such_module\n", ":1: this can't be run: ModuleNotFoundError"),
        ("import sys\nsys.exit(3)\n", ":2: this can't be run: SystemExit"),
        ("c.CourseDirectory.directory_structure = 'x'", "directory_structure is not supported"),
    ],
)
def test_what_cant_be_used_is_one_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UserError) as caught:
        course_with(tmp_path, text)
    assert caught.value.message.startswith(str(tmp_path / CONFIG_FILE))
    assert words in caught.value.message
    assert "\n" not in caught.value.message


def test_only_sqlite_is_a_gradebook(tmp_path: Path) -> None:
    course = course_with(tmp_path, "c.CourseDirectory.db_url = 'postgresql://x/y'\n")
    with pytest.raises(UserError, match="only a SQLite file"):
        _ = course.gradebook
