"""Fills scores into a platform's own file of grades: our column, and nothing else of it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from ..course.roster import Roster
from ..errors import UserError
from ..printable import printable, printable_name
from .decimals import decimal_mark, places_of, read_number, rounded, written
from .grade_file import GradeFile, Line


class Change(StrEnum):
    """What becomes of a row of the file."""

    FILLED = "filled"
    REPLACED = "replaced"
    SAME = "same"
    KEPT = "kept"  # a person or the platform has set it
    NO_SCORE = "no score"  # a student of ours without one
    UNKNOWN = "unknown"  # nobody of ours


@dataclass(frozen=True)
class FilledRow:
    """One row of the file, and what became of it."""

    line: int
    who: str
    student: str
    before: str
    after: str
    change: Change
    reason: str = ""


@dataclass(frozen=True)
class _Form:
    """How the file writes numbers."""

    mark: str
    places: int


@dataclass
class Filling:
    """The file with our scores."""

    content: bytes
    rows: list[FilledRow] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # students with a score, not in the file
    notes: list[str] = field(default_factory=list)

    @property
    def differ(self) -> bool:
        """Whether somebody is in one list and not in the other."""
        return bool(self.missing) or any(row.change is Change.UNKNOWN for row in self.rows)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows became what."""
        changes = [row.change for row in self.rows]
        return {one.value: changes.count(one) for one in Change}


def fill(
    file: GradeFile,
    scores: Mapping[str, float],
    max_score: float,
    roster: Roster,
    known: Mapping[str, str],
    scale: bool = False,
) -> Filling:
    """Put scores into a file's cells.

    Args:
        scores: of students who have one.
        max_score: the lab's; the file's has to be the same, unless `scale` is set.
        known: who has a platform's own ids, from collecting.

    Raises:
        UserError: if the file has no column for them, or another maximum (exit code 2).
    """
    place = file.table.place(file.table.rows[0])
    if file.problem or file.column is None:
        raise UserError(f"{place}: {file.problem}", exit_code=2)
    column = file.column
    cells = [file.table.rows[line.row].text(column) for line in file.lines]
    others = (
        row.text(n) for row in file.table.rows[1:] for n in range(len(row.cells)) if n != column
    )
    mark = decimal_mark([file.maximum or ""], cells, others)
    form = _Form(mark or ".", places_of([file.maximum or ""]) or places_of(cells))
    factor = _factor(file, max_score, form.mark, scale, place)
    filling = Filling(b"")
    changes: dict[tuple[int, int], str] = {}
    seen: dict[str, int] = defaultdict(int)
    for line in file.lines:
        students, reason = _whose(line, roster, known, file.platform)
        for student in students:
            seen[student] += 1
        row = _row(file, line, students, reason, scores, factor, form)
        filling.rows.append(row)
        if row.change in (Change.FILLED, Change.REPLACED):
            changes[line.row, column] = row.after
            changes.update({(line.row, n): text for n, text in file.flags.items()})
    if twice := sorted(student for student, number in seen.items() if number > 1):
        raise UserError(
            f"{place}: {printable_name(twice[0])} is in more than one row; correct the file or the "
            "roster",
            exit_code=2,
        )
    filling.missing = sorted(student for student in scores if student not in seen)
    filling.content = file.table.with_texts(changes)
    filling.notes = [
        *file.table.notes,
        *_above_maximum(filling, file, form.mark),
        *_words(filling, form.mark),
    ]
    if mark is None and file.table.delimiter == ";" and any("." in t for t in changes.values()):
        filling.notes.append("no number in the file has decimals; ours have a point before them")
    return filling


