"""Sessions that note down, that lie, and that give a worker up without giving up a question."""

from typing import Any

import pytest
from nbformat.v4 import new_code_cell

from autograder.engine import Remote, WorkerLost, Zygote
from autograder.gate.evidence.liars import Liar
from autograder.gate.evidence.sessions import LyingSession, RecordedSession, UniversalSession

from .conftest import NOTEBOOK


@pytest.fixture
def cells() -> list[Any]:
    check = new_code_cell("check")
    check.metadata["nbgrader"] = {"grade_id": "ex1", "grade": True, "solution": False,
                                  "points": 1, "locked": True, "schema_version": 3,
                                  "task": False, "cell_type": "code"}  # fmt: skip
    return [new_code_cell(NOTEBOOK), check]


def test_each_case_has_a_record_and_a_liar_of_its_own(zygote: Zygote, cells: list[Any]) -> None:
    recorded = RecordedSession(zygote, cells, 0)
    for case, number in (("test_a[1]", 1), ("test_a[2]", 2)):
        with recorded.at_question("ex1", case) as submission:
            assert submission.double(number) == 2 * number
    recorded.close()
    assert list(recorded.heard) == ["test_a[1]", "test_a[2]"]

    lying = LyingSession(zygote, cells, 0, make_liar=lambda case: Liar(recorded.heard[case]))
    for case, number in (("test_a[1]", 1), ("test_a[2]", 2)):
        with lying.at_question("ex1", case) as submission:
            assert submission.double(5) == 2 * number
        assert lying.liars[case].asked_other
    assert not zygote._workers


def test_the_universal_object_has_little_time_and_another_try(
    zygote: Zygote, cells: list[Any]
) -> None:
    session = UniversalSession(zygote, cells, 0)
    with (
        pytest.raises(WorkerLost, match="time limit of 2 s") as lost,
        session.at_question("ex1", "test_a") as submission,
    ):
        submission.setup("while True: pass")
    session.lose("ex1", lost.value)
    with session.at_question("ex1", "test_b") as submission:
        assert isinstance(submission.Pair(1, 2), Remote)
    session.close()
