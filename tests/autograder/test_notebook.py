"""What is read and written without nbformat is what nbformat reads and writes."""

import copy
import json
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.notebook import Node, as_nodes, as_text, read_notebook

PROJECT = Path(__file__).resolve().parents[2]
sources = st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4)


@given(sources)
def test_nbformat_reads_what_is_written_and_the_other_way_round(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    kinds = (new_code_cell, new_markdown_cell)
    made = new_notebook(cells=[kinds[number % 2](text) for number, text in enumerate(texts)])
    path = tmp_path_factory.getbasetemp() / "any.ipynb"
    path.write_text(nbformat.writes(made), "utf-8")
    read = read_notebook(path)
    assert read == made == nbformat.read(path, as_version=4)
    path.write_text(as_text(read), "utf-8")
    assert nbformat.read(path, as_version=4) == made


def test_keys_are_attributes() -> None:
    node = as_nodes({"metadata": {"nbgrader": {"grade_id": "a"}}, "cells": [{"id": "x"}]})
    assert node.metadata.nbgrader.grade_id == "a"
    assert node.cells[0].id == "x"
    node.cells[0].source = "new"
    assert node["cells"][0]["source"] == "new"
    assert not hasattr(node, "nothing")
    for twin in (copy.deepcopy(node), pickle.loads(pickle.dumps(node))):
        assert twin == node
        assert isinstance(twin.metadata, Node)


def test_a_copy_is_a_copy() -> None:
    plain: dict[str, Any] = {"cells": [{"source": "a"}]}
    as_nodes(plain).cells[0].source = "b"
    assert plain["cells"][0]["source"] == "a"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": {}}', "{"])
def test_what_is_no_notebook_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError):
        read_notebook(path)


def test_grading_an_unchanged_class_loads_nothing_slow() -> None:
    code = (
        "import sys; import autograder.cli, autograder.verbs.grade, autograder.course.class_table;"
        "slow = {'nbformat', 'nbgrader', 'torch', 'numpy', 'pytest', 'IPython', 'jupytext'};"
        "import json; print(json.dumps(sorted(slow & set(sys.modules))))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert json.loads(ran.stdout) == []
