"""Slips are noted by their kinds, told once, and not overlooked where the answer catches them."""

from collections.abc import Iterator

import pytest

from autograder.engine.untrusted import slips


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for kept in ("_noted", "_told"):
        monkeypatch.setattr(slips, kept, set())
    yield
    assert not slips.are_kept()


def test_each_kind_is_told_once() -> None:
    for what in ("b", "a", "b"):
        slips.note(what)
    assert slips.noted() == ["a", "b"]
    slips.note("b")
    slips.note("c")
    assert slips.noted() == ["c"]


def test_what_is_noted_has_limits() -> None:
    for number in range(slips.MOST_NOTED + 5):
        slips.note(f"{number:05}" * slips.LONGEST)
    assert len(told := slips.noted()) == slips.MOST_NOTED
    assert {len(one) for one in told} == {slips.LONGEST}


def test_within_a_block_that_catches_they_are_kept() -> None:
    with pytest.raises(ValueError), slips.kept():
        with slips.kept():
            assert slips.are_kept()
        assert slips.are_kept()
        raise ValueError
    assert not slips.are_kept()
