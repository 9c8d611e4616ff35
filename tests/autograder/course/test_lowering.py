"""A regrade lowers nobody: of each question the better points count, and that is said."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from traitlets.config import Config

from autograder.course.course import Course
from autograder.course.lowering import (
    Lowering,
    as_judged,
    kept,
    lowering_of,
    said_of_kept,
    without_lowering,
)
from autograder.course.notebook import credit
from autograder.errors import UserError
from autograder.judge.results import QuestionResult, SubmissionResult, Verdict

from ..judge.test_results import RESULT


def question(name: str, passed: int, of: int, **more: Any) -> QuestionResult:
    tests = tuple(
        Verdict(f"t{number}", "T.", 1, "passed" if number < passed else "failed")
        for number in range(of)
    )
    return QuestionResult(name, of, tests, **more)


def result(*questions: QuestionResult) -> SubmissionResult:
    return replace(RESULT, questions=questions)


@st.composite
def results(draw: st.DrawFn, names: tuple[str, ...] = ("a", "b", "c")) -> SubmissionResult:
    found = []
    for name in draw(st.permutations(names))[: draw(st.integers(0, 3))]:
        of = draw(st.integers(0, 6))
        carried = draw(st.none() | st.integers(0, of))
        found.append(question(name, draw(st.integers(0, of)), of, carried_score=carried))
    return result(*found)


def test_the_better_points_stay_and_what_the_tests_say_is_new() -> None:
    before, after = result(question("a", 3, 4)), result(question("a", 1, 4), question("b", 1, 2))
    both = without_lowering(before, after)
    assert [one.score for one in both.questions] == [3, 1]
    assert both.questions[0].tests == after.questions[0].tests
    assert [one.id for one in kept(both)] == ["a"] and both.score == 4
    assert as_judged(both) == after
    (line,) = said_of_kept([both, after])
    assert line.startswith("half-right: a keeps 3 points (1 now); a regrade lowers nobody unless")
    assert "An earlier grading of this answer gave 3 points" in credit(both.questions[0])
    assert SubmissionResult.from_json(both.as_json()) == both


@given(
    st.lists(st.sampled_from([0.25, 0.5, 0.75, 1.0]), min_size=2, max_size=5),
    st.lists(st.booleans(), min_size=5),
    st.data(),
)
def test_a_share_is_kept_only_if_it_is_more_and_at_most_the_maximum(
    points: list[float], passed: list[bool], data: st.DataObject
) -> None:
    """Tests may be worth less than half a point."""
    tests = [
        Verdict(f"t{number}", "T.", one, "passed" if is_passed else "failed")
        for number, (one, is_passed) in enumerate(zip(points, passed, strict=False))
    ]
    dropped = data.draw(st.integers(1, len(tests) - 1))
    before = QuestionResult("a", sum(points), tuple(tests))
    after = QuestionResult("a", sum(points[dropped:]), tuple(tests[dropped:]))
    (both,) = without_lowering(result(before), result(after)).questions
    share = (before.score or 0.0) * after.max_score / before.max_score
    assert (both.kept_score is not None) == (share > (after.earned or 0.0) + 1e-9)
    assert (both.score or 0.0) <= after.max_score + 1e-9


@pytest.mark.parametrize(
    ("before", "after", "points"),
    [
        ((10, 10), (8, 8), 8),  # a test was dropped that all passed
        ((8, 10), (8, 8), 8),  # or failed
        ((8, 10), (6, 8), 6.5),  # passed by one who failed others: 80 % are 6.4
        ((5, 10), (4, 8), 4),
        ((5, 10), (10, 20), 10),
        ((5, 10), (9, 20), 9),  # of a larger one, the points
        ((5, 10), (4, 20), 5),
    ],
)
def test_of_a_smaller_maximum_the_share_stays(
    before: tuple[int, int], after: tuple[int, int], points: float
) -> None:
    both = without_lowering(result(question("a", *before)), result(question("a", *after)))
    assert both.score == points


def test_written_answers_and_what_is_new_stay_as_they_are() -> None:
    after = result(QuestionResult("a", 3), question("b", 0, 2))
    assert without_lowering(result(question("a", 2, 3), QuestionResult("b", 2)), after) == after


@settings(deadline=None)
@given(results(), results())
def test_no_question_gets_less_and_none_more_than_the_better_of_both(
    before: SubmissionResult, after: SubmissionResult
) -> None:
    both = without_lowering(before, after)
    earlier = {one.id: one for one in before.questions}
    for now, new in zip(both.questions, after.questions, strict=True):
        assert now.score is not None or new.score is None
        was = earlier.get(now.id)
        if was is None or was.score is None or now.score is None:
            assert now == new
            continue
        assert now.score >= (new.earned or 0)
        if now.max_score >= was.max_score:
            assert now.score == max(was.score, new.earned or 0)
        else:
            assert now.score >= was.score / was.max_score * now.max_score - 1e-9
            assert now.score <= max(now.max_score, new.earned or 0)


@settings(deadline=None)
@given(results(), results())
def test_once_more_changes_nothing(before: SubmissionResult, after: SubmissionResult) -> None:
    both = without_lowering(before, after)
    assert without_lowering(both, after) == both
    assert without_lowering(both, both) == both


def test_the_course_says_what_to_do(tmp_path: Path) -> None:
    assert lowering_of(Course(tmp_path)) is Lowering.KEEP
    for said in Lowering:
        config = Config({"Regrade": {"lower": said.value}})
        assert lowering_of(Course(tmp_path, config)) is said
    for wrong in ("never", True, None, 3, ["keep"]):
        config = Config({"Regrade": {"lower": wrong}})
        with pytest.raises(UserError, match=r'c\.Regrade\.lower is .* write one of "keep", "stop"'):
            lowering_of(Course(tmp_path, config))
