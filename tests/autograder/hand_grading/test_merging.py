"""Several graders' marks."""

from hypothesis import given
from hypothesis import strategies as st

from autograder.hand_grading.marks import Mark
from autograder.hand_grading.merging import Agreed, Dispute, figures, merge

MARKS = st.dictionaries(
    st.sampled_from("abc"),
    st.builds(Mark, st.sampled_from([0.0, 1.0]), st.just({}), st.sampled_from(["", "x", "y"])),
    min_size=1,
)


@given(MARKS)
def test_equal_points_are_agreed_on(marks: dict[str, Mark]) -> None:
    merged = merge("code", marks)
    points = {mark.points for mark in marks.values()}
    if len(points) > 1:
        assert isinstance(merged, Dispute)
        for grader, mark in marks.items():
            taken = merge("code", marks, grader)
            assert isinstance(taken, Agreed)
            assert (taken.points, taken.graders) == (mark.points, (grader,))
    else:
        assert isinstance(merged, Agreed) and {merged.points} == points
        assert {*merged.comments} == {mark.comment for mark in marks.values()} - {""}
        assert len({*merged.comments}) == len(merged.comments)


def test_other_items_for_the_same_points_are_a_dispute() -> None:
    marks = {"a": Mark(1.0, {"x": 1.0}), "b": Mark(1.0, {"y": 1.0})}
    merged = merge("code", marks)
    assert isinstance(merged, Dispute) and str(merged) == "code: a 1 (x), b 1 (y)"
    agreed = merge("code", {"a": Mark(1.0), "b": Mark(1.0, {"y": 1.0})})
    assert isinstance(agreed, Agreed) and agreed.items == {"y": 1.0}
    assert isinstance(merge("code", marks, "c"), Dispute)  # who gave nothing can't decide


def test_each_grader_s_mean() -> None:
    found = figures({"one": {"b": Mark(1.0), "a": Mark(3.0)}, "two": {"a": Mark(1.0)}})
    assert [one.as_json() for one in found] == [
        {"grader": "a", "answers": 2, "mean": 2, "shared": 1, "shared_mean": 3, "others_mean": 1},
        {"grader": "b", "answers": 1, "mean": 1, "shared": 1, "shared_mean": 1, "others_mean": 3},
    ]
    (alone,) = figures({"one": {"a": Mark(0.0)}})
    assert (alone.shared, alone.shared_mean, alone.others_mean) == (0, None, None)
