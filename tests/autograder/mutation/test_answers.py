"""What is said about answers, right and wrong, and the bank that is graded by default."""

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.judge.results import FAILED, QuestionResult, SubmissionResult, Verdict
from autograder.mutation.answers import (
    GradedAnswer,
    answer_lines,
    bank_of,
    blank_lines,
    summary_lines,
)
from autograder.variants.solution import Solution
from autograder.variants.variant import Variant

TESTED = ("ex1-count", "ex2-share")
COUNTS = Verdict("test_counts", "counts", 4, "passed")
HALF = Verdict("test_half", "halves", 2, "passed")
NO_HALF = replace(HALF, outcome="failed", message="is it a [bold]half[/bold]?")


def graded(
    name: str, *, loss: float | None = None, half: bool = True, carried: float | None = None
) -> GradedAnswer:
    """An answer to ex2-share, which loses 2 of 6 points or nothing."""
    variant = Variant(Path(f"bank/{name}.txt"), "another way", TESTED[1:], {}, loss=loss)
    questions = (
        QuestionResult("ex1-count", 4, (COUNTS,)),
        QuestionResult("ex2-share", 2, (HALF if half else NO_HALF,), carried),
        QuestionResult("ex2-why", 3),  # written
    )
    result = SubmissionResult(str(variant.path), "graded", "strong", 0, 1.0, 1.0, questions)
    return GradedAnswer(variant, result, TESTED)


def not_graded(name: str, loss: float | None = None) -> GradedAnswer:
    one = graded(name, loss=loss, half=False)
    questions = tuple(replace(question, tests=()) for question in one.result.questions)
    remarks = ("NOT GRADED, the grader itself failed: it died, twice",)
    result = replace(one.result, status=FAILED, questions=questions, remarks=remarks)
    return replace(one, result=result)


@pytest.mark.parametrize(
    ("answer", "passes"),
    [
        (graded("right"), True),
        (graded("refused", half=False), False),
        (graded("right", loss=0, half=True), True),
        (graded("caught", loss=2, half=False), True),
        (graded("missed", loss=2), False),
        (not_graded("right"), False),
        (not_graded("wrong", loss=2), False),
    ],
)
def test_right_ones_lose_nothing_and_wrong_ones_something(
    answer: GradedAnswer, passes: bool
) -> None:
    assert answer.passes == passes


@pytest.mark.parametrize(
    ("loss", "over", "under"),
    [
        (0.9, True, False),
        (1, False, False),
        (2, False, False),
        (4, False, False),
        (4.1, False, True),
    ],
)
def test_a_fair_loss_is_from_half_to_twice(loss: float, over: bool, under: bool) -> None:
    one = graded("wrong", loss=loss, half=False)
    assert (one.is_over_punished, one.is_under_punished) == (over, under)
    assert one.is_fair == (not over and not under)


def test_points_and_messages_are_shown() -> None:
    lines = answer_lines([graded("a"), graded("b", loss=1, half=False), not_graded("c")])
    assert [line.plain for line in lines] == [
        "bank/a.txt: 6 of 6, ex2-share 2 of 2",
        "bank/b.txt: 4 of 6 (loses 2, fair is 1), ex2-share 0 of 2",
        "  ex2-share: test_half: is it a [bold]half[/bold]?",
        "bank/c.txt: NOT GRADED, the grader itself failed: it died, twice",
    ]


def test_a_question_that_it_does_not_change_is_shown_if_it_lost_points() -> None:
    one = graded("a", loss=2, half=False)
    elsewhere = replace(one, variant=replace(one.variant, questions=("ex1-count",)))
    assert next(answer_lines([elsewhere])).plain.endswith(", ex1-count 4 of 4, ex2-share 0 of 2")


def test_carried_credit_takes_nothing_and_blames_no_test() -> None:
    one = graded("a", half=False, carried=2)
    assert (one.lost, one.passes) == (0, True)
    assert [line.plain for line in answer_lines([one])] == ["bank/a.txt: 6 of 6, ex2-share 2 of 2"]


def test_the_summary_counts_and_names_the_unfair() -> None:
    answers = [
        graded("right"),
        graded("refused", half=False),
        graded("missed", loss=1),
        graded("fair", loss=2, half=False),
        graded("too-much", loss=0.5, half=False),
        graded("too-little", loss=5, half=False),
        not_graded("lost", loss=5),
    ]
    assert [line.plain for line in summary_lines(answers, TESTED)] == [
        "1 of 2 questions are answered",
        "1 of 2 right answers have full marks",
        "3 of 5 wrong answers are caught: they lose points",
        "1 of 5 wrong answers lose from half to twice the fair loss",
        "  over-punished: bank/too-much.txt loses 2, fair is 0.5",
        "  under-punished: bank/missed.txt loses 0, fair is 1",
        "  under-punished: bank/too-little.txt loses 2, fair is 5",
    ]


def test_without_wrong_answers_nothing_is_said_of_them() -> None:
    assert [line.plain for line in summary_lines([graded("right")], TESTED)] == [
        "1 of 2 questions are answered",
        "1 of 1 right answers have full marks",
    ]


def test_a_report_has_every_tested_question() -> None:
    share = {
        "id": "ex2-share",
        "score": 0,
        "max_score": 2,
        "tests": [{"name": "test_half", "outcome": "failed", "message": NO_HALF.message}],
    }
    count = {
        "id": "ex1-count",
        "score": 4,
        "max_score": 4,
        "tests": [{"name": "test_counts", "outcome": "passed", "message": ""}],
    }
    assert graded("b", loss=1, half=False).as_json() == {
        "file": "bank/b.txt",
        "name": "b",
        "score": 4,
        "max_score": 6,
        "questions": [count, share],
    }
    assert not_graded("c").as_json()["questions"][1] == {**share, "tests": []}


def test_blanks_are_listed_with_their_line(solution: Solution) -> None:
    lines = [line.plain.split(maxsplit=2) for line in blank_lines(solution)]
    assert lines[0] == ["ex1-count.1", "lab.md:8", "if number < limit: …"]
    assert lines[1] == ["ex1-count.2", "lab.md:18", "10"]


def test_the_bank_holds_text_files_right_ones_first(tmp_path: Path) -> None:
    assert bank_of(tmp_path) == []
    for name in ("wrong/a.txt", "right/b.txt", "right/a.txt", "right/notes.md", "class/c.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("", "utf-8")
    found = [path.relative_to(tmp_path).as_posix() for path in bank_of(tmp_path)]
    assert found == ["right/a.txt", "right/b.txt", "wrong/a.txt"]
