"""A course's `nbgrader_config.py`: nbgrader grades by our engine, from anywhere, or not at all."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from traitlets.config import Config

from autograder.course.config import (
    engine_note,
    unused_notes,
    uses_our_late_penalty,
    with_late_penalty,
    write_config,
)
from autograder.course.course import CONFIG_FILE, load_course
from autograder.project import HOME

# What nbgrader's own commands and formgrader do first, in a process that knows nothing of ours.
LOAD = """
import os, sys
from nbgrader.apps import AutogradeApp
from nbgrader.converters import Autograde, GenerateFeedback
app = AutogradeApp()
app.load_config_file()
print(Autograde(parent=app, config=app.config).exporter_class.__qualname__)
print(GenerateFeedback(parent=app, config=app.config).exporter_class.__qualname__)
print(sum(path == {project!r} for path in sys.path))
"""
EARLIER_CONFIGS = [
    '''\
"""Lets nbgrader's own commands and formgrader grade with the isolated engine."""

import sys

sys.path.append('/no/such/place')  # where the autograder lies
c = get_config()  # noqa: F821 -- traitlets defines it
c.Autograde.exporter_class = "autograder.course.plugins.SubmissionExporter"  # or nothing is graded
try:
    from autograder.course.config import configure
except ImportError:
    print("nbgrader_config.py: the path to the autograder is wrong; mend it", file=sys.stderr)
else:
    configure(c)
''',
    '''\
"""Lets nbgrader's own commands and formgrader grade with the isolated engine."""

from autograder.course.config import configure

configure(get_config())  # noqa: F821 -- traitlets defines it
''',
]
OWN = "c = get_config()\nc.CourseDirectory.course_id = 'mine'\n"


def classes_in(course_dir: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", LOAD.format(project=str(HOME))]
    return subprocess.run(command, cwd=course_dir, capture_output=True, text=True, timeout=60)


def test_our_classes_are_found_from_the_course_folder(tmp_path: Path) -> None:
    write_config(tmp_path)
    loaded = classes_in(tmp_path)
    assert loaded.stdout.split() == ["SubmissionExporter", "FeedbackExporter", "1"], loaded.stderr
    assert engine_note(load_course(tmp_path)) is None


def test_without_the_engine_nothing_is_graded(tmp_path: Path) -> None:
    write_config(tmp_path)
    config = tmp_path / CONFIG_FILE
    config.write_text(config.read_text("utf-8").replace(str(HOME), "/no/such/place"), "utf-8")
    loaded = classes_in(tmp_path)
    assert loaded.returncode != 0
    assert "the path to the autograder is wrong; fix it" in loaded.stderr
    assert "autograder.course.plugins" in loaded.stderr
    assert loaded.stdout == ""


@pytest.mark.parametrize("added", ["", "c.CourseDirectory.course_id = 'mine'\n"])
def test_a_moved_project_is_found_again_but_changes_are_kept(tmp_path: Path, added: str) -> None:
    write_config(tmp_path)
    config = tmp_path / CONFIG_FILE
    written = config.read_text("utf-8")
    before = written.replace(str(HOME), "/no/such/place") + added
    config.write_text(before, "utf-8")
    write_config(tmp_path)
    assert config.read_text("utf-8") == (before if added else written)


@pytest.mark.parametrize("earlier", EARLIER_CONFIGS)
def test_what_we_wrote_earlier_is_renewed(tmp_path: Path, earlier: str) -> None:
    write_config(tmp_path)
    written = (tmp_path / CONFIG_FILE).read_bytes()
    (tmp_path / CONFIG_FILE).write_text(earlier, "utf-8")
    write_config(tmp_path)
    assert (tmp_path / CONFIG_FILE).read_bytes() == written


def test_a_config_of_ones_own_is_kept_and_told_what_to_add(tmp_path: Path) -> None:
    path = tmp_path / CONFIG_FILE
    path.write_text(OWN, "utf-8")
    write_config(tmp_path)
    assert path.read_text("utf-8") == OWN
    note = engine_note(load_course(tmp_path))
    assert note is not None
    told, *lines = note.splitlines()
    assert str(path) in told and len(lines) == 2
    for line in lines:
        ast.parse(line.strip())
    path.write_text(OWN + "".join(f"{line.strip()}\n" for line in lines), "utf-8")
    assert engine_note(load_course(tmp_path)) is None
    assert load_course(tmp_path).id == "mine"
    loaded = classes_in(tmp_path)
    assert loaded.stdout.split() == ["SubmissionExporter", "FeedbackExporter", "1"], loaded.stderr


def test_the_class_itself_may_be_named(tmp_path: Path) -> None:
    (tmp_path / CONFIG_FILE).write_text(
        "from autograder.course.plugins import SubmissionExporter\n"
        "c.Autograde.exporter_class = SubmissionExporter\n",
        "utf-8",
    )
    assert engine_note(load_course(tmp_path)) is None


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("root = '.'", False),
        ("root = '/no/such/place'", True),
        ("student_id_exclude = ''", False),
        ("student_id_exclude = 'ann,bob'", True),
        ("course_id = 'mine'", False),
    ],
)
def test_a_setting_that_is_not_used_is_told(tmp_path: Path, line: str, told: bool) -> None:
    path = tmp_path / CONFIG_FILE
    path.write_text(f"c.CourseDirectory.{line}\n", "utf-8")
    notes = unused_notes(load_course(tmp_path))
    assert [note.startswith(f"{path}: CourseDirectory.{line.split()[0]}") for note in notes] == (
        [True] if told else []
    )


def test_whose_rule_for_late_work_counts() -> None:
    config = Config()
    assert uses_our_late_penalty(config)
    ours = with_late_penalty(config, Path("/course"))
    assert uses_our_late_penalty(ours) and ours.LatePenalty.course == "/course"
    assert config == Config()  # it was not changed
    for said in ({"plugin_class": "late.Daily"}, {"plugin_class": dict}, {"enabled": False}):
        own = Config({"AssignLatePenalties": said})
        assert not uses_our_late_penalty(with_late_penalty(own, Path("/course")))
