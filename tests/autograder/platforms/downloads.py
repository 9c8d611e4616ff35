"""Downloads and files of grades as each platform makes them, of a class that is made up."""

import codecs
import csv
import io
import zipfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

FIRST = ["Ana", "Björn", "Céline", "Đorđe", "Eda", "Fatma", "Gül", "Hölderlin", "李", "نور"]
LAST = ["Silva", "O'Neil", "van der Berg", "Müller", "Ñandú", "Łukasz", "雷", "يوسف", "Doe"]
START = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    """A student, by all that platforms know, and when they handed in."""

    number: int
    at: datetime | None = None  # else a minute after the one before

    @property
    def id(self) -> str:
        return f"{self.number:05}"

    @property
    def first(self) -> str:
        return FIRST[self.number % len(FIRST)]

    @property
    def last(self) -> str:
        return f"{LAST[self.number % len(LAST)]} {self.number}"

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def login(self) -> str:
        return f"user{self.number}"

    @property
    def canvas_id(self) -> str:
        return str(90_000 + self.number)

    @property
    def participant(self) -> str:
        return str(1_200_000 + self.number)

    @property
    def email(self) -> str:
        return f"{self.login}@uni.example"

    @property
    def handed_in(self) -> datetime:
        return self.at or START + timedelta(minutes=self.number)


def people(number: int) -> list[Person]:
    return [Person(n) for n in range(1, number + 1)]


