"""Answers are collected without what was released, and by groups."""

from autograder.assignment import nbgrader_tag
from autograder.hand_grading.answers import Answers, answer_cell, collect_answers
from autograder.hand_grading.codes import Codes
from autograder.judge.submission import StudentCell

from .conftest import LAB, QUESTION, Class

CODES = Codes(b"secret", LAB, QUESTION)


def collect(students: Class) -> Answers:
    return collect_answers(students.course, students.assignment, QUESTION, CODES)


def test_what_was_released_is_no_answer_and_a_picture_is_one(students: Class) -> None:
    cell = answer_cell(students.assignment.notebook, QUESTION)
    picture = {"a.png": {"image/png": "AAAA"}}
    students.grade(
        {
            "ana": cell.source,
            "ben": None,
            "cia": StudentCell(cell.id, "markdown", cell.source, attachments=picture),
            "dan": "",
            "eve": "Because.",
        }
    )
    found = collect(students)
    assert found.untouched == ["ana", "ben"]
    assert sorted(one.students for one in found.answers) == [("cia",), ("dan",), ("eve",)]
    before = {one.students: one.code for one in found.answers}
    other = {"a.png": {"image/png": "AAAB"}}
    students.grade({"cia": StudentCell(cell.id, "markdown", cell.source, attachments=other)})
    after = {one.students: one.code for one in collect(students).answers}
    assert [who for who in before if before[who] != after[who]] == [("cia",)]


def test_strangers_who_wrote_alike_have_answers_of_their_own(students: Class) -> None:
    students.groups(ana="red", ben="red", dan="")
    students.grade({"ana": "Because.", "ben": "Because.", "cia": "Because.", "dan": "Because."})
    found = collect(students)
    assert sorted(one.students for one in found.answers) == [("ana", "ben"), ("cia",), ("dan",)]
    assert {answer.code for answer in found.answers} == {*found.by_code}


def test_the_cell_of_an_answer(students: Class) -> None:
    cell = answer_cell(students.assignment.notebook, QUESTION)
    assert nbgrader_tag(cell)["grade_id"] == QUESTION
    assert answer_cell(students.assignment.notebook, "ex1-double") is None
