"""Bytes become cells, or are refused with a reason."""

import io
import json
import zipfile
from typing import Any

import pytest
from hypothesis import given as given_examples
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell

from autograder.errors import Unreadable
from autograder.judge.parse import PICTURE_LIMIT, ParsedCell, parse_notebook

from .notebooks import answer, given, notebook, question, written

NAME = "lab.ipynb"


@pytest.fixture
def submitted() -> Any:
    return notebook(
        given("lab-000", "limit = 10", tags=["skip-grading"]),
        answer("lab-001", "double = abs"),
        question("ex1-double", 2),
        written("ex1-why", 3),
    )


def dumped(tree: Any) -> bytes:
    return json.dumps(tree).encode()


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def test_of_a_cell_its_text_kind_ids_and_marks_are_kept(submitted: Any) -> None:
    submitted.cells.append(new_code_cell("mine = 1", id="own"))
    assert parse_notebook(dumped(submitted), NAME).cells == (
        ParsedCell("code", "limit = 10", "lab-000", "lab-000", "given", is_skipped=True),
        ParsedCell("code", "double = abs", "lab-001", "lab-001", "answer"),
        ParsedCell("code", 'check("ex1-double")', "check-ex1-double", "ex1-double", "check"),
        ParsedCell("markdown", "*Your answer here.*", "written-ex1-why", "ex1-why", "answer"),
        ParsedCell("code", "mine = 1", "own"),
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"not json",
        b"[]",
        b"null",
        b"{}",
        b'{"cells": 3, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        b'{"cells": [{"cell_type": "code", "source": 7}], "nbformat": 4, "nbformat_minor": 5}',
        b"[" * 100_000,
        b" " * (20 << 20) + b"{}",
    ],
)
def test_what_is_no_notebook_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(Unreadable, match=r"^lab\.ipynb .*save it again and hand in the \.ipynb$"):
        parse_notebook(content, NAME)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"\n<!DOCTYPE html><html>", "it is a web page"),
        (b"%PDF-1.7 \xe2", "it is a PDF"),
        (b"import torch\nx = 1", "it is Python code"),
        ('{"cells": []}'.encode("utf-16"), "it is a text in UTF-16"),
        (b'{"cells": "\xe4"}', "its text is not UTF-8"),
        (b'{"cells": [', "it is damaged"),
        (b'{"cells": [1]}', "none of its cells is one"),
    ],
)
def test_it_is_said_what_was_handed_in_instead(content: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=f"is not a notebook: {words}"):
        parse_notebook(content, NAME)


def test_a_file_made_to_take_long_is_refused_at_once() -> None:
    cells = [{"cell_type": "code", "source": ""}] * 100_000
    with pytest.raises(Unreadable, match="more than 1000 cells"):
        parse_notebook(dumped({"cells": cells}), NAME)


def test_old_formats_are_read(submitted: Any) -> None:
    for cell in submitted.cells:
        del cell["id"]
    submitted.nbformat_minor = 4
    assert [cell.id for cell in parse_notebook(dumped(submitted), NAME).cells] == [None] * 4
    old = {"cell_type": "code", "input": ["a = 1\n", "b = 2"], "metadata": {}}
    parsed = parse_notebook(dumped({"nbformat": 3, "worksheets": [{"cells": [old]}]}), NAME)
    assert parsed.cells == (ParsedCell("code", "a = 1\nb = 2"),)


def test_values_of_odd_types_are_as_if_they_were_not_there(submitted: Any) -> None:
    submitted.cells[1].source = "double = '\ud800'"  # no file can hold it
    odd_ids: list[Any] = [[], {}, 7]
    odd: list[Any] = [{"cell_type": "code", "source": "1", "id": odd_id} for odd_id in odd_ids]
    odd += [{"cell_type": "code", "source": "1", "metadata": []}]
    odd += [{"cell_type": "code", "source": "1", "metadata": {"nbgrader": [], "tags": {}}}]
    odd += [{"cell_type": "heading", "source": "1", "metadata": {"nbgrader": {"grade_id": {}}}}]
    tree = {"cells": [*submitted.cells, *odd], "nbformat": "?"}
    cells = parse_notebook(dumped(tree), NAME).cells
    assert cells[1].source == "double = '?'"
    assert cells[4:] == (*[ParsedCell("code", "1")] * 5, ParsedCell("markdown", "1"))


def test_what_is_no_cell_is_left_out_and_said(submitted: Any) -> None:
    tree = json.loads(dumped(submitted))
    tree["cells"][0:0] = [None, {"cell_type": "code", "source": 7}]
    tree["cells"].append({"cell_type": "code", "source": ["a", 1]})
    parsed = parse_notebook(dumped(tree), NAME)
    assert len(parsed.cells) == 4
    assert parsed.notes == ("no cells of a notebook, and left out: number 1, 2, 7",)


def test_pictures_are_pictures(submitted: Any) -> None:
    submitted.cells[3].attachments = {
        "a.svg": {"image/svg+xml": "AAAA"}, "b.png": {"image/png": 'AA" onerror="'},
        "c.gif": {"image/gif": "AAAA=="}, "d": [], "e": {"image/png": 7},
    }  # fmt: skip
    cells = parse_notebook(dumped(submitted), NAME).cells
    assert cells[3].attachments == {"c.gif": {"image/gif": "AAAA=="}}
    assert cells[0].attachments == {}


def test_names_and_numbers_are_bounded(submitted: Any) -> None:
    tree = json.loads(dumped(submitted))
    tree["cells"][3]["attachments"] = {f"{n}.png": {"image/png": "AAAA"} for n in range(999)}
    tree["cells"][1]["id"] = "x" * 10**6
    tree["cells"][1]["metadata"]["nbgrader"]["grade_id"] = "y" * 10**6
    tree["cells"][2]["attachments"] = {"z" * 10**6: {"image/png": "AAAA"}}
    tree["cells"] += [None] * 900
    parsed = parse_notebook(dumped(tree), NAME)
    assert len(parsed.cells[3].attachments) == PICTURE_LIMIT
    assert (parsed.cells[1].id, parsed.cells[1].grade_id) == (None, None)
    assert parsed.cells[2].attachments == {}
    assert parsed.notes[0].endswith("14 and 890 more") and len(parsed.notes[0]) < 200


@given_examples(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(
            st.sampled_from(["cells", "cell_type", "source", "metadata", "nbformat", "id"]), inner
        ),
    )
)  # fmt: skip
def test_any_json_is_read_or_refused(content: Any) -> None:
    try:
        parsed = parse_notebook(dumped(content), NAME)
    except Unreadable as refused:
        assert str(refused).startswith(NAME)
    else:
        assert all(isinstance(cell.source, str) for cell in parsed.cells)
