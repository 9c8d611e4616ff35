"""What it takes to collect a class from each platform, and to export its scores to it.

`python -m tests.bench.downloads 240 3000` makes such classes, takes them through the commands,
compares all that is written byte for byte, and prints seconds of CPU; the first class is graded
for real. Taking in a student's hand-in should cost the same whether 60 hand in or 600.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.autograder.platforms.downloads import (
    Person,
    blackboard_files,
    blackboard_rows,
    brightspace_name,
    brightspace_rows,
    canvas_name,
    canvas_rows,
    gradescope_files,
    ilias_name,
    ilias_rows,
    moodle_name,
    moodle_rows,
    people,
    roster_text,
    table_text,
    write_zip,
)

PROJECT = Path(__file__).resolve().parents[2]
LAB = "lab00"  # the cheapest one
FILE = f"{LAB}.ipynb"
SLOW = "endless-loop"  # of the demo class
Files = dict[str, bytes]
GROWTH_LIMIT = 1.3


def notebooks(folder: Path) -> list[bytes]:
    """What the demo class hands in, but for who takes seconds."""
    command("demo", LAB, "--course", folder)
    found = sorted((folder / "submitted").glob(f"*/{LAB}/{FILE}"))
    return [path.read_bytes() for path in found if path.parts[-3] != SLOW]


def of(one: Person, made: list[bytes]) -> bytes:
    """A notebook that nobody else hands in."""
    notebook = json.loads(made[one.number % len(made)])
    notebook["metadata"]["of"] = one.id
    return json.dumps(notebook).encode()


def downloads(persons: list[Person], work: dict[str, bytes]) -> dict[str, Files]:
    """Each platform's files."""

    def named(name: Callable[..., str], **options: Any) -> Files:
        return {name(one, FILE, **options): work[one.id] for one in persons}

    blackboard: Files = {}
    for one in persons:
        blackboard |= blackboard_files(one, work[one.id], FILE)
    groups = [[one] for one in persons]
    return {
        "moodle": named(moodle_name),
        "moodle, flat": named(moodle_name, flat=True),
        "moodle, blind": named(moodle_name, blind=True),
        "canvas": named(canvas_name),
        "blackboard": blackboard,
        "brightspace": named(brightspace_name),
        "ilias": named(ilias_name),
        "gradescope": gradescope_files(groups, [work[one.id] for one in persons], FILE),
        "plain": {f"{one.id}/{FILE}": work[one.id] for one in persons},
    }


def grade_files(persons: list[Person], grades: dict[int, str] | None, most: str) -> Files:
    """Each platform's file of grades, with these in it."""
    two = {n: f"{float(grade):.2f}" for n, grade in (grades or {}).items()}
    comma = {n: grade.replace(".", ",") for n, grade in two.items()}
    wide = table_text(blackboard_rows(persons, most, grades), "\t", "\r\n", True)
    return {
        "moodle": table_text(moodle_rows(persons, f"{most}.00", two)).encode(),
        "moodle, comma": table_text(moodle_rows(persons, f"{most},00", comma), ";").encode(),
        "canvas": table_text(canvas_rows(persons, f"{most}.00", two), end="\r\n").encode(
            "utf-8-sig"
        ),
        "blackboard": b"\xff\xfe" + wide.encode("utf-16-le"),
        "brightspace": table_text(brightspace_rows(persons, most, grades)).encode(),
        "ilias": table_text(ilias_rows(persons, grades), ";").encode(),
    }


