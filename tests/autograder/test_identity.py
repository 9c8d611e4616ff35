"""Ids come from questions, names and texts, and never from a place."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder import identity
from autograder.compiler.notebooks import Piece, read_pieces


def code(text: str) -> str:
    return f"```python\n{text}\n```\n"


def blank(text: str, message: str = "Do it.") -> str:
    """An answer cell; `…` in the text is the blank."""
    return code(text.replace("…", f"#!TAG HWBEGIN\n#!MSG {message}\n1\n#!TAG HWEND"))


def check(question: str) -> str:
    return code(f"#!TAG QUESTION {question}")


def written(question: str) -> str:
    return f"#!TAG QUESTION {question} 2\n#!TAG HWBEGIN\nSo.\n#!TAG HWEND\n"


# Cells of which each has a name of its own, wherever it stands; a question is one unit.
UNITS = [
    "# Title\n",
    "Text.\n",
    "Why?\n\n#!TAG HWBEGIN\nSo.\n#!TAG HWEND\n",
    code("import math"),
    code("limit = 10"),
    "<!-- #raw -->\nraw\n<!-- #endraw -->\n",
    written("why"),
    written("how"),
    blank("double = (\n…\n)") + check("ex1"),
    blank("double = (\n…\n)") + blank("half = (\n…\n)") + check("ex2"),
    blank("…") + check("ex3"),
    blank("print(\n…\n)") + blank("print(1, (\n…\n))") + check("ex4"),
    check("ex5"),
]


def pieces(folder: Path, *units: str) -> list[Piece]:
    path = folder / "lab.md"
    # Two empty lines end a Markdown cell.
    path.write_text("\n\n".join(units), encoding="utf-8")
    return read_pieces(path).pieces


def ids(folder: Path, *units: str) -> list[str]:
    return [piece.cell_id for piece in pieces(folder, *units)]


@settings(deadline=None)
@given(units=st.permutations(UNITS), some=st.integers(1, len(UNITS)))
def test_an_id_is_the_same_whatever_stands_around_its_cell(
    tmp_path_factory: pytest.TempPathFactory, units: list[str], some: int
) -> None:
    folder = tmp_path_factory.getbasetemp()
    alone = [ids(folder, unit) for unit in units[:some]]
    assert ids(folder, *units[:some]) == [name for names in alone for name in names]


def test_ids_say_what_cells_are_for(tmp_path: Path) -> None:
    assert ids(
        tmp_path,
        "# Title\n",
        blank("class Model:\n    size = (\n…\n)\n"),
        blank("…"),
        check("ex1"),
        written("why"),
        blank("after = (\n…\n)"),
    ) == [
        identity.given_id("markdown", "# Title"),
        "ex1-answer-Model",
        f"ex1-answer-{identity.short_hash(DO_IT)}",
        *("ex1", "why", "ungraded-answer-after"),
    ]


DO_IT = '# TODO: Do it.\nraise NotImplementedError("Do it.")'


def test_an_answer_keeps_its_id_when_its_cell_is_corrected(tmp_path: Path) -> None:
    (before, _) = ids(tmp_path, blank("n = 3\n\n\ndef f(x):\n    return (\n…\n)"), check("ex1"))
    corrected = blank("import os\nm = 4\n\n\ndef f(x, y=1):\n    z = (\n…\n)", "Do it well.")
    neighbours = blank("a = (\n…\n)"), corrected, blank("b = (\n…\n)")
    assert ids(tmp_path, *neighbours, check("ex1"))[1] == before == "ex1-answer-f"


def test_cells_that_would_have_one_name_are_counted(tmp_path: Path) -> None:
    assert ids(
        tmp_path, code("x = 1"), code("x = 1  "), blank("a = (\n…\n)"), blank("a = (\n…\n) + 1"),
        check("ex1"),
    ) == [
        identity.given_id("code", "x = 1"), identity.given_id("code", "x = 1") + "-2",
        "ex1-answer-a", "ex1-answer-a-2", "ex1",
    ]  # fmt: skip


def test_ids_are_valid_whatever_names_are_long_or_foreign(tmp_path: Path) -> None:
    question = "q" * 64
    names = ["größe", "n" * 200, "n" * 199 + "m"]
    found = ids(tmp_path, *(blank(f"{name} = (\n…\n)") for name in names), check(question))
    assert len(set(found)) == 4
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,64}", cell_id) for cell_id in found)
    assert all(name.startswith("qqq") for name in found)


@pytest.mark.parametrize(
    ("kind", "source", "is_released"),
    [
        ("code", "x = 1", True),
        ("code", "x = 1  \r\n\n", True),
        ("code", "x = 2", False),
        ("markdown", "x = 1", False),
    ],
)
def test_the_id_of_a_given_cell_proves_its_text(kind: str, source: str, is_released: bool) -> None:
    for suffix in ("", "-2", "-31"):
        cell_id = identity.given_id("code", "x = 1") + suffix
        assert identity.is_given_text(cell_id, kind, source) is is_released
