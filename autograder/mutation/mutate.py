"""Mutation testing: how many small mistakes in the solution do the tests of its questions find?

A mutant is killed if a test fails for it. It is judged by the tests of its own question first, and
if it survives these by those of the questions after it.
"""

import dataclasses
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from rich.table import Table
from rich.text import Text

from ..assignment import Assignment
from ..compiler.points import function_of, read_tests
from ..engine import Cause, Limits
from ..errors import UserError, shown
from ..lab import Lab
from ..variants.solution import Solution
from ..variants.variant import Variant, read_variants
from .candidates import Candidate, Judgement
from .confusions import CONFUSIONS_FILE, read_confusions
from .equivalent import EQUIVALENT_FOLDER, Equivalent, read_equivalents
from .mutants import Mutant, make_mutants

MISTAKES_FOLDER = "mistakes"  # of variants, each named after the hidden test that must fail
SOLUTION = "solution"
SEEN_BY_TESTS_ONLY = {Cause.COMPARISON, Cause.MISSING_ATTRIBUTE, Cause.UNSENDABLE}
WANTED_SCORE = 0.97
# Shorter than for students, so that endless loops cost little; the solution takes a tenth of it.
LIMITS = Limits(call_timeout_s=6, cell_timeout_s=15, test_timeout_s=12, submission_timeout_s=120)


@dataclass(frozen=True)
class Experiment:
    """What is tried on the tests of a lab."""

    mutants: list[Mutant]
    equivalents: dict[tuple[str, str], Equivalent]
    mistakes: list[Variant]
    question_of: dict[str, str]  # test function -> its question
    public: frozenset[str]  # tests that students see

    def candidates(self, assignment: Assignment) -> list[Candidate]:
        """The solution itself, the mutants by number, the mistakes by the test they must fail."""
        questions = assignment.tested
        solution = Candidate(SOLUTION, {}, questions)
        mutants = [
            Candidate(
                str(number),
                mutant.sources,
                (mutant.question,),
                questions[questions.index(mutant.question) + 1 :],
                mutant.files,
            )
            for number, mutant in enumerate(self.mutants)
        ]
        mistakes = [
            Candidate(
                mistake.name,
                mistake.sources,
                (self.question_of[mistake.name],),
                files=mistake.files,
            )
            for mistake in self.mistakes
        ]
        return [solution, *mutants, *mistakes]


def plan(
    solution: Solution, assignment: Assignment, lab: Lab, question: str | None = None
) -> Experiment:
    """All mutants and mistakes of a lab, or of one question.

    Raises:
        UserError: if there is no such question (exit code 2), if an equivalent is no mutant, or a
            mistake is not named after a hidden test.
    """
    if question is not None and question not in assignment.tested:
        known = ", ".join(assignment.tested)
        raise UserError(f"{question}: no such question; there are {known}", exit_code=2)
    mutants = make_mutants(solution, read_confusions(lab.variants_dir / CONFUSIONS_FILE))
    equivalents = read_equivalents(lab.variants_dir / EQUIVALENT_FOLDER, mutants)
    tests = [test for path in assignment.test_files for test in read_tests(path)]
    question_of = {test.function: test.question_id for test in tests}
    mistakes = read_variants(lab.variants_dir / MISTAKES_FOLDER, solution)
    for mistake in mistakes:
        if mistake.name not in question_of:
            where = f"{shown(mistake.path)}:1"
            raise UserError(f"{where}: no test is called {mistake.name}; rename the file")
    public = frozenset(test.name for test in tests if test.path.parent != lab.hidden_dir)
    if question is not None:
        mutants = [mutant for mutant in mutants if mutant.question == question]
        mistakes = [mistake for mistake in mistakes if question_of[mistake.name] == question]
    return Experiment(mutants, equivalents, mistakes, question_of, public)


@dataclass
class QuestionReport:
    """What became of the mutants of one question."""

    mutants: int = 0
    killed: int = 0
    by_hidden: int = 0  # killed by a hidden test, whatever the public ones say
    by_exception: int = 0  # all that failed did so since the mutant raised or ran too long
    equivalent: int = 0
    survivors: list[Mutant] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)  # test -> mutants that it killed
    idle: list[str] = field(default_factory=list)  # tests of the question that killed none


@dataclass(frozen=True)
class UnnamedMistake:
    """A mistake whose test finds it without saying what is wrong."""

    test: str
    lacks: str  # words that its message should contain
    message: str


