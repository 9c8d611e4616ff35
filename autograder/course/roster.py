"""Who is in the course: `roster.csv`, and how its people are called elsewhere.

Ids are compared as texts: zeros in front count. Nobody is told by a name unless that is asked for.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ..delimited import Delimited, read_delimited
from ..errors import UserError, shown
from ..printable import printable, printable_name
from .dates import EXTRA_TIME, extra_time_of
from .hand_ins import is_odd_id
from .lateness import ExtraTime

FILE = "roster.csv"
COLUMNS = (
    *("student_id", "name", "email", "canvas_id", "sis_login", "moodle_username", "idnumber"),
    *("orgdefinedid", "group", "extra_time"),
)
# What a platform knows of a person, and the columns in which the same may stand.
COLUMNS_OF: dict[str, tuple[str, ...]] = {
    "canvas_id": ("canvas_id",),
    "sis_user_id": ("student_id", "idnumber", "orgdefinedid"),
    "integration_id": ("student_id", "idnumber", "orgdefinedid"),
    "idnumber": ("idnumber", "student_id", "orgdefinedid"),
    "orgdefinedid": ("orgdefinedid", "student_id", "idnumber"),
    "sid": ("student_id", "idnumber", "orgdefinedid", "sis_login"),
    "username": ("moodle_username", "sis_login", "student_id"),
    "login": ("sis_login", "moodle_username", "student_id", "idnumber", "orgdefinedid"),
    "email": ("email",),
    "folder": ("student_id", "sis_login", "moodle_username", "idnumber", "orgdefinedid"),
}
_IN_FILE_NAMES = ("student_id", "sis_login", "moodle_username", "idnumber", "orgdefinedid")
_SHORTEST = 3  # characters of an id that is looked for in file names
_CASELESS = {"email", "sis_login", "moodle_username"}
_UNIQUE = ("canvas_id", "sis_login", "moodle_username", "idnumber", "orgdefinedid", "email")


@dataclass(frozen=True)
class Student:
    """A person of the course, as the roster has them."""

    id: str  # the folder's name
    values: Mapping[str, str] = field(default_factory=dict)  # by column, as far as filled

    @property
    def name(self) -> str:
        """The full name, if it is known."""
        return self.values.get("name", "")

    @property
    def email(self) -> str:
        """The address, if it is known."""
        return self.values.get("email", "")

    @property
    def extra_time(self) -> ExtraTime | None:
        """How much more time than others the student has."""
        return extra_time_of(self.values.get("extra_time", ""))

    @property
    def group(self) -> str:
        """With whom the student hands in."""
        return self.values.get("group", "")


@dataclass(frozen=True)
class Told:
    """Whose something is: the student's id and what told it, or why nobody can be told."""

    student: str = ""
    kind: str = ""
    column: str = ""
    reason: str = ""


class Roster:
    """The people of a course, found by what platforms know of them."""

    def __init__(self, students: Iterable[Student], notes: Iterable[str] = ()) -> None:
        self.students = {student.id: student for student in students}
        self.notes = list(notes)
        self._by: dict[str, dict[str, set[str]]] = {name: defaultdict(set) for name in COLUMNS}
        self._by_name: dict[str, set[str]] = defaultdict(set)
        self.groups: dict[str, list[str]] = defaultdict(list)
        for student in self.students.values():
            for column, value in {**student.values, "student_id": student.id}.items():
                self._by[column][_key(column, value)].add(student.id)
            for key in (name_key(student.name), *_run_together(student.name)):
                self._by_name[key].add(student.id)
            if student.group:
                self.groups[student.group].append(student.id)

    def find(self, kind: str, value: str) -> set[str]:
        """All whom a value of a kind may mean; the first column that has it decides."""
        return self._find(kind, value)[0]

    def _find(self, kind: str, value: str) -> tuple[set[str], str]:
        for column in COLUMNS_OF.get(kind, ()) if value.strip() else ():
            if found := self._by[column].get(_key(column, value)):
                return found, column
        return set(), ""

    def tell(self, ids: Mapping[str, str]) -> Told:
        """Who has these ids; they must not contradict each other."""
        found = {kind: self._find(kind, value) for kind, value in ids.items()}
        told = {kind: one for kind, one in found.items() if one[0]}
        if not told:
            given = ", ".join(printable(f"{kind} {value}") for kind, value in ids.items())
            return Told(
                reason=f"nobody in the roster has {given}" if given else "the download gives no id"
            )
        people = set().union(*(students for students, _ in told.values()))
        if len(people) > 1:
            who = ", ".join(sorted(map(printable_name, people)))
            return Told(reason=f"the ids mean more than one student: {who}")
        kind = next(iter(told))
        return Told(people.pop(), kind, told[kind][1])

    def named(self, name: str) -> set[str]:
        """All who are called so, whatever the order of the name's parts, or run together."""
        return self._by_name.get(name_key(name), set()) if name_key(name) else set()

    def mentioned(self, text: str) -> set[str]:
        """Those whose id or login stands in a file's name, as a word of its own.

        Short ones are left out: `1` stands in the names of many files.
        """
        words = {*re.split(r"[^\w@.-]|_", text), text.rpartition("/")[2].partition(".")[0]}
        words |= {part for word in words for part in re.split(r"[.-]", word)} | {
            word.rpartition(".")[0] for word in words
        }
        return {
            student
            for column in _IN_FILE_NAMES
            for word in words
            if len(word) >= _SHORTEST
            for student in self._by[column].get(_key(column, word), ())
        }

    def group_of(self, name: str) -> list[str]:
        """The members of a group that is called so."""
        wanted = _compact(name)
        return [
            one
            for group, members in self.groups.items()
            if wanted and _compact(group) == wanted
            for one in members
        ]


