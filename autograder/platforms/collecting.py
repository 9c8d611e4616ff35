"""Decides what of a download is taken: a row for each file, and what goes to whose folder.

A later hand-in replaces an earlier one, never the other way round, and nothing replaces what a
person put there. What was decided before stays as it is where nothing new says otherwise.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

from ..course.extra_files import Asked
from ..course.roster import Roster
from ..printable import printable, printable_name
from . import canvas
from .archive import Archive, Member
from .clue import Clue, Clues
from .decisions import BY_HAND, Decision, Row
from .grade_file import GradeFile
from .handed_in import HandedIn, open_unit
from .recognise import TITLES
from .times import FORMAT, as_utc, read_time
from .whose import BY_FILE, MAY_BE_ANOTHER, Owner, Owners, Unit, bounded, units_of

NOTES_LIMIT = 5  # of one kind, where a student may be the cause of many


@dataclass(frozen=True)
class Version:
    """What says which of two hand-ins is the later one."""

    handed_in: datetime | None = None
    number: int | None = None  # the platform's, of a file
    made_ns: int | None = None  # of the download

    def is_later(self, other: "Version") -> bool | None:
        """Whether it is the later one; None if nothing says so."""
        pairs: list[tuple[Any, Any]] = [
            (self.handed_in, other.handed_in),
            (self.number, other.number),
            (self.made_ns, other.made_ns),
        ]
        for mine, theirs in pairs:
            if mine is not None and theirs is not None and mine != theirs:
                return bool(mine > theirs)
        return None


@dataclass
class Before:
    """What a course knows of earlier downloads."""

    rows: Sequence[Row] = ()
    made_ns: Mapping[str, int] = field(default_factory=dict)  # of the download, by `key_of` a row

    def version(self, row: Row) -> Version:
        """The version of what a row took."""
        time = read_time(row.submitted_at)
        number = canvas.version_of(row.entry) if row.platform == canvas.NAME else None
        return Version(as_utc(time, UTC) if time else None, number, self.made_ns.get(key_of(row)))


def key_of(row: Row) -> str:
    """What a file is remembered by."""
    return f"{row.sha256} {row.entry}"


@dataclass(frozen=True)
class Candidate:
    """A hand-in that has a notebook, and a student whose it is or may be."""

    opened: HandedIn
    owner: Owner
    version: Version
    is_chosen: bool  # by a person

    @property
    def file(self) -> tuple[str, str]:
        """As `Row.file`."""
        assert self.opened.taken is not None
        return self.opened.taken.raw, self.opened.digest


@dataclass
class Plan:
    """What is to be done."""

    platform: str
    rows: list[Row] = field(default_factory=list)  # the whole table
    here: list[Row] = field(default_factory=list)  # those of this download
    put: dict[str, tuple[HandedIn, str]] = field(default_factory=dict)  # student -> hand-in, time
    withdrawn: list[str] = field(default_factory=list)  # students whose hand-in is another's
    made_ns: dict[str, int] = field(default_factory=dict)  # as `Before` has it
    left: list[str] = field(default_factory=list)  # students whose other hand-in counts
    notes: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of this download have which decision."""
        counted = Counter(row.decision for row in self.here)
        return {one.value: counted[one.value] for one in Decision}


# Of a student's folder: what a person put there, and when it was handed in as far as that is said.
Standing = Callable[[str, HandedIn], tuple[bool, datetime | None]]