@dataclass
class Report:
    """The outcome of an experiment."""

    questions: dict[str, QuestionReport]
    surviving_mistakes: list[str]
    mistakes: int
    killed_equivalents: list[tuple[Equivalent, str]]  # and a test that kills it
    unnamed_mistakes: list[UnnamedMistake] = field(default_factory=list)

    def total(self, name: str) -> int:
        """The sum of one count over the questions."""
        return sum(int(getattr(report, name)) for report in self.questions.values())

    @property
    def survivors(self) -> list[Mutant]:
        return [mutant for report in self.questions.values() for mutant in report.survivors]

    @property
    def score(self) -> float:
        """Share of the mutants killed, of those that are not equivalent."""
        return self.total("killed") / max(1, self.total("killed") + len(self.survivors))

    @property
    def passed(self) -> bool:
        """Whether the tests are as sharp as wanted."""
        flaws = self.surviving_mistakes or self.unnamed_mistakes or self.killed_equivalents
        return self.score >= WANTED_SCORE and not flaws

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "mutants": self.total("mutants"),
            "killed": self.total("killed"),
            "equivalent": self.total("equivalent"),
            "survivors": [{"question": m.question, "diff": m.diff} for m in self.survivors],
            "score": self.score,
            "killed_by_hidden_tests": self.total("by_hidden"),
            "killed_by_exceptions_alone": self.total("by_exception"),
            "mistakes": self.mistakes,
            "surviving_mistakes": self.surviving_mistakes,
            "unnamed_mistakes": [dataclasses.asdict(one) for one in self.unnamed_mistakes],
            "questions": {
                name: {
                    "mutants": report.mutants,
                    "killed": report.killed,
                    "equivalent": report.equivalent,
                    "survivors": len(report.survivors),
                    "tests_that_killed_nothing": report.idle,
                }
                for name, report in self.questions.items()
            },
        }


def evaluate(experiment: Experiment, judgements: list[Judgement]) -> Report:
    """Put together what became of each candidate.

    Raises:
        UserError: if the solution itself fails a test.
    """
    by_name = {judgement.name: judgement for judgement in judgements}
    for question, test in by_name[SOLUTION].failed:
        raise UserError(f"the solution fails {question}: {test.name}: {test.message}")
    report = Report({}, [], len(experiment.mistakes), [])
    tests_of: dict[str, list[str]] = defaultdict(list)
    for question, verdicts in by_name[SOLUTION].verdicts.items():
        tests_of[question] = [test.name for test in verdicts]
    for number, mutant in enumerate(experiment.mutants):
        one = report.questions.setdefault(mutant.question, QuestionReport())
        failed = by_name[str(number)].failed
        one.mutants += 1
        one.kills.update({test.name for _, test in failed})
        equivalent = experiment.equivalents.get((mutant.blank, mutant.diff))
        if equivalent is not None:
            one.equivalent += 1
            if failed:
                report.killed_equivalents.append((equivalent, failed[0][1].name))
        elif failed:
            one.killed += 1
            one.by_hidden += any(test.name not in experiment.public for _, test in failed)
            one.by_exception += all(test.cause not in SEEN_BY_TESTS_ONLY for _, test in failed)
        else:
            one.survivors.append(mutant)
    for question, one in report.questions.items():
        one.idle = [name for name in tests_of[question] if not one.kills[name]]
    report.surviving_mistakes = [
        mistake.name
        for mistake in experiment.mistakes
        if not _failed_in(by_name[mistake.name], mistake.name)
    ]
    report.unnamed_mistakes = [
        UnnamedMistake(mistake.name, words, messages[0])
        for mistake in experiment.mistakes
        if (messages := _failed_in(by_name[mistake.name], mistake.name))
        for words in mistake.says
        if not any(words in message for message in messages)
    ]
    return report


def _failed_in(judgement: Judgement, test: str) -> list[str]:
    """The messages of a test that failed, of one with cases those of all that failed."""
    return [one.message for _, one in judgement.failed if function_of(one.name) == test]


def as_table(lab: str, report: Report) -> Table:
    """A row per question."""
    table = Table(title=f"{lab}: mutants of the solution", title_justify="left")
    table.add_column("question", no_wrap=True)
    for column in ("mutants", "killed", "equivalent", "survivors"):
        table.add_column(column, justify="right")
    for name, one in report.questions.items():
        survivors = str(len(one.survivors) or "")
        table.add_row(name, str(one.mutants), str(one.killed), str(one.equivalent or ""), survivors)
    return table


def details(report: Report) -> list[Text]:
    """Each survivor with its diff, tests that killed nothing, and what contradicts the lists."""
    lines = []
    for mutant in report.survivors:
        lines.append(Text(f"survivor in {mutant.blank}", style="yellow"))
        lines.append(Text(mutant.in_context))
    for question, one in report.questions.items():
        for name in one.idle:
            lines.append(Text(f"{question}: {name} kills no mutant"))
    for equivalent, test in report.killed_equivalents:
        wrong = f"{test} kills this mutant: it is not equivalent, or the test is unfair"
        lines.append(Text(f"{equivalent.place}: {wrong}", style="red"))
    for name in report.surviving_mistakes:
        lines.append(Text(f"{name} passes the mistake that it must find", style="red"))
    for unnamed in report.unnamed_mistakes:
        wrong = f"{unnamed.test} finds its mistake but does not say `{unnamed.lacks}`"
        lines.append(Text(f"{wrong}: {unnamed.message}", style="red"))
    return lines


def summary(report: Report) -> str:
    """The figures in two lines."""
    found = report.mistakes - len(report.surviving_mistakes)
    return (
        f"{report.total('mutants')} mutants: {report.total('killed')} killed "
        f"({report.total('by_hidden')} by hidden tests, {report.total('by_exception')} only since "
        f"they raise), {report.total('equivalent')} equivalent, {len(report.survivors)} survive: "
        f"mutation score {report.score:.1%}\n{found} of {report.mistakes} mistakes found"
    )
