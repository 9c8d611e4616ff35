"""A class of 240 through the week after a deadline, with the zips of each platform.

Friday's download and Wednesday's are collected, the class is graded, a TA gives points for half of
the written answers, a wrong test is corrected on Thursday, two hand in again, the rest is graded by
hand, grades and pages go back, and on Monday there is a report. In between, everything is run again
and may change no byte. What has to come out is worked out here, by hand or with plain arithmetic.
"""

import csv
import io
import json
import shutil
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.class_report.summary import ClassReport
from autograder.course.recorded import RecordedSubmission, read_gradebook
from autograder.course.store import ResultStore
from autograder.errors import UserError
from autograder.verbs.collect import Collected, collect_download
from autograder.verbs.dates import times_of
from autograder.verbs.diff import Comparison, compare
from autograder.verbs.export import Exported, export_scores
from autograder.verbs.feedback import pack_feedback
from autograder.verbs.grade import GradedClass, grade_class
from autograder.verbs.plan import plan_class
from autograder.verbs.report import report_class
from tests.made_class import LabCopy, files_of, own_notebook

from ..platforms.downloads import (
    Person,
    downloads,
    grade_files,
    moodle_rows,
    people,
    roster_text,
    table_text,
    write_zip,
)

LAB, WRITTEN = "lab00", "ex3-order"
FILE, PAGE = f"{LAB}.ipynb", f"{LAB}_feedback.html"
MAXIMUM = 20

# -- the lab ---------------------------------------------------------------------------------------

# What is handed in, and its points by tests before Thursday and since: of 18.
ANSWERS: dict[str, tuple[str, float, float]] = {
    "right": ("class/right", 18, 18),
    "blank": ("class/blank", 0, 0),
    "with a counter": ("right/count-with-counter", 18, 18),
    "capitals": ("own/test_words_in_small_letters", 16.5, 16.5),
    "first exercise": ("class/half-right", 10, 10),
    # The wrong test leaves it all but a public check; the right one takes more, which it keeps.
    "no ValueError": ("mistakes/test_no_words_raise", 17.5, 17.5),
    # The wrong tests take the whole question; the right ones leave what public checks give.
    "a space behind": ("own/space-behind", 14, 17),
    "rounds down": ("own/test_mean_length", 15.5, 15.5),
    "length": ("own/longest-length", 16, 16),
    "lowest first": ("mistakes/test_highest_count_first", 15, 15),  # it loses 3, as is fair
    "pairs": ("own/count-pairs", 14, 14),
    "each once": ("own/test_counts_every_word", 14, 14),
    "text": ("own/words-joined", 14, 14),
}
KINDS = [*ANSWERS]
KNOWN = [path for path, *_ in ANSWERS.values() if path.startswith("mistakes/")]
OPEN = ("blank", "first exercise")  # nothing is written there, so nobody reads it
RAISED, KEPT = "a space behind", "no ValueError"
SPACE_BEHIND = """# Prints a space behind each line
#!BLANK ex2-table.1
    for word in sorted(counts, key=lambda word: (-counts[word], word))[:most]:
        print(word, counts[word], "")
"""
TESTS = "hidden/test_output.py"
STRIPS = 'lines = [line.rstrip() for line in take_text(page, "what is printed").splitlines()]'
STRIPS_NOT = 'lines = take_text(page, "what is printed").splitlines()'
ASKS = """        if not words and raised != "ValueError":
            fail(f"no words raise {raised}, not ValueError", "Look at the docstring")
"""


def lab_with_wrong_tests(folder: Path) -> LabCopy:
    """Lab 0 with one test that is too strict, one that is too lenient, and few known mistakes."""
    lab = LabCopy(LAB, folder)
    variants = lab.source.parent / "variants"
    (variants / "own").mkdir()
    (variants / "own" / "space-behind.txt").write_text(SPACE_BEHIND, "utf-8")
    for path in [*variants.glob("mistakes/*.txt"), *variants.glob("wrong/*.txt")]:
        if str(path.relative_to(variants).with_suffix("")) not in KNOWN:
            path.rename(variants / "own" / path.name)
    lab.replace(TESTS, STRIPS, STRIPS_NOT)
    lab.replace(TESTS, ASKS, "")
    lab.build()
    return lab