def roster_text(
    persons: Iterable[Person],
    groups: Mapping[int, str] | None = None,
    extra_time: Mapping[int, str] | None = None,
) -> str:
    """A roster with all columns."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(
        [
            "student_id",
            "name",
            "email",
            "canvas_id",
            "sis_login",
            "moodle_username",
            "idnumber",
            "orgdefinedid",
            "group",
            "extra_time",
        ]
    )
    for one in persons:
        more = ((groups or {}).get(one.number, ""), (extra_time or {}).get(one.number, ""))
        logins = (one.login, one.login, one.id, one.id)
        writer.writerow([one.id, one.name, one.email, one.canvas_id, *logins, *more])
    return text.getvalue()


def zip_bytes(files: Mapping[str, bytes], date: datetime | None = None) -> bytes:
    """A zip archive; all files have one date in it."""
    content = io.BytesIO()
    when = (date or START).timetuple()[:6]
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, when)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return content.getvalue()


def write_zip(path: Path, files: Mapping[str, bytes], date: datetime | None = None) -> Path:
    path.write_bytes(zip_bytes(files, date))
    return path


# -- what each platform calls a file ---------------------------------------------------------------


def moodle_name(
    one: Person, file: str = "lab.ipynb", *, flat: bool = False, blind: bool = False
) -> str:
    name = "Participant" if blind else one.name.replace("_", " ")
    return f"{name}_{one.participant}_assignsubmission_file{'_' if flat else '/'}{file}"


def canvas_name(
    one: Person, file: str = "lab.ipynb", *, late: bool = False, attachment: int | None = None
) -> str:
    name = "".join(c for c in f"{one.last}{one.first}".lower() if c.isalnum())
    number = 5_000_000 + one.number if attachment is None else attachment
    return f"{name}{'_LATE' if late else ''}_{one.canvas_id}_{number}_{file}"


def blackboard_files(
    one: Person, content: bytes, file: str = "lab.ipynb", days: int = 0
) -> dict[str, bytes]:
    time = one.handed_in + timedelta(days=days)
    stem = f"Lab_09_{one.login}_attempt_{time:%Y-%m-%d-%H-%M-%S}"
    text = (
        f"Name: {one.name} ({one.login})\nAssignment: Lab_09\n"
        f"Date Submitted: {time:%A, %B %d, %Y %I:%M:%S %p} GMT\nCurrent Grade: Needs Grading\n\n"
        "Submission Field:\nThere is no student submission text data for this assignment.\n\n"
        f"Comments:\nThere are no student comments for this assignment.\n\nFiles:\n"
        f"\tOriginal filename: {file}\n\tFilename: {stem}_{file}\n"
    )
    return {f"{stem}.txt": text.encode(), f"{stem}_{file}": content}


def brightspace_name(one: Person, file: str = "lab.ipynb") -> str:
    time = one.handed_in
    hour = f"{time.hour % 12 or 12}{time:%M %p}"
    date = f"{time:%b} {time.day}, {time.year} {hour}"
    return f"{13_000 + one.number}-80551 - {one.name} - {date}/{file}"


def ilias_name(one: Person, file: str = "lab.ipynb", team: str = "") -> str:
    last, first = one.last.replace(" ", ""), one.first
    place = f"Lab 9/Abgaben/{team}/" if team else "Lab 9/Abgaben/"
    return f"{place}{last}_{first}_{one.login}_{40_000 + one.number}/{file}"


def gradescope_files(
    groups: Sequence[Sequence[Person]], contents: Sequence[bytes], file: str = "lab.ipynb"
) -> dict[str, bytes]:
    lines, files = ["---"], {}
    for group, content in zip(groups, contents, strict=True):
        number = 77_000 + group[0].number
        lines += [f"submission_{number}:", "  :submitters:"]
        for one in group:
            name = one.name.replace("'", "''")
            lines += [f"  - :name: '{name}'", f"    :sid: '{one.id}'", f"    :email: {one.email}"]
        time = group[0].handed_in
        lines += [f"  :created_at: {time:%Y-%m-%d %H:%M:%S}.123456000 Z", "  :score: 0.0"]
        files[f"assignment_4_export/submission_{number}/{file}"] = content
    metadata = "\n".join(lines) + "\n"
    return {"assignment_4_export/submission_metadata.yml": metadata.encode()} | files


def downloads(
    persons: Sequence[Person],
    work: Mapping[int, bytes],
    file: str = "lab.ipynb",
    late: Collection[int] = (),
) -> dict[str, dict[str, bytes]]:
    """What each platform hands over, in each of its forms; `work` is by a student's number."""

    def named(name: Callable[..., str], **options: bool) -> dict[str, bytes]:
        return {name(one, file, **options): work[one.number] for one in persons}

    attempts = [blackboard_files(one, work[one.number], file) for one in persons]
    contents = [work[one.number] for one in persons]
    return {
        "moodle": named(moodle_name),
        "moodle, flat": named(moodle_name, flat=True),
        "moodle, blind": named(moodle_name, blind=True),
        "canvas": {
            canvas_name(one, file, late=one.number in late): work[one.number] for one in persons
        },
        "blackboard": {name: data for files in attempts for name, data in files.items()},
        "brightspace": named(brightspace_name) | {"index.html": b"<html></html>"},
        "ilias": named(ilias_name),
        "gradescope": gradescope_files([[one] for one in persons], contents, file),
        "plain": {f"{one.id}/{file}": work[one.number] for one in persons},
        "plain, files": {f"{one.id}.ipynb": work[one.number] for one in persons},
        "plain, logins": {
            f"all/{one.login}/{file.partition('.')[0]}/{file}": work[one.number] for one in persons
        },
    }


# -- files of grades -------------------------------------------------------------------------------


def table_text(
    rows: Iterable[Sequence[str]], delimiter: str = ",", end: str = "\n", quoted: bool = False
) -> str:
    text = io.StringIO(newline="")
    csv.writer(
        text,
        delimiter=delimiter,
        lineterminator=end,
        quoting=csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL,
    ).writerows(rows)
    return text.getvalue()


def moodle_rows(
    persons: Iterable[Person], maximum: str = "100.00", grades: Mapping[int, str] | None = None
) -> list[list[str]]:
    head = ["Identifier", "Full name", "ID number", "Email address", "Status", "Grade"]
    head += ["Maximum Grade", "Grade can be changed", "Last modified (submission)"]
    rows = [[*head, "Last modified (grade)", "Feedback comments"]]
    for one in persons:
        time = f"{one.handed_in:%A, %d %B %Y, %I:%M %p}"
        grade = (grades or {}).get(one.number, "")
        rows.append(
            [
                f"Participant {one.participant}",
                one.name,
                one.id,
                one.email,
                "Submitted for grading",
                grade,
                maximum,
                "Yes",
                time,
                "-",
                '<p>=1+1, "quoted"\nand more</p>',
            ]
        )
    return rows


