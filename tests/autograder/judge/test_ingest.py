"""Submissions become the instructor's notebook with the student's answers."""

import copy
import json
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given as given_examples
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.judge.ingest import Unreadable, compose, ingest, read_submission

from .notebooks import answer, given, notebook, question, written


@pytest.fixture
def instructor() -> Any:
    return notebook(
        given("lab-000", "limit = 10"),
        answer("lab-001", "def double(x):\n    raise NotImplementedError"),
        question("ex1-double", 2),
        written("ex1-why", 3),
    )


@pytest.fixture
def submitted(instructor: Any) -> Any:
    return copy.deepcopy(instructor)


def sources(composed: Any) -> list[str]:
    return [cell.source for cell in composed.notebook.cells]


def test_answers_are_taken_and_given_cells_are_not(instructor: Any, submitted: Any) -> None:
    submitted.cells[0].source = "limit = 10**9"
    submitted.cells[1].source = "def double(x):\n    return 2 * x"
    submitted.cells[2].source = "score = 100"
    submitted.cells[2].metadata["nbgrader"]["points"] = 1000
    submitted.cells[3].source = "because"
    composed = compose(instructor, submitted)
    assert sources(composed) == [
        "limit = 10",
        "def double(x):\n    return 2 * x",
        'check("ex1-double")',
        "because",
    ]
    assert composed.notebook.cells[2].metadata["nbgrader"]["points"] == 2
    assert composed.remarks == []


def test_own_cells_stay_where_they_stand(instructor: Any, submitted: Any) -> None:
    submitted.cells.insert(0, new_code_cell("import os"))
    submitted.cells.insert(2, new_code_cell("helper = 1", metadata={"nbgrader": {}}))
    submitted.cells.append(new_markdown_cell("notes"))
    composed = compose(instructor, submitted)
    assert sources(composed)[0] == "import os"
    assert sources(composed)[2] == "helper = 1"
    assert sources(composed)[-1] == "notes"
    assert [cell.id for cell in composed.notebook.cells if "own" in cell.id] == [
        "own-000",
        "own-001",
        "own-002",
    ]


def test_a_missing_answer_counts_as_blank(instructor: Any, submitted: Any) -> None:
    del submitted.cells[1]
    composed = compose(instructor, submitted)
    assert sources(composed)[1].endswith("raise NotImplementedError")
    assert composed.remarks == ["answer cell lab-001 is missing and counts as left blank"]


def test_a_copied_answer_is_an_own_cell(instructor: Any, submitted: Any) -> None:
    again = copy.deepcopy(submitted.cells[1])
    again.id, again.source = "fresh", "double = None"
    submitted.cells.insert(2, again)
    composed = compose(instructor, submitted)
    assert sources(composed)[2] == "double = None"
    assert composed.remarks == [
        "a second cell marked as lab-001 runs as a cell of the student's own"
    ]


def test_answers_survive_lost_cell_ids(instructor: Any, submitted: Any) -> None:
    submitted.cells[1].source = "double = abs"
    for number, cell in enumerate(submitted.cells):
        cell.id = f"colab{number}"
    assert sources(compose(instructor, submitted))[1] == "double = abs"


def test_answers_survive_lost_metadata(instructor: Any, submitted: Any) -> None:
    submitted.cells[1].source = "double = abs"
    submitted.cells[3].source = "because"
    for number, cell in enumerate(submitted.cells):
        cell.id, cell.metadata = f"plain{number}", {}
    submitted.cells.insert(1, new_code_cell("helper = 1"))
    del submitted.cells[1]
    composed = compose(instructor, submitted)
    assert sources(composed)[1] == "double = abs"
    assert sources(composed)[3] == "because"


def test_a_code_answer_turned_markdown_is_still_code(instructor: Any, submitted: Any) -> None:
    retyped = new_markdown_cell("double = abs", id="lab-001")
    submitted.cells[1] = retyped
    composed = compose(instructor, submitted)
    assert composed.notebook.cells[1].cell_type == "code"
    assert sources(composed)[1] == "double = abs"
    assert composed.remarks == [
        "cell lab-001 was changed from code to markdown; its text is taken as code"
    ]


