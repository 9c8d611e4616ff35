"""Due dates and a real gradebook: formgrader, nbgrader's own step and our page say the same."""

import shutil
from typing import Any

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import CsvExportPlugin
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config

from autograder.assignment import Assignment
from autograder.course.course import CONFIG_FILE, Course, load_course
from autograder.course.late_work import LateWork
from autograder.course.publish import publish
from autograder.course.recorded import read_gradebook
from autograder.course.scores import final_scores
from autograder.errors import UserError

from .conftest import result_of

DATES = """
timezone = "Europe/Berlin"
grace_minutes = 10
percent_per_day = 10
cap_percent = 50
[labs.small]
due = "2026-10-24 23:59"   # before a Sunday of 25 hours
last_day = "2026-10-31"
[extensions.small]
eva = "2026-10-26 23:59"
"""
# student -> timestamp.txt, percent taken off
CLASS: dict[str, tuple[str | None, float]] = {
    "ann": ("2026-10-24 21:58:00.000000 UTC", 0),
    "ben": ("2026-10-25 00:08:00 Europe/Berlin", 0),  # in the grace
    "cem": ("2026-10-25 23:58", 10),  # 25 hours late less a minute, on the clock there
    "dan": ("2026-10-26 00:10 CET", 20),
    "eva": ("2026-10-26 22:00 Europe/Berlin", 0),  # has an extension
    "fay": ("2026-10-31T20:00:00Z", 50),
    "gus": ("2026-11-01 00:30 CET", 100),
    "hal": (None, 0),
    "ida": ("yesterday", 0),
}


def hand_in(course: Course, student: str, date: str | None, lab: str = "small") -> None:
    folder = course.folder("submitted", student, lab)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "timestamp.txt").unlink(missing_ok=True)
    if date is not None:
        (folder / "timestamp.txt").write_text(date, "utf-8")


def say(course: Course, text: str) -> None:
    (course.root / "dates.toml").write_text(text, "utf-8")


@pytest.fixture
def dated(course: Course) -> Course:
    say(course, DATES)
    for student, (date, _) in CLASS.items():
        hand_in(course, student, date)
    return load_course(course.root)


def penalties(course: Course) -> dict[str, float | None]:
    return {name: row.penalty for name, row in read_gradebook(course.gradebook, "small").items()}


def expected(points: float = 3) -> dict[str, float | None]:
    return {name: points * percent / 100 or None for name, (_, percent) in CLASS.items()}


def results(small: Assignment) -> list[Any]:
    return [result_of(small, student) for student in CLASS]


def nbgraders_own(course: Course, small: Assignment, student: str) -> float | None:
    """What nbgrader's own step makes of the gradebook, with the course's config."""
    names = {"notebook": "small", "assignment": "small", "student": student}
    asked = {"nbgrader": {**names, "db_url": f"sqlite:///{course.gradebook}"}}
    with Gradebook(f"sqlite:///{course.gradebook}") as book:  # something stale, as of nbgrader#723
        book.find_submission_notebook("small", "small", student).late_submission_penalty = 0.123
        book.db.commit()
    AssignLatePenalties(config=Config(course.config)).preprocess(small.notebook, asked)
    return read_gradebook(course.gradebook, "small")[student].penalty


def test_everybody_loses_what_the_dates_say_and_all_agree(
    dated: Course, small: Assignment, monkeypatch: Any
) -> None:
    published = publish(dated, small, results(small))
    assert penalties(dated) == pytest.approx(expected())
    assert any(note.startswith("ida: timestamp.txt holds no date") for note in published.notes)
    finals = {one.student: (one.raw_score, one.score) for one in final_scores(dated, "small")}
    assert finals["dan"] == (3, 2.4) and finals["gus"] == (3, 0)
    for student in CLASS:
        assert nbgraders_own(dated, small, student) == pytest.approx(expected()[student]), student
    # what formgrader's lists and nbgrader's export show
    monkeypatch.chdir(dated.root)
    config = Config(dated.config)
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    assert api.get_assignment("small")["duedate"] == "2026-10-24T21:59:00"
    with api.gradebook as book:
        submission = book.find_submission("small", "eva")
        assert (submission.total_seconds_late, submission.extension.days) == (0, 2)
        assert book.find_submission("small", "dan").late_submission_penalty == pytest.approx(0.6)
        plugin = CsvExportPlugin(to=str(dated.root / "out.csv"))
        plugin.export(book)
    row = next(
        line for line in (dated.root / "out.csv").read_text().splitlines() if ",dan," in line
    )
    raw, taken, score = map(float, row.split(",")[-4:-1])
    assert (raw, taken, score) == pytest.approx((3, 0.6, 2.4))


