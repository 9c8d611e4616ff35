"""What it takes to collect a class from each platform, and to export its scores to it.

`python -m tests.bench.downloads 240 3000` makes such classes, takes them through the commands,
compares all that is written byte for byte, and prints seconds of CPU; the first class is graded
for real. Taking in a student's hand-in should cost the same whether 60 hand in or 600.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tests.autograder.platforms.downloads import (
    Person,
    canvas_name,
    downloads,
    grade_files,
    moodle_rows,
    people,
    roster_text,
    table_text,
    write_zip,
)
from tests.made_class import LabCopy, files_of, give_points, own_notebook

if TYPE_CHECKING:
    from tests.bench.measure import Row

PROJECT = Path(__file__).resolve().parents[2]
LAB = "lab00"  # the cheapest one
FILE = f"{LAB}.ipynb"
GROWTH_LIMIT = 1.3


def lab_copy(folder: Path) -> LabCopy:
    """The lab, built."""
    lab = LabCopy(LAB, folder)
    lab.build()
    return lab


def works(persons: list[Person], made: list[bytes]) -> dict[str, bytes]:
    """For each student a notebook that nobody else hands in."""
    return {one.id: own_notebook(made[one.number % len(made)], one.id) for one in persons}


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


def collect_all(folder: Path, lab: LabCopy, persons: list[Person], work: dict[str, bytes]) -> None:
    """Collect a class from each platform, twice, and compare what lies there then."""
    sheet = folder / "sheet.csv"
    sheet.write_text(table_text(moodle_rows(persons)), "utf-8")
    by_number = {one.number: work[one.id] for one in persons}
    for name, files in downloads(persons, by_number, FILE).items():
        course = folder / name.replace(", ", "-")
        course.mkdir()
        (course / "roster.csv").write_text(roster_text(persons), "utf-8")
        archive = write_zip(folder / "download.zip", files)
        options: list[object] = ["--course", course, "--release", lab.release]
        options += ["--json", folder / "report.json"]
        options += ["--worksheet", sheet] if name.startswith("moodle") else []
        options += ["--by-name"] if name == "brightspace" else []
        first = command("collect", LAB, archive, *options)
        counts = json.loads((folder / "report.json").read_text("utf-8"))["counts"]
        found = (course / "submitted").glob(f"*/{LAB}/{FILE}")
        assert {path.parts[-3]: path.read_bytes() for path in found} == work, name
        assert counts["taken"] == len(persons) and counts["unknown-student"] == 0, counts
        before = files_of(course)
        again = command("collect", LAB, archive, *options)
        assert files_of(course) == before, name
        told = ", ".join(f"{n} {what}" for what, n in counts.items() if n)
        print(f"{len(persons):5} collect {name:14} {first:6.1f} s, again {again:5.1f} s; {told}")


def graded_course(folder: Path, lab: LabCopy, persons: list[Person]) -> Path:
    """A course whose class is graded, and whose written answers have points."""
    course = folder / "canvas"
    seconds = command("grade", LAB, "--course", course, "--release", lab.release)
    print(f"{len(persons):5} grade   {'':14} {seconds:6.1f} s")
    give_points(course, 1.25)
    return course


def copied_course(folder: Path, lab: LabCopy, graded: Path, persons: list[Person]) -> Path:
    """A larger class with the results of a graded one, which are recorded and not judged again."""
    from autograder.assignment import load_assignment
    from autograder.course.asked import asked_of
    from autograder.course.course import load_course
    from autograder.course.gradebook import Answers, CourseGradebook
    from autograder.course.hand_ins import find_hand_ins
    from autograder.judge.results import SubmissionResult

    course, assignment = folder / "canvas", load_assignment(LAB, lab.release)
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
    give_points(course, 1.25)
    return course


def export_all(folder: Path, lab: LabCopy, course: Path, persons: list[Person]) -> None:
    """Export to each platform's file, and compare it with one that is made with the scores."""
    report, options = folder / "report.json", ("--course", course, "--release", lab.release)
    plain = command("export", LAB, *options, "--out", folder / "plain.csv", "--json", report)
    scores = {one["student"]: one for one in json.loads(report.read_text("utf-8"))["scores"]}
    most = f"{scores[persons[0].id]['max_score']:g}"
    grades = {one.number: f"{round(scores[one.id]['score'], 2):g}" for one in persons}
    expected = grade_files(persons, grades, most)
    for name, content in grade_files(persons, None, most).items():
        into = folder / "grades.csv"
        into.write_bytes(content)
        column = [] if name.startswith(("moodle", "ilias")) else ["--column", "Lab"]
        seconds = command("export", LAB, *options, "--into", into, *column)
        assert into.read_bytes() == expected[name], name
        print(f"{len(persons):5} export  {name:14} {seconds:6.1f} s; byte for byte as expected")
    print(f"{len(persons):5} export  {'plain table':14} {plain:6.1f} s")


def main(numbers: list[int]) -> None:
    graded: Path | None = None
    with TemporaryDirectory() as temp:
        lab = lab_copy(Path(temp) / "lab")
        made = [*lab.demo_class().values()]
        for number in numbers:
            folder = Path(temp) / f"class of {number}"
            folder.mkdir()
            persons = people(number)
            work = works(persons, made)
            collect_all(folder, lab, persons, work)
            if graded is None:
                course = graded = graded_course(folder, lab, persons)
            else:
                course = copied_course(folder, lab, graded, persons)
            export_all(folder, lab, course, persons)
            pages = len(list((course / "feedback").glob(f"*/{LAB}/{LAB}.html")))
            if pages:
                seconds = command("feedback", LAB, "--course", course, "--zip", folder / "back.zip")
                print(f"{number:5} feedback {'canvas':13} {seconds:6.1f} s; {pages} pages")


def rows() -> Iterator["Row"]:
    """What one more student costs in a large class, to what it does in a small one."""
    from tests.bench.measure import Row

    with TemporaryDirectory() as temp:
        folder = Path(temp)
        lab = lab_copy(folder / "lab")
        made = [*lab.demo_class().values()]
        seconds = {}
        for number in (1, 60, 600):
            persons = people(number)
            course = folder / str(number)
            course.mkdir()
            (course / "roster.csv").write_text(roster_text(persons), "utf-8")
            work = works(persons, made)
            files = {canvas_name(one, FILE): work[one.id] for one in persons}
            archive = write_zip(folder / "download.zip", files)
            seconds[number] = command(
                "collect", LAB, archive, "--course", course, "--release", lab.release
            )
        small, large = (seconds[n] - seconds[1] for n in (60, 600))
        yield Row("collect: a student of 600 / of 60", large / 600 / (small / 60), GROWTH_LIMIT)


if __name__ == "__main__":
    main([int(number) for number in sys.argv[1:]] or [240])