def correct_the_tests(lab: LabCopy) -> None:
    here = Path(__file__).resolve().parents[3] / "source" / LAB / TESTS
    shutil.copy(here, lab.source.parent / TESTS)
    lab.build()


# -- the class -------------------------------------------------------------------------------------

CLASS = people(240)
TWICE = range(1, 7)
SPENT = {23, 24, 25, 27, 28, 29, 30, 31, 34, 36, 38}  # have used their late token before
GROUPS = {"red": (61, 62, 63), "blue": (64, 65), "green": (66, 67, 68, 69)}  # the first hands in
AGAIN = (71, 72)  # on Thursday: another written answer; other code
ABSENT = (239, 240)
DATES = """
timezone = "Europe/Berlin"
grace_minutes = 15
percent_per_day = 10
cap_percent = 35

[labs.warmup]
opens = "2026-10-02"
due = "2026-10-16 23:59"

[labs.lab00]
opens = "2026-10-09 23:59"
due = "2026-10-23 23:59"     # 21:59 in UTC; on Sunday, clocks go back
last_day = "2026-10-27"

[extensions.lab00]
00033 = "2026-10-25 23:59"
00034 = "2026-10-25 23:59"
00071 = "2026-10-30 23:59"
00072 = "2026-10-30 23:59"

[extra_time]
00037 = "25 %"

[tokens]
each = 1
"""
EXTRA_TIME = {35: "2 days", 36: "2 days"}
# When somebody hands in late (in UTC), how many per cent that costs, and why.
LATE: dict[int, tuple[str, int]] = {
    21: ("2026-10-23 22:14", 0),  # the end of the grace
    22: ("2026-10-23 22:15", 0),  # a day late, for which there is a token
    23: ("2026-10-23 22:15", 10),
    24: ("2026-10-24 22:14", 10),  # the end of the first day
    25: ("2026-10-24 22:15", 20),
    26: ("2026-10-24 22:15", 10),  # two days, less a token
    27: ("2026-10-25 23:14", 20),  # the end of the second day, which has 25 hours
    28: ("2026-10-25 23:15", 30),
    29: ("2026-10-26 23:14", 30),
    30: ("2026-10-26 23:15", 35),  # no more than that
    31: ("2026-10-27 23:14", 35),
    32: ("2026-10-27 23:16", 100),  # the last day is over, and its grace
    33: ("2026-10-25 22:59", 0),  # has until then
    34: ("2026-10-25 23:15", 10),
    35: ("2026-10-25 23:14", 0),  # two days more are a day of 25 hours more
    36: ("2026-10-26 23:15", 10),  # and its token is left: the lab before was in time
    37: ("2026-10-27 09:59", 0),  # a quarter of 14 days, to the minute
    38: ("2026-10-27 23:15", 35),  # the last minute
}
LEFT_OUT = ("plain, files", "plain, logins")  # forms that differ in their names alone
FRIDAY, WEDNESDAY = datetime(2026, 10, 23, 23, 0, tzinfo=UTC), datetime(2026, 10, 28, 9, tzinfo=UTC)
THURSDAY = datetime(2026, 10, 29, 18, 0, tzinfo=UTC)


def leader(number: int) -> int:
    """Who hands in for this student."""
    return next((group[0] for group in GROUPS.values() if number in group), number)


def is_alone(number: int) -> bool:
    """Whether nobody else has this very notebook, but for the three groups."""
    return leader(number) in {*TWICE, *AGAIN, *(group[0] for group in GROUPS.values())}


def answer_of(number: int) -> str:
    return KINDS[leader(number) % len(KINDS)]


def percent_of(number: int) -> int:
    return LATE[number][1] if number in LATE else 0


def by_hand(number: int) -> float:
    """What the TA gives for the written answer."""
    return 0.0 if answer_of(number) in OPEN else leader(number) % 5 / 2


