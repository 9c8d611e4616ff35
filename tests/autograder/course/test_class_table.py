"""The table of a graded class, as a terminal shows it."""

from dataclasses import replace

import pytest
from rich.console import Console, RenderableType

from autograder.course.class_table import REMARK_LIMIT, REMARKS_LIMIT, as_table, remarks
from autograder.judge.results import FAILED, QuestionResult, SubmissionResult, Verdict


def question(name: str, *points: float, missed: float = 0.0) -> QuestionResult:
    """A question with a test passed for each number, and one that failed."""
    tests = [Verdict(f"test_{n}", "", worth, "passed") for n, worth in enumerate(points)]
    tests += [Verdict("test_missed", "", missed, "failed")] * bool(missed)
    return QuestionResult(name, sum(points) + missed, tuple(tests))


RESULT = SubmissionResult(
    student="ann",
    status="graded",
    confinement="none",
    seed=0,
    seconds=1.26,
    cpu_s=0.5,
    questions=(
        question("ex1-double", 2, 1.5),
        question("ex1-half", 1, missed=3),
        QuestionResult("ex1-why", 6, written=True),
        question("ex2-sum", missed=4),
    ),
)


def shown(*what: RenderableType, width: int = 120) -> list[list[str]]:
    """The words of each line."""
    console = Console(width=width, no_color=True, highlight=False)
    with console.capture() as capture:
        for one in what:
            console.print(one)
    return [line.replace("│", " ").replace("┃", " ").split() for line in capture.get().splitlines()]


def test_an_exercise_that_people_grade_has_no_column() -> None:
    written = replace(RESULT, questions=(*RESULT.questions, QuestionResult("ex3-why", 2)))
    failed = replace(written, status=FAILED, questions=(QuestionResult("ex3-why", 2),))
    header = ["student", "ex1", "ex2", "score", "of", "by", "hand", "time/s"]
    assert header in shown(as_table("means", [written]))
    assert ["student", "ex3", "score", "of", "by", "hand", "time/s"] in shown(
        as_table("means", [failed])
    )


def test_a_row_has_points_by_exercise_by_tests_and_what_is_left_for_a_person() -> None:
    lines = shown(as_table("means", [RESULT]))
    assert lines[0] == ["means:", "points", "by", "tests"]
    columns = ["student", "ex1", "ex2", "score", "of", "by", "hand", "time/s"]
    assert columns in lines
    assert ["ann", "4.5", "0", "4.5", "11.5", "6", "1.3"] in lines


def test_each_student_has_a_row_and_credit_that_was_carried_counts() -> None:
    carried = replace(RESULT.questions[3], carried_score=2.0)
    ben = replace(RESULT, student="ben", questions=(*RESULT.questions[:3], carried))
    rows = [
        line for line in shown(as_table("means", [RESULT, ben])) if line[:1] in (["ann"], ["ben"])
    ]
    assert [row[:4] for row in rows] == [["ann", "4.5", "0", "4.5"], ["ben", "4.5", "2", "6.5"]]


def test_a_student_whom_no_judge_came_to_an_end_with_is_seen() -> None:
    questions = tuple(QuestionResult(one.id, one.max_score) for one in RESULT.questions)
    failed = replace(RESULT, student="cid", status=FAILED, questions=questions, seconds=0.0)
    assert ["cid", "-", "-", "failed", "-", "-", "0.0"] in shown(
        as_table("means", [RESULT, failed])
    )


@pytest.mark.parametrize("name", ["x" * 128, "many words " * 10, "語" * 60])
def test_a_long_id_hides_nobodys_scores(name: str) -> None:
    lines = shown(as_table("means", [RESULT, replace(RESULT, student=name)]), width=80)
    assert ["ann", "4.5", "0", "4.5", "11.5", "6", "1.3"] in lines
    start = next(n for n, line in enumerate(lines) if line[:1] == ["ann"]) + 1
    assert lines[start][-6:] == ["4.5", "0", "4.5", "11.5", "6", "1.3"]
    numbers = set(lines[start][-6:])
    words = [word for line in lines[start:] for word in line if word not in numbers]
    assert "".join(words).startswith(name.replace(" ", ""))


def test_what_a_student_is_called_or_hands_in_is_no_markup() -> None:
    odd = replace(RESULT, student="[red]x[/red]", remarks=("taken from [b]y[/b].ipynb", "late"))
    table = shown(as_table("means", [odd]))
    assert any(line[:1] == ["[red]x[/red]"] for line in table)
    assert shown(*remarks([RESULT, odd])) == [
        ["[red]x[/red]:", "taken", "from", "[b]y[/b].ipynb"],
        ["[red]x[/red]:", "late"],
    ]


def test_a_remark_is_one_line_and_there_are_few() -> None:
    lines = ("x" * 60_000, "\x1b[2J\u202ea\nb", *map(str, range(900)))
    told = [text.plain for text in remarks([replace(RESULT, remarks=lines)])]
    assert len(told) == REMARKS_LIMIT + 1 and told[-1].endswith("… and 882 more")
    assert all(line.isprintable() and len(line) < REMARK_LIMIT + 20 for line in told)


def test_extra_credit_has_a_column_where_there_is_some() -> None:
    bonus = replace(question("ex3-more", 2), extra=True)
    lines = shown(as_table("means", [replace(RESULT, questions=(*RESULT.questions, bonus))]))
    columns = ["student", "ex1", "ex2", "ex3", "score", "extra", "of", "by", "hand", "time/s"]
    assert columns in lines
    assert ["ann", "4.5", "0", "2", "6.5", "2", "11.5", "6", "1.3"] in lines
    failed = replace(RESULT, status=FAILED, questions=(*RESULT.questions, bonus))
    assert ["ann", "-", "-", "-", "failed", "-", "-", "-", "1.3"] in shown(
        as_table("means", [failed])
    )


def test_points_by_hand_or_late_work_bring_a_column_with_what_counts() -> None:
    columns = ["student", "ex1", "ex2", "score", "of", "by", "hand", "total", "time/s"]
    ben = replace(RESULT, student="ben")
    lines = shown(as_table("means", [RESULT, ben], {"ann": 9.5, "ben": 4.5}))
    assert columns in lines
    assert ["ann", "4.5", "0", "4.5", "11.5", "6", "9.5", "1.3"] in lines
    assert ["ben", "4.5", "0", "4.5", "11.5", "6", "4.5", "1.3"] in lines
    assert columns not in shown(as_table("means", [RESULT, ben], {"ann": 4.5, "ben": 4.5}))


def test_whose_total_is_not_known_has_a_dash() -> None:
    failed = replace(RESULT, student="cid", status=FAILED)
    lines = shown(as_table("means", [RESULT, failed], {"ann": 2.25}))
    assert ["ann", "4.5", "0", "4.5", "11.5", "6", "2.25", "1.3"] in lines
    assert ["cid", "-", "-", "failed", "-", "-", "-", "1.3"] in lines
