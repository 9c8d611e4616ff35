"""Rubrics: what is read, and what items come to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.rubric import ITEMS_LIMIT, Rubric, RubricItem, read_rubric

ITEM = {"id": "a", "text": "b", "points": 1}


def refuse(number: int, what: str) -> Exception:
    return ValueError(f"{number}: {what}")


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({}, "0: `rubric` is a list of items"),
        ([1], "0: `rubric` is a list of items"),
        ([ITEM, {**ITEM, "id": "A"}], "1: two items of the rubric have the id `A`"),
        ([{**ITEM, "id": "points"}], "0: `points` is a column of every sheet"),
        ([{**ITEM, "id": "Code"}], "0: `Code` is a column of every sheet"),
        ([{**ITEM, "id": "1a"}], "0: `id` of a rubric's item is a word"),
        ([{**ITEM, "id": "=a"}], "0: `id` of a rubric's item is a word"),
        ([{"text": "b", "points": 1}], "0: `id` of a rubric's item is a word"),
        ([{**ITEM, "text": " "}], "0: `text` of `a` is a text"),
        ([{**ITEM, "text": "x" * 301}], "0: `text` of `a` is a text"),
        ([{**ITEM, "points": 0}], "0: `points` of `a` is a number other than 0"),
        ([{**ITEM, "points": True}], "0: `points` of `a` is a number other than 0"),
        ([{**ITEM, "points": float("nan")}], "0: `points` of `a` is a number other than 0"),
        ([{**ITEM, "points": "1"}], "0: `points` of `a` is a number other than 0"),
        ([{**ITEM, "point": 1}], "0: unknown key `point` of a rubric's item; did you mean"),
        ([{**ITEM, "id": f"a{n}"} for n in range(ITEMS_LIMIT + 1)], "20: more than 20 items"),
    ],
)
def test_a_mistake_is_told_with_its_entry(entries: object, words: str) -> None:
    with pytest.raises(ValueError) as caught:
        read_rubric(entries, refuse)
    assert str(caught.value).startswith(words)


def test_items_come_to_what_they_are_worth_within_the_maximum() -> None:
    rubric = Rubric((RubricItem("a", "", 2.0), RubricItem("b", "", 2.0), RubricItem("c", "", -1.0)))
    assert rubric.most == 4 and not rubric.takes_off
    assert rubric.points({"a": 2.0}, 3) == 2 and rubric.points({"a": 2.0, "b": 2.0}, 3) == 3
    assert rubric.points({"c": -1.0}, 3) == 0


def test_where_all_items_take_off_an_answer_begins_with_the_maximum() -> None:
    rubric = Rubric((RubricItem("a", "", -1.0), RubricItem("b", "", -2.5)))
    assert rubric.takes_off and rubric.points({"a": -1.0}, 3) == 2
    assert rubric.points({"a": -1.0, "b": -2.5}, 3) == 0


@given(st.dictionaries(st.text(max_size=3), st.floats(-9, 9)), st.floats(0, 9))
def test_points_are_within_0_and_the_maximum(given_: dict[str, float], most: float) -> None:
    assert 0 <= Rubric().points(given_, most) <= most
