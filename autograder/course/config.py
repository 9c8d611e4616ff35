"""How nbgrader is configured for our courses; `nbgrader_config.py` in a course calls this."""

from pathlib import Path
from typing import Any

from . import plain_files  # noqa: F401 -- changes nbgrader as it is imported

CONFIG_FILE = "nbgrader_config.py"
CONFIG_TEXT = '''\
"""Lets nbgrader's own commands and formgrader grade with the isolated engine."""

import sys

sys.path.append({project!r})  # where the autograder lies
c = get_config()  # noqa: F821 -- traitlets defines it
c.Autograde.exporter_class = "autograder.course.plugins.SubmissionExporter"  # or nothing is graded
try:
    from autograder.course.config import configure
except ImportError:
    print("nbgrader_config.py: the path to the autograder is wrong; mend it", file=sys.stderr)
else:
    configure(c)
'''
PROJECT = Path(__file__).resolve().parents[2]


def configure(config: Any) -> None:
    """Replace nbgrader's execution of submissions by ours; everything else stays nbgrader's."""
    config.Autograde.exporter_class = "autograder.course.plugins.SubmissionExporter"
    config.Autograde.sanitize_preprocessors = [
        "nbgrader.preprocessors.ClearOutput",
        "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.OverwriteCells",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    config.Autograde.autograde_preprocessors = [
        "autograder.course.plugins.RecordResult",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    config.GenerateFeedback.preprocessors = [
        "nbgrader.preprocessors.GetGrades",
        "autograder.course.plugins.ShowAtAGlance",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    config.HTMLExporter.filters = {"markdown2html": "autograder.course.markdown.markdown2html"}


def write_config(course_dir: Path) -> None:
    """Make the course open in formgrader; an instructor's own file is left alone."""
    path = course_dir / CONFIG_FILE
    if not path.exists() or _is_ours(path.read_text("utf-8")):
        path.write_text(CONFIG_TEXT.format(project=str(PROJECT)), "utf-8")


def _is_ours(text: str) -> bool:
    """Whether it is as we wrote it, perhaps when the project lay elsewhere."""
    before, after = CONFIG_TEXT.split("{project!r}")
    return (
        text.startswith(before)
        and text.endswith(after)
        and text.count("\n") == (CONFIG_TEXT.count("\n"))
    )
