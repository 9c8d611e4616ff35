"""A course's `nbgrader_config.py`: nbgrader grades by our engine, from anywhere, or not at all."""

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.course.config import CONFIG_FILE, PROJECT, write_config

# What nbgrader's own commands and formgrader do first, in a process that knows nothing of ours.
LOAD = """
import os, sys
from nbgrader.apps import AutogradeApp
from nbgrader.converters import Autograde
app = AutogradeApp()
app.load_config_file()
print(Autograde(parent=app, config=app.config).exporter_class.__module__)
"""


def exporter_in(course_dir: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", LOAD]
    return subprocess.run(command, cwd=course_dir, capture_output=True, text=True, timeout=60)


def test_the_engine_is_found_from_the_course_folder(tmp_path: Path) -> None:
    write_config(tmp_path)
    loaded = exporter_in(tmp_path)
    assert loaded.stdout.split() == ["autograder.course.plugins"], loaded.stderr


def test_without_the_engine_nothing_is_graded(tmp_path: Path) -> None:
    write_config(tmp_path)
    config = tmp_path / CONFIG_FILE
    config.write_text(config.read_text("utf-8").replace(str(PROJECT), "/no/such/place"), "utf-8")
    loaded = exporter_in(tmp_path)
    assert loaded.returncode != 0
    assert "the path to the autograder is wrong; mend it" in loaded.stderr
    assert "autograder.course.plugins" in loaded.stderr
    assert loaded.stdout == ""


@pytest.mark.parametrize("added", ["", "c.CourseDirectory.course_id = 'mine'\n"])
def test_a_moved_project_is_found_again_but_changes_are_kept(tmp_path: Path, added: str) -> None:
    write_config(tmp_path)
    config = tmp_path / CONFIG_FILE
    written = config.read_text("utf-8")
    before = written.replace(str(PROJECT), "/no/such/place") + added
    config.write_text(before, "utf-8")
    write_config(tmp_path)
    assert config.read_text("utf-8") == (before if added else written)
