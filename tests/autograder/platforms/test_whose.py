"""Whose a hand-in is, by ids before names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.roster import Roster, Student
from autograder.platforms import whose as module
from autograder.platforms.archive import Member
from autograder.platforms.clue import Clue
from autograder.platforms.decisions import How, Row
from autograder.platforms.whose import Owners, Unit, bounded, units_of

ROSTER = Roster(
    [
        Student("ana", {"name": "Ana Silva", "canvas_id": "1", "group": "red"}),
        Student("ben", {"name": "Ben Li", "canvas_id": "2", "group": "red", "sis_login": "bli"}),
        Student("cia", {"name": "Cia Li", "canvas_id": "3"}),
    ]
)


def named(path: str, clue: Clue) -> tuple[Member, Clue]:
    return Member(path, path, 2, path), clue


def told(*clues: Clue, rows: tuple[Row, ...] = (), **options: bool) -> list[Unit]:
    units = units_of(named(f"{n}/{clue.file}", clue) for n, clue in enumerate(clues))
    flags = {"by_name": False, "alone": False} | options
    Owners(ROSTER, None, rows, "canvas", **flags, digest=lambda one: f"of {one.path}").tell(units)
    return units


def students(unit: Unit) -> list[tuple[str, str]]:
    return [(owner.student, owner.how.value) for owner in unit.owners]


def test_files_of_one_attempt_are_one_unit() -> None:
    clues = [Clue("p", "a"), Clue("p", "b", late_flag="LATE"), Clue("p", "c", attempt="2")]
    first, second = units_of(named(clue.file, clue) for clue in clues)
    assert [member.path for member, _ in first.files] == ["a", "b"]
    assert first.clue.late_flag == "LATE" and second.clue.attempt == "2"


FILES = st.lists(
    st.tuples(st.sampled_from(["a.ipynb", "b/c.ipynb", "d.txt"]), st.integers(0, 30 << 20)),
    max_size=30,
)


@given(FILES)
def test_of_one_hand_in_only_so_much_is_looked_at(files: list[tuple[str, int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "UNIT_LIMIT", 5)
        patch.setattr(module, "UNIT_LIMIT_BYTES", 40 << 20)
        members = [Member(f"{n}/{name}", name, size, "") for n, (name, size) in enumerate(files)]
        kept = bounded([(one, Clue("p", one.path)) for one in members])
    read = [member for member, _ in kept if not member.wrong]
    assert len(kept) <= 6 and len(read) <= 5
    assert sum(one.size_bytes for one in read) <= 40 << 20
    assert all(one.size_bytes <= 20 << 20 for one in read)
    if len(files) <= 5 and sum(size for _, size in files) <= 20 << 20:
        assert [one for one, _ in kept] == members
    if len(files) > 5:
        (last,) = [one.wrong for one, _ in kept if "too many" in one.wrong]
        assert last.startswith(f"one of {len(files)} files")
        assert last.endswith(f"so are {len(files) - 6} more")


def test_notebooks_are_looked_at_first() -> None:
    names = [f"{n}.txt" for n in range(module.UNIT_LIMIT + 7)] + ["z/lab.ipynb"]
    (unit,) = units_of(named(name, Clue("p", name)) for name in names)
    assert "z/lab.ipynb" in [member.path for member, _ in unit.files if not member.wrong]
    assert len(unit.files) == module.UNIT_LIMIT + 1


def test_ids_and_logins_tell() -> None:
    by_id, by_login, nobody = told(
        Clue("x", "l.ipynb", ids={"canvas_id": "3"}),
        Clue("y", "l.ipynb", ids={"login": "BLI"}),
        Clue("z", "l.ipynb", ids={"canvas_id": "9"}),
        alone=True,
    )
    assert students(by_id) == [("cia", "roster-id")]
    assert students(by_login) == [("ben", "username")]
    assert not nobody.is_told and "canvas_id 9" in nobody.owners[0].reason


def test_a_name_is_not_enough_unless_asked_for() -> None:
    clue = Clue("x", "l.ipynb", name="Silva, Ana", ids={"canvas_id": "9"})
    (unit,) = told(clue)
    assert not unit.is_told and "--by-name" in unit.owners[0].reason
    (unit,) = told(clue, by_name=True, alone=True)
    assert students(unit) == [("ana", "file-name")]


def test_who_is_known_by_id_is_not_found_by_name_again() -> None:
    by_id, by_name = told(
        Clue("x", "l.ipynb", ids={"canvas_id": "1"}),
        Clue("y", "l.ipynb", name="Ana Silva", ids={"canvas_id": "9"}),
        by_name=True,
        alone=True,
    )
    assert by_id.is_told and not by_name.is_told


def test_mates_get_it_only_from_the_group() -> None:
    (unit,) = told(Clue("x", "l.ipynb", ids={"canvas_id": "1"}))
    assert students(unit) == [("ana", "roster-id"), ("ben", "roster-id")]
    assert [owner.is_shared for owner in unit.owners] == [False, True]
    (unit,) = told(Clue("x", "l.ipynb", ids={"canvas_id": "3"}))
    assert students(unit) == [("cia", "roster-id")]


def by_hand(student: str, *, platform: str = "canvas", digest: str = "of 0/l.ipynb") -> Row:
    source, how = f"{platform}:a.zip", How.BY_HAND
    return Row(source, "0/l.ipynb", lms_id="1", student_id=student, how=how, sha256=digest)


def test_a_person_wins_over_ids_for_that_file_alone() -> None:
    clue = Clue("x", "l.ipynb", lms_id="1", ids={"canvas_id": "1"})
    for student in ("cia", ""):
        (unit,) = told(clue, rows=(by_hand(student),))
        assert students(unit) == [(student, How.BY_HAND)]
    other = Clue("x", "l-1.ipynb", lms_id="1", ids={"canvas_id": "1"})
    for student in ("cia", ""):
        (unit,) = told(other, rows=(by_hand(student),), alone=True)
        assert students(unit) == [("ana", How.ROSTER_ID)]
        (unit,) = told(clue, rows=(by_hand(student, digest="other"),), alone=True)
        assert students(unit) == [("ana", How.ROSTER_ID)]  # as Moodle names each file the same
    # A number of another platform says nothing here.
    (unit,) = told(clue, rows=(by_hand("cia", platform="moodle"),), alone=True)
    assert students(unit) == [("ana", How.ROSTER_ID)]


def test_what_a_person_gave_away_has_the_other_s_own_number() -> None:
    clue = Clue("x", "l.ipynb", lms_id="1", ids={"canvas_id": "1"})
    (unit,) = told(clue, rows=(by_hand("cia"),))
    assert [(owner.lms_id, owner.name) for owner in unit.owners] == [("3", "Cia Li")]
    (unit,) = told(clue, rows=(by_hand("ana"),), alone=True)
    assert [(owner.lms_id, owner.name) for owner in unit.owners] == [("", "")]


def test_a_person_tells_later_files_where_ids_tell_nobody() -> None:
    for file in ("l.ipynb", "l-1.ipynb"):
        later = Clue("x", file, lms_id="1", ids={"canvas_id": "9"})
        (unit,) = told(later, rows=(by_hand("cia", digest="other"),))
        assert students(unit) == [("cia", How.BY_HAND)]
        (unit,) = told(later, rows=(by_hand("", digest="other"),))
        assert students(unit) == [("", How.NOTHING)]
