"""What has no place in the gradebook is kept until it is taken, and the gradebook holds it."""

from pathlib import Path

import pytest

from autograder.course.by_hand import ByHand, GradeByHand

ANN = ("ann", "ex1-why")
GRADE = GradeByHand(1.5, 0.5, True)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "results" / "removed.json"


@pytest.fixture
def saved(path: Path) -> Path:
    kept = ByHand(path)
    kept.keep_grade(ANN, GRADE)
    kept.keep_comment(ANN, "Well.")
    kept.save()
    return path


def test_what_was_saved_can_be_taken(saved: Path) -> None:
    kept = ByHand(saved)
    assert (kept.take_grade(ANN), kept.take_comment(ANN)) == (GRADE, "Well.")
    assert kept.take_grade(("bob", "ex1-why")) is None
    assert kept.take_comment(("ann", "ex2-why")) is None


def test_it_is_forgotten_only_when_told(saved: Path) -> None:
    kept = ByHand(saved)
    kept.take_grade(ANN)
    kept.save()
    assert ByHand(saved).take_grade(ANN) == GRADE
    kept.forget_taken()
    assert ByHand(saved).take_grade(ANN) is None
    assert ByHand(saved).take_comment(ANN) == "Well."


def test_nothing_replaces_what_was_kept(saved: Path) -> None:
    kept = ByHand(saved)
    kept.keep_grade(ANN, GradeByHand(None, None, True))
    kept.keep_comment(ANN, "")
    kept.save()
    assert (ByHand(saved).take_grade(ANN), ByHand(saved).take_comment(ANN)) == (None, None)


def test_points_of_zero_are_points(path: Path) -> None:
    kept = ByHand(path)
    kept.keep_grade(ANN, GradeByHand(0.0))
    kept.save()
    assert ByHand(path).take_grade(ANN) == GradeByHand(0.0)
    assert str(GradeByHand(0.0)) == "0 points by hand"


def test_nothing_is_written_for_nothing(path: Path) -> None:
    kept = ByHand(path)
    kept.keep_comment(ANN, None)
    kept.take_grade(ANN)
    kept.save()
    kept.forget_taken()
    assert not path.exists()


@pytest.mark.parametrize("damage", ["", "[]", "{", '{"grades": [1], "comments": []}'])
def test_a_damaged_file_holds_nothing(saved: Path, damage: str) -> None:
    saved.write_text(damage, "utf-8")
    assert ByHand(saved).take_grade(ANN) is None
