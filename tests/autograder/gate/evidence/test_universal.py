"""The object that agrees to everything, where a student's answers would stand."""

from collections.abc import Iterator
from typing import Any

import pytest
from nbformat.v4 import new_code_cell

from autograder.engine import Remote, Worker, Zygote
from autograder.gate.evidence.universal import MANNERS, universal_cells

AGREES = """
import copy
import math
import statistics

[a, b] = [thing.any, thing(1, key=2)["item"]]
same = copy.deepcopy((a + 1 - 2 * b / 3) @ a)
compares = [a == b, a != b, a < 1, 1 <= b, bool(a), 5 in a]
for _ in thing:
    pass
with thing as entered:
    entered.x = 1
    entered[0] = 2
items = list(thing)
numbers = [int(thing), float(thing), len(thing)]
library = [math.isclose(1, 2)]
"""


def cell(source: str, *, solution: bool) -> Any:
    tag = {"solution": solution, "grade": False, "locked": not solution, "grade_id": "a"}
    made = new_code_cell(source)
    made.metadata["nbgrader"] = tag | {"schema_version": 3, "task": False, "cell_type": "code"}
    return made


@pytest.fixture(params=MANNERS, ids=lambda manner: manner["truth"])
def manner(request: pytest.FixtureRequest) -> dict[str, str]:
    chosen: dict[str, str] = request.param
    return chosen


@pytest.fixture
def universal(zygote: Zygote, manner: dict[str, str]) -> Iterator[Worker]:
    """A worker in which every answer is the object."""
    given = cell("def given(): return 3", solution=False)
    answer = cell("import os\nclass Model: pass\ndef thing(x):\n    y = x\n(p, q) = 1, 2",
                  solution=True)  # fmt: skip
    worker = zygote.fork(0)
    cells = universal_cells([given, answer], ("math",), manner)
    assert cells[0] is given
    for each in cells:
        assert worker.execute(each.source) is None
    yield worker
    worker.kill()


def test_every_answer_is_one_object(universal: Worker) -> None:
    submission = universal.submission
    assert submission.given() == 3
    for name in ("Model", "thing", "p", "q"):
        assert isinstance(getattr(submission, name)(1).anything[2], Remote)


def test_it_agrees_to_everything(universal: Worker, manner: dict[str, str]) -> None:
    made = universal.submission.setup(AGREES, thing=universal.submission.thing)
    truth, number = manner["truth"] == "True", int(manner["number"])
    assert made.compares == [truth] * 6
    assert made.numbers == [number, float(number), number]
    assert len(made.items) == number
    assert made.same.type_name == "Anything"


def test_libraries_agree_too(universal: Worker, manner: dict[str, str]) -> None:
    made = universal.submission.setup(AGREES, thing=universal.submission.thing)
    assert made.library == [manner["truth"] == "True"]
