"""What becomes of sheets that come back: every row is taken, or a line says why not."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from ..course.recorded import Given, RecordedGrade
from ..rubric import Rubric
from .answers import Answer
from .codes import Codes
from .comments import composed
from .merging import Agreed, Dispute, merge
from .record import Record, Written
from .stand import Stand
from .table import SheetRow, without_repeats


@dataclass(frozen=True)
class Change:
    """What is to be written for one answer."""

    answer: Answer
    points: float
    graders: tuple[str, ...]
    given: Mapping[str, Given]  # by student
    written: Written  # how it stands then


@dataclass
class Outcome:
    """What came of all rows, by what is done about them."""

    changes: list[Change] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)  # codes of what stands there already
    disputed: list[Dispute] = field(default_factory=list)
    graded_elsewhere: list[str] = field(default_factory=list)  # lines, as all that follows
    changed_answers: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Question:
    """A question as sheets need it: its codes, answers and rules."""

    codes: Codes
    others: tuple[Codes, ...]  # of the lab's other written questions
    stands: Mapping[str, Stand]  # of each answer, by code
    rubric: Rubric
    is_extra: bool = False  # its points are extra credit


def decide(
    question: Question,
    rows: Iterable[SheetRow],
    record: Record,
    take: str | None = None,
    overwrite: bool = False,
) -> Outcome:
    """Merge what the rows say into the record, and say what is to be written.

    Args:
        record: of all marks so far; it gets the new ones.
        take: the key of the grader whose mark counts where graders differ.
        overwrite: also where a person graded in formgrader since.
    """
    outcome = Outcome()
    known = _known(question, rows, outcome)
    marked, contradictions = without_repeats(known)
    outcome.refused += contradictions
    for code, given in sorted(marked.items()):
        marks = record.marks.setdefault(code, {})
        for key, row in given.items():
            before = marks.get(key)
            if before != row.mark:  # what was decided was decided about other marks
                record.decided.pop(code, None)
            if before is not None and before.points != row.mark.points:
                outcome.notes.append(
                    f"{row.place}: {code}: {row.grader} gives {row.mark.points:g} now, and gave "
                    f"{before.points:g} before"
                )
            marks[key] = row.mark
            record.names[key] = row.grader
        taken = take or record.decided.get(code)
        merged = merge(code, marks, taken)
        if taken in marks and isinstance(merge(code, marks), Dispute):
            record.decided[code] = str(taken)
        if isinstance(merged, Dispute):
            named = {record.names.get(key, key): mark for key, mark in merged.marks.items()}
            outcome.disputed.append(replace(merged, marks=named))
        else:
            _settle(question, merged, given.values(), record, overwrite, outcome)
    return outcome


def _known(question: Question, rows: Iterable[SheetRow], outcome: Outcome) -> list[SheetRow]:
    """The rows of answers that are there; why not, of the others."""
    known, foreign = [], Counter[tuple[str, str]]()
    for row in rows:
        other = next((one.question for one in question.others if one.is_of(row.code)), "")
        if row.code in question.stands:
            known.append(row)
        elif question.codes.is_of(row.code):
            outcome.changed_answers.append(
                f"{row.place}: {row.code}: this answer changed since the sheet was written, or is "
                "gone; write a new sheet"
            )
        elif other:
            foreign[row.place.rpartition(":")[0], other] += 1
        else:
            outcome.refused.append(
                f"{row.place}: no answer has the code {row.code}: mistyped, or of another lab or "
                "course"
            )
    outcome.refused += [
        f"{path}: {count} rows are of {other}, not of {question.codes.question}; read them there"
        for (path, other), count in foreign.items()
    ]
    return known


def _settle(
    question: Question,
    agreed: Agreed,
    rows: Iterable[SheetRow],
    record: Record,
    overwrite: bool,
    outcome: Outcome,
) -> None:
    """See whether what graders agree on stands there, may be written, or is to be listed."""
    code, rows = agreed.code, list(rows)
    stand, last = question.stands[code], record.written.get(code)
    if stand.missing:
        names = ", ".join(stand.missing)
        outcome.refused.append(f"{rows[0].place}: {names} is not in the gradebook; grade first")
        return
    comment = composed(question.rubric, agreed.items, agreed.comments)
    own = "" if last is None else last.comment
    given = {
        student: _given(question, agreed.points, comment, own, grade, stand.comments[student])
        for student, grade in stand.grades.items()
    }
    token, after = stand.token(question.codes), _after(stand, given)
    written = Written(after.token(question.codes), comment)
    is_known = last is not None and last.stand == token
    is_as_told = any(row.stand == token or (not row.stand and stand.is_bare) for row in rows)
    if written.stand == token:
        outcome.unchanged.append(code)
        record.written[code] = written
    elif is_known or is_as_told or overwrite:
        graders = tuple(record.names.get(key, key) for key in agreed.graders)
        outcome.changes.append(Change(stand.answer, agreed.points, graders, given, written))
        outcome.notes += [
            f"{code}: {student} had the comment “{one.comment_before}”, which is replaced"
            for student, one in given.items()
            if one.comment_before not in ("", own, one.comment)
        ]
    else:
        outcome.graded_elsewhere.append(
            f"{rows[0].place}: {code}: {', '.join(stand.answer.students)} "
            f"{'has' if len(stand.answer.students) == 1 else 'have'} {_said(stand)} in the "
            f"gradebook, given since the sheet was written; the sheet gives {agreed.points:g}"
        )


def _given(
    question: Question,
    points: float,
    comment: str,
    own: str,
    grade: RecordedGrade,
    comment_before: str,
) -> Given:
    """What a student gets; a comment of somebody else's stays where the sheets have none."""
    if not comment and comment_before != own:
        comment = comment_before
    return Given(
        0.0 if question.is_extra else points,
        points if question.is_extra else None,
        comment,
        grade,
        comment_before,
    )


def _after(stand: Stand, given: Mapping[str, Given]) -> Stand:
    """How it stands once all of it is written."""
    grades = {
        student: replace(
            one.grade_before,
            manual_score=one.manual_score,
            extra_credit=one.grade_before.extra_credit
            if one.extra_credit is None
            else one.extra_credit,
            needs_manual_grade=False,
        )
        for student, one in given.items()
    }
    return Stand(stand.answer, grades, {student: one.comment for student, one in given.items()})


def _said(stand: Stand) -> str:
    scores = {f"{grade.score:g}" for grade in stand.grades.values() if grade.score is not None}
    comments = {comment for comment in stand.comments.values() if comment}
    points = f"{' or '.join(sorted(scores))} points" if scores else "no points"
    return points + (f" and “{'” or “'.join(sorted(comments))}”" if comments else "")
