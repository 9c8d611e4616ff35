"""A result as Gradescope reads it: `results.json`.

All of it is plain text: Gradescope shows nothing of it as HTML. A row that students see at once
comes from a run in which no hidden test took part: a submission that saw a hidden test's input
could else tell it, by what it prints or fails with later, to who uploads again and again.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from ..course import wording
from ..course.outline import Outline
from ..course.question_view import REASONS_LIMIT, lead, message_of, notes_on
from ..course.recorded import RecordedSubmission
from ..course.standing import Standing, standings
from ..judge.results import FAILED, SubmissionResult, Verdict
from ..printable import printable, printable_text
from .settings import Visibility

OUTPUT_LIMIT = 6_000  # characters of a row
REMARKS_LIMIT = 30
PASSED, FAILED_ROW = "passed", "failed"  # what Gradescope calls the status of a row
SHOWN = {
    Visibility.VISIBLE: "",
    Visibility.AFTER_DUE_DATE: "Points and hidden tests are shown after the due date.",
    Visibility.AFTER_PUBLISHED: "Points and hidden tests are shown when grades are published.",
    Visibility.HIDDEN: "Points and hidden tests are not shown here.",
}
NOT_GRADED = (
    "Your work was not graded: the grader itself failed. This is not your fault, and your files "
    "are safe. Please tell your instructor. You need not upload again."
)
Row = dict[str, Any]


def not_graded() -> Row:
    """What stands in place of a result as long as there is none: no score, and whom to tell."""
    return _whole([_row("Not graded", NOT_GRADED)], NOT_GRADED)


def as_results(
    result: SubmissionResult,
    outline: Outline,
    visibility: Visibility,
    at_once: SubmissionResult | None = None,
    notes: Iterable[str] = (),
) -> Row:
    """The whole file. How long grading took is left out: code can make that tell something.

    Args:
        result: what grading found.
        outline: of the release.
        visibility: when students see the points, and what hidden tests say.
        at_once: of a run of the public checks alone, which students see at once, if there was one.
        notes: what was decided before anything ran; seen where no run is.
    """
    if result.status == FAILED:
        return not_graded()
    is_open = visibility is Visibility.VISIBLE
    seen = result if is_open else at_once
    remarks = list(notes) if seen is None else seen.first_remarks(REMARKS_LIMIT)
    said = [*map(printable, remarks), SHOWN[visibility]]
    public = [] if at_once is None else _standings(at_once, outline)
    checked = {one.result.id: one for one in public}
    rows: list[Row] = []
    for question in _standings(result, outline):
        if question.result.written:
            rows.append(_by_hand(question))
            continue
        if question.result.id in checked:
            rows += _public(checked[question.result.id], outline)
        rows.append(_question(question, outline, visibility))
    whole = _whole(rows, "\n".join(filter(None, said)))
    return {
        **whole,
        "score": _number(result.score),
        "extra_data": {"confinement": result.confinement},
    }


def _standings(result: SubmissionResult, outline: Outline) -> list[Standing]:
    return standings(result, outline, RecordedSubmission())


def _whole(rows: list[Row], output: str) -> Row:
    return {
        "output": output,
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": Visibility.VISIBLE,  # of what has none of its own
        "stdout_visibility": Visibility.HIDDEN,
        "tests": rows,
    }


def _row(
    name: str, output: str, visibility: Visibility = Visibility.VISIBLE, **more: object
) -> Row:
    shown = printable_text(output, OUTPUT_LIMIT, wording.CUT)
    return {"name": printable(name), "output": shown, "visibility": visibility, **more}


def _by_hand(question: Standing) -> Row:
    """A written answer: a row without a score, which a person gives on the platform."""
    most = wording.points(question.result.max_score)
    said = "Still open: nothing was written here." if question.untouched else ""
    return _row(
        f"{question.title} (graded by hand)",
        said or f"A person reads this answer: {most} at most.",
        number=str(question.number),
    )


def _public(question: Standing, outline: Outline) -> Iterator[Row]:
    """What the public checks say: a row without a score."""
    if tests := question.result.tests:
        status = PASSED if all(test.passed for test in tests) else FAILED_ROW
        yield _row(
            f"{question.title}: public checks",
            "\n".join(_tests(question, outline)),
            number=str(question.number),
            status=status,
        )


def _question(question: Standing, outline: Outline, visibility: Visibility) -> Row:
    """The points of a question, and how they came about."""
    result, score = question.result, question.score or 0.0
    extra = " (extra credit)" if result.extra else ""
    opening = lead(question, outline.questions)
    lines = [opening, *notes_on(question), *_tests(question, outline, bool(opening))]
    return _row(
        f"{question.title}{extra}",
        "\n".join(filter(None, lines)),
        visibility,
        number=str(question.number),
        status=PASSED if score >= result.max_score else FAILED_ROW,
        score=_number(score),
        max_score=0 if result.extra else _number(result.max_score),
    )


def _tests(question: Standing, outline: Outline, is_told: bool = False) -> Iterator[str]:
    """Reasons with the tests that fail for them, then what passed; `is_told`: an open blank was."""
    if not (question.is_open and is_told):
        for reason in question.reasons[:REASONS_LIMIT]:
            message = message_of(reason, question, outline.questions)
            yield f"✗ {_counted(reason.tests)}: {message}"
            yield from (f"    {test.checked}" for test in reason.tests)
        if more := question.reasons[REASONS_LIMIT:]:
            yield f"… and {wording.many(len(more), 'more reason')}"
    for test in question.result.tests:
        if test.passed:
            yield f"✓ {test.checked}"


def _counted(tests: tuple[Verdict, ...]) -> str:
    return wording.many(len(tests), "check")


def _number(points: float) -> float:
    """Without the noise of adding; exact enough that rows add up to the score."""
    return round(points, 6)


def instructors_lines(result: SubmissionResult) -> Iterator[str]:
    """What only instructors read: how it was confined, and each test."""
    where = result.confinement or "not known, since grading came to no end"
    yield f"confinement: {where}"
    for question in result.questions:
        for test in question.tests:
            said = printable(test.detail or test.message)
            kind = "public" if test.public else "hidden"
            yield f"{question.id}: {test.outcome} ({kind}, {test.points:g}) {test.name}  {said}"
    for remark in result.remarks:
        yield f"remark: {printable(remark)}"
