"""The zip for the way back: each page named as its platform takes it."""

import zipfile
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import UserError
from autograder.verbs.collect import collect_download
from autograder.verbs.feedback import Packed, pack_feedback
from autograder.verbs.grade import grade_class
from tests.made_class import give_points

from ..platforms.downloads import (
    blackboard_files,
    brightspace_name,
    canvas_name,
    gradescope_files,
    ilias_name,
    moodle_name,
    moodle_rows,
    people,
    roster_text,
    table_text,
    write_zip,
)
from .conftest import LAB, solved, typed

FILE = f"{LAB}.ipynb"
PAGE = f"{LAB}_feedback.html"
ANA, BEN = people(2)


@pytest.fixture
def course(project: Path) -> Path:
    """A course with a page for each of two students; Ben's id is in the page."""
    course = project / "course"
    for one in (ANA, BEN):
        page = course / "feedback" / one.id / LAB / f"{LAB}.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"<p>{one.id}</p>", "utf-8")
    (course / "roster.csv").write_text(roster_text([ANA, BEN]), "utf-8")
    return course


def collected(course: Path, files: dict[str, bytes], **options: Any) -> None:
    path = write_zip(course.parent / "a.zip", files)
    collect_download(course, LAB, path, release_root=course.parent / "release", **options)


def packed(course: Path) -> tuple[Packed, dict[str, str]]:
    path = course.parent / "back.zip"
    result = pack_feedback(course, LAB, path)
    with zipfile.ZipFile(path) as archive:
        pages = {name: archive.read(name).decode() for name in archive.namelist()}
    return result, pages


@pytest.mark.parametrize(
    ("files", "options", "names"),
    [
        (
            {moodle_name(one, FILE): one.id.encode() for one in (ANA, BEN)},
            {"by_name": True},
            [f"{one.name}_{one.participant}_assignsubmission_file/{PAGE}" for one in (ANA, BEN)],
        ),
        (
            {canvas_name(one, FILE, late=True): one.id.encode() for one in (ANA, BEN)},
            {},
            [canvas_name(one, PAGE, late=True) for one in (ANA, BEN)],
        ),
        (
            {f"anon_a{n}_7{n}_{one.id}.ipynb": b"1" * n for n, one in ((1, ANA), (2, BEN))},
            {},
            [f"anon_a{n}_7{n}_{PAGE}" for n in (1, 2)],
        ),
        (
            {ilias_name(one, FILE): one.id.encode() for one in (ANA, BEN)},
            {},
            [
                f"multi_feedback_{LAB}/O'Neil1_Bjoern_user1_40001/{PAGE}",
                f"multi_feedback_{LAB}/vanderBerg2_Celine_user2_40002/{PAGE}",
            ],
        ),
        (
            {brightspace_name(one, FILE): one.id.encode() for one in (ANA, BEN)},
            {"by_name": True},
            [brightspace_name(one, PAGE) for one in (ANA, BEN)],
        ),
        (
            blackboard_files(ANA, b"1", FILE) | blackboard_files(BEN, b"2", FILE),
            {},
            [f"{one.id}/{PAGE}" for one in (ANA, BEN)],
        ),
        (
            gradescope_files([[ANA], [BEN]], [b"1", b"2"], FILE),
            {},
            [f"{one.id}/{PAGE}" for one in (ANA, BEN)],
        ),
        (
            {f"{one.id}/{FILE}": one.id.encode() for one in (ANA, BEN)},
            {},
            [f"{one.id}/{PAGE}" for one in (ANA, BEN)],
        ),
    ],
    ids=[
        *("moodle", "canvas", "anonymous", "ilias"),
        *("brightspace", "blackboard", "gradescope", "plain"),
    ],
)
def test_pages_are_named_as_their_platform_takes_them(
    course: Path, files: dict[str, bytes], options: dict[str, Any], names: list[str]
) -> None:
    collected(course, files, **options)
    result, pages = packed(course)
    assert pages == {name: f"<p>{one.id}</p>" for name, one in zip(names, (ANA, BEN), strict=True)}
    assert result.pages == {name: one.id for name, one in zip(names, (ANA, BEN), strict=True)}
    first = (course.parent / "back.zip").read_bytes()
    packed(course)
    assert (course.parent / "back.zip").read_bytes() == first