def test_the_page_shows_the_line_and_what_was_taken_off(dated: Course, small: Assignment) -> None:
    publish(dated, small, results(small))
    page = dated.feedback_page("dan", "small").read_text("utf-8")
    assert "Handed in 2026-10-26 00:10 CET, 2 days late (due 2026-10-24 23:59 CEST)" in page
    assert "0.6 points are taken off" in page
    assert "days late" not in dated.feedback_page("eva", "small").read_text("utf-8")


def test_a_changed_date_or_hand_in_clears_a_stale_penalty(dated: Course, small: Assignment) -> None:
    publish(dated, small, results(small))
    say(dated, DATES + 'dan = "2026-10-27 23:59"\n')
    publish(dated, small, results(small))
    assert penalties(dated) == pytest.approx({**expected(), "dan": None})
    say(dated, DATES)
    notes = publish(dated, small, results(small)).notes
    assert penalties(dated) == pytest.approx(expected())
    assert any(note.startswith("dan: no extension, as dates.toml has it") for note in notes)
    hand_in(dated, "dan", "2026-10-24 12:00 UTC")
    publish(dated, small, results(small))
    assert penalties(dated) == pytest.approx({**expected(), "dan": None})
    say(dated, DATES.replace("2026-10-24 23:59", "2026-10-30 23:59"))
    notes = publish(dated, small, results(small)).notes
    assert any(note.startswith("small is due at 2026-10-30 22:59 UTC now") for note in notes)
    assert penalties(dated)["fay"] == pytest.approx(0.3)
    (dated.root / "dates.toml").unlink()
    publish(dated, small, results(small))
    assert set(penalties(dated).values()) == {None}  # nbgrader's rule takes nothing


def test_a_penalty_of_earlier_dates_is_told_until_it_is_published(
    dated: Course, small: Assignment
) -> None:
    def outdated() -> dict[str, str]:
        return LateWork(dated).outdated("small", final_scores(dated, "small"))

    publish(dated, small, results(small))
    assert outdated() == {}
    say(dated, DATES.replace("percent_per_day = 10", "percent_per_day = 5"))
    hand_in(dated, "ann", "2026-10-26 00:00 UTC")
    (dated.root / "submitted" / "dan" / "small" / "timestamp.txt").unlink()
    assert outdated().keys() == {"ann", "cem", "dan", "fay"}
    assert "0.3 points are taken off" in outdated()["cem"] and "0.15 by now" in outdated()["cem"]
    shutil.rmtree(dated.root / "submitted" / "dan")  # keeps what was given
    assert "dan" not in outdated()
    publish(dated, small, [one for one in results(small) if one.student != "dan"])
    assert outdated() == {}


def test_an_unchanged_class_is_not_published_again(dated: Course, small: Assignment) -> None:
    publish(dated, small, results(small))
    before = {path: path.stat().st_mtime_ns for path in dated.root.rglob("*") if path.is_file()}
    assert publish(dated, small, results(small)).notes == []
    after = {path: path.stat().st_mtime_ns for path in dated.root.rglob("*") if path.is_file()}
    assert after == before


def test_points_by_hand_are_part_of_what_is_taken_off(dated: Course, small: Assignment) -> None:
    publish(dated, small, results(small))
    with Gradebook(f"sqlite:///{dated.gradebook}") as book:
        book.find_grade("ex1-why", "small", "small", "dan").manual_score = 2
        book.db.commit()
    publish(dated, small, results(small))
    assert penalties(dated)["dan"] == pytest.approx(1)