def time_of(number: int) -> datetime:
    if number in LATE:
        return datetime.fromisoformat(LATE[number][0]).replace(tzinfo=UTC)
    if number in TWICE:
        return datetime(2026, 10, 23, 21, 59, tzinfo=UTC)
    return datetime(2026, 10, 22, 8, 0, tzinfo=UTC) + timedelta(minutes=leader(number))


PRESENT = [replace(one, at=time_of(one.number)) for one in CLASS if one.number not in ABSENT]
SENDERS = [one for one in PRESENT if leader(one.number) == one.number]  # whose hand-ins arrive
MATES = [one for one in PRESENT if leader(one.number) != one.number]
EARLY = [replace(one, at=one.handed_in - timedelta(1)) for one in PRESENT if one.number in TWICE]


class Work:
    """The notebooks: everybody's own, but for groups of who has the same answer."""

    def __init__(self, lab: LabCopy) -> None:
        texts = lab.answers([Path(f"{path}.txt") for path, *_ in ANSWERS.values()])
        self.texts = {kind: texts[Path(path).name] for kind, (path, *_) in ANSWERS.items()}

    def of(self, number: int) -> bytes:
        """What a student has handed in on Wednesday."""
        kind = answer_of(number)
        return own_notebook(self.texts[kind], f"{leader(number)}" if is_alone(number) else kind)

    def first(self, number: int) -> bytes:
        """What lies there on Friday of who hands in twice."""
        return own_notebook(self.texts["blank"], f"{number}, too early")

    def again(self, number: int) -> bytes:
        """What comes on Thursday."""
        if number == AGAIN[1]:
            return own_notebook(self.texts["right"], f"{number}, again")
        notebook = json.loads(self.of(number))
        (cell,) = [one for one in notebook["cells"] if "It loses" in "".join(one["source"])]
        cell["source"] = "It loses who bites whom."
        return json.dumps(notebook).encode()


def groups() -> dict[int, str]:
    found = {number: name for name, members in GROUPS.items() for number in members}
    numbers = [one.number for one in PRESENT if not is_alone(one.number)]
    return {number: f"all {answer_of(number)}" for number in numbers} | found


# -- the week --------------------------------------------------------------------------------------


