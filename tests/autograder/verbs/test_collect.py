"""From a platform's download to `submitted/`: every file a row, nothing lost, nothing by chance."""

import csv
import io
import json
import os
import unicodedata
import zipfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from autograder.course.hand_ins import find_hand_ins
from autograder.errors import UserError
from autograder.verbs.collect import Collected, collect_download

from ..platforms.downloads import (
    START,
    Person,
    blackboard_files,
    canvas_name,
    canvas_rows,
    downloads,
    gradescope_files,
    ilias_name,
    moodle_name,
    moodle_rows,
    people,
    roster_text,
    table_text,
    write_zip,
)
from .conftest import LAB, blank, hand_in, typed

FILE = f"{LAB}.ipynb"
CLASS = people(7)
ANA, BEN, CIA = CLASS[:3]


class Desk:
    """A course, and what is collected into it."""

    def __init__(self, project: Path) -> None:
        self.project, self.course = project, project / "course"
        self.course.mkdir()
        self.write_roster(CLASS)

    def write_roster(self, persons: list[Person], groups: dict[int, str] | None = None) -> None:
        (self.course / "roster.csv").write_text(roster_text(persons, groups), "utf-8")

    def zip(self, files: dict[str, bytes], name: str = "a.zip", days: int = 0) -> Path:
        return write_zip(self.project / name, files, START + timedelta(days=days))

    def worksheet(self, rows: list[list[str]], delimiter: str = ",") -> Path:
        path = self.project / "worksheet.csv"
        path.write_text(table_text(rows, delimiter), "utf-8")
        return path

    def collect(self, path: Path, **options: Any) -> Collected:
        release = self.project / "release"
        return collect_download(self.course, LAB, path, release_root=release, **options)

    @property
    def rows(self) -> list[dict[str, str]]:
        text = (self.course / f"collect-{LAB}.csv").read_text("utf-8")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def row(self, entry: str, student: str | None = None) -> dict[str, str]:
        (found,) = [
            row
            for row in self.rows
            if row["entry"] == entry and student in (None, row["student_id"])
        ]
        return found

    def edit(self, entry: str, **values: str) -> None:
        """Change a row as a person does in a spreadsheet."""
        rows = self.rows
        for row in rows:
            if row["entry"] == entry:
                row.update(values)
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, rows[0].keys(), delimiter=";", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
        (self.course / f"collect-{LAB}.csv").write_text(text.getvalue(), "utf-8-sig")

    def folder(self, person: Person) -> Path:
        return self.course / "submitted" / person.id / LAB

    def taken(self) -> dict[str, bytes]:
        """The notebooks in students' folders."""
        found = (self.course / "submitted").glob(f"*/{LAB}/{FILE}")
        return {path.parts[-3]: path.read_bytes() for path in found}

    def files(self) -> dict[str, bytes]:
        """All of the course."""
        found = (path for path in self.course.rglob("*") if path.is_file())
        kept = (path for path in found if path.name != ".grading.lock")
        return {str(path.relative_to(self.course)): path.read_bytes() for path in kept}


@pytest.fixture
def desk(project: Path) -> Desk:
    return Desk(project)


def content(one: Person, version: int = 1) -> bytes:
    return f'{{"of": "{one.id}", "version": {version}}}'.encode()


def of_class(name: Any, **options: Any) -> dict[str, bytes]:
    return {name(one, FILE, **options): content(one) for one in CLASS}


PLATFORMS = downloads(CLASS, {one.number: content(one) for one in CLASS}, FILE)
PLATFORMS["canvas, late"] = of_class(canvas_name, late=True)
HOW = {
    "moodle": "worksheet",
    "canvas": "roster-id",
    "blackboard": "username",
    "brightspace": "file-name",
    "ilias": "username",
    "gradescope": "roster-id",
    "plain": "roster-id",
    "plain, files": "file-name",
    "plain, logins": "username",
}


@pytest.mark.parametrize("form", ["zip", "folder", "decomposed"])
@pytest.mark.parametrize("case", PLATFORMS)
def test_a_class_of_each_platform(desk: Desk, case: str, form: str) -> None:
    files, name = PLATFORMS[case], case.partition(",")[0]
    if form == "decomposed":  # as macOS writes names
        files = {unicodedata.normalize("NFD", path): data for path, data in files.items()}
    source = desk.zip({f"wrapped/{path}": data for path, data in files.items()})
    if form == "folder":
        source = desk.project / "unpacked"
        for path, data in files.items():
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            (source / path).write_bytes(data)
    options: dict[str, Any] = {}
    if name == "moodle":
        options["worksheet_file"] = desk.worksheet(moodle_rows(CLASS))
    if name == "brightspace":
        options["by_name"] = True
    collected = desk.collect(source, **options)
    assert collected.plan.platform == name
    assert desk.taken() == {one.id: content(one) for one in CLASS}
    assert len(desk.rows) == len(files) and {
        row["how"] for row in desk.rows if row["notebook"]
    } == {HOW.get(case, HOW[name])}
    times = {one.id: f"{one.handed_in:%Y-%m-%d %H:%M}" for one in CLASS}
    if name in ("moodle", "blackboard", "brightspace", "gradescope"):
        for student, time in times.items():
            written = desk.course / "submitted" / student / LAB / "timestamp.txt"
            assert written.read_text("utf-8").startswith(time)
            assert written.read_text("utf-8").endswith(" UTC\n")
    else:
        assert not list(desk.course.rglob("timestamp.txt"))
    rows = find_hand_ins(desk.course, LAB)
    assert [row.notes for row in rows] == [()] * len(CLASS)

    before = desk.files()
    again = desk.collect(source, **options)
    assert desk.files() == before and not any("replace" in note for note in again.notes)


def test_a_hand_in_of_who_left_the_roster_stays(desk: Desk) -> None:
    """The roster may be a shorter one by mistake: nothing is deleted because of it."""
    path = desk.zip(PLATFORMS["canvas"])
    desk.collect(path)
    desk.write_roster([ANA, BEN])
    collected = desk.collect(path)
    assert desk.taken() == {one.id: content(one) for one in CLASS}
    assert desk.row(canvas_name(CIA, FILE))["decision"] == "unknown-student"
    (note,) = [note for note in collected.notes if note.startswith(CIA.id)]
    assert "not in the roster any more, and the hand-in stays" in note
    before = desk.files()
    desk.collect(path)
    assert desk.files() == before
    desk.write_roster(CLASS)
    assert not any("any more" in note for note in desk.collect(path).notes)
    assert desk.row(canvas_name(CIA, FILE))["decision"] == "taken"


