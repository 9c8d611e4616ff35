"""A class in the weeks after its deadline: collected, graded, nothing changed, a test dropped.

Every hand-in is one of the lab's demo class but the endless loop, a third of them is late, and the
course has a roster and due dates. A dropped test has the whole class judged again.

`python -m tests.bench.term 240 3000` prints processor seconds instead of ratios; `240 groups` makes
one group of all who handed in the same, so that what is left is reading, storing and publishing.
"""

import itertools
import json
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from tests.autograder.platforms.downloads import (
    downloads,
    moodle_rows,
    people,
    roster_text,
    table_text,
    write_zip,
)
from tests.bench.grading import Cost, _cost_of
from tests.bench.measure import Row
from tests.made_class import LabCopy, files_of, give_points, own_notebook

PROJECT = Path(__file__).resolve().parents[2]
LAB, DROPPED = "lab00", "test_spaces_and_lines"
CLASS = 60
DATES = (
    f'timezone = "Europe/Berlin"\npercent_per_day = 10\n[labs.{LAB}]\ndue = "2026-11-27 23:59"\n'
)
TIMES = (
    datetime(2026, 11, 27, 20, 0, tzinfo=UTC),
    datetime(2026, 11, 27, 22, 58, tzinfo=UTC),
    datetime(2026, 11, 28, 10, 0, tzinfo=UTC),
)
MOODLE = "moodle"


class Term:
    """A copy of the lab, and a course with a class of it whose hand-ins lie in Moodle's zip."""

    def __init__(self, folder: Path, students: int, grouped: bool) -> None:
        self.folder, self.course, self.lab = folder, folder / "course", LabCopy(LAB, folder)
        self.lab.build()
        texts = [*self.lab.demo_class().values()]
        self.persons = [
            replace(one, at=time)
            for one, time in zip(people(students), itertools.cycle(TIMES), strict=False)
        ]
        works = {one.number: texts[one.number % len(texts)] for one in self.persons}
        groups = {number: f"g{number % len(texts)}" for number in works if grouped}
        if not grouped:
            works = {number: own_notebook(work, f"{number}") for number, work in works.items()}
        self.course.mkdir()
        (self.course / "roster.csv").write_text(roster_text(self.persons, groups), "utf-8")
        (self.course / "dates.toml").write_text(DATES, "utf-8")
        self.sheet, self.zip = folder / "sheet.csv", folder / "download.zip"
        write_zip(self.zip, downloads(self.persons, works, f"{LAB}.ipynb")[MOODLE])

    def collect(self) -> Cost:
        """Take the hand-ins out of the download."""
        self.sheet.write_text(table_text(moodle_rows(self.persons)), "utf-8")
        options = ("--worksheet", self.sheet, "--release", self.lab.release, "--zone", "UTC")
        return self.typed("collect", self.zip, *options)

    def grade(self) -> Cost:
        """Grade the class by the command."""
        return self.typed("grade", "--release", self.lab.release)

    def export(self) -> Cost:
        """Fill all points into the platform's file, when nothing waits for a person any more."""
        give_points(self.course, 1.25)
        plain = self.folder / "plain.json"
        options = ("--release", self.lab.release)
        self.typed("export", *options, "--out", self.folder / "plain.csv", "--json", plain)
        scores = json.loads(plain.read_text("utf-8"))["scores"]
        most = f"{scores[0]['max_score']:.2f}"
        self.sheet.write_text(table_text(moodle_rows(self.persons, most)), "utf-8")
        cost = self.typed("export", *options, "--into", self.sheet)
        grades = {int(one["student"]): f"{one['score']:.2f}" for one in scores}
        assert len(grades) == len(self.persons)
        expected = table_text(moodle_rows(self.persons, most, grades))
        assert self.sheet.read_text("utf-8") == expected
        return cost

    def typed(self, verb: str, *options: object) -> Cost:
        """What a command costs."""
        words = ["-m", "autograder", verb, LAB, *options, "--course", self.course]
        return _cost_of([sys.executable, *map(str, words)], PROJECT)

    def drop_a_test(self) -> None:
        """Take one hidden test out, and its points."""
        (path,) = self.lab.source.parent.glob("hidden/test_words.py")
        parts = path.read_text("utf-8").split("\n\n\n@question(")
        kept = [part for part in parts if f"def {DROPPED}(" not in part]
        assert len(kept) == len(parts) - 1
        path.write_text("\n\n\n@question(".join(kept), "utf-8")
        self.lab.build()


def costs(folder: Path, students: int, grouped: bool = False) -> Iterator[tuple[str, Cost]]:
    """Each step of a term with what it cost."""
    term = Term(folder, students, grouped)
    yield "collect", term.collect()
    yield "collect again", term.collect()
    yield "first grading", term.grade()
    before = files_of(term.course)
    for number in range(3):
        yield f"unchanged, run {number + 1}", term.grade()
        assert files_of(term.course) == before, "an unchanged class changed a byte"
    yield "dates", term.typed("dates")
    term.drop_a_test()
    yield "one test dropped", term.grade()
    report = folder / "diff.json"
    yield "diff", term.typed("diff", "--json", report)
    assert json.loads(report.read_text("utf-8"))["lowered"] == []
    yield "report", term.typed("report")
    yield "export", term.export()


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        took = dict(costs(Path(folder), CLASS))
    first = took["first grading"].cpu_s
    share = took["unchanged, run 3"].cpu_s / first
    yield Row(f"{CLASS} unchanged with due dates / first grading, CPU", share, at_most=1 / 5)
    yield Row("one test dropped / first grading, CPU", took["one test dropped"].cpu_s / first)


def main(words: list[str]) -> None:
    for number in [int(word) for word in words if word.isdigit()] or [240]:
        with tempfile.TemporaryDirectory() as name:
            for what, cost in costs(Path(name), number, "groups" in words):
                seconds = f"{cost.cpu_s:8.1f} CPU-s {cost.wall_s:8.1f} s"
                print(f"{number:5} {what:18} {seconds}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
