"""Comments for students, and those that are offered again."""

from autograder.hand_grading.comments import composed, saved_comments
from autograder.rubric import Rubric, RubricItem

RUBRIC = Rubric((RubricItem("a", "has A", 2.0), RubricItem("b", "lacks B", -1.0)))


def test_what_was_ticked_comes_first() -> None:
    said = composed(RUBRIC, {"b": -1.0, "a": 1.5, "gone": 1.0}, ["One.", "Two."])
    assert said == "✓ has A (+1.5 of 2)\n✓ lacks B (-1)\n\nOne.\n\nTwo."
    assert composed(RUBRIC, {}, []) == "" and composed(RUBRIC, {}, ["One."]) == "One."


def test_what_graders_wrote_is_offered_again_most_used_first() -> None:
    ticked = composed(RUBRIC, {"a": 2.0}, ["Often."])
    assert saved_comments(["Once.", ticked, "Often.", "", composed(RUBRIC, {"a": 2.0}, [])]) == [
        "Often.",
        "Once.",
    ]
    assert saved_comments(["x" * 401]) == []
    assert len(saved_comments(map(str, range(99)))) == 40
