"""What the checks look at, and where it stands."""

from pathlib import Path

import pytest

from autograder.errors import UserError
from autograder.gate.bench import Subject


def test_places(subject: Subject) -> None:
    assert subject.place_of_question("ex1-why").endswith("small.md:28")
    notebook = subject.notebook_path.read_text("utf-8").split("\n")
    for cell in subject.code_cells():
        line = int(subject.place_of(cell).rsplit(":", 1)[1])
        assert notebook[line - 1].strip().startswith(f'"{cell.source.splitlines()[0][:5]}')


def test_cells_have_places_in_the_source(subject: Subject) -> None:
    source = subject.source.read_text("utf-8").split("\n")
    for cell in subject.code_cells():
        line = int(subject.place_in_source(cell.id).rsplit(":", 1)[1])
        first = "#!TAG" if cell.source.startswith(("check(", "double(")) else cell.source
        assert source[line - 1].startswith(first.splitlines()[0])
    assert subject.place_in_source("no-such-cell").endswith("small.md:1")


def test_tests_are_known_by_kind(subject: Subject) -> None:
    assert [test.name for test in subject.public_tests] == ["test_four"]
    assert [test.name for test in subject.hidden_tests] == ["test_thirds"]


@pytest.mark.parametrize("missing", ["source", "release"])
def test_a_lab_that_is_not_there(subject: Subject, tmp_path: Path, missing: str) -> None:
    (subject.project / missing).rename(tmp_path / "elsewhere")
    with pytest.raises(UserError, match="no such") as error:
        _ = subject.assignment
    assert error.value.exit_code == 2