def test_reordered_and_deleted_cells_are_said(instructor: Any, submitted: Any) -> None:
    submitted.cells = [submitted.cells[3], submitted.cells[1], submitted.cells[2]]
    composed = compose(instructor, submitted)
    assert [cell.id for cell in composed.notebook.cells] == [c.id for c in instructor.cells]
    assert composed.remarks == [
        "cells were reordered; they are graded in the order of the lab",
        "cells of the lab were missing and put back: lab-000",
    ]


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_zip_with_one_notebook_is_opened(tmp_path: Path, instructor: Any, submitted: Any) -> None:
    submitted.cells[1].source = "double = abs"
    content = nbformat.writes(submitted).encode()
    members = {"../../etc/lab.ipynb": content, "__MACOSX/lab.ipynb": b"", "data.csv": b"1"}
    composed = ingest(instructor, zipped(tmp_path / "lab.ipynb", members))
    assert composed.status == "graded"
    assert sources(composed)[1] == "double = abs"
    assert composed.remarks == ["lab.ipynb is a zip archive; lab.ipynb was taken from it"]
    assert [path.name for path in tmp_path.iterdir()] == ["lab.ipynb"]


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"a.ipynb": b"{}", "b.ipynb": b"{}"}, "2 notebooks"),
        ({"a.txt": b""}, "0 notebooks"),
        ({"bomb.ipynb": b" " * (30 << 20)}, "larger than 20 MiB"),
    ],
)
def test_other_zips_are_refused(
    tmp_path: Path, instructor: Any, members: dict[str, bytes], words: str
) -> None:
    composed = ingest(instructor, zipped(tmp_path / "lab.ipynb", members))
    assert composed.status == "unreadable"
    assert words in composed.remarks[0]


def test_a_torn_zip_is_refused(tmp_path: Path, instructor: Any) -> None:
    path = zipped(tmp_path / "lab.ipynb", {"a.ipynb": b"{}" * 1000})
    path.write_bytes(path.read_bytes()[:40])
    assert "can't be read" in ingest(instructor, path).remarks[0]


def test_composing_leaves_the_instructors_copy_alone(instructor: Any, submitted: Any) -> None:
    before = copy.deepcopy(instructor)
    submitted.cells[1].source = "double = abs"
    compose(instructor, submitted)
    assert instructor == before


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
    ],
)
def test_what_is_no_notebook_is_refused_with_a_reason(
    tmp_path: Path, instructor: Any, content: bytes
) -> None:
    path = tmp_path / "lab.ipynb"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=r"lab\.ipynb"):
        read_submission(path)
    composed = ingest(instructor, path)
    assert composed.status == "unreadable"
    assert composed.remarks[0].startswith("graded as blank: lab.ipynb")
    assert composed.notebook == instructor


def test_old_formats_are_read(tmp_path: Path, instructor: Any) -> None:
    for cell in instructor.cells:
        del cell["id"]
    instructor.nbformat_minor = 4
    path = tmp_path / "lab.ipynb"
    path.write_text(json.dumps(instructor), "utf-8")
    assert len(read_submission(path)[0].cells) == 4


@given_examples(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(
            st.sampled_from(["cells", "cell_type", "source", "metadata", "nbformat", "id"]), inner
        ),
    )
)  # fmt: skip
def test_any_json_gets_a_decision(tmp_path_factory: pytest.TempPathFactory, content: Any) -> None:
    blank = notebook(given("lab-000", "x = 1"))
    path = tmp_path_factory.mktemp("any") / "lab.ipynb"
    path.write_text(json.dumps(content), "utf-8")
    assert ingest(blank, path).status in ("graded", "unreadable")
    assert nbformat.validate(ingest(blank, path).notebook) is None


def test_only_text_kind_id_and_mark_of_a_cell_matter(tmp_path: Path, submitted: Any) -> None:
    submitted.cells[1].source = "double = '\ud800'"  # no file can hold it
    odd: list[Any] = [{"cell_type": "code", "source": "1", "id": odd_id} for odd_id in ([], {}, 7)]
    odd += [{"cell_type": "code", "source": ["a = 1\n", "b = 2"], "metadata": []}]
    odd += [{"cell_type": "heading", "source": "Hm", "metadata": {"nbgrader": {"grade_id": {}}}}]
    path = tmp_path / "lab.ipynb"
    path.write_text(json.dumps({"cells": [*submitted.cells, *odd], "nbformat": "?"}), "utf-8")
    notebook, _ = read_submission(path)
    assert [cell.source for cell in notebook.cells[-5:]] == ["1", "1", "1", "a = 1\nb = 2", "Hm"]
    assert notebook.cells[1].source == "double = '?'"
    assert notebook.cells[-1].cell_type == "markdown"