def test_what_moodle_would_read_of_it(course: Path) -> None:
    """Four pieces at `_`, the second a number: whatever somebody is called."""
    roster = roster_text([ANA, BEN]).replace(ANA.name, "Ana_Maria / 7_8")
    (course / "roster.csv").write_text(roster, "utf-8")
    rows = moodle_rows([ANA])
    rows[1][1] = "Ana_Maria / 7_8"
    sheet = course.parent / "sheet.csv"
    sheet.write_text(table_text(rows), "utf-8")
    name = f"Ana Maria 7 8_{ANA.participant}_assignsubmission_file/{FILE}"
    collected(course, {name: b"{}"}, worksheet_file=sheet)
    (path,) = packed(course)[1]
    pieces = path.split("/")[0].split("_", 4)
    assert pieces[1:] == [ANA.participant, "assignsubmission", "file"] and path.count("/") == 1


def test_groups_share_a_page_where_the_platform_has_one_hand_in(course: Path) -> None:
    (course / "roster.csv").write_text(roster_text([ANA, BEN], {1: "g", 2: "g"}), "utf-8")
    collected(course, {canvas_name(BEN, FILE): b"{}"})
    result, pages = packed(course)
    assert pages == {canvas_name(BEN, PAGE): f"<p>{BEN.id}</p>"}
    assert any(f"{ANA.id}: handed in together with {BEN.id}" in note for note in result.notes)


def test_a_page_of_what_was_given_by_hand_goes_to_nobody_else(course: Path) -> None:
    """A worksheet tells Ben's number, where names are hidden."""
    sheet = course.parent / "sheet.csv"
    sheet.write_text(table_text(moodle_rows([ANA, BEN])), "utf-8")
    files = {moodle_name(ANA, FILE, blind=True): b"{}"}
    collected(course, files, worksheet_file=sheet)
    table = course / f"collect-{LAB}.csv"
    text = table.read_text("utf-8")
    table.write_text(text.replace(f",{ANA.id},worksheet", f",{BEN.id},by-hand"), "utf-8")
    collected(course, files, worksheet_file=sheet)
    (path,) = packed(course)[1]
    assert path == f"{BEN.name}_{BEN.participant}_assignsubmission_file/{PAGE}"


def test_a_missing_page_is_told(course: Path) -> None:
    (course / "feedback" / ANA.id / LAB / f"{LAB}.html").unlink()
    collected(course, {canvas_name(one, FILE): one.id.encode() for one in (ANA, BEN)})
    options = ("--course", course, "--zip", course.parent / "back.zip")
    said, error = typed(course.parent, "feedback", LAB, *options, exit_code=1)
    assert "1 pages went to back.zip" in said or "1 page went to back.zip" in said
    assert f"not in the zip: {ANA.id}" in said and "grade first" in error


def test_nothing_to_pack(course: Path) -> None:
    with pytest.raises(UserError, match="nothing was collected"):
        pack_feedback(course, LAB, course / "back.zip")
    collected(course, {canvas_name(ANA, FILE): b"{}"})
    (course / "feedback" / ANA.id / LAB / f"{LAB}.html").unlink()
    with pytest.raises(UserError, match="there are no pages; grade first"):
        pack_feedback(course, LAB, course / "back.zip")
    assert not (course / "back.zip").exists()


def test_a_dry_run_writes_nothing(course: Path) -> None:
    collected(course, {canvas_name(ANA, FILE): b"{}"})
    assert pack_feedback(course, LAB, course / "back.zip", dry_run=True).pages
    assert not (course / "back.zip").exists()


def test_pages_that_may_still_change_are_told(course: Path) -> None:
    collected(course, {moodle_name(ANA, FILE): solved(course.parent)}, by_name=True)
    grade_class(course, LAB, release_root=course.parent / "release")
    result, _ = packed(course)
    (note,) = result.notes
    assert note == f"1 page may still change, because points aren't final: {ANA.id}"
    give_points(course, 2.0)
    assert packed(course)[0].notes == []
