"""Who is in the course."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course.lateness import ExtraTime
from autograder.course.roster import COLUMNS, Roster, Student, read_roster, roster_of
from autograder.errors import UserError

from ..platforms.downloads import people, roster_text

CLASS = people(9)
IDS = st.text(st.characters(categories=["Lu", "Ll", "Nd"]), min_size=3, max_size=8)


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    (folder / "roster.csv").write_bytes(text.encode(encoding))
    return folder / "roster.csv"


def test_all_columns_are_read(tmp_path: Path) -> None:
    roster = read_roster(written(tmp_path, roster_text(CLASS, {1: "red", 2: "red"})))
    assert list(roster.students) == [one.id for one in CLASS]
    ana = CLASS[0]
    for kind, value in {
        **{"canvas_id": ana.canvas_id, "sis_user_id": ana.id, "login": ana.login.upper()},
        **{"email": ana.email.upper(), "orgdefinedid": ana.id, "username": ana.login},
    }.items():
        assert roster.tell({kind: value}).student == ana.id, kind
    assert roster.group_of("Red") == [CLASS[0].id, CLASS[1].id]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_spreadsheets_write_it_in_many_ways(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = delimiter.join(["Name", "STUDENT_ID", "more"]) + "\r\n"
    text += delimiter.join(["Ünal", "007", "x"]) + "\r\n"
    roster = read_roster(written(tmp_path, text, encoding))
    assert {one.id: one.name for one in roster.students.values()} == {"007": "Ünal"}


@given(st.lists(IDS, min_size=1, max_size=6, unique_by=str.casefold), st.data())
def test_zeros_in_front_count_and_nobody_is_taken_for_another(
    ids: list[str], data: st.DataObject
) -> None:
    roster = Roster(Student(one, {"canvas_id": f"0{one}"}) for one in ids)
    asked = data.draw(st.one_of(st.sampled_from(ids), IDS))
    told = roster.tell({"canvas_id": asked})
    assert told.student == (asked[1:] if asked[:1] == "0" and asked[1:] in ids else "")
    assert roster.tell({"canvas_id": f"0{asked}"}).student == (asked if asked in ids else "")


def test_ids_that_contradict_each_other_tell_nobody() -> None:
    roster = Roster([Student("ana", {"email": "a@x"}), Student("ben", {"email": "b@x"})])
    told = roster.tell({"idnumber": "ana", "email": "b@x"})
    assert told.student == "" and "more than one student: ana, ben" in told.reason
    assert roster.tell({}).reason == "the download gives no id"


@pytest.mark.parametrize(
    ("name", "found"),
    [
        *(("Ana Silva", "1"), ("Silva, Ana", "1"), ("ana  SILVA", "1"), ("silvaana", "1")),
        *(("bergvan", ""), ("vandenbergjan", "2"), ("van den Berg, Jan", "2")),
        *(("Ana", ""), ("", ""), ("Jose\u0301 Díaz", "3"), ("díazjosé", "3")),
    ],
)
def test_names_in_any_order(name: str, found: str) -> None:
    names = {"1": "Ana Silva", "2": "Jan van den Berg", "3": "José Díaz"}
    roster = Roster(Student(key, {"name": value}) for key, value in names.items())
    assert "".join(roster.named(name)) == found


def test_short_ids_are_not_looked_for_in_file_names() -> None:
    roster = Roster([Student("1"), Student("u77"), Student("ana.silva")])
    assert roster.mentioned("lab (1).ipynb") == set()
    assert roster.mentioned("sub/lab_u77-final.ipynb") == {"u77"}
    assert roster.mentioned("ana.silva.ipynb") == {"ana.silva"}
    assert roster.mentioned("u770.ipynb") == set()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name\nAna\n", ":1: no column student_id"),
        ("student_id,email,Student_ID\nana,,ben\n", ":1: two columns are called `student_id`"),
        ("student_id,email,email\nana,a,b\n", ":1: two columns are called `email`; keep one"),
        ("student_id\nana\nana\n", ":3: student_id ana is there twice"),
        ("student_id,name\n,Ana\n", ":2: student_id  is empty"),
        ("student_id\n../x\n", ":2: student_id ../x can't name a folder"),
        ("student_id\n.x\n", "can't name a folder"),
        ("student_id\na<b\n", "can't name a folder"),
        ("student_id\nLab\n", ":2: student_id Lab is the lab's name"),
        ("student_id,canvas_id\na,7\nb,7\n", ":3: canvas_id 7 is that of line 2, too"),
        ("student_id,email\na,X@y\nb,x@Y\n", ":3: email x@Y is that of line 2"),
        ("", "an empty file"),
        ("student_id,extra_time\nana,2\n", ":2: the extra time of `ana` is not clear; write"),
    ],
)
def test_what_is_wrong_is_one_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UserError) as error:
        read_roster(written(tmp_path, text), "lab")
    assert words in error.value.message and error.value.exit_code == 2


def test_no_roster_says_what_one_is(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no roster; write one with a column student_id"):
        read_roster(tmp_path / "roster.csv")


def test_a_title_that_is_nearly_one_of_ours_is_told(tmp_path: Path) -> None:
    roster = read_roster(written(tmp_path, "student_id,Canvas ID,notes\na,1,x\n"))
    assert len(roster.notes) == 1 and "Canvas ID is not read; is it canvas_id?" in roster.notes[0]
    assert "canvas_id" in COLUMNS


def test_in_a_course_without_a_file_nobody_is_known(tmp_path: Path) -> None:
    assert roster_of(tmp_path).students == {}


def test_what_grading_asks_of_a_student(tmp_path: Path) -> None:
    text = '''Student_ID ;other;name;group;extra_time;email
007;x;"Müller, ""Ana""";g1;25 %;a@b.c
ben;;Ben
;;
'''
    written(tmp_path, text)
    ana, ben = roster_of(tmp_path).students.values()
    assert (ana.id, ana.name, ana.email, ana.group) == ("007", 'Müller, "Ana"', "a@b.c", "g1")
    assert ana.extra_time == ExtraTime(percent=25)
    assert (ben.id, ben.name, ben.email, ben.group, ben.extra_time) == ("ben", "Ben", "", "", None)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"PK\x03\x04"])
def test_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "roster.csv").write_bytes(content)
    with pytest.raises(UserError, match=r"roster\.csv: "):
        read_roster(tmp_path / "roster.csv")


def test_what_a_spreadsheet_wrote_for_itself(tmp_path: Path) -> None:
    content = "sep=;\r\nstudent_id;name\r\n007;Müller, Ana\r\n"
    (tmp_path / "roster.csv").write_bytes(content.encode("cp1252"))
    assert read_roster(tmp_path / "roster.csv").students["007"].name == "Müller, Ana"


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_anything_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "roster.csv"
    path.write_bytes(b"student_id,group,extra_time\n" + content)
    try:
        assert all(roster_of(path.parent).students)
    except UserError as error:
        assert "roster.csv" in error.message and "\n" not in error.message
