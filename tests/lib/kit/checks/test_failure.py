"""Failures speak to students: what, then a hint; keys are cut short."""

from typing import Any

import pytest

from lib.kit.checks import CheckFailure, fail
from lib.kit.checks.failure import kind_of, same_keys, shown


def test_a_hint_follows_the_message_and_can_be_left_out() -> None:
    with pytest.raises(CheckFailure, match=r"^wrong axis\. look at dim$") as failure:
        fail("wrong axis", "look at dim")
    assert failure.value.what == "wrong axis"
    assert str(CheckFailure("wrong axis")) == "wrong axis"


def test_an_object_in_the_worker_says_what_it_is() -> None:
    class Handle:
        type_name = "Counter"

    assert (kind_of(Handle()), kind_of(1)) == ("Counter", "int")


def test_an_object_of_a_type_that_mostly_crosses_says_why_it_did_not() -> None:
    class Handle:
        type_name = "Series"

    assert kind_of(Handle()) == "Series with something in it that can't be checked"


def test_a_students_own_attribute_is_no_type() -> None:
    class Mine:
        def __init__(self) -> None:
            self.type_name = "SECRET"

    assert kind_of(Mine()) == "Mine"


def test_keys_are_named_and_cut_short() -> None:
    same_keys({"a": 1}, {"a": 2}, "it", "", are_values=True)
    with pytest.raises(CheckFailure, match=r"it lacks \['b'\] and has unknown \['c'\]"):
        same_keys({"c": 1}, {"b": 2}, "it", "", are_values=False)
    with pytest.raises(CheckFailure, match=r"it lacks 1 of 1 key and has unknown \['c'\]"):
        same_keys({"c": 1}, {"b": 2}, "it", "", are_values=True)
    many: list[Any] = ["k" * 10**6, *range(10_000)]
    assert len(shown(many)) < 1000 and shown(many).endswith("and 9981 more]")
