"""A class in the weeks after its first grading: nothing changed, a test dropped, three runs again.

Every hand-in is one of the lab's demo class but the endless loop, a third of them is late, and the
course has a roster and due dates. A dropped test has the whole class judged again.

`python -m tests.bench.term 240` prints processor seconds instead of ratios; `240 groups` makes one
group of all who handed in the same, so that what is left is reading, storing and publishing.
"""

import hashlib
import itertools
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat

from autograder.lab import find_lab
from autograder.variants.solution import read_solution
from autograder.verbs.build import build_each
from autograder.verbs.demo import read_class, submission
from tests.bench.grading import Cost, _cost_of
from tests.bench.measure import Row

PROJECT = Path(__file__).resolve().parents[2]
LAB, DROPPED = "lab00", "test_spaces_and_lines"
CLASS = 60
DATES = (
    f'timezone = "Europe/Berlin"\npercent_per_day = 10\n[labs.{LAB}]\ndue = "2026-11-27 23:59"\n'
)
TIMES = ("2026-11-27 20:00:00 UTC", "2026-11-27 22:58:00 UTC", "2026-11-28 10:00:00 UTC")


class Term:
    """A copy of the lab, and a course with a class of it."""

    def __init__(self, folder: Path, students: int, grouped: bool) -> None:
        self.folder, self.course = folder, folder / "course"
        self.source = folder / "source" / LAB / f"{LAB}.md"
        shutil.copytree(PROJECT / "source" / LAB, self.source.parent)
        self.build()
        lab = find_lab(LAB)
        solved = nbformat.read(folder / "solution" / LAB / f"{LAB}.ipynb", as_version=4)
        demo = [one for one in read_class(lab, read_solution(lab.source)) if "loop" not in one.name]
        texts = [nbformat.writes(submission(solved, one)) for one in demo]
        roster = ["student_id,name,group"]
        for number, text in zip(range(students), itertools.cycle(texts), strict=False):
            path = self.course / "submitted" / f"student-{number:04}" / LAB / f"{LAB}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_text(text, "utf-8")
            path.with_name("timestamp.txt").write_text(TIMES[number % len(TIMES)], "utf-8")
            group = f"g{number % len(texts)}" if grouped else ""
            roster.append(f"student-{number:04},Student {number},{group}")
        (self.course / "roster.csv").write_text("\n".join(roster) + "\n", "utf-8")
        (self.course / "dates.toml").write_text(DATES, "utf-8")

    def build(self) -> None:
        """Release the lab as its source is now."""
        build_each([self.source], self.folder / "release", self.folder / "solution")

    def grade(self) -> Cost:
        """Grade the class by the command."""
        return self.typed("grade", "--release", self.folder / "release")

    def typed(self, verb: str, *options: object) -> Cost:
        """What a command costs."""
        words = ["-m", "autograder", verb, LAB, "--course", self.course, *options]
        return _cost_of([sys.executable, *map(str, words)], PROJECT)

    def drop_a_test(self) -> None:
        """Take one hidden test out, and its points."""
        (path,) = self.source.parent.glob("hidden/test_words.py")
        parts = path.read_text("utf-8").split("\n\n\n@question(")
        kept = [part for part in parts if f"def {DROPPED}(" not in part]
        assert len(kept) == len(parts) - 1
        path.write_text("\n\n\n@question(".join(kept), "utf-8")
        self.build()

    def written(self) -> str:
        """A hash of all bytes in the course but the lock's."""
        content = hashlib.sha256()
        for path in sorted(self.course.rglob("*")):
            if path.is_file() and path.name != ".grading.lock":
                content.update(f"{path.relative_to(self.course)}".encode() + path.read_bytes())
        return content.hexdigest()


def costs(folder: Path, students: int, grouped: bool = False) -> Iterator[tuple[str, Cost]]:
    """Each step of a term with what it cost."""
    term = Term(folder, students, grouped)
    yield "first grading", term.grade()
    before = term.written()
    for number in range(3):
        yield f"unchanged, run {number + 1}", term.grade()
        assert term.written() == before, "an unchanged class changed a byte"
    yield "dates", term.typed("dates")
    term.drop_a_test()
    yield "one test dropped", term.grade()
    report = folder / "diff.json"
    yield "diff", term.typed("diff", "--json", report)
    assert json.loads(report.read_text("utf-8"))["lowered"] == []


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        took = dict(costs(Path(folder), CLASS))
    first = took["first grading"].cpu_s
    share = took["unchanged, run 3"].cpu_s / first
    yield Row(f"{CLASS} unchanged with due dates / first grading, CPU", share, at_most=1 / 5)
    yield Row("one test dropped / first grading, CPU", took["one test dropped"].cpu_s / first)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        for what, cost in costs(Path(name), int(sys.argv[1]), "groups" in sys.argv):
            print(f"{what:20} {cost.cpu_s:8.1f} CPU-s {cost.wall_s:8.1f} s", flush=True)