@pytest.mark.parametrize("case", ["moodle", "canvas"])
def test_a_hand_in_that_nothing_tells_any_more_stays(desk: Desk, case: str) -> None:
    """A forgotten worksheet, or a roster without its ids, takes nobody's hand-in away."""
    path, sheet = desk.zip(PLATFORMS[case]), desk.worksheet(moodle_rows(CLASS))
    desk.collect(path, worksheet_file=sheet if case == "moodle" else None)
    before = desk.files()
    ids = "\n".join(["student_id", *(one.id for one in CLASS)])
    (desk.course / "roster.csv").write_text(ids, "utf-8")
    for dry_run in (True, False, False):
        collected = desk.collect(path, dry_run=dry_run)
        (note,) = [note for note in collected.notes if "told earlier" in note]
        assert note.startswith(f"{len(CLASS)} hand-ins told earlier and not now, so all stays")
        assert {row.decision for row in collected.rows} == {"taken"}
    desk.write_roster(CLASS)
    assert desk.files() == before

    entry = next(row["entry"] for row in desk.rows if row["student_id"] == ANA.id)
    desk.edit(entry, student_id="", how="by-hand")  # a person still takes it away
    desk.collect(path)
    assert not desk.folder(ANA).exists()


def test_who_has_another_id_now_has_the_hand_in_once(desk: Desk) -> None:
    path = desk.zip({canvas_name(ANA, FILE): content(ANA)})
    desk.collect(path)
    roster = roster_text([ANA]).replace(f"{ANA.id},Bj", "ana,Bj", 1)
    (desk.course / "roster.csv").write_text(roster, "utf-8")
    desk.collect(path)
    assert desk.taken() == {"ana": content(ANA)}


def test_a_dry_run_decides_the_same_and_writes_nothing(desk: Desk) -> None:
    path, before = desk.zip(PLATFORMS["canvas"]), desk.files()
    dry = desk.collect(path, dry_run=True)
    assert desk.files() == before
    assert not (desk.course / ".grading.lock").exists()
    assert dry.rows == desk.collect(path).rows
    assert dry.as_json()["counts"]["taken"] == len(CLASS)


def test_a_file_that_is_no_notebook_is_a_row(desk: Desk) -> None:
    files = {
        canvas_name(ANA, FILE): content(ANA),
        canvas_name(ANA, "photo.jpg", attachment=7): b"\xff\xd8",
        canvas_name(BEN, "essay.pdf"): b"%PDF",
        canvas_name(CIA, "text.html", attachment=9).replace("_9_", "_"): b"<p>",
        "notes for the grader.txt": b"?",
        "__MACOSX/._x": b"",
        ".DS_Store": b"",
    }
    collected = desk.collect(desk.zip(files))
    assert Counter(row.decision for row in collected.rows) == {"taken": 1, "not-a-notebook": 6}
    assert "no notebook" in desk.row(canvas_name(BEN, "essay.pdf"))["reason"]
    assert desk.row("notes for the grader.txt")["reason"] == "not named as hand-ins of Canvas are"
    assert desk.row(".DS_Store")["reason"] == "left there by a computer"
    assert any(note.startswith(f"{BEN.id}: nothing to grade") for note in collected.notes)


def test_the_notebook_is_found_as_in_submitted(desk: Desk) -> None:
    packed = desk.zip({f"inner/{FILE}": content(BEN)}, "inner.zip").read_bytes()
    files = {
        moodle_name(ANA, f"sub/{LAB} (1).ipynb"): content(ANA),
        moodle_name(ANA, "scratch.ipynb"): b"{}",
        moodle_name(ANA, "data.csv"): b"1,2",
        moodle_name(BEN, f"{LAB}.zip"): packed,
        moodle_name(CIA, "one.ipynb"): content(CIA, 1),
        moodle_name(CIA, "two.ipynb"): content(CIA, 2),
    }
    desk.collect(desk.zip(files), worksheet_file=desk.worksheet(moodle_rows(CLASS)))
    assert desk.taken() == {ANA.id: content(ANA), BEN.id: content(BEN)}
    assert "taken from" in desk.row(moodle_name(ANA, f"sub/{LAB} (1).ipynb"))["reason"]
    assert desk.row(moodle_name(ANA, "scratch.ipynb"))["decision"] == "duplicate"
    assert desk.row(moodle_name(BEN, f"{LAB}.zip"))["notebook"] == FILE
    both = [desk.row(moodle_name(CIA, f"{name}.ipynb")) for name in ("one", "two")]
    assert {row["decision"] for row in both} == {"duplicate"}
    assert "several notebooks could be meant" in both[0]["reason"]

    desk.edit(moodle_name(CIA, "two.ipynb"), how="by-hand")
    desk.collect(desk.project / "a.zip", worksheet_file=desk.project / "worksheet.csv")
    assert desk.taken()[CIA.id] == content(CIA, 2)
    assert desk.row(moodle_name(CIA, "one.ipynb"))["decision"] == "duplicate"


def test_canvas_resubmissions_and_late_marks(desk: Desk) -> None:
    first = canvas_name(ANA, FILE, attachment=500)
    second = canvas_name(ANA, f"{LAB}-1.ipynb", attachment=1100)
    third = canvas_name(ANA, f"{LAB}-2.ipynb", attachment=99)  # its number is smaller: it is older
    late = canvas_name(BEN, FILE, late=True)
    files = {third: content(ANA, 3), first: content(ANA, 1), second: content(ANA, 2)}
    collected = desk.collect(desk.zip(files | {late: content(BEN)}))
    assert desk.taken() == {ANA.id: content(ANA, 2), BEN.id: content(BEN)}
    assert [desk.row(name)["decision"] for name in (first, second, third)] == [
        *("older", "taken", "older")
    ]
    assert desk.row(late)["late_flag"] == "LATE"
    assert any("marked as late: 1 hand-in" in note for note in collected.notes)


def test_of_blackboards_attempts_the_last_counts(desk: Desk) -> None:
    files = {
        **blackboard_files(ANA, content(ANA, 1), FILE),
        **blackboard_files(ANA, content(ANA, 2), FILE, days=1),
        **blackboard_files(Person(1), content(ANA, 0), FILE, days=-1),
    }
    desk.collect(desk.zip(files))
    assert desk.taken() == {ANA.id: content(ANA, 2)}
    decisions = Counter(row["decision"] for row in desk.rows)
    assert decisions == {"taken": 1, "older": 2, "not-a-notebook": 3}


