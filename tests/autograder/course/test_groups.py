"""What a group handed in alike waits for one judgement; what others handed in does not."""

from pathlib import Path

from autograder.course.course import Course
from autograder.course.groups import Shares
from autograder.judge.content import Content

ROSTER = "student_id,group\nana,g1\nben,g1\ncem,g2\neva,\nmax,g1\n"


def shares(tmp_path: Path) -> Shares:
    (tmp_path / "roster.csv").write_text(ROSTER, "utf-8")
    return Shares(Course(tmp_path))


def content(student: str, notebook: bytes = b"{}", name: str = "a.ipynb") -> Content:
    return Content(student, name, notebook)


def test_only_members_of_one_group_share(tmp_path: Path) -> None:
    found = shares(tmp_path)
    names = ("ana", "ben", "cem", "eva", "somebody", "else")
    seen = {name: found.see(content(name)) for name in names}
    for name in names:
        found.wait(content(name))
    assert seen["ana"] == seen["ben"] and len(set(seen.values())) == len(names) - 1
    assert found.members(content("ana")) == found.members(content("ben")) == ["ana", "ben"]
    for alone in names[2:]:
        assert found.members(content(alone)) == [alone]
    assert found.notes() == []


def test_different_work_is_judged_apart_and_told(tmp_path: Path) -> None:
    found = shares(tmp_path)
    assert found.see(content("ana")) != found.see(content("ben", b"[]"))
    assert found.see(content("max", name="b.ipynb")) != found.see(content("ana"))
    found = shares(tmp_path)
    for one in (content("ana"), content("ben", b"[]"), content("max", name="b.ipynb")):
        found.see(one)
    assert found.notes() == [
        "group g1: ana, max and ben handed in different work; each is judged by what lies there"
    ]


def test_without_a_roster_everybody_is_alone(tmp_path: Path) -> None:
    found = Shares(Course(tmp_path))
    assert found.see(content("ana")) != found.see(content("ben"))
    assert found.members(content("ana")) == ["ana"]
