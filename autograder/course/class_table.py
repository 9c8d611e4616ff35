"""A graded class as a table for the terminal."""

from collections.abc import Mapping

from rich.table import Table
from rich.text import Text

from ..judge.results import FAILED, SubmissionResult
from ..printable import printable, printable_name

STUDENT_WIDTH = 24  # characters
REMARKS_LIMIT = 20  # of a student
REMARK_LIMIT = 1_000  # characters


def as_table(
    lab: str, results: list[SubmissionResult], totals: Mapping[str, float] | None = None
) -> Table:
    """A row per student: points per exercise, by tests in all, and what a person may give.

    `totals` are what counts in the end, with points by hand and without what late work costs; they
    have a column as soon as somebody's is not what tests gave.
    """
    totals = totals or {}
    exercises = _tested_exercises(results)
    table = Table(title=f"{lab}: points by tests", title_justify="left")
    # Folded ids keep the scores in sight, and none is cut so that two look alike.
    table.add_column("student", overflow="fold", max_width=STUDENT_WIDTH)
    for exercise in exercises:
        table.add_column(exercise, justify="right", no_wrap=True)
    has_extra = any(question.extra for question in results[0].questions)
    has_total = any(totals.get(r.student, r.score) != r.score for r in results)
    extra, total = ["extra"] * has_extra, ["total"] * has_total
    for column in ("score", *extra, "of", "by hand", *total, "time/s"):
        table.add_column(column, justify="right", no_wrap=True)
    for result in results:
        cells = _points(result, exercises, has_extra)
        if has_total:
            cells.append(f"{totals[result.student]:g}" if result.student in totals else "-")
        table.add_row(Text(result.student), *cells, f"{result.seconds:.1f}")
    return table


def _tested_exercises(results: list[SubmissionResult]) -> list[str]:
    """In their order; of a class that could not be graded, all."""
    tested = {_exercise(q.id) for result in results for q in result.questions if q.tests}
    exercises = dict.fromkeys(_exercise(question.id) for question in results[0].questions)
    return [exercise for exercise in exercises if exercise in tested or not tested]


def _points(result: SubmissionResult, exercises: list[str], has_extra: bool) -> list[str]:
    """By exercise, together, extra credit in that, of how many, and what is left for a person."""
    if result.status == FAILED:
        return [*["-"] * len(exercises), "failed", *["-"] * has_extra, "-", "-"]
    tested = [question for question in result.questions if question.tests]
    of_exercise = dict.fromkeys(exercises, 0.0)
    for question in tested:
        of_exercise[_exercise(question.id)] += question.score or 0
    extra = sum(question.score or 0 for question in tested if question.extra)
    most = [result.max_score, result.by_hand]
    numbers = [*of_exercise.values(), result.score, *[extra] * has_extra, *most]
    return [f"{number:g}" for number in numbers]


def remarks(results: list[SubmissionResult]) -> list[Text]:
    """What was decided about submissions, a line each, and of one submission not too many."""
    return [
        Text(f"  {printable_name(result.student)}: {line}", style="yellow")
        for result in results
        for line in _few(result.remarks)
    ]


def _few(lines: tuple[str, ...]) -> list[str]:
    more = len(lines) - REMARKS_LIMIT
    shown = [printable(line, REMARK_LIMIT) for line in lines[:REMARKS_LIMIT]]
    return [*shown, f"… and {more} more"] if more > 0 else shown


def _exercise(question_id: str) -> str:
    return question_id.split("-")[0]