@pytest.mark.parametrize("case", ["plain", "gradescope", "moodle", "ilias", "canvas"])
@pytest.mark.parametrize("top", ["", "wrap/"])
def test_nobody_hands_in_for_others(desk: Desk, case: str, top: str) -> None:
    """Also not with files that are named as another platform names theirs, and outnumber all."""
    files = dict(PLATFORMS[case])
    mallory = CLASS[-1]
    (own,) = [name for name, data in files.items() if data == content(mallory)]
    home = own.removesuffix(FILE)
    for number, one in enumerate(CLASS[:-1]):
        forged = f"x_y_{one.login}_{number}/{FILE}"
        if case == "canvas":
            forged = f"{one.login}_attempt_2026-11-20-23-59-58_{FILE}"
        files[home + forged] = content(mallory, number)
    for number in range(99):
        filler = f"x_y_{mallory.login}_97/{number}.txt"
        if case == "canvas":
            filler = f"{mallory.login}_attempt_2026-11-20-23-59-58_{number}.txt"
        files[home + filler] = b"?"
    sheet = desk.worksheet(moodle_rows(CLASS)) if case == "moodle" else None
    path = desk.zip({f"{top}{name}": data for name, data in files.items()})
    assert desk.collect(path, worksheet_file=sheet).plan.platform == case
    assert desk.taken() == {one.id: content(one) for one in CLASS}


@pytest.mark.parametrize("has_own", [True, False])
def test_a_canvas_name_with_numbers_is_nobody_s(desk: Desk, has_own: bool) -> None:
    """What stands before the number, students may have chosen: it may look like another's."""
    mallory = CLASS[-1]
    own = {canvas_name(ANA, FILE, attachment=900): content(ANA)} if has_own else {}
    forged = f"mal_{ANA.canvas_id}_9999_x_{mallory.canvas_id}_903_{FILE}"
    collected = desk.collect(desk.zip(own | {forged: content(mallory)}))
    assert desk.taken() == ({ANA.id: content(ANA)} if has_own else {})
    row = desk.row(forged)
    assert (row["decision"], row["student_id"], row["lms_id"]) == ("unknown-student", "", "")
    reason = f"its name may mean more than one student: {ANA.id}, {mallory.id}"
    assert row["reason"] == reason
    assert any(note.startswith(f"{forged}: {reason}") for note in collected.notes)
    desk.edit(forged, how="by-hand", student_id=mallory.id)
    desk.collect(desk.project / "a.zip")
    assert desk.taken()[mallory.id] == content(mallory)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(words=["anon"], file=f"{ANA.id}.ipynb")
@given(
    words=st.lists(
        st.sampled_from(["mal", "LATE", "anon", "7", *(one.canvas_id for one in CLASS)]),
        min_size=1,
        max_size=5,
    ),
    file=st.sampled_from([FILE, f"{ANA.id}.ipynb", f"x_{BEN.canvas_id}_7_{FILE}"]),
)
def test_no_canvas_name_hands_in_for_others(desk: Desk, words: list[str], file: str) -> None:
    mallory = CLASS[-1]
    forged = f"{'_'.join(words)}_{mallory.canvas_id}_903_{file}"
    collected = desk.collect(
        desk.zip({forged: b"{}", canvas_name(CIA): b"{}"}), platform="canvas", dry_run=True
    )
    (row,) = [row for row in collected.rows if row.entry == forged]
    assert row.student_id in ("", mallory.id)


def test_many_doubtful_names_are_few_notes(desk: Desk) -> None:
    mallory = CLASS[-1]
    files = {
        f"mal_{ANA.canvas_id}_{n}_x_{mallory.canvas_id}_{n}_{n}.ipynb": b"{}" for n in range(50)
    }
    collected = desk.collect(desk.zip(files))
    assert sum("may mean more than one student" in note for note in collected.notes) == 5
    assert any(note.startswith("45 hand-ins more of such names") for note in collected.notes)


def test_ilias_logins_with_underscores(desk: Desk) -> None:
    """`a_b` as a last name makes part of the first one stand where a login begins."""
    desk.course.joinpath("roster.csv").write_text(
        "student_id,sis_login\nana,x_mal\nmal,mal\nben,as_3\n", "utf-8"
    )
    unclear = [f"Li_Ana_x_mal_7/{FILE}", f"a_b_x_mal_8/{FILE}"]
    path = desk.zip({unclear[0]: b"1", unclear[1]: b"2", f"Li_Ben_as_3_9/{FILE}": b"3"})
    collected = desk.collect(path)
    assert desk.taken() == {"ben": b"3"}
    assert all("more than one student: ana, mal" in desk.row(one)["reason"] for one in unclear)
    assert sum("may mean more than one student" in note for note in collected.notes) == 2
    rows = [["update", "usr_id", "login", "lastname", "firstname", "mark"]]
    rows += [["0", "7", "x_mal", "Li", "Ana", ""], ["0", "8", "mal", "a_b", "x", ""]]
    desk.collect(path, worksheet_file=desk.worksheet(rows, ";"))  # the number decides
    assert desk.taken() == {"ana": b"1", "mal": b"2", "ben": b"3"}


def test_a_brightspace_name_that_may_end_twice(desk: Desk) -> None:
    time = "Nov 20, 2026 1159 PM"
    other = f"{BEN.name} - {time} - x"
    roster = f'student_id,name\nben,{BEN.name}\nmal,"{other}"\n'
    (desk.course / "roster.csv").write_text(roster, "utf-8")
    files = {f"1-2 - {other} - {time}/{FILE}": b"1", f"3-4 - {ANA.name} - {time}/{FILE}": b"2"}
    desk.collect(desk.zip(files), by_name=True)
    assert desk.taken() == {}
    assert "more than one student: ben, mal" in desk.rows[0]["reason"]


@pytest.mark.parametrize("case", ["moodle", "canvas"])
def test_a_file_s_name_claims_nothing_in_the_folder_of_another(desk: Desk, case: str) -> None:
    guest = Person(77)  # the roster has no number of theirs, and no worksheet is given
    named: Any = moodle_name if case == "moodle" else canvas_name
    others = [Person(number) for number in (78, 79)]
    forged = named(guest, f"{BEN.login}.ipynb")
    files = {forged: content(guest)} | {named(one, FILE): content(one) for one in others}
    collected = desk.collect(desk.zip(files))
    assert desk.taken() == {}
    assert f"says {BEN.id}, but it is of " in desk.row(forged)["reason"]
    assert any(note.startswith(f"{forged}: its file's name says") for note in collected.notes)


def test_a_file_s_name_counts_where_the_name_is_the_same(desk: Desk) -> None:
    """The platform has a number that nothing explains, but both names say who it is."""
    files = {moodle_name(one, f"{one.id}.ipynb"): content(one) for one in (ANA, BEN)}
    collected = desk.collect(desk.zip(files))
    assert desk.taken() == {one.id: content(one) for one in (ANA, BEN)}
    (note,) = [note for note in collected.notes if "by files' names alone" in note]
    assert note.startswith("2 hand-ins told by")


def test_a_file_s_name_counts_where_nobody_has_a_name(desk: Desk) -> None:
    files = {moodle_name(one, f"{one.id}.ipynb", blind=True): content(one) for one in CLASS}
    desk.collect(desk.zip(files))
    assert desk.taken() == {one.id: content(one) for one in CLASS}


