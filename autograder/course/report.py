"""A graded class as a table for the terminal and as data for other tools."""

from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from ..errors import UserError
from ..judge.results import SubmissionResult


def find_submissions(course_dir: Path, lab: str) -> list[tuple[str, Path]]:
    """Every `submitted/<student>/<lab>/<lab>.ipynb`, by student.

    Raises:
        UserError: if there are none (exit code 2).
    """
    paths = sorted((course_dir / "submitted").glob(f"*/{lab}/{lab}.ipynb"))
    if not paths:
        wanted = course_dir / "submitted" / "STUDENT" / lab / f"{lab}.ipynb"
        raise UserError(f"{wanted}: no submissions found; put them there", exit_code=2)
    return [(path.parents[1].name, path) for path in paths]


def class_report(lab: str, results: list[SubmissionResult]) -> dict[str, Any]:
    """The whole class as plain data, without the students' texts."""
    return {
        "lab": lab,
        "confinement": results[0].confinement,
        "submissions": [_without_texts(result.as_json()) for result in results],
    }


def _without_texts(result: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in result.items() if name != "cells"}


def as_table(lab: str, results: list[SubmissionResult]) -> Table:
    """A row per student: points per exercise, by tests in all, and what is left for a person."""
    exercises = list(dict.fromkeys(_exercise(q.id) for q in results[0].questions))
    table = Table(title=f"{lab}: points by tests", title_justify="left")
    table.add_column("student", no_wrap=True)
    for exercise in exercises:
        table.add_column(exercise, justify="right")
    for column in ("score", "of", "by hand", "time/s"):
        table.add_column(column, justify="right")
    for result in results:
        tested = [question for question in result.questions if question.tests]
        of_exercise = dict.fromkeys(exercises, 0.0)
        for question in tested:
            of_exercise[_exercise(question.id)] += question.score or 0
        testable = sum(question.max_score for question in tested)
        numbers = [*of_exercise.values(), result.score, testable, result.max_score - testable]
        table.add_row(Text(result.student), *(f"{n:g}" for n in numbers), f"{result.seconds:.1f}")
    return table


def remarks(results: list[SubmissionResult]) -> list[Text]:
    """What was decided about submissions, a line each."""
    return [
        Text(f"  {result.student}: {remark}", style="yellow")
        for result in results
        for remark in result.remarks
    ]


def _exercise(question_id: str) -> str:
    return question_id.split("-")[0]