@dataclass
class Collecting:
    """One run: all that is the same for every hand-in."""

    lab: str
    asked: Asked
    roster: Roster
    worksheet: GradeFile | None
    before: Before
    zone: tzinfo | None
    standing: Standing
    written: Mapping[str, str] = field(default_factory=dict)  # hash of the notebook, by student
    by_name: bool = False
    alone: bool = False
    has_zoneless: bool = False
    kept_by_hand: set[str] = field(default_factory=set)  # students

    def plan(self, archive: Archive, platform: str, clues: Clues, folder: Path) -> Plan:
        """Decide about every file of a download.

        Args:
            folder: an empty one, which lives as long as the plan does.

        Raises:
            UserError: if a file of the download is damaged.
        """
        plan = Plan(platform)
        source = f"{platform}:{printable(archive.name)}"
        files = [one for one in archive.members if one.path in clues and not one.is_clutter]
        rows, lab = self.before.rows, self.lab
        flags = self.by_name, self.alone
        owners = Owners(self.roster, self.worksheet, rows, platform, *flags, archive.read)
        named = ((one, owners.settled(one, clues[one.path])) for one in files)
        units = sorted(units_of(named), key=lambda unit: unit.order)
        owners.tell(units)
        strays = [one for one in archive.members if one.path not in clues or one.is_clutter]
        strays = [one for one, _ in bounded([(one, Clue("", one.path)) for one in strays])]
        archive.check_total([*strays, *(one for unit in units for one, _ in unit.files)])
        known = {row.file for row in rows}
        meant = {row.file for row in rows if row.is_by_hand and row.student_id}
        opened = [
            open_unit(archive, unit, lab, self.asked, folder / str(number), meant, known)
            for number, unit in enumerate(units)
        ]
        candidates = self._candidates(opened, archive, meant)
        chosen, why = self._choose(candidates, plan)
        new = [
            *(self._stray(source, archive, one, platform) for one in strays),
            *(row for one in opened for row in self._rows(source, one, chosen, why)),
        ]
        self._merge(plan, sorted(new, key=lambda row: (row.entry, row.student_id)), chosen)
        for student, one in chosen.items():
            if student not in self.kept_by_hand:
                plan.put[student] = (one.opened, _text(one.version.handed_in))
        plan.withdrawn = self._withdrawn(plan, opened)
        plan.made_ns = dict(self.before.made_ns)
        for row in plan.here:
            plan.made_ns.setdefault(key_of(row), archive.made_ns)
        self._notes(plan, units, opened)
        _note_doubtful(plan, units)
        _note_not_taken(plan, units, strays)
        _note_lost(plan, strays)
        _note_left(plan)
        return plan

    # -- which hand-in counts ----------------------------------------------------------------------

    def _candidates(
        self, opened: list[HandedIn], archive: Archive, meant: set[tuple[str, str]]
    ) -> dict[str, list[Candidate]]:
        found: dict[str, list[Candidate]] = defaultdict(list)
        for one in opened:
            if one.taken is None:
                continue
            # What was in an earlier download is as old as that one.
            key = f"{one.digest} {one.taken.raw}"
            made_ns = self.before.made_ns.get(key, archive.made_ns)
            version = Version(self._time(one.unit), one.version, made_ns)
            for owner in one.unit.owners:
                if owner.student:
                    is_chosen = owner.how == BY_HAND and (one.taken.raw, one.digest) in meant
                    found[owner.student].append(Candidate(one, owner, version, is_chosen))
        return found

    def _time(self, unit: Unit) -> datetime | None:
        time = unit.clue.handed_in or (unit.line.handed_in if unit.line else None)
        if time is not None and time.tzinfo is None:
            self.has_zoneless = True
        return as_utc(time, self.zone or UTC) if time else None

    def _choose(
        self, candidates: Mapping[str, list[Candidate]], plan: Plan
    ) -> tuple[dict[str, Candidate], dict[tuple[str, str], tuple[Decision, str]]]:
        """The hand-in that counts for each student, and why others don't."""
        taken = {
            r.student_id: r for r in self.before.rows if r.decision == Decision.TAKEN and r.notebook
        }
        known = {row.file for row in self.before.rows}
        chosen: dict[str, Candidate] = {}
        why: dict[tuple[str, str], tuple[Decision, str]] = {}  # (entry, student)
        for student, several in sorted(candidates.items()):
            best, unclear = _latest(several)
            for one in several:
                if one is not best:
                    why[one.file[0], student] = _beaten(one, best, one in unclear)
            for one in unclear:
                plan.notes.append(
                    f"{student}: {one.file[0]} and {best.file[0]} differ, and nothing says which "
                    f"is the later one; to take the other one, write {BY_HAND} in its row"
                )
            reason = self._why_not(student, best, taken.get(student), known, plan)
            if reason is None:
                chosen[student] = best
            else:
                why[best.file[0], student] = reason
        return chosen, why

    def _why_not(
        self,
        student: str,
        best: Candidate,
        row: Row | None,
        known: set[tuple[str, str]],
        plan: Plan,
    ) -> tuple[Decision, str] | None:
        """Why the best of a download is not taken; None if it is."""
        if row is not None and row.file != best.file:
            if row.sha256 == best.opened.digest:
                return Decision.DUPLICATE, printable(f"the same as {row.entry} of {row.source}")
            is_later = best.version.is_later(self.before.version(row))
            if row.is_by_hand and not best.is_chosen and best.file in known:
                return Decision.OLDER, printable(f"{row.entry} was chosen by hand")
            is_own, was_own = not best.owner.is_shared, not row.is_shared
            if was_own and not is_own and not row.is_by_hand:
                return Decision.OLDER, printable(f"{student} handed in {row.entry}")
            if not best.is_chosen and not is_later and is_own == was_own:
                unclear = "" if is_later is False else "nothing says that it is later: "
                what = printable(f"{unclear}{row.entry} of {row.source} counts")
                if unclear:
                    plan.notes.append(f"{student}: {best.file[0]}: {what}")
                else:
                    plan.left.append(student)
                return Decision.OLDER, what
        if by_person := self._by_person(student, best):
            plan.notes.append(f"{student}: {by_person}")
            if row is None or row.file != best.file:
                return Decision.OLDER, by_person
            self.kept_by_hand.add(student)  # a person corrected what was taken
            return None
        if row is not None and row.file != best.file:
            plan.notes.append(
                printable(f"{student}: {best.file[0]} replaces {row.entry} of {row.source}")
            )
        return None

    def _by_person(self, student: str, best: Candidate) -> str:
        """What stands in the folder by a person's hand, and stays."""
        is_theirs, time = self.standing(student, best.opened)
        if not is_theirs:
            return ""
        if time and best.version.handed_in and time < best.version.handed_in:
            return ""
        return (
            f"{self.lab}.ipynb of {student} was put there or changed by hand, so it stays; "
            "delete it there to have this one"
        )

    def _withdrawn(self, plan: Plan, opened: list[HandedIn]) -> list[str]:
        """Students who had a hand-in that turned out to be somebody else's."""
        now = _students_taken(plan.rows)
        gone = _students_taken(self.before.rows) - now
        others = {
            one.content_digest
            for one in opened
            if one.notebook is not None and any(o.how == BY_HAND for o in one.unit.owners)
        }
        gone |= {s for s, digest in self.written.items() if digest in others and s not in now}
        left = gone & self._left(plan)
        for student in sorted(left):
            plan.notes.append(
                f"{student}: is not in the roster any more, and the hand-in stays where it is; "
                "delete it there, or put the student back"
            )
        for student in sorted(gone - left):
            plan.notes.append(f"{student}: has no hand-in any more, as it is not theirs")
        return sorted(gone - left)

    def _left(self, plan: Plan) -> set[str]:
        """Students who had a hand-in, are not in the roster now, and nobody else has it."""
        told = {row.file for row in plan.rows if row.student_id}
        return {
            row.student_id
            for row in self.before.rows
            if row.student_id
            and row.decision == Decision.TAKEN
            and row.notebook
            and row.file not in told
            and row.student_id not in self.roster.students
        }

    # -- rows --------------------------------------------------------------------------------------

    def _stray(self, source: str, archive: Archive, member: Member, platform: str) -> Row:
        title = TITLES[platform]
        reason = f"not named as hand-ins of {title} are"
        if member.is_clutter:
            reason = "left there by a computer"
        elif member.may_hold_a_notebook:
            reason = f"may be a notebook, but is nobody's: {reason}"
        if member.wrong:
            reason = f"not taken: {member.wrong}"
        digest = "" if member.wrong else archive.read(member)
        return Row(source, member.raw, sha256=digest, decision=Decision.NO_NOTEBOOK, reason=reason)

    def _rows(
        self,
        source: str,
        opened: HandedIn,
        chosen: Mapping[str, Candidate],
        why: Mapping[tuple[str, str], tuple[Decision, str]],
    ) -> Iterable[Row]:
        unit = opened.unit
        time = _text(self._time(unit))
        for owner in unit.owners:
            mine = chosen.get(owner.student)
            is_taken = mine is not None and mine.opened is opened
            for member, clue in unit.files:
                decision, reason = self._decide(opened, member, owner, is_taken, why)
                is_notebook = opened.taken is member and opened.notebook is not None
                yield Row(
                    source=source,
                    entry=member.raw,
                    lms_id=printable(owner.lms_id or clue.lms_id),
                    name=printable(owner.name or unit.clue.name),
                    student_id=owner.student,
                    how=owner.how,
                    notebook=printable_name(opened.notebook.name)
                    if is_notebook and opened.notebook
                    else "",
                    submitted_at=time,
                    late_flag=unit.clue.late_flag,
                    sha256=opened.digests[member.path],
                    decision=decision,
                    reason=printable(reason),
                )

    def _decide(
        self,
        opened: HandedIn,
        member: Member,
        owner: Owner,
        is_taken: bool,
        why: Mapping[tuple[str, str], tuple[Decision, str]],
    ) -> tuple[Decision, str]:
        if member.wrong:
            return Decision.NO_NOTEBOOK, f"not taken: {member.wrong}"
        if not owner.student:
            return Decision.UNKNOWN, owner.reason
        if member is opened.taken:
            if not is_taken:
                return why[member.raw, owner.student]
            return Decision.TAKEN, "; ".join(filter(None, (owner.reason, *opened.notes)))
        if member.path in opened.earlier:
            return Decision.OLDER, "handed in again under the same name"
        if member.path in opened.extra:
            if is_taken:
                return Decision.TAKEN, "a file that the lab asks for"
            return Decision.OLDER, "a file of a hand-in that is not taken"
        clue = next(clue for one, clue in opened.unit.files if one is member)
        if not clue.file.casefold().endswith((".ipynb", ".zip")):
            missing = "" if opened.taken else "; ".join(opened.notes)
            return Decision.NO_NOTEBOOK, missing
        if opened.taken is None:
            is_one = any("could be meant" in note for note in opened.notes)
            decision = Decision.DUPLICATE if is_one else Decision.NO_NOTEBOOK
            return decision, "; ".join(opened.notes)
        same = opened.digests[member.path] == opened.digest
        what = "the same as" if same else "left aside; counted is"
        return Decision.DUPLICATE, f"{what} {opened.taken.name}"

    def _merge(self, plan: Plan, new: list[Row], chosen: Mapping[str, Candidate]) -> None:
        """Put the rows of this download into the table; what says the same stays as it was."""
        fresh, known = _by_file(new), _by_file(self.before.rows)
        done: set[tuple[str, str]] = set()
        for old in self.before.rows:
            if old.file not in fresh or self._stays_theirs(fresh[old.file], known[old.file]):
                plan.rows.append(self._retired(old, chosen))
                done.add(old.file)
            elif old.file not in done:
                done.add(old.file)
                plan.rows += _kept(known[old.file], fresh[old.file])
        for file, rows in fresh.items():
            if file not in done:
                plan.rows += rows
        files = set(fresh)
        plan.here = [row for row in plan.rows if row.file in files]

    def _stays_theirs(self, rows: list[Row], before: list[Row]) -> bool:
        """Whether a file was somebody's, and this run alone can't tell whose it is.

        The worksheet was forgotten, say. Only another owner or a person takes a hand-in away.
        """
        is_told = any(row.student_id or row.is_by_hand for row in rows)
        students = {row.student_id for row in before if row.decision != Decision.UNKNOWN}
        return not is_told and bool(students & self.roster.students.keys())

    def _retired(self, old: Row, chosen: Mapping[str, Candidate]) -> Row:
        """A row of another download, whose hand-in may be replaced now."""
        now = chosen.get(old.student_id)
        if old.decision != Decision.TAKEN or now is None or now.file == old.file:
            return old
        reason = printable(f"replaced by {now.file[0]}")
        return replace(old, decision=Decision.OLDER, reason=reason)

    # -- notes -------------------------------------------------------------------------------------

    def _notes(self, plan: Plan, units: list[Unit], opened: list[HandedIn]) -> None:
        untold = [unit for unit in units if not unit.is_told]
        theirs = {row.entry for row in plan.here if row.student_id}
        stay = [unit for unit in untold if any(one.raw in theirs for one, _ in unit.files)]
        if stay:
            reason = stay[0].owners[0].reason.partition(";")[0]
            plan.notes.append(
                f"{_hand_ins(len(stay))} told earlier and not now, so all stays as it was there: "
                f"{reason}"
            )
        unknown = [unit for unit in untold if unit not in stay]
        if unknown:
            plan.notes.append(
                f"{_hand_ins(len(unknown))} of unknown students; the rows say why: correct the "
                f"roster, or write {BY_HAND} and a student_id there, and collect again"
            )
        shared = {o.student for u in units for o in u.owners if o.student and o.is_shared}
        if shared:
            students = "1 student has" if len(shared) == 1 else f"{len(shared)} students have"
            plan.notes.append(f"{students} the hand-in of somebody else in their group")
        for one in opened:
            if one.taken is None and one.unit.is_told and not one.is_of_other_labs:
                who = ", ".join(_students(one.unit))
                reason = "; ".join(one.notes) or f"no notebook of {self.lab}"
                plan.notes.append(printable(f"{who}: {reason}"))
        late = [unit for unit in units if unit.clue.late_flag and self._time(unit) is None]
        if late:
            plan.notes.append(
                f"marked as late: {_hand_ins(len(late))}; the download has no times, so they count "
                "as in time until a timestamp.txt says otherwise"
            )
        unread = {u.line.time_text for u in units if u.line and not u.line.handed_in} - {"", "-"}
        for text in sorted(unread)[:3]:
            plan.notes.append(
                f"the worksheet's time {printable(text)} can't be read; no timestamp is written"
            )
        if self.has_zoneless and self.zone is None:
            plan.notes.append(
                "the download's times say no zone, and were taken as UTC; name yours with --zone, "
                "or as timezone in dates.toml"
            )
        for row in self.before.rows:
            is_filled = row.student_id and not row.how and row.decision == Decision.UNKNOWN
            if is_filled:
                plan.notes.append(
                    f"{row.entry}: student_id is {printable_name(row.student_id)}, but `how` is "
                    f"empty; write {BY_HAND} there to have it taken"
                )


