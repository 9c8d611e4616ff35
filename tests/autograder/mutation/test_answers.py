"""What is printed about right answers, and the bank that is graded by default."""

import io
from pathlib import Path

from rich.console import Console

from autograder.judge.results import Verdict
from autograder.mutation.answers import (
    answers_table,
    bank_of,
    blank_lines,
    candidates_of,
    failures,
)
from autograder.mutation.candidates import Judgement
from autograder.variants.solution import Solution
from autograder.variants.variant import Variant

PASSED = Verdict("test_half", "halves", 2, "passed")
FAILED = Verdict("test_half", "halves", 2, "failed", "is it a [bold]half[/bold]?")


def variant(name: str) -> Variant:
    return Variant(Path(f"bank/{name}.txt"), "another way", ("ex2-share",), {"lab-006": "x = 1"})


def test_each_is_judged_by_all_questions() -> None:
    (candidate,) = candidates_of([variant("sum")], ("ex1-count", "ex2-share"))
    assert candidate.questions == ("ex1-count", "ex2-share")
    assert candidate.sources == {"lab-006": "x = 1"}


def test_scores_and_failures_are_shown() -> None:
    judgements = [
        Judgement("bank/b.txt", {"ex2-share": [FAILED]}, 1.0),
        Judgement("bank/a.txt", {"ex2-share": [PASSED]}, 1.0),
    ]
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(answers_table("lab", [variant("a"), variant("b")], judgements))
    rows = [line for line in console.export_text().split("\n") if "ex2-share" in line]
    assert [row.replace("│", " ").split() for row in rows] == [
        ["a", "ex2-share", "2", "2"],
        ["b", "ex2-share", "0", "2", "1"],
    ]
    assert [line.plain for line in failures(judgements)] == [
        "b: ex2-share: test_half: is it a [bold]half[/bold]?"
    ]


def test_blanks_are_listed_with_their_line(solution: Solution) -> None:
    lines = [line.plain.split(maxsplit=2) for line in blank_lines(solution)]
    assert lines[0] == ["ex1-count.1", "lab.md:8", "if number < limit: …"]
    assert lines[1] == ["ex1-count.2", "lab.md:18", "10"]


def test_the_bank_holds_text_files(tmp_path: Path) -> None:
    folder = tmp_path / "right"
    folder.mkdir(parents=True)
    for name in ("b.txt", "a.txt", "notes.md"):
        (folder / name).write_text("", "utf-8")
    assert [path.name for path in bank_of(tmp_path)] == ["a.txt", "b.txt"]
    assert bank_of(tmp_path / "other") == []
