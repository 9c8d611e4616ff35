"""How nbgrader is configured for our courses; `nbgrader_config.py` in a course calls this."""

import copy
import hashlib
import re
from pathlib import Path
from typing import Any

from ..project import HOME
from .course import CONFIG_FILE, ENGINE, Course

CONFIG_TEXT = '''\
"""Lets nbgrader's own commands and formgrader grade with the isolated engine."""

import sys

project = {project!r}  # where the autograder lies
if project not in sys.path:
    sys.path.append(project)
c = get_config()  # noqa: F821 -- traitlets defines it
c.Autograde.exporter_class = "autograder.course.plugins.SubmissionExporter"  # or nothing is graded
try:
    from autograder.course.config import configure
except ImportError:
    print("nbgrader_config.py: the path to the autograder is wrong; fix it", file=sys.stderr)
else:
    configure(c)
'''
TEMPLATE = Path(__file__).parent / "templates" / "formgrader.html.j2"  # of a submission there
PATH_LINE = re.compile(r"^(sys\.path\.append\(.*\)|project = .*(?=  #))", re.MULTILINE)
LATE_PENALTY = "autograder.course.plugins.LatePenalty"
# SHA-256 of what earlier versions wrote, with the path left out.
EARLIER = {
    "074808b3b77260d50891ba9126e76f833ed26e805686b9c3d57c973149882649",
    "8db3af63818167844efd8de729fd07b511844c0c4df125314126fbfe8f1361ed",
}


def configure(config: Any) -> None:
    """Have nbgrader's commands and formgrader's buttons grade as `make grade` does.

    nbgrader then runs no step of its own on a notebook: our exporters hand back what was made.
    """
    config.Autograde.exporter_class = ENGINE
    config.Autograde.sanitize_preprocessors = []
    config.Autograde.autograde_preprocessors = []
    config.GenerateFeedback.exporter_class = "autograder.course.plugins.FeedbackExporter"
    config.GenerateFeedback.preprocessors = []
    config.HTMLExporter.filters = {
        name: f"autograder.course.formgrader.{name}"
        for name in ("markdown2html", "highlight_code", "strip_files_prefix")
    }
    config.HTMLExporter.template_file = str(TEMPLATE)
    _use_late_penalty(config, Path.cwd())  # nbgrader runs the config in the course


def with_late_penalty(config: Any, root: Path) -> Any:
    """The config with our rule for late work, unless it names one of the course's own."""
    config = copy.deepcopy(config)
    _use_late_penalty(config, root)
    return config


def uses_our_late_penalty(config: Any) -> bool:
    """Whether late work goes by `dates.toml`, and not by a rule of the course's own."""
    rule = config.get("AssignLatePenalties", {})
    plugin = rule.get("plugin_class", LATE_PENALTY)
    if isinstance(plugin, type):
        plugin = f"{plugin.__module__}.{plugin.__qualname__}"
    return bool(plugin == LATE_PENALTY and rule.get("enabled", True))


def _use_late_penalty(config: Any, root: Path) -> None:
    if "plugin_class" not in config.AssignLatePenalties:
        config.AssignLatePenalties.plugin_class = LATE_PENALTY
    config.LatePenalty.course = str(root.resolve())


def write_config(course_dir: Path) -> None:
    """Make the course open in formgrader; an instructor's own file is left alone."""
    path = course_dir / CONFIG_FILE
    text = CONFIG_TEXT.format(project=str(HOME))
    if not path.exists() or (_is_ours(path.read_bytes()) and path.read_bytes() != text.encode()):
        path.write_text(text, "utf-8")


def engine_note(course: Course) -> str | None:
    """What to add to a config of the course's own which lets nbgrader grade by itself."""
    if course.uses_our_engine():
        return None
    path = f"import sys; sys.path.append({str(HOME)!r})"
    call = "from autograder.course.config import configure; configure(get_config())"
    return (
        f"{course.root / CONFIG_FILE}: formgrader's autograde button and `nbgrader autograde` run "
        f"submissions unconfined and without the hidden tests; add these two lines at its end:\n"
        f"  {path}\n  {call}"
    )


def unused_notes(course: Course) -> list[str]:
    """A note for each setting about whom to grade, or where, that `make grade` doesn't use."""
    settings = course.config.get("CourseDirectory", {})
    path, notes = course.root / CONFIG_FILE, []
    root = str(settings.get("root", ""))
    if root and (course.root / root).resolve() != course.root.resolve():
        notes.append(
            f"{path}: CourseDirectory.root is not used: the class of {course.root} was graded, but "
            f"formgrader shows {root}; remove the line, or give that folder as the course"
        )
    if excluded := settings.get("student_id_exclude"):
        notes.append(
            f"{path}: CourseDirectory.student_id_exclude ({excluded}) is not used: everybody was "
            "graded; move whom you don't want to grade out of the folder of hand-ins"
        )
    return notes


def _is_ours(text: bytes) -> bool:
    """Whether it is as we wrote it, perhaps earlier, or when the project lay elsewhere."""
    known = {_without_path(CONFIG_TEXT), *EARLIER}
    return _without_path(text.decode("utf-8", "replace")) in known


def _without_path(text: str) -> str:
    return hashlib.sha256(PATH_LINE.sub("", text).encode()).hexdigest()