def _note_lost(plan: Plan, strays: list[Member]) -> None:
    """Say which notebooks no student can have."""
    lost = [one for one in strays if one.may_hold_a_notebook and not one.is_clutter]
    if lost:
        files = "1 notebook is" if len(lost) == 1 else f"{len(lost)} notebooks are"
        plan.notes.append(
            f"{files} nobody's, as hand-ins of {TITLES[plan.platform]} are named otherwise, such "
            f"as {printable_name(lost[0].raw)}; rename them, or say with --platform what they are"
        )


def _note_doubtful(plan: Plan, units: list[Unit]) -> None:
    """Say where only what students write tells whose a hand-in is."""
    doubtful = [
        printable(f"{unit.files[0][0].raw}: {unit.owners[0].reason}")
        for unit in units
        if unit.clue.unclear or MAY_BE_ANOTHER in unit.owners[0].reason
    ]
    plan.notes += doubtful[:NOTES_LIMIT]
    if more := doubtful[NOTES_LIMIT:]:
        plan.notes.append(f"{_hand_ins(len(more))} more of such names; their rows say the same")
    by_file = [u for u in units if u.owners[0].reason == BY_FILE and "file" not in u.clue.ids]
    if by_file:
        plan.notes.append(
            f"{_hand_ins(len(by_file))} told by files' names alone, such as "
            f"{printable_name(by_file[0].files[0][0].raw)}; look whether they are theirs"
        )
    by_group = [u for u in units if u.owners[0].reason.startswith("of group ") and not u.clue.group]
    if by_group:
        plan.notes.append(
            f"{_hand_ins(len(by_group))} of a group by its name alone, such as "
            f"{printable_name(by_group[0].files[0][0].raw)}; look whether no student has that name"
        )


