"""`similar` compares what a class handed in, whatever some of it is, and changes nothing."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from autograder.course.press import PressLimits
from autograder.errors import UserError
from autograder.similarity.page import ClassLikeness
from autograder.verbs.similar import compare_class, summary

from .conftest import LAB, blank, hand_in, solved, typed

LONG = """\
def mean(values):
    total, number = 0.0, 0
    for value in values:
        if value is None or value != value:
            raise ValueError("a value is missing")
        total, number = total + float(value), number + 1
    while number > 10**6:
        total, number = total / 2, number / 2
    return total / number if number else float("nan")
"""
RENAMED = (
    LONG.replace("total", "t").replace("number", "n").replace("    while", "    # so\n    while")
)
OTHER = """\
def mean(values):
    import math, statistics
    kept = list(map(float, filter(lambda one: one is not None, values)))
    if len(kept) != len(values) or any(map(math.isnan, kept)):
        raise ValueError("missing")
    return statistics.fmean(kept) if len(kept) > 0 else math.nan
"""


def compared(project: Path, course: Path, **options: Any) -> ClassLikeness:
    return compare_class(course, LAB, **options)[0]


def pairs(found: ClassLikeness) -> list[tuple[str, ...]]:
    return [one.students for one in found.comparison.likenesses]


@pytest.fixture
def course(project: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "course"
    for student, code in {"ana": LONG, "bo": RENAMED, "cy": OTHER}.items():
        hand_in(folder, student, solved(project, code))
    hand_in(folder, "dan", blank(project))
    hand_in(folder, "eve", solved(project))
    return folder


def test_a_renamed_copy_is_found(project: Path, course: Path) -> None:
    found, page = compare_class(course, LAB)
    assert pairs(found) == [("ana", "bo")]
    assert page == course / f"similar-{LAB}.html" and "ana" in page.read_text("utf-8")
    assert summary(found).startswith(f"{LAB}: 5 hand-ins compared; to read: 1 in 1 question")


def test_nothing_else_is_written(project: Path, course: Path) -> None:
    before = {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}
    _, page = compare_class(course, LAB)
    after = {path: path.read_bytes() for path in course.rglob("*") if path.is_file()}
    assert after == before | {page: page.read_bytes()}


def test_groups_of_the_roster_are_not_compared(project: Path, course: Path) -> None:
    (course / "roster.csv").write_text("student_id,group\nana,g1\nbo,g1\n", "utf-8")
    assert pairs(compared(project, course)) == []


def test_the_threshold_and_the_page_can_be_chosen(project: Path, course: Path) -> None:
    elsewhere = course.parent / "new folder" / "page.html"
    found = compared(project, course, threshold=0.01, out=elsewhere)
    assert elsewhere.is_file() and found.threshold == 0.01
    with pytest.raises(UserError, match="name another with --out"):
        compare_class(course, LAB, out=course)


@pytest.mark.parametrize(
    "content",
    [b"", b"[" * 100_000, b"\xff\xfe", b'{"cells": [{}]}'],
    ids=["empty", "deep", "no text", "no cells"],
)
def test_a_spoilt_hand_in_costs_nobody_else(project: Path, course: Path, content: bytes) -> None:
    hand_in(course, "zoe", content)
    found = compared(project, course)
    assert pairs(found) == [("ana", "bo")] and "zoe" in found.students


def test_a_huge_answer_is_cut_and_named(project: Path, course: Path) -> None:
    hand_in(course, "zoe", solved(project, "x = (1,\n" * 100_000))
    found = compared(project, course)
    assert pairs(found) == [("ana", "bo")]
    (note,) = found.notes
    assert note.startswith("zoe: ") and "characters are compared" in note


def test_a_hand_in_that_can_not_be_read_in_time_is_named(
    project: Path, course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.verbs.similar.READING", PressLimits(wall_s=0))
    found = compared(project, course)
    assert pairs(found) == [] and len(found.notes) == 5
    assert found.notes[0] == "ana: not compared, as reading it took longer than 0 s; look at it"


def test_no_students_text_is_read_without_limits(
    project: Path, course: Path, lexed: list[str]
) -> None:
    found, page = compare_class(course, LAB)
    assert pairs(found) == [("ana", "bo")] and "<mark>" in page.read_text("utf-8")
    assert not [text for text in lexed if "a value is missing" in text]


def test_without_a_solution_the_page_says_so(project: Path, course: Path) -> None:
    source = project / "source" / LAB / f"{LAB}.md"
    shutil.rmtree(project / ".build")
    source.write_text(source.read_text("utf-8") + "\nMore is being written.\n", "utf-8")
    found = compared(project, course)
    assert found.notes == [
        "no solution fits this release, so what it has counts as the students' own"
    ]


def test_everybody_handed_in_the_same(project: Path, course: Path) -> None:
    for student in ("ana", "bo", "cy", "dan", "eve"):
        hand_in(course, student, solved(project, LONG))
    found = compared(project, course)
    assert pairs(found) == [("ana", "bo", "cy", "dan", "eve")]


def test_nobody_changed_anything(project: Path, course: Path) -> None:
    for student in ("ana", "bo", "cy", "dan", "eve"):
        hand_in(course, student, blank(project))
    found = compared(project, course)
    assert pairs(found) == [] and "none are alike" in summary(found)


def test_one_student_only(project: Path, tmp_path: Path) -> None:
    hand_in(tmp_path / "alone", "ana", solved(project, LONG))
    assert pairs(compared(project, tmp_path / "alone")) == []


def test_nobody_handed_in(project: Path, tmp_path: Path) -> None:
    (tmp_path / "none" / "submitted").mkdir(parents=True)
    with pytest.raises(UserError, match="no submissions found") as error:
        compare_class(tmp_path / "none", LAB)
    assert error.value.exit_code == 2


def test_the_command_writes_json_and_the_same_page(project: Path, course: Path) -> None:
    """Whatever the seed of Python's hashes, which each process has its own of."""
    page = compare_class(course, LAB)[1]
    before, file = page.read_bytes(), course.parent / "similar.json"
    said, _ = typed(project, "similar", LAB, "--course", course, "--json", file)
    assert "evidence, not a verdict" in said and page.name in said
    assert page.read_bytes() == before
    report = json.loads(file.read_text("utf-8"))
    assert report["threshold"] == 0.6 and report["lab"] == LAB
    assert [len(one["likenesses"]) for one in report["questions"]].count(1) == 1


@pytest.mark.parametrize("threshold", ["0", "101", "0.6"])
def test_a_threshold_is_a_percentage(project: Path, course: Path, threshold: str) -> None:
    options = ("--course", course, "--threshold", threshold)
    _, complaint = typed(project, "similar", LAB, *options, exit_code=2)
    assert "threshold" in complaint
