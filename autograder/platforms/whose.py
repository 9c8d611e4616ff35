"""Whose a hand-in is: told by ids, never by a name alone unless that is asked for."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from ..course.notebook_file import SIZE_LIMIT_BYTES, archive_stem, notebook_stem
from ..course.roster import Roster, Student, Told, name_key
from ..printable import printable, printable_name
from . import canvas
from .archive import Member
from .clue import Clue
from .decisions import How, Row
from .grade_file import GradeFile, Line

UNIT_LIMIT = 2_000  # files of one hand-in that are looked at
UNIT_LIMIT_BYTES = 500 * 2**20  # of them all
MAY_BE_ANOTHER = "who may be another"
BY_FILE = "told by the file's name"
_BY_HAND_ONLY = "nobody is told by it"
# Ids by which a worksheet's line is found; they mean nothing in a roster.
_OF_LINES = ("participant", "ilias_id", "canvas_id", "login")
_LOGINS = ("login", "username")
_LOGIN_COLUMNS = ("sis_login", "moodle_username")


@dataclass(frozen=True)
class Owner:
    """A student whose a hand-in is, or why nobody is known."""

    student: str = ""
    how: How = How.NOTHING
    reason: str = ""
    lms_id: str = ""  # the platform's id of this very student, if it is another than the hand-in's
    name: str = ""
    is_shared: bool = False  # somebody else of the group handed in


@dataclass
class Unit:
    """All files of one hand-in."""

    clue: Clue
    files: list[tuple[Member, Clue]] = field(default_factory=list)
    owners: list[Owner] = field(default_factory=list)
    line: Line | None = None  # of the worksheet

    @property
    def is_told(self) -> bool:
        """Whether a student is known."""
        return any(owner.student for owner in self.owners)

    @property
    def order(self) -> str:
        """By this units are sorted."""
        return self.files[0][0].path


def units_of(named: Iterable[tuple[Member, Clue]]) -> list[Unit]:
    """The hand-ins that files are parts of."""
    units: dict[tuple[str, str], Unit] = {}
    for member, clue in named:
        unit = units.setdefault((clue.person, clue.attempt), Unit(clue))
        unit.files.append((member, clue))
        if clue.late_flag and not unit.clue.late_flag:
            unit.clue = replace(unit.clue, late_flag=clue.late_flag)
    for unit in units.values():
        unit.files = bounded(unit.files)
    return list(units.values())


def bounded(files: list[tuple[Member, Clue]]) -> list[tuple[Member, Clue]]:
    """What is looked at of one hand-in: notebooks first, then what lies at the top.

    The rest is known to be too much, and never opened; of too many files, one stands for all.
    """
    order = sorted(range(len(files)), key=lambda n: _weight(*files[n]))
    left_bytes, wrong = UNIT_LIMIT_BYTES, {}
    for number in order[:UNIT_LIMIT]:
        member = files[number][0]
        if member.size_bytes > SIZE_LIMIT_BYTES:
            wrong[number] = f"larger than {SIZE_LIMIT_BYTES >> 20} MiB"
        elif member.size_bytes > left_bytes:
            wrong[number] = f"too large: more than {UNIT_LIMIT_BYTES >> 20} MiB with the others"
        else:
            left_bytes -= 0 if member.wrong else member.size_bytes
    if rest := order[UNIT_LIMIT:]:
        wrong[rest[0]] = (
            f"one of {len(files)} files, which are too many: so are {len(rest) - 1} more"
        )
    return [
        (replace(member, wrong=member.wrong or wrong.get(number, "")), clue)
        for number, (member, clue) in sorted((n, files[n]) for n in order[: UNIT_LIMIT + 1])
    ]


def _weight(member: Member, clue: Clue) -> tuple[bool, int, str]:
    is_notebook = bool(notebook_stem(clue.file) or archive_stem(clue.file))
    return not is_notebook or bool(member.wrong), clue.file.count("/"), member.path


class Owners:
    """Finds the students of all hand-ins of a download."""

    def __init__(
        self,
        roster: Roster,
        worksheet: GradeFile | None,
        rows: Sequence[Row],
        platform: str,
        by_name: bool,
        alone: bool,
        digest: Callable[[Member], str],
    ) -> None:
        self._roster, self._by_name, self._alone = roster, by_name, alone
        self._platform, self._digest = platform, digest
        self._lines = _lines_by_id(worksheet)
        self._worksheet = worksheet
        self._rows = [row for row in rows if row.is_by_hand and row.platform == platform]
        self._entries = {row.entry for row in self._rows}

    def settled(self, member: Member, clue: Clue) -> Clue:
        """A clue as it is; as nobody's, and apart, if its name may mean another student, too."""
        told = self._student(clue.ids) or self._student({"name": clue.name})
        others = {self._student(ids) for ids in clue.others} - {told, ""}
        if not others:
            return clue
        unclear = ", ".join(sorted(map(printable_name, {told, *others} - {""})))
        folder = member.path.rsplit("/", clue.file.count("/") + 1)[0]
        apart = replace(clue, person=f"unclear {folder}", unclear=unclear)
        return replace(apart, name="", lms_id="", ids={}, group="", version=None)

    def _student(self, ids: Mapping[str, str]) -> str:
        line = self._line(ids)
        told = self._roster.tell(line.ids if line else ids).student
        named = self._roster.named(ids.get("name", "")) if self._by_name else set()
        return told or (next(iter(named)) if len(named) == 1 else "")

    def _line(self, ids: Mapping[str, str]) -> Line | None:
        return next((one for id_ in ids.items() if (one := self._lines.get(id_))), None)

    def tell(self, units: list[Unit]) -> None:
        """Fill in the owners of all units."""
        for unit in units:
            unit.line = self._line(unit.clue.ids)
            unit.owners = (
                self._by_hand(unit)
                or self._told_by_ids(unit)
                or self._by_hand_before(unit)
                or self._group(unit)
            )
        self._by_files([unit for unit in units if not unit.owners], units)
        if self._by_name:
            self._by_names([unit for unit in units if not unit.owners], units)
        for unit in units:
            unit.owners = unit.owners or [Owner(reason=self._why_unknown(unit))]
        if not self._alone:
            self._share(units)

    # -- by ids ------------------------------------------------------------------------------------

    def _by_hand(self, unit: Unit) -> list[Owner]:
        """Whose these very files are, as a person said: nobody's, too."""
        marked = [member for member, _ in unit.files if member.raw in self._entries]
        files = {(one.raw, "" if one.wrong else self._digest(one)) for one in marked}
        students = dict.fromkeys(row.student_id for row in self._rows if row.file in files)
        reason = "" if any(students) else "nobody's, as a person said"
        others = {owner.student for owner in self._told_by_ids(unit)} - {""}
        return [
            Owner(one, How.BY_HAND, reason, *self._line_of(one))
            if one and others and one not in others
            else Owner(one, How.BY_HAND, reason)
            for one in students
        ]

    def _by_hand_before(self, unit: Unit) -> list[Owner]:
        """Whose another file under the same name or id is, as a person said."""
        names, lms_id = {member.raw for member, _ in unit.files}, unit.clue.lms_id
        alike = [row for row in self._rows if row.student_id and row.entry in names]
        if lms_id:
            alike = alike or [r for r in self._rows if r.student_id and r.lms_id == lms_id]
        return [Owner(one, How.BY_HAND) for one in dict.fromkeys(row.student_id for row in alike)]

    def _told_by_ids(self, unit: Unit) -> list[Owner]:
        if unit.clue.submitters:
            together = "" if len(unit.clue.submitters) == 1 else f"together: {unit.clue.name}"
            owners = []
            for one in unit.clue.submitters:
                told = self._roster.tell(one.ids)
                how = self._how(told) if told.student else How.NOTHING
                reason = printable(together or told.reason if told.student else told.reason)
                owners.append(Owner(told.student, how, reason, name=one.name))
            return owners if any(owner.student for owner in owners) else []
        if unit.line is not None and (owners := self._of_lines([unit.line])):
            return owners
        told = self._roster.tell(unit.clue.ids)
        return [Owner(told.student, self._how(told))] if told.student else []

    def _of_lines(self, lines: list[Line]) -> list[Owner]:
        owners = []
        for line in lines:
            told = self._roster.tell(line.ids)
            if told.student:
                number = next((line.ids[k] for k in _OF_LINES if k in line.ids), "")
                owners.append(Owner(told.student, How.WORKSHEET, lms_id=number, name=line.name))
        return owners

    def _how(self, told: Told) -> How:
        is_login = told.kind in _LOGINS or (told.kind == "folder" and told.column in _LOGIN_COLUMNS)
        return How.USERNAME if is_login else How.ROSTER_ID

    def _group(self, unit: Unit) -> list[Owner]:
        """All members, where a group handed in under its own name."""
        for name in filter(None, (unit.clue.group, unit.clue.name)):
            reason = printable(f"of group {name}")
            lines = self._worksheet.lines if self._worksheet else []
            of_lines = self._of_lines([line for line in lines if line.group == name])
            if of_lines and not self._roster.named(name):
                return [replace(owner, reason=reason) for owner in of_lines]
            members = self._roster.group_of(name)
            if members:
                return [Owner(one, How.ROSTER_ID, reason) for one in sorted(members)]
        return []

    # -- by names ----------------------------------------------------------------------------------

    def _by_files(self, unknown: list[Unit], units: list[Unit]) -> None:
        """By an id in a file's own name; not if somebody else's hand-in is known to be theirs.

        Where the platform names people, it counts only if that name is the student's, too.
        """
        taken = {owner.student for unit in units for owner in unit.owners}
        claims: dict[str, set[str]] = defaultdict(set)
        found: dict[int, str] = {}
        names_of = {unit.clue.person: unit.clue.name for unit in units}
        is_blind = len(names_of) > 1 and len({*names_of.values()}) == 1
        for unit in unknown:
            if unit.clue.unclear:
                continue
            names = [
                clue.file
                for _, clue in unit.files
                if notebook_stem(clue.file) or archive_stem(clue.file)
            ]
            meant = set().union(*(self._roster.mentioned(name) for name in names))
            meant |= self._roster.find("folder", unit.clue.ids.get("file", ""))
            if len(meant) != 1:
                continue
            (student,) = meant
            name = "" if is_blind or "file" in unit.clue.ids else self._name(unit)
            if name and student not in self._roster.named(name):
                what = f"its file's name says {printable_name(student)}, but it is of {name}"
                reason = printable(f"{what}, {MAY_BE_ANOTHER}; {_BY_HAND_ONLY}")
                unit.owners = [Owner(reason=reason)]
            else:
                found[id(unit)] = student
                claims[student].add(unit.clue.person)
        for unit in unknown:
            student = found.get(id(unit), "")
            if not student:
                continue
            if student in taken or len(claims[student]) > 1:
                who = printable_name(student)
                reason = f"its name says {who}, but so does another hand-in; {_BY_HAND_ONLY}"
                unit.owners = [Owner(reason=reason)]
            else:
                unit.owners = [Owner(student, How.FILE_NAME, BY_FILE)]

    def _by_names(self, unknown: list[Unit], units: list[Unit]) -> None:
        """By a name that one student and one hand-in alone have."""
        people = {unit.clue.person: name_key(self._name(unit)) for unit in units}
        count = Counter(people.values())
        taken = {owner.student for unit in units for owner in unit.owners}
        for unit in unknown:
            named = self._roster.named(self._name(unit))  # nobody, if the name is unclear
            is_unique = len(named) == 1 and count[name_key(self._name(unit))] == 1
            if is_unique and not named & taken:
                (student,) = named
                unit.owners = [Owner(student, How.FILE_NAME, "told by the name alone (--by-name)")]

    def _name(self, unit: Unit) -> str:
        return unit.line.name if unit.line is not None and unit.line.name else unit.clue.name

    def _why_unknown(self, unit: Unit) -> str:
        name, ids = self._name(unit), unit.clue.ids
        if unit.clue.unclear:
            reason = f"its name may mean more than one student: {unit.clue.unclear}"
        elif unit.line is not None:
            reason = self._roster.tell(unit.line.ids).reason
        elif "participant" in ids and self._worksheet is not None:
            reason = f"participant {ids['participant']} is not in the worksheet"
        elif "participant" in ids:
            reason = "give the grading worksheet with --worksheet, which says who it is"
        elif "anonymous" in ids:
            reason = "handed in without a name"
        else:
            reason = self._roster.tell({k: v for k, v in ids.items() if k != "file"}).reason
        named = self._roster.named(name)
        if len(named) == 1 and not self._by_name:
            reason += f"; {printable_name(next(iter(named)))} has this name, see --by-name"
        elif len(named) > 1:
            reason += f"; {len(named)} students have this name"
        return printable(reason)

    # -- groups ------------------------------------------------------------------------------------

    def _share(self, units: list[Unit]) -> None:
        """Give a hand-in to those of the group who have none of their own."""
        have = {owner.student for unit in units for owner in unit.owners}
        for unit in units:
            for owner in [one for one in unit.owners if one.student]:
                student = self._roster.students.get(owner.student)
                group = student.group if student else ""
                if not group:
                    continue
                mates = [one for one in self._roster.groups[group] if one not in have]
                known = {one.student for one in unit.owners}
                reason = printable(f"of group {group}, handed in by {owner.student}")
                unit.owners += [
                    Owner(one, owner.how, reason, *self._line_of(one), is_shared=True)
                    for one in mates
                    if one not in known
                ]

    def _line_of(self, student: str) -> tuple[str, str]:
        """A student's own id and name in the worksheet."""
        if (line := self._line_by_student.get(student)) is not None:
            return next((line.ids[k] for k in _OF_LINES if k in line.ids), ""), line.name
        known = self._roster.students.get(student, Student(student))
        number = known.values.get("canvas_id", "") if self._platform == canvas.NAME else ""
        return number, known.name

    @cached_property
    def _line_by_student(self) -> dict[str, Line]:
        lines = self._worksheet.lines if self._worksheet else []
        return {self._roster.tell(line.ids).student: line for line in lines}


def _lines_by_id(worksheet: GradeFile | None) -> Mapping[tuple[str, str], Line]:
    lines = worksheet.lines if worksheet else []
    return {(k, line.ids[k]): line for line in lines for k in _OF_LINES if k in line.ids}