def test_what_is_no_cell_is_left_out_and_said(
    tmp_path: Path, instructor: Any, submitted: Any
) -> None:
    submitted.cells[1].source = "def double(x):\n    return 2 * x"
    tree = json.loads(nbformat.writes(submitted))
    tree["cells"][0:0] = [None, {"cell_type": "code", "source": 7}]
    tree["cells"].append({"cell_type": "code", "source": ["a", 1]})
    path = tmp_path / "lab.ipynb"
    path.write_text(json.dumps(tree), "utf-8")
    composition = ingest(instructor, path)
    assert composition.status == "graded"
    number = len(tree["cells"])
    assert composition.remarks == [f"no cells of a notebook, and left out: number 1, 2, {number}"]
    assert "return 2 * x" in composition.notebook.cells[1].source


def test_a_damaged_zip_is_refused_whatever_zipfile_says(tmp_path: Path, instructor: Any) -> None:
    whole = zipped(tmp_path / "lab.ipynb", {"lab.ipynb": b"{}"}).read_bytes()
    path = tmp_path / "cut" / "lab.ipynb"
    path.parent.mkdir()
    path.write_bytes(whole[:4] + whole[4 + 20 :])  # offsets in it point before its start
    composition = ingest(instructor, path)
    assert composition.status == "unreadable"
    assert "zip archive" in composition.remarks[0]


def test_a_file_made_to_take_long_is_refused_at_once(tmp_path: Path, instructor: Any) -> None:
    path = tmp_path / "lab.ipynb"
    cell = '{"cell_type": "code", "source": ""}'
    path.write_text(f'{{"cells": [{",".join([cell] * 100_000)}]}}', "utf-8")
    assert ingest(instructor, path).remarks == [
        "graded as blank: lab.ipynb has more than 1000 cells"
    ]


def test_links_are_not_followed(tmp_path: Path, instructor: Any) -> None:
    (tmp_path / "neighbour.ipynb").write_text(json.dumps(instructor), "utf-8")
    (tmp_path / "lab.ipynb").symlink_to(tmp_path / "neighbour.ipynb")
    assert ingest(instructor, tmp_path / "lab.ipynb").status == "unreadable"


def test_pictures_pasted_into_text_are_kept(instructor: Any, submitted: Any) -> None:
    submitted.cells[3].source = "![a](attachment:a.png)"
    picture = {"a.png": {"image/png": "AAAA"}}
    submitted.cells[3].attachments = picture
    submitted.cells.append(new_markdown_cell("![a](attachment:a.png)", attachments=picture))
    composed = compose(instructor, submitted).notebook
    assert [cell.attachments for cell in composed.cells[3:]] == [picture, picture]


def test_pictures_are_pictures(tmp_path: Path, submitted: Any) -> None:
    submitted.cells[3].attachments = {
        "a.svg": {"image/svg+xml": "AAAA"}, "b.png": {"image/png": 'AA" onerror="'},
        "c.gif": {"image/gif": "AAAA=="}, "d": [], "e": {"image/png": 7},
    }  # fmt: skip
    path = tmp_path / "lab.ipynb"
    path.write_text(json.dumps(submitted), "utf-8")
    (notebook, _) = read_submission(path)
    assert notebook.cells[3].attachments == {"c.gif": {"image/gif": "AAAA=="}}
    assert notebook.cells[0].attachments == {}


def test_the_name_in_an_archive_is_only_text(tmp_path: Path, submitted: Any) -> None:
    path = tmp_path / "lab.ipynb"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("\x1b[2J\nlab.ipynb", json.dumps(submitted))
    _, remarks = read_submission(path)
    assert remarks == ["lab.ipynb is a zip archive; \ufffd[2J lab.ipynb was taken from it"]