UNSAFE = {"a\\..\\x.ipynb": b"{}", "C:/../x": b"{}", "../../x": b"{}"}


@pytest.mark.parametrize("case", ["plain", "moodle", "canvas", "gradescope"])
def test_what_one_student_hands_in_costs_nobody_else(desk: Desk, case: str) -> None:
    files = dict(PLATFORMS[case])
    (own,) = [name for name, data in files.items() if data == content(ANA)]
    home = own.removesuffix(FILE)
    files |= {home + name: data for name, data in UNSAFE.items() if case != "canvas"}
    files[f"{home}-zeros.bin"] = bytes((1100 if case == "plain" else 21) << 20)
    deep = "" if case == "canvas" else "z/z/z/z/"
    files |= {f"{home}{deep}{number}.txt": b"" for number in range(2_100)}
    sheet = desk.worksheet(moodle_rows(CLASS)) if case == "moodle" else None
    collected = desk.collect(desk.zip(files | {"../x.ipynb": b"{}"}), worksheet_file=sheet)
    assert desk.taken() == {one.id: content(one) for one in CLASS}
    assert desk.row(f"{home}-zeros.bin")["reason"] == "not taken: larger than 20 MiB"
    assert desk.row("../x.ipynb")["reason"] == "not taken: an unsafe name"
    hers = [row for row in desk.rows if row["student_id"] == ANA.id]
    assert sum(row["reason"] == "not taken: an unsafe name" for row in hers) == (
        0 if case == "canvas" else len(UNSAFE)
    )
    assert len(hers) == 2_001 and any("files, which are too many" in row["reason"] for row in hers)
    (note,) = [note for note in collected.notes if note.startswith(f"{ANA.id}: not taken")]
    assert note.endswith(" more")
    before = desk.files()
    desk.collect(desk.project / "a.zip", worksheet_file=sheet)
    assert desk.files() == before


@pytest.mark.parametrize("case", ["canvas", "blackboard"])
def test_backslashes_in_names_make_no_folders(desk: Desk, case: str) -> None:
    """Where all files lie side by side, folders at the top would be no hand-ins of the platform."""
    files = dict(PLATFORMS[case])
    (own,) = [name for name, data in files.items() if data == content(ANA)]
    home = own.removesuffix(FILE)
    files |= {f"{home}{number}\\x.ipynb": b"?" for number in range(40)}
    desk.collect(desk.zip(files))
    assert desk.taken() == {one.id: content(one) for one in CLASS}
    assert {row["student_id"] for row in desk.rows if "\\x.ipynb" in row["entry"]} == {ANA.id}


def test_what_one_student_has_in_a_folder_costs_nobody_else(desk: Desk) -> None:
    inbox = desk.project / "inbox"
    for one in CLASS:
        (inbox / one.id).mkdir(parents=True)
        (inbox / one.id / FILE).write_bytes(content(one))
    home = inbox / ANA.id
    (home / "link").symlink_to("/etc/passwd")
    (home / "link.ipynb").symlink_to(inbox / BEN.id / FILE)
    (home / "all").symlink_to("/")
    os.mkfifo(home / "pipe")
    with (home / "sparse").open("wb") as file:
        file.truncate(30 << 30)
    collected = desk.collect(inbox)
    assert desk.taken() == {one.id: content(one) for one in CLASS}
    reasons = {row["entry"].rpartition("/")[2]: row["reason"] for row in desk.rows}
    assert reasons["link"] == reasons["link.ipynb"] == reasons["all"] == "not taken: a link"
    assert reasons["pipe"] == "not taken: no file, but a device or the like"
    assert reasons["sparse"] == "not taken: larger than 20 MiB"
    assert any(note.startswith(f"{ANA.id}: not taken: ") for note in collected.notes)


# -- later downloads -------------------------------------------------------------------------------


@pytest.mark.parametrize("same_name", [True, False])
def test_a_later_download_replaces_and_an_earlier_one_does_not(desk: Desk, same_name: bool) -> None:
    entry = moodle_name(ANA, FILE)
    sheet = desk.worksheet(moodle_rows(CLASS))
    old = {entry: content(ANA, 1), moodle_name(BEN, FILE): content(BEN)}
    new = {entry: content(ANA, 2), moodle_name(BEN, FILE): content(BEN)}
    older = desk.zip(old, "1.zip")
    desk.collect(older, worksheet_file=sheet)
    newer = desk.zip(new, "1.zip" if same_name else "2.zip", days=1)
    collected = desk.collect(newer, worksheet_file=sheet)
    assert desk.taken() == {ANA.id: content(ANA, 2), BEN.id: content(BEN)}
    assert any(note.startswith(f"{ANA.id}: {entry} replaces") for note in collected.notes)
    assert Counter(row["decision"] for row in desk.rows) == {"taken": 2, "older": 1}

    before = desk.files()
    desk.collect(desk.zip(old, "1.zip"), worksheet_file=sheet)  # the old one once more
    assert desk.files() == before
    desk.collect(newer, worksheet_file=sheet) if not same_name else None
    assert desk.files() == before


def test_an_earlier_download_that_comes_later_is_older(desk: Desk) -> None:
    new = {canvas_name(ANA, FILE, attachment=20): content(ANA, 2)}
    old = {canvas_name(ANA, FILE, attachment=10): content(ANA, 1)}
    desk.collect(desk.zip(new, "new.zip"))
    desk.collect(desk.zip(old, "old.zip", days=5))  # made later, with what was handed in before
    assert desk.taken() == {ANA.id: content(ANA, 2)}
    assert desk.row(next(iter(old)))["decision"] == "older"


def test_without_dates_the_time_of_the_file_counts(desk: Desk) -> None:
    entry = ilias_name(ANA, FILE)
    never = datetime(1980, 1, 1)
    first = write_zip(desk.project / "1.zip", {entry: content(ANA, 1)}, never)
    second = write_zip(desk.project / "2.zip", {entry: content(ANA, 2)}, never)
    os.utime(first, (1_000, 1_000))
    os.utime(second, (2_000, 2_000))
    for path in (second, first):
        desk.collect(path)
    assert desk.taken() == {ANA.id: content(ANA, 2)}
    third = write_zip(desk.project / "3.zip", {entry: content(ANA, 3)}, never)
    os.utime(third, (2_000, 2_000))
    collected = desk.collect(third)
    assert desk.taken() == {ANA.id: content(ANA, 2)}
    assert any("nothing says that it is later" in note for note in collected.notes)


