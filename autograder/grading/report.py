"""A graded class as a table for the terminal and as data for other tools."""

from pathlib import Path
from typing import Any

from rich.table import Table

from ..errors import UserError
from .pool import Submission
from .results import SubmissionResult


def find_submissions(course_dir: Path, lab: str) -> list[Submission]:
    """Every `submitted/<student>/<lab>/<lab>.ipynb`, by student.

    Raises:
        UserError: if there are none (exit code 2).
    """
    paths = sorted((course_dir / "submitted").glob(f"*/{lab}/{lab}.ipynb"))
    if not paths:
        wanted = course_dir / "submitted" / "STUDENT" / lab / f"{lab}.ipynb"
        raise UserError(f"{wanted}: no submissions found; put them there", exit_code=2)
    return [Submission(path.parents[1].name, path) for path in paths]


def class_report(lab: str, results: list[SubmissionResult]) -> dict[str, Any]:
    """The whole class as plain data."""
    return {
        "lab": lab,
        "confinement": results[0].confinement,
        "submissions": [result.as_json() for result in results],
    }


def as_table(lab: str, results: list[SubmissionResult]) -> Table:
    """A row per student: points per exercise, what is open for hand grading, what went wrong."""
    exercises = sorted({_exercise(q.id) for result in results for q in result.questions})
    table = Table(title=f"{lab}: points by tests", title_justify="left")
    table.add_column("student")
    for exercise in exercises:
        table.add_column(exercise, justify="right")
    table.add_column("score", justify="right", style="bold")
    table.add_column("of", justify="right")
    table.add_column("open", justify="right")
    table.add_column("s", justify="right", style="dim")
    table.add_column("remarks")
    for result in results:
        tested = [q for q in result.questions if q.tests]
        cells = [
            f"{sum(q.score or 0 for q in tested if _exercise(q.id) == exercise):g}"
            for exercise in exercises
        ]
        in_all = sum(q.max_score for q in tested)
        table.add_row(
            result.student,
            *cells,
            f"{result.score:g}",
            f"{in_all:g}",
            f"{result.max_score - in_all:g}",
            f"{result.seconds:.1f}",
            _remark(result),
        )
    return table


def _exercise(question_id: str) -> str:
    return question_id.split("-")[0]


def _remark(result: SubmissionResult) -> str:
    """The one thing that a grader would want to know first."""
    if result.status != "graded":
        return result.remarks[0]
    stopped = [f for f in result.cell_failures if f.name == "Stopped"]
    messages = [f"cell {f.cell_id} {f.message}" for f in stopped]
    messages += [t.message for q in result.questions for t in q.tests if "limit" in t.message]
    return (messages or list(result.remarks) or [""])[0]