class Week:
    """The course of who has Moodle, and beside it one for each other form of a download."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.lab = folder, lab_with_wrong_tests(folder / "lab")
        self.work = Work(self.lab)
        self.course = self.new_course("moodle")

    def new_course(self, name: str) -> Path:
        course = self.folder / name.replace(", ", "-")
        course.mkdir()
        (course / "dates.toml").write_text(DATES, "utf-8")
        roster = roster_text(CLASS, groups(), EXTRA_TIME)
        (course / "roster.csv").write_text(roster, "utf-8")
        for number in SPENT:
            path = course / "submitted" / f"{number:05}" / "warmup" / "timestamp.txt"
            path.parent.mkdir(parents=True)
            path.write_text("2026-10-17 12:00:00 UTC\n", "utf-8")
        return course

    def zips(self) -> dict[str, tuple[dict[str, bytes], dict[str, bytes]]]:
        """Friday's and Wednesday's download of each platform."""
        first = {one.number: self.work.first(one.number) for one in EARLY}
        now = {one.number: self.work.of(one.number) for one in SENDERS}
        friday = downloads(EARLY, first, FILE)
        wednesday = downloads(SENDERS, now, FILE, late=LATE.keys())
        return {name: (friday[name], wednesday[name]) for name in friday if name not in LEFT_OUT}

    def worksheet(self, persons: list[Person]) -> Path:
        path = self.folder / "worksheet.csv"
        path.write_text(table_text(moodle_rows(persons)), "utf-8")
        return path

    def download(self, name: str, files: dict[str, bytes], at: datetime) -> Path:
        """The zip of a platform and a day; downloaded once."""
        path = self.folder / f"{name}-{at:%A}.zip"
        return path if path.exists() else write_zip(path, files, at)

    def collect(self, course: Path, name: str, path: Path, senders: list[Person]) -> Collected:
        options: dict[str, Any] = {"release_root": self.lab.release, "zone": "UTC"}
        if name.startswith("moodle"):
            options["worksheet_file"] = self.worksheet([*senders, *MATES])
        return collect_download(course, LAB, path, by_name=name == "brightspace", **options)

    def grade(self, **options: Any) -> GradedClass:
        return grade_class(self.course, LAB, release_root=self.lab.release, jobs=2, **options)

    def export(self, **options: Any) -> Exported:
        return export_scores(self.course, LAB, release_root=self.lab.release, **options)

    def give(self, points: dict[int, float]) -> None:
        """Grade written answers as formgrader does."""
        with Gradebook(f"sqlite:///{self.course / 'gradebook.db'}") as book:
            for number, given in points.items():
                grade = book.find_grade(WRITTEN, LAB, LAB, f"{number:05}")
                grade.manual_score, grade.needs_manual_grade = given, False
                comment = book.find_comment(WRITTEN, LAB, LAB, f"{number:05}")
                comment.manual_comment = f"Read, number {number}."
            book.db.commit()

    def recorded(self) -> dict[int, RecordedSubmission]:
        found = read_gradebook(self.course / "gradebook.db", LAB)
        return {int(student): row for student, row in found.items()}

    def waiting(self) -> set[int]:
        return {n for n, row in self.recorded().items() if row.grades[WRITTEN].needs_manual_grade}

    def by_tests(self) -> dict[int, float]:
        results = ResultStore(self.course / "results" / LAB).results()
        return {int(one.student): one.score for one in results}

    @contextmanager
    def nothing_changes(self) -> Iterator[None]:
        before = files_of(self.course)
        yield
        after = files_of(self.course)
        changed = {name for name in before | after if before.get(name) != after.get(name)}
        assert changed == set()


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Week:
    return Week(tmp_path_factory.mktemp("week"))


def test_a_week(week: Week) -> None:
    steps: list[Callable[[Week], None]] = [
        *(collect_everything, grade_the_class, grade_half_by_hand, correct_on_thursday),
        *(two_hand_in_again, finish_by_hand, give_grades_back, give_pages_back, report_on_monday),
    ]
    for step in steps:
        step(week)


def table(course: Path) -> list[dict[str, str]]:
    text = (course / f"collect-{LAB}.csv").read_text("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def decisions(course: Path) -> Counter[tuple[str, str]]:
    """What became of notebooks, by student."""
    return Counter((row["student_id"], row["decision"]) for row in table(course) if row["notebook"])


def collect_everything(week: Week) -> None:
    """All forms come to the same hand-ins and decisions, whatever is run again."""
    taken = {one.id: week.work.of(one.number) for one in PRESENT}
    expected = Counter((one.id, "taken") for one in PRESENT)
    expected += Counter((f"{number:05}", "older") for number in TWICE)
    moodles = []
    for name, (friday, wednesday) in week.zips().items():
        course = week.course if name == "moodle" else week.new_course(name)
        first = week.download(name, friday, FRIDAY), EARLY
        second = week.download(name, wednesday, WEDNESDAY), SENDERS
        for path, senders in (first, second):
            week.collect(course, name, path, senders)
        moodles += [first, second, second] if name == "moodle" else []
        found = (course / "submitted").glob(f"*/{LAB}/{FILE}")
        assert {path.parts[-3]: path.read_bytes() for path in found} == taken, name
        assert decisions(course) == expected, name
        assert {row["entry"] for row in table(course)} == {*friday, *wednesday}, name
    with week.nothing_changes():
        for path, senders in moodles:
            week.collect(week.course, "moodle", path, senders)


def grade_the_class(week: Week) -> None:
    """Everybody has the points of what was handed in last, members of a group the same."""
    late = times_of(week.course, LAB).students
    assert {int(student): one.percent for student, one in late.items()} == {
        one.number: percent_of(one.number) for one in PRESENT
    }
    graded = week.grade()
    assert graded.incomplete == [] and not any("readable timestamp" in n for n in graded.notes)
    assert week.by_tests() == {one.number: ANSWERS[answer_of(one.number)][1] for one in PRESENT}
    with week.nothing_changes():
        week.grade()


def readable() -> set[int]:
    return {one.number for one in PRESENT if answer_of(one.number) not in OPEN}


def grade_half_by_hand(week: Week) -> None:
    assert week.waiting() == readable()
    week.give({number: by_hand(number) for number in readable() if number % 2})
    week.grade()
    check_penalties(week)
    with pytest.raises(UserError, match="are not final") as error:
        week.export(out=week.folder / "scores.csv")
    left = {n for n in readable() if n % 2 == 0}
    assert f"{len(left)} scores" in error.value.message and week.waiting() == left
    with week.nothing_changes():
        week.grade()


def check_penalties(week: Week) -> None:
    """The gradebook takes off what late work costs of all points that there are."""
    for number, row in week.recorded().items():
        raw = sum(grade.score or 0.0 for grade in row.grades.values())
        expected = raw * percent_of(number) / 100
        assert (row.penalty or 0.0) == pytest.approx(expected), number


def correct_on_thursday(week: Week) -> None:
    """A regrade changes whom the test concerns, lowers nobody, and keeps what people gave."""
    pages = {path: path.read_bytes() for path in week.course.glob("feedback/*/*/*.html")}
    correct_the_tests(week.lab)
    plan = plan_class(week.course, LAB, week.lab.release)
    assert {why for reasons in plan.reasons.values() for why in reasons} == {"tests"}
    before = {n: row.grades[WRITTEN] for n, row in week.recorded().items()}
    week.grade()
    assert week.by_tests() == {one.number: ANSWERS[answer_of(one.number)][2] for one in PRESENT}
    assert {n: row.grades[WRITTEN] for n, row in week.recorded().items()} == before
    check_penalties(week)
    raised = {one.id for one in PRESENT if answer_of(one.number) == RAISED}
    kept = {one.id for one in PRESENT if answer_of(one.number) == KEPT}
    changed = {path.parts[-3] for path, page in pages.items() if path.read_bytes() != page}
    assert changed == raised | kept and raised and kept
    check_differences(compare(week.course, LAB), raised, kept)
    with week.nothing_changes():
        week.grade()


def check_differences(found: Comparison, raised: set[str], kept: set[str]) -> None:
    less = {f"{n:05}" for n in LATE if percent_of(n) == 100}  # all is taken off again
    assert {one.student for one in found.changes} == raised and found.lowered == []
    assert {line.partition(":")[0] for line in found.kept} == kept
    for one in found.changes:
        share = 1 - percent_of(int(one.student)) / 100
        assert one.points == pytest.approx(3 * share) or one.student in less
        assert one.why == ("tests",)
        assert {test.test for test in one.tests} == {
            *("test_highest_count_first", "test_same_counts_by_alphabet", "test_at_most_so_many")
        }


def two_hand_in_again(week: Week) -> None:
    """Another written answer waits for a person once more, and once; other code does not."""
    week.give({number: by_hand(number) for number in AGAIN})
    now = [replace(one, at=THURSDAY) if one.number in AGAIN else one for one in SENDERS]
    works = {one.number: week.work.of(one.number) for one in now}
    works |= {number: week.work.again(number) for number in AGAIN}
    path = week.download("moodle", downloads(now, works, FILE)["moodle"], THURSDAY)
    collected = week.collect(week.course, "moodle", path, now)
    assert sum("replaces" in note for note in collected.notes) == len(AGAIN)
    before = week.waiting()
    assert not {*AGAIN} & before
    week.grade()
    assert week.waiting() - before == {AGAIN[0]}
    row = week.recorded()[AGAIN[0]].grades[WRITTEN]
    assert row.manual_score == by_hand(AGAIN[0])
    assert week.by_tests()[AGAIN[1]] == ANSWERS["right"][2]
    assert {one.student for one in compare(week.course, LAB).changes} <= {f"{n:05}" for n in AGAIN}


def finish_by_hand(week: Week) -> None:
    """What a person looked at again waits no more."""
    week.give({number: by_hand(number) for number in week.waiting()} | {AGAIN[0]: 2.0})
    week.grade()
    assert week.waiting() == set()
    check_penalties(week)
    with week.nothing_changes():
        week.grade()


def raw_points(number: int) -> float:
    if number == AGAIN[0]:
        return ANSWERS[answer_of(number)][2] + 2.0
    if number == AGAIN[1]:
        return ANSWERS["right"][2] + by_hand(number)
    return ANSWERS[answer_of(number)][2] + by_hand(number)


def grade_text(number: int) -> str:
    exact = Decimal(str(raw_points(number))) * (100 - percent_of(number)) / 100
    return f"{exact.quantize(Decimal('0.01'), ROUND_HALF_UP).normalize():f}"


def give_grades_back(week: Week) -> None:
    """Each platform's own file gets our column, and no other byte is another."""
    grades = {one.number: grade_text(one.number) for one in PRESENT}
    empty, full = (grade_files(CLASS, some, f"{MAXIMUM}") for some in (None, grades))
    for name, content in empty.items():
        into = week.folder / "grades.csv"
        into.write_bytes(content)
        column = None if name.startswith(("moodle", "ilias")) else "Lab"
        for counted in ("filled", "same"):
            exported = week.export(into=into, column=column)
            assert into.read_bytes() == full[name], name
            assert exported.filling is not None and not exported.differ
            counts = exported.filling.counts
            assert counts[counted] == len(PRESENT) and counts["no score"] == len(ABSENT), name


