"""A file of grades in our words."""

from pathlib import Path

from autograder.delimited import parse_delimited
from autograder.platforms.grade_file import GradeFile, Line


def test_without_more_an_empty_cell_has_no_grade_and_nothing_is_fixed() -> None:
    table = parse_delimited(Path("g.csv"), b"a,b\n1,2\n")
    file = GradeFile("moodle", table, [Line(1)], column=1)
    assert file.empty == frozenset({""}) and not file.fixed and not file.problem and not file.flags
    assert (file.lines[0].locked, file.lines[0].is_test, file.lines[0].members) == ("", False, ())
