"""Grades the bank of right answers: each of its variants has to get full marks."""

from pathlib import Path

from rich.table import Table
from rich.text import Text

from ..variants.format import SUFFIX
from ..variants.solution import Solution
from ..variants.variant import Variant
from .candidates import Candidate, Judgement

RIGHT_FOLDER = "right"  # of variants


def candidates_of(variants: list[Variant], questions: tuple[str, ...]) -> list[Candidate]:
    """Each variant, to be judged by the tests of all questions."""
    return [Candidate(str(variant.path), variant.sources, questions) for variant in variants]


def answers_table(lab: str, variants: list[Variant], judgements: list[Judgement]) -> Table:
    """A row per variant: its file, the questions that it answers otherwise, its score."""
    by_path = {judgement.name: judgement for judgement in judgements}
    table = Table(title=f"{lab}: right answers", title_justify="left")
    table.add_column("file", no_wrap=True)
    table.add_column("questions")
    for column in ("score", "of", "failed"):
        table.add_column(column, justify="right")
    for variant in variants:
        one = by_path[str(variant.path)]
        numbers = (f"{one.score:g}", f"{one.max_score:g}", f"{len(one.failed) or ''}")
        table.add_row(Text(variant.name), ", ".join(variant.questions), *numbers)
    return table


def failures(judgements: list[Judgement]) -> list[Text]:
    """A line for each test that a right answer failed."""
    return [
        Text(f"{Path(one.name).stem}: {question}: {test.name}: {test.message}", style="red")
        for one in judgements
        for question, test in one.failed
    ]


def blank_lines(solution: Solution) -> list[Text]:
    """The name of each blank, where it stands, and how it begins."""
    lines = []
    for blank in solution.blanks.values():
        first = next((line.strip() for line in blank.lines if line.strip()), "")
        more = " …" if len(blank.lines) > 1 else ""
        lines.append(Text(f"{blank.name:22} {solution.path.name}:{blank.line}  {first}{more}"))
    return lines


def bank_of(variants_dir: Path) -> list[Path]:
    """The files of a lab's bank of right answers."""
    return sorted((variants_dir / RIGHT_FOLDER).glob(f"*{SUFFIX}"))