@pytest.mark.parametrize(
    ("config", "penalty"),
    [
        ("", None),
        ("c.LateSubmissionPlugin.penalty_method = 'zero'\n", 3),
        ("c.AssignLatePenalties.enabled = False\n", None),
    ],
    ids=["none", "zero", "switched off"],
)
def test_without_a_rule_in_dates_nbgraders_own_holds(
    dated: Course, small: Assignment, config: str, penalty: float | None
) -> None:
    say(dated, 'timezone = "UTC"\ngrace_minutes = 60\n[labs.small]\ndue = "2026-10-24 21:00"\n')
    path = dated.root / CONFIG_FILE
    path.write_text(path.read_text("utf-8") + config, "utf-8")
    course = load_course(dated.root)
    publish(course, small, results(small))
    assert penalties(course)["dan"] == penalty
    assert penalties(course)["ann"] is None  # in the grace, whatever the rule


def test_a_rule_of_the_courses_own_counts(dated: Course, small: Assignment) -> None:
    (dated.root / "late_of_mine.py").write_text(
        "from nbgrader.plugins import LateSubmissionPlugin\n"
        "class Mine(LateSubmissionPlugin):\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
        "        return 0.25\n",
        "utf-8",
    )
    path = dated.root / CONFIG_FILE
    own = "c.AssignLatePenalties.plugin_class = 'late_of_mine.Mine'\n"
    path.write_text(path.read_text("utf-8") + own, "utf-8")
    publish(load_course(dated.root), small, results(small))
    assert penalties(dated)["dan"] == 0.25 and penalties(dated)["ann"] is None
    page = dated.feedback_page("dan", "small").read_text("utf-8")
    assert "2 days late (due 2026-10-24 23:59 CEST).<" in page  # and no percentage


def test_late_tokens_are_used_in_the_order_of_the_labs(dated: Course) -> None:
    say(
        dated,
        'timezone = "UTC"\npercent_per_day = 20\n[tokens]\neach = 3\nper_lab = 2\n'
        '[labs.other]\ndue = "2026-10-01"\n[labs.small]\ndue = "2026-10-10"\n'
        '[labs.third]\ndue = "2026-10-20"\n',
    )
    hand_in(dated, "ann", "2026-10-03 12:00", "other")  # two days late
    hand_in(dated, "ann", "2026-10-13 12:00")  # three
    hand_in(dated, "ann", "2026-10-21 12:00", "third")  # one
    late_work = LateWork(dated)
    found = [late_work.now(lab, "ann") for lab in ("other", "small", "third")]
    assert [(one and one.days, one and one.tokens, one and one.percent) for one in found] == [
        (2, 2, 0), (3, 1, 40), (1, 0, 20)
    ]  # fmt: skip
    assert late_work.now("nothing", "ann") is None


def test_extra_time_of_the_roster(dated: Course) -> None:
    (dated.root / "roster.csv").write_text("student_id,extra_time\ndan,2 days\ncem,25 %\n", "utf-8")
    late_work = LateWork(dated)
    dan = late_work.now("small", "dan")
    assert dan is not None and (dan.days, dan.percent) == (0, 0)
    with pytest.raises(UserError, match=r"dates\.toml:6: cem has extra time in percent"):
        late_work.now("small", "cem")


def test_what_fits_nothing_is_told(dated: Course) -> None:
    late_work = LateWork(dated)
    (unknown,) = late_work.notes("small", list(CLASS))
    assert unknown == "2 hand-ins without a readable timestamp.txt count as in time: hal, ida"
    stranger, _ = late_work.notes("small", [name for name in CLASS if name != "eva"] + ["Eva"])
    assert stranger.endswith("dates.toml:10: nobody is called `eva`; did you mean `Eva`?")
    (lab,) = late_work.notes("smal", ["ann"])
    assert "no `[labs.smal]`, so it gives no due date; did you mean `small`?" in lab
    say(dated, DATES + '[extra_time]\nzoe = "1 day"\n')
    assert "nobody is called `zoe`" in LateWork(dated).notes("small", list(CLASS))[0]
    (dated.root / "dates.toml").unlink()
    assert LateWork(dated).notes("small", list(CLASS)) == []


def test_a_mistake_in_dates_stops_before_anything_is_written(
    dated: Course, small: Assignment
) -> None:
    say(dated, "[labs.small]\ndue = 3\n")
    with pytest.raises(UserError, match=r"dates\.toml:2: `due` is no date"):
        publish(dated, small, results(small))
    assert not dated.gradebook.exists()