def dated(path: Path, files: dict[str, tuple[bytes, datetime]]) -> Path:
    """A zip whose files have dates of their own."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, (data, date) in files.items():
            archive.writestr(zipfile.ZipInfo(name, date.timetuple()[:6]), data)
    return path


@pytest.mark.parametrize("form", ["zip", "folder"])
@pytest.mark.parametrize("year", [1981, 2099])
def test_dates_that_students_write_order_no_downloads(desk: Desk, form: str, year: int) -> None:
    """One date after all others made everybody's later hand-ins older."""
    mallory = CLASS[-1]

    def download(version: int, date: datetime) -> Path:
        files = {f"{one.id}/{FILE}": (content(one, version), START) for one in CLASS}
        files[f"{mallory.id}/{FILE}"] = (content(mallory, version), date)
        if form == "zip":
            return dated(desk.project / f"{version}.zip", files)
        for name, (data, when) in files.items():
            path = desk.project / "inbox" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            os.utime(path, (when.timestamp(), when.timestamp()))
        return desk.project / "inbox"

    desk.collect(download(1, datetime(year, 1, 1)))
    collected = desk.collect(download(2, START))
    assert desk.taken() == {one.id: content(one, 2) for one in CLASS}
    assert sum("replaces" in note for note in collected.notes) == len(CLASS)
    desk.collect(download(3, datetime(year, 1, 1)))
    assert desk.taken() == {one.id: content(one, 3) for one in CLASS}


def test_a_download_from_the_future_is_one_of_now(desk: Desk) -> None:
    first = desk.zip({ilias_name(ANA, FILE): content(ANA, 1)}, "1.zip")
    os.utime(first, (4_000_000_000, 4_000_000_000))
    desk.collect(first)
    desk.collect(desk.zip({ilias_name(ANA, FILE): content(ANA, 2)}, "2.zip"))
    assert desk.taken() == {ANA.id: content(ANA, 2)}


def test_what_differs_and_is_left_as_older_has_a_note(desk: Desk) -> None:
    old = desk.zip({ilias_name(one, FILE): content(one, 1) for one in CLASS}, "old.zip")
    new = desk.zip({ilias_name(one, FILE): content(one, 2) for one in CLASS}, "new.zip")
    os.utime(old, (1_000, 1_000))
    desk.collect(new)
    (note,) = [note for note in desk.collect(old).notes if "came later" in note]
    assert note.startswith(f"{len(CLASS)} students ({ANA.id}, ") and "…" in note
    assert desk.taken() == {one.id: content(one, 2) for one in CLASS}
    assert not any("came later" in note for note in desk.collect(new).notes)


def test_times_of_downloads_as_earlier_versions_wrote_them(desk: Desk) -> None:
    entry = ilias_name(ANA, FILE)
    desk.collect(desk.zip({entry: content(ANA, 1)}, "1.zip"))
    record = desk.course / ".collected" / f"{LAB}.json"
    known = json.loads(record.read_text("utf-8"))
    pairs = {key: ["2099-01-01T00:00:00", time] for key, time in known.items()}
    record.write_text(json.dumps(pairs), "utf-8")
    desk.collect(desk.zip({entry: content(ANA, 2)}, "2.zip"))
    assert desk.taken() == {ANA.id: content(ANA, 2)}


def test_times_of_the_worksheet_decide_before_those_of_archives(desk: Desk) -> None:
    entry = moodle_name(ANA, FILE)
    rows = moodle_rows(CLASS)
    desk.collect(desk.zip({entry: content(ANA, 2)}, "1.zip"), worksheet_file=desk.worksheet(rows))
    rows[1][8] = "Thursday, 19 November 2026, 11:58 PM"
    path = desk.zip({entry: content(ANA, 1)}, "2.zip", days=3)
    desk.collect(path, worksheet_file=desk.worksheet(rows))
    assert desk.taken() == {ANA.id: content(ANA, 2)}


# -- who it is -------------------------------------------------------------------------------------


def test_unknown_students_are_rows_until_a_person_says_who(desk: Desk) -> None:
    guest = Person(99)
    files = PLATFORMS["canvas"] | {canvas_name(guest, FILE): content(guest)}
    desk.write_roster(CLASS[1:])
    collected = desk.collect(desk.zip(files))
    unknown = [row["entry"] for row in desk.rows if row["decision"] == "unknown-student"]
    assert unknown == [canvas_name(ANA, FILE), canvas_name(guest, FILE)]
    assert any("2 hand-ins of unknown students" in note for note in collected.notes)

    desk.edit(canvas_name(guest, FILE), student_id=BEN.id)
    collected = desk.collect(desk.project / "a.zip")
    assert any("`how` is empty; write by-hand" in note for note in collected.notes)

    desk.write_roster([*CLASS, Person(50)])
    desk.edit(canvas_name(guest, FILE), student_id=Person(50).id, how="By Hand")
    desk.collect(desk.project / "a.zip")
    assert desk.taken()[Person(50).id] == content(guest)
    assert desk.taken()[ANA.id] == content(ANA)  # the roster knows her now
    row = desk.row(canvas_name(guest, FILE))
    assert (row["how"], row["decision"], row["student_id"]) == ("by-hand", "taken", Person(50).id)
    before = desk.files()
    desk.collect(desk.project / "a.zip")
    assert desk.files() == before

    newer = {canvas_name(guest, f"{LAB}-1.ipynb", attachment=9_000_000): content(guest, 2)}
    desk.collect(desk.zip(files | newer, "b.zip", days=2))
    assert desk.taken()[Person(50).id] == content(guest, 2)  # the same person on the platform


def test_a_hand_in_given_to_another_leaves_the_first(desk: Desk) -> None:
    path = desk.zip({canvas_name(ANA, FILE): content(ANA)})
    desk.collect(path)
    desk.edit(canvas_name(ANA, FILE), student_id=BEN.id, how="by-hand")
    collected = desk.collect(path)
    assert desk.taken() == {BEN.id: content(ANA)}
    assert any(f"{ANA.id}: has no hand-in any more" in note for note in collected.notes)
    assert not desk.folder(ANA).exists()


@pytest.mark.parametrize("student", [BEN.id, ""])
def test_a_hand_in_given_to_another_gives_no_later_one(desk: Desk, student: str) -> None:
    """Ana handed in Ben's notebook by mistake, and then her own."""
    path = desk.zip({canvas_name(ANA, FILE): content(BEN)})
    desk.collect(path)
    desk.edit(canvas_name(ANA, FILE), student_id=student, how="by-hand")
    collected = desk.collect(path)
    assert not any(note.startswith(":") for note in collected.notes)
    own = canvas_name(ANA, f"{LAB}-1.ipynb", attachment=9_000_000)
    later = {own: content(ANA), canvas_name(BEN, FILE, attachment=9_000_001): content(BEN, 2)}
    desk.collect(desk.zip(later, "b.zip", days=2))
    assert desk.taken() == {ANA.id: content(ANA), BEN.id: content(BEN, 2)}


