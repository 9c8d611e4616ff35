"""A strict reader of `results.json`, by Gradescope's own page on autograders."""

import json
import math
from typing import Any

from autograder.printable import UNSEEN

FORMATS = {"text", "html", "simple_format", "md", "ansi"}
VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}
SIZE_LIMIT_BYTES = 1 << 20

TEXT, NUMBER = (str,), (int, float)
TOP: dict[str, tuple[type, ...]] = {
    "score": NUMBER,
    "execution_time": NUMBER,
    "output": TEXT,
    "output_format": TEXT,
    "test_output_format": TEXT,
    "test_name_format": TEXT,
    "visibility": TEXT,
    "stdout_visibility": TEXT,
    "extra_data": (dict,),
    "tests": (list,),
    "leaderboard": (list,),
}
ROW: dict[str, tuple[type, ...]] = {
    "score": NUMBER,
    "max_score": NUMBER,
    "status": TEXT,
    "name": TEXT,
    "name_format": TEXT,
    "number": TEXT,
    "output": TEXT,
    "output_format": TEXT,
    "tags": (list,),
    "visibility": TEXT,
    "extra_data": (dict,),
}


def read_results(content: bytes) -> dict[str, Any]:
    """The results, if they are as Gradescope asks for."""
    assert len(content) < SIZE_LIMIT_BYTES
    read = json.loads(content, parse_constant=_refuse)
    _check(read, TOP)
    for row in read["tests"]:
        _check(row, ROW)
        assert row["name"]
        assert row.get("status", "passed") in ("passed", "failed")
        assert row.get("max_score", 0) >= 0 and row.get("score", 0) >= 0
    if "score" in read:
        together = sum(row.get("score", 0) for row in read["tests"])
        assert math.isclose(together, read["score"], abs_tol=1e-6 * len(read["tests"]) + 1e-9)
    else:
        assert not any("score" in row for row in read["tests"])
    return dict(read)


def _check(read: dict[str, Any], kinds: dict[str, tuple[type, ...]]) -> None:
    assert read.keys() <= kinds.keys()
    for name, value in read.items():
        assert type(value) in kinds[name], name
        if name.endswith("format"):
            assert value in FORMATS
        if name.endswith("visibility"):
            assert value in VISIBILITIES
        if type(value) is float:
            assert math.isfinite(value), name
        if type(value) is str:
            assert not UNSEEN.search(value.replace("\n", "")), name


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")
