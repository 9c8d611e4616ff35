"""Which column is meant."""

import pytest

from autograder.platforms.columns import chosen

HEADER = ["Student", "Lab 9 (12)", "Lab 10 (13)", "Essay (14)", "Essay (15)"]
NAMED = {1: ("Lab 9", "12"), 2: ("Lab 10", "13"), 3: ("Essay", "14"), 4: ("Essay", "15")}


@pytest.mark.parametrize(
    ("wanted", "labels", "column"),
    [
        ([], ["lab09"], 1),
        ([], ["lab9: Attention", "Lab-9"], 1),
        ([], ["lab 10"], 2),
        (["13"], ["lab09"], 2),
        (["Lab 10 (13)"], [], 2),
        (["Lab 10"], [], 2),
        (["15"], [], 4),
        (["Student"], [], 0),
    ],
)
def test_by_title_or_number(wanted: list[str], labels: list[str], column: int) -> None:
    assert chosen(HEADER, NAMED, wanted, labels) == (column, "")


@pytest.mark.parametrize(
    ("wanted", "labels", "words"),
    [
        ([], ["lab"], "no column is called as the lab"),
        ([], ["essay"], "more than one column is called"),
        (["Essay"], [], "more than one such column: Essay"),
        (["99"], [], "no such column: 99"),
    ],
)
def test_what_is_not_clear_is_said_with_all_there_are(
    wanted: list[str], labels: list[str], words: str
) -> None:
    column, problem = chosen(HEADER, NAMED, wanted, labels)
    assert column is None and problem.startswith(words) and "Essay (15)" in problem