def _note_not_taken(plan: Plan, units: list[Unit], strays: list[Member]) -> None:
    """Say whose files were never opened."""
    of_units = [(", ".join(_students(unit)), [one for one, _ in unit.files]) for unit in units]
    for who, members in [*of_units, ("nobody's", strays)]:
        if wrong := [one for one in members if one.wrong and not one.is_clutter]:
            first = f"{printable_name(wrong[0].raw)}, {wrong[0].wrong}"
            more = f", and {len(wrong) - 1} more" if len(wrong) > 1 else ""
            plan.notes.append(f"{who or 'an unknown student'}: not taken: {first}{more}")


def _students(unit: Unit) -> list[str]:
    return [printable_name(owner.student) for owner in unit.owners if owner.student]


def _note_left(plan: Plan) -> None:
    """Say whose hand-in differs from the one that counts."""
    if plan.left:
        students = "1 student" if len(plan.left) == 1 else f"{len(plan.left)} students"
        who = ", ".join(map(printable_name, plan.left[:5])) + (", …" if len(plan.left) > 5 else "")
        plan.notes.append(
            f"{students} ({who}): this download has another notebook than the one that counts, "
            f"which came later; to take it all the same, write {BY_HAND} in its row"
        )


def _by_file(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        found[row.file].append(row)
    return found


def _kept(before: list[Row], rows: list[Row]) -> list[Row]:
    """Rows of one file; what says the same as before stays word for word."""
    old = {row.student_id: row for row in before}
    kept = []
    for row in rows:
        was = old.get(row.student_id)
        if was and row.decision in (Decision.UNKNOWN, Decision.NO_NOTEBOOK):
            was = replace(was, reason=row.reason)  # why, may change
        is_same = was is not None and replace(row, source=was.source, reason=was.reason) == was
        kept.append(was if is_same and was is not None else row)
    return kept


def _latest(several: list[Candidate]) -> tuple[Candidate, list[Candidate]]:
    """The candidate that counts, and those that may be as late."""
    best = several[0]
    for one in several[1:]:
        if _is_better(one, best):
            best = one
    unclear = [
        one
        for one in several
        if one is not best
        and one.is_chosen == best.is_chosen
        and one.opened.digest != best.opened.digest
        and one.version.is_later(best.version) is None
    ]
    return best, unclear


def _is_better(one: Candidate, best: Candidate) -> bool:
    if one.is_chosen != best.is_chosen:
        return one.is_chosen
    return one.version.is_later(best.version) is True


def _beaten(one: Candidate, best: Candidate, is_unclear: bool) -> tuple[Decision, str]:
    entry = best.file[0]
    if one.opened.digest == best.opened.digest:
        return Decision.DUPLICATE, printable(f"the same as {entry}")
    if is_unclear:
        return Decision.DUPLICATE, printable(f"not known to be later than {entry}")
    return Decision.OLDER, printable(f"{entry} is the later one")


def _students_taken(rows: Iterable[Row]) -> set[str]:
    taken = {row.student_id for row in rows if row.decision == Decision.TAKEN and row.notebook}
    return taken - {""}


def _hand_ins(number: int) -> str:
    return "1 hand-in" if number == 1 else f"{number} hand-ins"


def _text(time: datetime | None) -> str:
    return time.strftime(FORMAT) if time else ""