def give_pages_back(week: Week) -> None:
    """The zip for each platform has everybody's page, of a group that of who handed in."""
    plain = ("blackboard", "gradescope", "plain")
    for name in week.zips():
        course = week.folder / name.replace(", ", "-")
        if course != week.course:
            (course / "feedback").symlink_to(week.course / "feedback")
        out = week.folder / "back.zip"
        packed = pack_feedback(course, LAB, out)
        # Where every student has a row of their own, everybody gets a file of their own.
        is_own = name in plain or name.startswith("moodle")
        who = PRESENT if is_own else SENDERS
        assert sorted(packed.pages.values()) == [one.id for one in who], name
        assert packed.without == []
        with zipfile.ZipFile(out) as archive:
            assert sorted(archive.namelist()) == sorted(packed.pages)
            for path, student in packed.pages.items():
                page = week.course / "feedback" / student / LAB / f"{LAB}.html"
                assert archive.read(path) == page.read_bytes()


def report_on_monday(week: Week) -> None:
    report, page = report_class(week.course, LAB)
    check_counts(report)
    text = page.read_text("utf-8")
    assert "<script" not in text
    with week.nothing_changes():
        report_class(week.course, LAB)
        week.grade()


def check_counts(report: ClassReport) -> None:
    points = {one.id: raw_points(one.number) for one in PRESENT}
    assert dict(zip(report.students, report.scores, strict=True)) == pytest.approx(points)
    assert report.max_score == MAXIMUM and report.not_graded == ()
    kinds = Counter(answer_of(one.number) for one in PRESENT if one.number != AGAIN[1])
    kinds["right"] += 1
    rows = {row.item.name: row for row in report.questions}
    table = rows["ex2-table"]
    assert table.open == kinds["blank"] + kinds["first exercise"]
    assert table.part == kinds["lowest first"] + kinds[RAISED]
    assert table.full == len(PRESENT) - table.open - table.part and table.none == 0
    assert table.lost == 4 * table.open + 3 * kinds["lowest first"] + kinds[RAISED]
    written = rows[WRITTEN]
    assert (written.waiting, written.open) == (0, kinds["blank"] + kinds["first exercise"])
    named = {(one.question, len(one.students)) for one in report.misconceptions}
    assert named == {("ex2-mean", kinds[KEPT]), ("ex2-table", kinds["lowest first"])}
    late = {f"{n:05}" for n, (_, percent) in LATE.items() if percent and raw_points(n)}
    assert {*report.late} == late
