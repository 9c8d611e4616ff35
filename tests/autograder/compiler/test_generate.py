"""nbgrader's release step on a notebook alone."""

import copy
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.utils import compute_checksum

from autograder.compiler.generate import generate
from autograder.errors import UserError

SOURCE = Path("a lab/lab.md")


def marked(cell, grade_id: str, **marks: object):  # type: ignore[no-untyped-def]
    defaults = {"grade": False, "solution": False, "locked": True, "schema_version": 3}
    cell.id = grade_id
    cell.metadata["nbgrader"] = {**defaults, "task": False, "grade_id": grade_id, **marks}
    return cell


def draft(*more):  # type: ignore[no-untyped-def]
    return new_notebook(
        cells=[
            marked(new_markdown_cell("# Lab"), "title"),
            marked(new_code_cell("raise NotImplementedError"), "blank", solution=True),
            marked(new_code_cell("check('q')"), "q", grade=True, points=2),
            *more,
        ]
    )


def test_given_cells_and_checks_are_locked_and_all_have_checksums() -> None:
    released = generate(draft(), SOURCE)
    assert [cell.metadata.get("editable") for cell in released.cells] == [False, None, False]
    assert [cell.metadata.get("deletable") for cell in released.cells] == [False, False, False]
    for cell in released.cells:
        assert cell.metadata.nbgrader["checksum"] == compute_checksum(cell)


def test_nothing_that_ran_is_left() -> None:
    ran = marked(new_code_cell("1", execution_count=3), "ran")
    ran.outputs = [new_output("stream", text="1")]
    released = generate(draft(ran), SOURCE)
    assert released.cells[-1].outputs == [] and released.cells[-1].execution_count is None


def test_it_may_be_repeated_on_its_own_release() -> None:
    once = generate(draft(), SOURCE)
    assert generate(copy.deepcopy(once), SOURCE) == once


@pytest.mark.parametrize("grade_id", ["q", ""], ids=["a name that is taken", "no name"])
def test_nbgraders_reason_is_passed_on(grade_id: str) -> None:
    twin = marked(new_code_cell("check('q')"), grade_id, grade=True, points=1)
    twin.id = "twin"
    with pytest.raises(UserError) as caught:
        generate(draft(twin), SOURCE)
    assert caught.value.message.startswith(f"{SOURCE}: nbgrader refuses it: ")
    assert "Traceback" not in caught.value.message