def test_an_older_one_chosen_by_hand_counts_until_a_later_one_comes(desk: Desk) -> None:
    first, second = (canvas_name(ANA, FILE, attachment=number) for number in (10, 20))
    path = desk.zip({first: content(ANA, 1), second: content(ANA, 2)})
    desk.collect(path)
    desk.edit(first, how="by-hand")
    for _ in range(2):
        desk.collect(path)
        assert desk.taken() == {ANA.id: content(ANA, 1)}
    third = canvas_name(ANA, FILE, attachment=30)
    desk.collect(desk.zip({third: content(ANA, 3)}, "b.zip"))
    assert desk.taken() == {ANA.id: content(ANA, 3)}


def test_a_row_by_hand_may_add_a_member_and_may_say_nobody(desk: Desk) -> None:
    path = desk.zip({canvas_name(ANA, FILE): content(ANA), canvas_name(CIA, FILE): content(CIA)})
    desk.collect(path)
    rows = desk.rows
    lines = (desk.course / f"collect-{LAB}.csv").read_text("utf-8").splitlines()
    own = next(line for line in lines if canvas_name(ANA, FILE) in line)
    by_hand = own.replace("roster-id", "by-hand")
    lines[lines.index(own)] = by_hand
    lines.append(by_hand.replace(f",{ANA.id},", f",{BEN.id},"))
    lines = [
        line.replace(f",{CIA.id},roster-id", ",,by-hand")
        if canvas_name(CIA, FILE) in line
        else line
        for line in lines
    ]
    (desk.course / f"collect-{LAB}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    desk.collect(path)
    assert desk.taken() == {ANA.id: content(ANA), BEN.id: content(ANA)}
    assert desk.row(canvas_name(CIA, FILE))["reason"] == "nobody's, as a person said"
    assert len(desk.rows) == len(rows) + 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"how": "by-hand", "student_id": "nobody"}, "not in the roster"),
        ({"how": "guessed"}, "write one of roster-id"),
    ],
)
def test_a_row_edited_wrongly_is_one_line(desk: Desk, values: dict[str, str], words: str) -> None:
    path = desk.zip({canvas_name(ANA, FILE): content(ANA)})
    desk.collect(path)
    desk.edit(canvas_name(ANA, FILE), **values)
    with pytest.raises(UserError, match=words) as error:
        desk.collect(path)
    assert error.value.exit_code == 2


def test_names_alone_count_only_if_asked_and_unique_on_both_sides(desk: Desk) -> None:
    twin = Person(11)  # the first name and the last name are others', the number is not
    files = {moodle_name(one, FILE): content(one) for one in (ANA, BEN)}
    path = desk.zip(files)
    collected = desk.collect(path)
    assert desk.taken() == {} if (desk.course / "submitted").exists() else True
    assert {row.decision for row in collected.rows} == {"unknown-student"}
    assert "give the grading worksheet" in desk.rows[0]["reason"]
    assert "--by-name" in desk.rows[0]["reason"]
    roster = roster_text([*CLASS, twin]).replace(twin.name, BEN.name)
    (desk.course / "roster.csv").write_text(roster, "utf-8")
    desk.collect(path, by_name=True)
    assert desk.taken() == {ANA.id: content(ANA)}
    assert "2 students have this name" in desk.row(moodle_name(BEN, FILE))["reason"]
    assert desk.row(moodle_name(ANA, FILE))["how"] == "file-name"

    same = f"{ANA.name}_777_assignsubmission_file/{FILE}"
    desk.collect(desk.zip(files | {same: content(ANA, 9)}, "b.zip"), by_name=True)
    assert desk.row(same)["decision"] == "unknown-student"


def test_an_id_in_a_file_name_counts_where_nothing_else_is_known(desk: Desk) -> None:
    def anonymous(number: int, file: str) -> str:
        return f"anon_aB{number}_{number}_{file}"

    files = {
        anonymous(11, f"{LAB}_{ANA.id}.ipynb"): content(ANA),
        f"LATE_{anonymous(12, f'{LAB}-{BEN.login}.ipynb')}": content(BEN),
        anonymous(13, f"{CIA.id}.ipynb"): content(CIA, 1),
        anonymous(14, f"{CIA.id} {LAB}.ipynb"): content(CIA, 2),  # two who claim to be her
        anonymous(15, f"{CLASS[3].id}.ipynb"): b"{}",  # claims to be who handed in by name
        canvas_name(CLASS[3], FILE): content(CLASS[3]),
        anonymous(16, f"{LAB} (1).ipynb"): b"{}",
        anonymous(17, f"{CLASS[4].id}_{CLASS[5].id}.ipynb"): b"{}",
    }
    desk.collect(desk.zip(files))
    assert desk.taken() == {one.id: content(one) for one in (ANA, BEN, CLASS[3])}
    assert "so does another hand-in" in desk.row(anonymous(13, f"{CIA.id}.ipynb"))["reason"]


def test_moodle_worksheets_in_other_languages(desk: Desk) -> None:
    rows = moodle_rows(CLASS, "100,00")
    rows[0] = ["ID", "Vollständiger Name", "ID-Nummer", "E-Mail-Adresse", "Status", "Bewertung"]
    rows[0] += ["Beste Bewertung", "Bewertung kann geändert werden", "Zuletzt geändert (Abgabe)"]
    rows[0] += ["Zuletzt geändert (Bewertung)", "Feedback als Kommentar"]
    for one, row in zip(CLASS, rows[1:], strict=True):
        row[0] = f"Teilnehmer/in{one.participant}"
        row[8] = f"Freitag, 20. November 2026, {one.handed_in:%H:%M}"
    sheet = desk.worksheet(rows, ";")
    collected = desk.collect(
        desk.zip(PLATFORMS["moodle, blind"]), worksheet_file=sheet, zone="Europe/Berlin"
    )
    assert desk.taken() == {one.id: content(one) for one in CLASS}
    assert desk.rows[0]["submitted_at"].startswith("2026-11-20 11:0")  # an hour before, in UTC
    assert not any("zone" in note for note in collected.notes)


def test_the_zone_is_that_of_the_courses_dates(desk: Desk) -> None:
    (desk.course / "dates.toml").write_text('timezone = "Asia/Tokyo"\n', "utf-8")
    desk.collect(desk.zip(PLATFORMS["brightspace"]), by_name=True)
    assert desk.rows[0]["submitted_at"].startswith("2026-11-20 03:0")


def test_a_canvas_gradebook_says_who_is_who(desk: Desk) -> None:
    roster = [line.split(",") for line in roster_text(CLASS).splitlines()]
    short = "\n".join(",".join(row[:1]) for row in roster)
    (desk.course / "roster.csv").write_text(f"{short}\n", "utf-8")
    sheet = desk.worksheet(canvas_rows(CLASS))
    desk.collect(desk.zip(PLATFORMS["canvas"]), worksheet_file=sheet)
    assert desk.taken() == {one.id: content(one) for one in CLASS}
    assert {row["how"] for row in desk.rows} == {"worksheet"}


