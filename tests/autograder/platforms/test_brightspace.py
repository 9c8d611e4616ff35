"""Brightspace's names and gradebooks."""

from datetime import datetime
from pathlib import Path

import pytest

from autograder.delimited import parse_delimited
from autograder.platforms import brightspace

from .downloads import brightspace_rows, people, table_text
from .test_moodle import archive_of


@pytest.mark.parametrize(
    ("path", "name", "file", "time"),
    [
        ("13394-80551 - Ana - Nov 20, 2026 1159 PM/lab.ipynb", "Ana", "lab.ipynb", (23, 59)),
        ("1-2 - Ana B-C - Nov 20, 2026 905 AM - a - 9.ipynb", "Ana B-C", "a - 9.ipynb", (9, 5)),
        ("1-2 - Ana - Mia - Nov 20, 2026 1159 PM/a/b.ipynb", "Ana - Mia", "a/b.ipynb", (23, 59)),
        ("1-2 - 李 雷 - 20 November, 2026 2359/lab.ipynb", "李 雷", "lab.ipynb", (23, 59)),
    ],
)  # fmt: skip
def test_names_say_who_when_and_what(
    path: str, name: str, file: str, time: tuple[int, int]
) -> None:
    (clue,) = brightspace.read(archive_of(path)).values()
    assert (clue.name, clue.file) == (name, file)
    assert clue.handed_in == datetime(2026, 11, 20, *time)


def test_a_gradebook_keeps_the_marks_before_ids() -> None:
    (ana,) = people(1)
    table = parse_delimited(Path("g.csv"), table_text(brightspace_rows([ana], "7")).encode())
    assert brightspace.claims(table)
    file = brightspace.grade_file(table, (), ("Lab",))
    assert (file.column, file.maximum) == (2, "7")
    assert dict(file.lines[0].ids) == {"orgdefinedid": ana.id, "login": ana.login}
    assert brightspace.grade_file(table, ("Lab Points Grade",), ()).column == 2
    plain = table_text(brightspace_rows([ana])).replace(
        " <Numeric MaxPoints:100 Category:Labs>", ""
    )
    file = brightspace.grade_file(parse_delimited(Path("g.csv"), plain.encode()), (), ("lab",))
    assert (file.column, file.maximum) == (2, None)