def command(*arguments: object, codes: tuple[int, ...] = (0,)) -> float:
    """Run a command, and say how many seconds of CPU it took."""
    words = [sys.executable, "-m", "autograder", *map(str, arguments)]
    process = subprocess.Popen(
        words, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    assert process.returncode in codes, said
    return usage.ru_utime + usage.ru_stime


def content_of(course: Path) -> Files:
    found = (path for path in course.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {str(path.relative_to(course)): path.read_bytes() for path in found}


def collect_all(folder: Path, persons: list[Person], work: dict[str, bytes]) -> None:
    """Collect a class from each platform, twice, and compare what lies there then."""
    sheet = folder / "sheet.csv"
    sheet.write_text(table_text(moodle_rows(persons)), "utf-8")
    for name, files in downloads(persons, work).items():
        course = folder / name.replace(", ", "-")
        course.mkdir()
        (course / "roster.csv").write_text(roster_text(persons), "utf-8")
        archive = write_zip(folder / "download.zip", files)
        options: list[object] = ["--course", course, "--json", folder / "report.json"]
        options += ["--worksheet", sheet] if name.startswith("moodle") else []
        options += ["--by-name"] if name == "brightspace" else []
        first = command("collect", LAB, archive, *options)
        counts = json.loads((folder / "report.json").read_text("utf-8"))["counts"]
        found = (course / "submitted").glob(f"*/{LAB}/{FILE}")
        assert {path.parts[-3]: path.read_bytes() for path in found} == work, name
        assert counts["taken"] == len(persons) and counts["unknown-student"] == 0, counts
        before = content_of(course)
        again = command("collect", LAB, archive, *options)
        assert content_of(course) == before, name
        told = ", ".join(f"{n} {what}" for what, n in counts.items() if n)
        print(f"{len(persons):5} collect {name:14} {first:6.1f} s, again {again:5.1f} s; {told}")


def graded_course(folder: Path, persons: list[Person], work: dict[str, bytes]) -> Path:
    """A course whose class is graded, and whose written answers have points."""
    course = folder / "canvas"
    seconds = command("grade", LAB, "--course", course)
    print(f"{len(persons):5} grade   {'':14} {seconds:6.1f} s")
    give_points(course)
    return course


def give_points(course: Path) -> None:
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as book, book:
        book.execute(
            "update grade set manual_score = 1.25, needs_manual_grade = 0 where auto_score is null"
        )


def copied_course(folder: Path, graded: Path, persons: list[Person]) -> Path:
    """A larger class with the results of a graded one, which are recorded and not judged again."""
    from autograder.assignment import load_assignment
    from autograder.course.asked import asked_of
    from autograder.course.course import load_course
    from autograder.course.gradebook import Answers, CourseGradebook
    from autograder.course.hand_ins import find_hand_ins
    from autograder.judge.results import SubmissionResult

    course, assignment = folder / "canvas", load_assignment(LAB, PROJECT / "release")
    shutil.copy(graded / "nbgrader_config.py", course)
    known = [
        json.loads(p.read_text("utf-8")) for p in sorted((graded / "results" / LAB).glob("*.json"))
    ]
    (course / "results" / LAB).mkdir(parents=True)
    rows = {row.student: row for row in find_hand_ins(course, LAB, asked=asked_of(assignment))}
    with CourseGradebook(load_course(course)) as book:
        book.update_assignment(LAB, assignment.notebook, assignment.extra)
        for one in persons:
            stored = known[one.number % len(known)]
            stored["result"]["student"] = one.id
            stored["key"]["submission"] = rows[one.id].load().digest()
            path = course / "results" / LAB / f"{one.id}.json"
            path.write_text(json.dumps(stored), "utf-8")
            book.record(LAB, SubmissionResult.from_json(stored["result"]), Answers())
    give_points(course)
    return course


def export_all(folder: Path, course: Path, persons: list[Person]) -> None:
    """Export to each platform's file, and compare it with one that is made with the scores."""
    report = folder / "report.json"
    plain = command(
        "export", LAB, "--course", course, "--out", folder / "plain.csv", "--json", report
    )
    scores = {one["student"]: one for one in json.loads(report.read_text("utf-8"))["scores"]}
    most = f"{scores[persons[0].id]['max_score']:g}"
    grades = {one.number: f"{round(scores[one.id]['score'], 2):g}" for one in persons}
    expected = grade_files(persons, grades, most)
    for name, content in grade_files(persons, None, most).items():
        into = folder / "grades.csv"
        into.write_bytes(content)
        column = [] if name.startswith(("moodle", "ilias")) else ["--column", "Lab"]
        seconds = command("export", LAB, "--course", course, "--into", into, *column)
        assert into.read_bytes() == expected[name], name
        print(f"{len(persons):5} export  {name:14} {seconds:6.1f} s; byte for byte as expected")
    print(f"{len(persons):5} export  {'plain table':14} {plain:6.1f} s")


def main(numbers: list[int]) -> None:
    graded: Path | None = None
    with TemporaryDirectory() as temp:
        made = notebooks(Path(temp) / "demo")
        for number in numbers:
            folder = Path(temp) / f"class of {number}"
            folder.mkdir()
            persons = people(number)
            work = {one.id: of(one, made) for one in persons}
            collect_all(folder, persons, work)
            if graded is None:
                course = graded = graded_course(folder, persons, work)
            else:
                course = copied_course(folder, graded, persons)
            export_all(folder, course, persons)
            pages = len(list((course / "feedback").glob(f"*/{LAB}/{LAB}.html")))
            if pages:
                seconds = command("feedback", LAB, "--course", course, "--zip", folder / "back.zip")
                print(f"{number:5} feedback {'canvas':13} {seconds:6.1f} s; {pages} pages")


def rows() -> Iterator[Any]:
    """What one more student costs in a large class, to what it does in a small one."""
    from tests.bench.measure import Row

    with TemporaryDirectory() as temp:
        folder = Path(temp)
        made = notebooks(folder / "demo")
        seconds = {}
        for number in (1, 60, 600):
            persons = people(number)
            course = folder / str(number)
            course.mkdir()
            (course / "roster.csv").write_text(roster_text(persons), "utf-8")
            files = {canvas_name(one, FILE): of(one, made) for one in persons}
            archive = write_zip(folder / "download.zip", files)
            seconds[number] = command("collect", LAB, archive, "--course", course)
        small, large = (seconds[n] - seconds[1] for n in (60, 600))
        yield Row("collect: a student of 600 / of 60", large / 600 / (small / 60), GROWTH_LIMIT)


if __name__ == "__main__":
    main([int(number) for number in sys.argv[1:]] or [240])