# -- groups ----------------------------------------------------------------------------------------

GROUPS = {1: "Group 3", 2: "Group 3", 3: "Group 4", 4: "Group 4", 5: "Group 4"}


def test_a_hand_in_goes_to_the_whole_group(desk: Desk) -> None:
    desk.write_roster(CLASS, GROUPS)
    files = {canvas_name(one, FILE): content(one) for one in (ANA, CIA, CLASS[3], CLASS[5])}
    collected = desk.collect(desk.zip(files))
    taken = desk.taken()
    assert taken[BEN.id] == content(ANA)
    assert taken[CIA.id] == content(CIA) and taken[CLASS[3].id] == content(CLASS[3])  # their own
    assert taken[CLASS[4].id] in (content(CIA), content(CLASS[3]))
    assert taken[CLASS[5].id] == content(CLASS[5]) and len(taken) == 6
    row = desk.row(canvas_name(ANA, FILE), BEN.id)
    assert row["reason"] == f"of group Group 3, handed in by {ANA.id}"
    assert any("2 students have the hand-in of somebody else" in note for note in collected.notes)
    before = desk.files()
    desk.collect(desk.project / "a.zip")
    assert desk.files() == before


@pytest.mark.parametrize("case", PLATFORMS)
def test_a_group_has_its_hand_in_on_each_platform(desk: Desk, case: str) -> None:
    """Also where a name alone tells who handed in: nobody of the group is left without."""
    platform = case.partition(",")[0]
    others = (f"{BEN.id}", BEN.login, BEN.participant, BEN.canvas_id, BEN.name)
    files = {name: data for name, data in PLATFORMS[case].items() if not any(
        one in name for one in others
    )}  # fmt: skip
    if case == "gradescope":
        files = gradescope_files([[ANA], [CIA]], [content(ANA), content(CIA)], FILE)
    desk.write_roster(CLASS, {1: "red", 2: "red"})
    sheet = desk.worksheet(moodle_rows(CLASS)) if platform == "moodle" else None
    desk.collect(desk.zip(files), worksheet_file=sheet, by_name=platform == "brightspace")
    assert desk.taken()[BEN.id] == desk.taken()[ANA.id] == content(ANA)


@pytest.mark.parametrize("own_first", [True, False])
def test_ones_own_counts_before_a_later_one_of_the_group(desk: Desk, own_first: bool) -> None:
    """Whichever download comes first, and also where the group is another one since."""
    own = desk.zip({canvas_name(ANA, FILE): content(ANA)}, "own.zip", days=1)
    of_mate = desk.zip({canvas_name(BEN, FILE): content(BEN)}, "mate.zip", days=2)
    desk.write_roster(CLASS, GROUPS)
    desk.collect(own if own_first else of_mate)
    assert set(desk.taken().values()) == {content(ANA) if own_first else content(BEN)}
    if not own_first:
        desk.write_roster(CLASS)
    desk.collect(of_mate if own_first else own)
    assert desk.taken() == {ANA.id: content(ANA), BEN.id: content(BEN)}
    before = desk.files()
    desk.collect(of_mate if own_first else own)
    assert desk.files() == before


def test_who_works_alone_hands_in_alone(desk: Desk) -> None:
    desk.write_roster(CLASS, GROUPS)
    desk.collect(desk.zip({canvas_name(ANA, FILE): content(ANA)}), alone=True)
    assert desk.taken() == {ANA.id: content(ANA)}


@pytest.mark.parametrize(
    "entry",
    [
        f"Group 3_77_assignsubmission_file/{FILE}",
        f"group3_91000_5001_{FILE}",
        f"Group 3/{FILE}",
        "group_3.ipynb",
    ],
)
def test_a_group_that_hands_in_under_its_own_name(desk: Desk, entry: str) -> None:
    desk.write_roster(CLASS, GROUPS)
    collected = desk.collect(desk.zip({entry: content(ANA)}))
    assert desk.taken() == {ANA.id: content(ANA), BEN.id: content(ANA)}
    assert any("1 hand-in of a group by its name alone" in note for note in collected.notes)
    assert {row["student_id"] for row in desk.rows} == {ANA.id, BEN.id}
    assert all(row["reason"].startswith("of group") for row in desk.rows)


def test_groups_of_a_moodle_worksheet(desk: Desk) -> None:
    rows = moodle_rows(CLASS)
    for number, row in enumerate(rows):
        row.insert(5, "Group" if number == 0 else ("Team Red" if number < 3 else "Team Blue"))
    path = desk.zip({f"Team Red_77_assignsubmission_file/{FILE}": content(ANA)})
    desk.collect(path, worksheet_file=desk.worksheet(rows))
    assert desk.taken() == {ANA.id: content(ANA), BEN.id: content(ANA)}
    assert {row["lms_id"] for row in desk.rows} == {ANA.participant, BEN.participant}


def test_gradescope_submitters_and_ilias_teams(desk: Desk) -> None:
    guest = Person(77)
    files = gradescope_files([[ANA, BEN, guest], [CIA]], [content(ANA), content(CIA)], FILE)
    desk.collect(desk.zip(files))
    assert desk.taken() == {one.id: content(w) for one, w in ((ANA, ANA), (BEN, ANA), (CIA, CIA))}
    unknown = [row for row in desk.rows if row["decision"] == "unknown-student"]
    assert [row["name"] for row in unknown] == [guest.name]
    together = [row for row in desk.rows if row["student_id"] == BEN.id]
    assert "together" in together[0]["reason"] and together[0]["name"] == BEN.name

    team = {ilias_name(one, FILE, "Team 4"): content(CIA, 2) for one in CLASS[3:5]}
    desk.collect(desk.zip(team, "team.zip"))
    assert desk.taken()[CLASS[4].id] == content(CIA, 2)


# -- what a person put there -----------------------------------------------------------------------


def test_what_a_person_put_there_stays(desk: Desk) -> None:
    hand_in(desk.course, ANA.id, b'{"by": "mail"}')
    hand_in(desk.course, BEN.id, content(BEN))
    collected = desk.collect(desk.zip(PLATFORMS["canvas"]))
    assert desk.taken()[ANA.id] == b'{"by": "mail"}'
    assert desk.row(canvas_name(ANA, FILE))["decision"] == "older"
    assert any(f"{ANA.id}: {FILE} of {ANA.id} was put there" in note for note in collected.notes)
    assert desk.row(canvas_name(BEN, FILE))["decision"] == "taken"  # the same content

    (desk.folder(BEN) / FILE).write_bytes(b'{"corrected": "by hand"}')
    desk.collect(desk.project / "a.zip")
    assert desk.taken()[BEN.id] == b'{"corrected": "by hand"}'
    assert desk.row(canvas_name(BEN, FILE))["decision"] == "taken"  # as it was handed in