def _factor(file: GradeFile, max_score: float, mark: str, scale: bool, place: str) -> Decimal:
    maximum = read_number(file.maximum, mark) if file.maximum else None
    if maximum is None:
        if scale:
            raise UserError(f"{place}: no maximum to scale to is in the file", exit_code=2)
        return Decimal(1)
    ours = Decimal(repr(float(max_score)))
    if rounded(maximum) == rounded(ours):
        return Decimal(1)
    if not scale:
        raise UserError(
            f"{place}: the maximum is {maximum.normalize():f} there and {max_score:g} in the lab; "
            "set it there and download the file again, or scale with --scale",
            exit_code=2,
        )
    if ours <= 0:
        raise UserError(f"{place}: the lab's maximum is 0, so nothing can be scaled", exit_code=2)
    return maximum / ours


def _whose(
    line: Line, roster: Roster, known: Mapping[str, str], platform: str
) -> tuple[list[str], str]:
    """The students of a row; of a team's row, all of them."""
    if line.members:
        told = [roster.tell({"login": login}) for login in line.members]
        return [one.student for one in told if one.student], next(
            (one.reason for one in told if one.reason), ""
        )
    told_by_ids = roster.tell(line.ids)
    if told_by_ids.student:
        return [told_by_ids.student], ""
    for kind in ("participant", "canvas_id", "ilias_id", "login"):
        if (student := known.get(f"{platform}:{line.ids.get(kind, '')}")) is not None:
            return [student], ""
    return [], told_by_ids.reason


def _row(
    file: GradeFile,
    line: Line,
    students: list[str],
    reason: str,
    scores: Mapping[str, float],
    factor: Decimal,
    form: _Form,
) -> FilledRow:
    row = file.table.rows[line.row]
    before = row.text(file.column)
    who = printable(line.name or next(iter(line.ids.values()), ", ".join(line.members)))
    student = ", ".join(students)

    def made(change: Change, after: str = before, why: str = "") -> FilledRow:
        return FilledRow(row.line, who, student, before, after, change, why)

    if line.is_test:
        return made(Change.KEPT, why="the platform's test student")
    if not students:
        return made(Change.UNKNOWN, why=printable(reason))
    of_them = {rounded(Decimal(repr(scores[one])) * factor) for one in students if one in scores}
    if not of_them:
        return made(Change.NO_SCORE)
    if len(of_them) > 1:
        return made(Change.KEPT, why="the team's members have different scores; fill it in by hand")
    if line.locked:
        return made(Change.KEPT, why=line.locked)
    if before.strip().casefold() in file.fixed:
        return made(Change.KEPT, why=f"it is {before.strip()}")
    (score,) = of_them
    is_set = {file.table.rows[line.row].text(n).strip() for n in file.flags} <= {
        *file.flags.values()
    }
    number = read_number(before, form.mark)
    # A space that nobody sees makes Canvas empty the grade, so it does not stay.
    if number is not None and rounded(number) == score and is_set and before.isascii():
        return made(Change.SAME)
    after = written(score, form.mark, form.places)
    if before.strip() in file.empty:
        return made(Change.FILLED, after)
    return made(Change.REPLACED, after)


def _above_maximum(filling: Filling, file: GradeFile, mark: str) -> list[str]:
    maximum = read_number(file.maximum, mark) if file.maximum else None
    if maximum is None:
        return []
    above = [
        row.who
        for row in filling.rows
        if row.change in (Change.FILLED, Change.REPLACED)
        and (number := read_number(row.after, mark)) is not None
        and number > maximum
    ]
    if not above:
        return []
    are = "score is" if len(above) == 1 else "scores are"
    return [
        f"{len(above)} {are} above the maximum of {maximum.normalize():f}, which some "
        f"platforms refuse or cut: {', '.join(above[:5])}"
    ]


def _words(filling: Filling, mark: str) -> list[str]:
    """A note on what was no number, and has one now."""
    words = [
        f"{printable(row.before)} of {row.who}"
        for row in filling.rows
        if row.change is Change.REPLACED and read_number(row.before, mark) is None
    ]
    if not words:
        return []
    few = f"{', '.join(words[:5])}{' …' if len(words) > 5 else ''}"
    return [f"a score takes the place of what is no number: {few}; see whether that is meant"]
