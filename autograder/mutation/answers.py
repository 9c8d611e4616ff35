"""What the tests make of other answers than the solution's, right ones and wrong ones.

A right answer has to get full marks. A wrong one says in its file what a fair teacher would take
off (`#!LOSS`); it has to lose something, and the summary names those that lose far more or less.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from ..judge.results import FAILED, QuestionResult, SubmissionResult
from ..printable import printable
from ..variants.format import SUFFIX
from ..variants.solution import Solution
from ..variants.variant import Variant

RIGHT_FOLDER, WRONG_FOLDER, MISTAKES_FOLDER = "right", "wrong", "mistakes"  # of variants
FAIR_FACTOR = 2  # a loss is fair from the fair one by this to the fair one times this


@dataclass(frozen=True)
class GradedAnswer:
    """What one answer earns, as a student's would: with carried credit."""

    variant: Variant
    result: SubmissionResult
    tested: tuple[str, ...]  # the questions that are graded by tests

    @property
    def file(self) -> str:
        """The path as it was given, which tells two of the same name apart."""
        return str(self.variant.path)

    @property
    def questions(self) -> list[QuestionResult]:
        """All that are graded by tests."""
        return [question for question in self.result.questions if question.id in self.tested]

    @property
    def score(self) -> float:
        return sum(question.score or 0.0 for question in self.questions)

    @property
    def max_score(self) -> float:
        return sum(question.max_score for question in self.questions)

    @property
    def lost(self) -> float:
        """Points, without what adding them up leaves behind."""
        return round(self.max_score - self.score, 6)

    @property
    def fair_loss(self) -> float:
        """What it deserves to lose: 0 for a right answer."""
        return self.variant.loss or 0.0

    @property
    def is_wrong(self) -> bool:
        return self.fair_loss > 0

    @property
    def is_graded(self) -> bool:
        """Whether the grader came to an end with it."""
        return self.result.status != FAILED

    @property
    def passes(self) -> bool:
        """Whether it has full marks if it is right, and loses something if it is wrong."""
        return self.is_graded and (self.lost > 0) == self.is_wrong

    @property
    def is_over_punished(self) -> bool:
        return self.is_graded and self.is_wrong and self.lost > self.fair_loss * FAIR_FACTOR

    @property
    def is_under_punished(self) -> bool:
        return self.is_graded and self.is_wrong and self.lost < self.fair_loss / FAIR_FACTOR

    @property
    def is_fair(self) -> bool:
        return self.is_graded and not self.is_over_punished and not self.is_under_punished

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "file": self.file,
            "name": self.variant.name,
            "score": self.score,
            "max_score": self.max_score,
            "questions": [_question_as_json(question) for question in self.questions],
        }


def answer_lines(answers: list[GradedAnswer]) -> Iterator[Text]:
    """A line per answer with its points, and below it one for each test that took some."""
    for one in answers:
        if not one.is_graded:
            yield Text(f"{printable(one.file)}: {'; '.join(one.result.remarks)}", style="red")
            continue
        yield Text(_points_line(one), style="" if one.passes else "red")
        for question in _short(one.questions):
            for test in question.tests:
                if not test.passed:
                    yield Text(f"  {question.id}: {test.name}: {test.message}")


def summary_lines(answers: list[GradedAnswer], tested: tuple[str, ...]) -> Iterator[Text]:
    """How many are judged as they should be; and those that are punished too much or too little."""
    right = [one for one in answers if not one.is_wrong]
    wrong = [one for one in answers if one.is_wrong]
    answered = {question for one in answers for question in one.variant.questions}
    yield Text(f"{len(answered.intersection(tested))} of {len(tested)} questions are answered")
    if right:
        full = sum(one.passes for one in right)
        yield Text(f"{full} of {len(right)} right answers have full marks")
    if wrong:
        caught, fair = sum(one.passes for one in wrong), sum(one.is_fair for one in wrong)
        yield Text(f"{caught} of {len(wrong)} wrong answers are caught: they lose points")
        yield Text(f"{fair} of {len(wrong)} wrong answers lose from half to twice the fair loss")
    over = (("over-punished", one) for one in wrong if one.is_over_punished)
    under = (("under-punished", one) for one in wrong if one.is_under_punished)
    for how, one in (*over, *under):
        yield Text(f"  {how}: {printable(one.file)} {_losses(one)}", style="yellow")


def blank_lines(solution: Solution) -> list[Text]:
    """The name of each blank, where it stands, and how it begins."""
    lines = []
    for blank in solution.blanks.values():
        first = next((line.strip() for line in blank.lines if line.strip()), "")
        more = " …" if len(blank.lines) > 1 else ""
        file = f"files/{blank.cell_id}" if blank.cell_id in solution.modules else solution.path.name
        lines.append(Text(f"{blank.name:22} {file}:{blank.line}  {first}{more}"))
    return lines


def bank_of(variants_dir: Path) -> list[Path]:
    """The files of a lab's bank: right answers, then wrong ones."""
    folders = (variants_dir / RIGHT_FOLDER, variants_dir / WRONG_FOLDER)
    return [path for folder in folders for path in sorted(folder.glob(f"*{SUFFIX}"))]


def mistakes_of(variants_dir: Path) -> list[Path]:
    """The files of a lab's wrong answers: a mistake for each test, then those of the bank."""
    folders = (variants_dir / MISTAKES_FOLDER, variants_dir / WRONG_FOLDER)
    return [path for folder in folders for path in sorted(folder.glob(f"*{SUFFIX}"))]


def _points_line(one: GradedAnswer) -> str:
    """Its points for the whole, and for each question that it changes or that lost some."""
    short = [question.id for question in _short(one.questions)]
    told = (q for q in one.questions if q.id in (*one.variant.questions, *short))
    parts = [f"{printable(one.file)}: {one.score:g} of {one.max_score:g}"]
    if one.is_wrong:
        parts[0] += f" ({_losses(one)})"
    parts += [f"{q.id} {q.score or 0:g} of {q.max_score:g}" for q in told]
    return ", ".join(parts)


def _losses(one: GradedAnswer) -> str:
    return f"loses {one.lost:g}, fair is {one.fair_loss:g}"


def _short(questions: list[QuestionResult]) -> list[QuestionResult]:
    """Those that lost points."""
    return [q for q in questions if round(q.max_score - (q.score or 0.0), 6) > 0]


def _question_as_json(question: QuestionResult) -> dict[str, Any]:
    tests = [
        {"name": test.name, "outcome": test.outcome, "message": test.message}
        for test in question.tests
    ]
    return {
        "id": question.id,
        "score": question.score or 0.0,
        "max_score": question.max_score,
        "tests": tests,
    }
