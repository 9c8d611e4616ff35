"""Files that only grow lose nothing, also if a process was killed while it wrote."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.course.lines import append_line, read_lines


def test_lines_are_kept_in_order(tmp_path: Path) -> None:
    path = tmp_path / "a folder" / "lines.jsonl"
    assert read_lines(path) == []
    for number in range(3):
        append_line(path, {"number": number, "text": "ü\u2028\n"})
    assert read_lines(path) == [{"number": n, "text": "ü\u2028\n"} for n in range(3)]


@settings(deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=3)), max_size=4), st.data())
def test_a_torn_line_costs_only_itself(
    tmp_path_factory: pytest.TempPathFactory, lines: list[dict[str, Any]], data: st.DataObject
) -> None:
    path = tmp_path_factory.getbasetemp() / "torn.jsonl"
    path.unlink(missing_ok=True)
    for line in lines:
        append_line(path, line)
    torn = json.dumps({"a": "torn"})
    with path.open("a") as file:
        file.write(torn[: data.draw(st.integers(0, len(torn) - 1))])
    append_line(path, {"after": 1})
    assert read_lines(path) == [*lines, {"after": 1}]