def canvas_rows(
    persons: Iterable[Person], maximum: str = "100.00", grades: Mapping[int, str] | None = None
) -> list[list[str]]:
    rows = [
        [
            "Student",
            "ID",
            "SIS User ID",
            "SIS Login ID",
            "Section",
            "Notes",
            "Lab (778899)",
            "Other (1)",
            "Final Score",
        ],
        ["    Points Possible", "", "", "", "", "", maximum, "10.00", "(read only)"],
    ]
    for one in persons:
        grade = (grades or {}).get(one.number, "")
        name = f"{one.last}, {one.first}"
        rows.append(
            [name, one.canvas_id, one.id, one.login, "MT 2026, group 1", "", grade, "7.50", "7"]
        )
    rows.append(["Student, Test", "99999", "", "x123", "MT 2026, group 1", "", "", "", ""])
    return rows


def blackboard_rows(
    persons: Iterable[Person], maximum: str = "100", grades: Mapping[int, str] | None = None
) -> list[list[str]]:
    title = f"Lab [Total Pts: {maximum} Score] |1344236"
    head = ["Last Name", "First Name", "Username", "Student ID", "Availability"]
    rows = [[*head, "Weighted Total [Total Pts: up to 100 Score] |99", title]]
    for one in persons:
        grade = (grades or {}).get(one.number, "")
        rows.append([one.last, one.first, one.login, one.id, "Yes", "0", grade])
    return rows


def brightspace_rows(
    persons: Iterable[Person], maximum: str = "100", grades: Mapping[int, str] | None = None
) -> list[list[str]]:
    title = f"Lab Points Grade <Numeric MaxPoints:{maximum} Category:Labs>"
    rows = [["OrgDefinedId", "Username", title, "End-of-Line Indicator"]]
    for one in persons:
        rows.append([f"#{one.id}", f"#{one.login}", (grades or {}).get(one.number, ""), "#"])
    return rows


def ilias_rows(
    persons: Iterable[Person], grades: Mapping[int, str] | None = None
) -> list[list[str]]:
    head = ["update", "usr_id", "login", "lastname", "firstname", "status", "mark", "notice"]
    rows = [[*head, "comment", "plagiarism", "plag_comment"]]
    for one in persons:
        mark = (grades or {}).get(one.number, "")
        update = "1" if mark else "0"
        rows.append(
            [
                update,
                str(40_000 + one.number),
                one.login,
                one.last,
                one.first,
                "notgraded",
                mark,
                "",
                'a, "b"',
                "",
                "",
            ]
        )
    return rows


def grade_files(
    persons: Sequence[Person], grades: Mapping[int, str] | None, maximum: str
) -> dict[str, bytes]:
    """Each platform's file of grades in each of its forms; where one has decimals, it has two."""
    two = {number: f"{float(grade):.2f}" for number, grade in (grades or {}).items()}
    comma = {number: grade.replace(".", ",") for number, grade in two.items()}
    wide = table_text(blackboard_rows(persons, maximum, grades), "\t", "\r\n", True)
    canvas = canvas_rows(persons, f"{maximum}.00", two)
    return {
        "moodle": table_text(moodle_rows(persons, f"{maximum}.00", two)).encode(),
        "moodle, comma": table_text(moodle_rows(persons, f"{maximum},00", comma), ";").encode(
            "utf-8-sig"
        ),
        "canvas": table_text(canvas, end="\r\n").encode("utf-8-sig"),
        "blackboard": codecs.BOM_UTF16_LE + wide.encode("utf-16-le"),
        "brightspace": table_text(brightspace_rows(persons, maximum, grades)).encode(),
        "ilias": table_text(ilias_rows(persons, grades), ";").encode(),
    }