def test_what_was_put_there_earlier_gives_way_and_is_kept_aside(desk: Desk) -> None:
    hand_in(desk.course, ANA.id, b'{"by": "mail"}')
    (desk.folder(ANA) / "timestamp.txt").write_text("2026-11-01 10:00:00 UTC\n", "utf-8")
    desk.collect(desk.zip(blackboard_files(ANA, content(ANA), FILE)))
    assert desk.taken() == {ANA.id: content(ANA)}
    assert (desk.folder(ANA) / f"{FILE}.kept-1").read_bytes() == b'{"by": "mail"}'


def test_a_time_corrected_by_hand_holds_for_that_hand_in(desk: Desk) -> None:
    path = desk.zip(blackboard_files(ANA, content(ANA), FILE))
    desk.collect(path)
    stamp = desk.folder(ANA) / "timestamp.txt"
    stamp.write_text("2026-11-19 10:00:00 UTC\n", "utf-8")
    for _ in range(2):
        desk.collect(path)
        assert stamp.read_text("utf-8") == "2026-11-19 10:00:00 UTC\n"
    desk.collect(desk.zip(blackboard_files(ANA, content(ANA, 2), FILE, days=1), "b.zip"))
    assert stamp.read_text("utf-8").startswith("2026-11-21")


def test_a_folder_that_was_deleted_comes_back(desk: Desk) -> None:
    path = desk.zip(PLATFORMS["canvas"])
    desk.collect(path)
    (desk.folder(ANA) / FILE).unlink()
    desk.collect(path)
    assert desk.taken()[ANA.id] == content(ANA)


def test_hostile_names_in_the_table_are_texts_and_come_back(desk: Desk) -> None:
    name = "=cmd|' C calc'!A0"
    entry = f"{name}_{ANA.participant}_assignsubmission_file/@SUM(A1)\x1b[2J.ipynb"
    desk.collect(desk.zip({entry: content(ANA)}))
    (row,) = desk.rows
    assert row["entry"].startswith("'=cmd") and row["name"] == f"'{name}"
    assert "\x1b" not in (desk.course / f"collect-{LAB}.csv").read_text("utf-8")
    before = desk.files()
    desk.collect(desk.project / "a.zip")
    assert desk.files() == before
    desk.edit(row["entry"], how="by-hand", student_id=ANA.id)
    desk.collect(desk.project / "a.zip")
    assert desk.taken() == {ANA.id: content(ANA)}


def test_folders_of_several_labs(desk: Desk) -> None:
    """As `submitted/` itself has them: what is of another lab is not taken for this one."""
    files = {
        f"submitted/{ANA.id}/{LAB}/{FILE}": content(ANA),
        f"submitted/{ANA.id}/other/other.ipynb": b"{}",
        f"submitted/{BEN.id}/other/other.ipynb": b"{}",
        f"submitted/{CIA.id}/{LAB.upper()} final/x.ipynb": content(CIA),
        f"submitted/{CLASS[3].id}/homework.ipynb": content(CLASS[3]),
        f"submitted/{CLASS[4].id}/src/homework.ipynb": content(CLASS[4]),
    }
    path = desk.zip(files)
    collected = desk.collect(path)
    assert desk.taken() == {one.id: content(one) for one in (ANA, CIA, CLASS[3])}
    other = desk.row(f"submitted/{BEN.id}/other/other.ipynb")
    assert other["decision"] == "not-a-notebook" and f"nothing of {LAB}" in other["reason"]
    assert not any(note.startswith(BEN.id) for note in collected.notes)
    desk.edit(f"submitted/{CLASS[4].id}/src/homework.ipynb", how="by-hand")
    desk.collect(path)
    assert desk.taken()[CLASS[4].id] == content(CLASS[4])


# -- the command -----------------------------------------------------------------------------------


def test_a_refused_archive_writes_nothing(desk: Desk) -> None:
    path = desk.zip(PLATFORMS["canvas"])
    path.write_bytes(path.read_bytes()[:-40])
    before = desk.files()
    error = typed(desk.project, "collect", LAB, path, "--course", desk.course, exit_code=2)[1]
    assert error.count("\n") == 1 and "nothing was written" in error
    assert desk.files() == before and not (desk.course / "submitted").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("roster", "no roster"),
        ("mixed", "its names fit Moodle and Canvas"),
        ("none", "fit no format"),
        ("empty", "no files in it"),
        ("lab", "no such released lab"),
        ("course", "no such course folder"),
    ],
)
def test_what_is_missing_or_unclear_is_one_line(desk: Desk, change: str, words: str) -> None:
    lab, course, files = LAB, desk.course, dict(PLATFORMS["canvas"])
    if change == "roster":
        (course / "roster.csv").unlink()
    files |= PLATFORMS["moodle"] if change == "mixed" else {}
    files = {"x/readme.txt": b"?"} if change == "none" else files
    files = {} if change == "empty" else files
    lab = "other" if change == "lab" else lab
    course = desk.project / "nowhere" if change == "course" else course
    with pytest.raises(UserError, match=words) as error:
        collect_download(course, lab, desk.zip(files), release_root=desk.project / "release")
    assert error.value.exit_code == 2 and "\n" not in error.value.message


def test_where_two_formats_fit_one_can_be_named(desk: Desk) -> None:
    path = desk.zip(PLATFORMS["canvas"] | PLATFORMS["moodle"])
    again = desk.collect(path, platform="canvas")
    assert desk.taken() == {one.id: content(one) for one in CLASS}
    strays = [row for row in desk.rows if "not named as hand-ins of Canvas are" in row["reason"]]
    assert len(strays) == len(CLASS)
    assert all(row["reason"].startswith("may be a notebook, but is nobody's") for row in strays)
    assert any(note.startswith("7 notebooks are nobody's") for note in again.notes)


def test_the_command_says_what_it_did_and_what_is_collected_can_be_graded(desk: Desk) -> None:
    path = desk.zip({canvas_name(ANA, FILE): blank(desk.project), canvas_name(Person(99)): b"{}"})
    report = desk.project / "report.json"
    options = ("--course", desk.course, "--json", report)
    said, _ = typed(desk.project, "collect", LAB, path, *options, "--dry-run")
    assert "decisions" not in said  # no such file is written
    assert "would be: 1 taken, 1 unknown-student" in said and not desk.files().get("submitted")
    said, _ = typed(desk.project, "collect", LAB, path, *options)
    assert "names as Canvas has them; 1 taken, 1 unknown-student" in said
    assert json.loads(report.read_text("utf-8"))["counts"]["taken"] == 1
    said, _ = typed(desk.project, "grade", LAB, "--course", desk.course)
    assert ANA.id in said