def name_key(name: str) -> str:
    """A name without case, accents' forms, marks, and the order of its parts."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(sorted(re.findall(r"\w+", plain)))


def _run_together(name: str) -> set[str]:
    """A name as Canvas writes it: all in one, the last part or parts first."""
    parts = re.findall(r"\w+", unicodedata.normalize("NFKC", name).casefold())
    return {"".join(parts[n:] + parts[:n]) for n in range(len(parts))}


def _compact(name: str) -> str:
    """A group's name without case, spaces and marks."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", name).casefold())


def _key(column: str, value: str) -> str:
    value = unicodedata.normalize("NFC", value.strip())
    return value.casefold() if column in _CASELESS else value


def roster_of(course_dir: Path) -> Roster:
    """The roster of a course; without a file nobody is in it.

    Raises:
        UserError: as `read_roster`.
    """
    path = course_dir / FILE
    return read_roster(path) if path.exists() else Roster(())


def read_roster(path: Path, lab: str = "") -> Roster:
    """Read a roster.

    Raises:
        UserError: if it is no roster, with the line (exit code 2).
    """
    if not path.is_file():
        raise UserError(
            f"{shown(path)}: no roster; write one with a column student_id and what your platform "
            f"knows ({', '.join(COLUMNS[1:])}), or name it with --roster",
            exit_code=2,
        )
    table = read_delimited(path)
    columns = table.columns(COLUMNS)
    if "student_id" not in columns:
        raise UserError(
            f"{table.place(table.rows[0])}: no column student_id; it names the students' folders",
            exit_code=2,
        )
    students: dict[str, Student] = {}
    lines: dict[tuple[str, str], int] = {}
    for row in table.rows[1:]:
        values = {name: row.text(place).strip() for name, place in columns.items()}
        student = values.pop("student_id")
        if problem := _problem(student, lab) or ("is there twice" if student in students else ""):
            raise UserError(
                f"{table.place(row)}: student_id {printable_name(student)} {problem}", exit_code=2
            )
        filled = {name: value for name, value in values.items() if value}
        for column in _UNIQUE:
            if (value := filled.get(column)) is None:
                continue
            first = lines.setdefault((column, _key(column, value)), row.line)
            if first != row.line:
                raise UserError(
                    f"{table.place(row)}: {column} {printable(value)} is that of line {first}, too;"
                    " correct one of them",
                    exit_code=2,
                )
        students[student] = Student(student, filled)
        if "extra_time" in filled and students[student].extra_time is None:
            wrong = f"the extra time of `{printable_name(student)}` is not clear"
            raise UserError(f"{table.place(row)}: {wrong}; {EXTRA_TIME}", exit_code=2)
    return Roster(students.values(), (*table.notes, *_unknown(table)))


def _problem(student: str, lab: str) -> str:
    if not student:
        return "is empty; fill it in"
    if "/" in student or student.startswith(".") or is_odd_id(student):
        return "can't name a folder; take letters, digits, - and _"
    return "is the lab's name; take another" if lab and student.casefold() == lab.casefold() else ""


def _unknown(table: Delimited) -> list[str]:
    """A note for a title that is nearly one of ours."""
    known = {re.sub(r"\W|_", "", name): name for name in COLUMNS}
    return [
        f"{table.place(table.rows[0])}: column {printable(title)} is not read; is it {meant}?"
        for title in table.header
        if (meant := known.get(re.sub(r"\W|_", "", title.casefold()))) and title.casefold() != meant
    ]
