"""How far the right solution is from failing: runs under many seeds, with one and two threads.

A tolerance's margin is how often the largest error that was seen fits into its bound. A test that
fails by chance, or nearly, takes points from students who are right.
"""

import math
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from ..compiler.build import build_labs
from .bench import Subject
from .trials import Tolerance, Trial, TrialResult, run_trials, trial_pool

THREADS = (1, 2)  # of the grader; see `trials` for why a worker has one
LEAST_MARGIN = 10.0


@dataclass(frozen=True)
class Failure:
    """One run in which a test failed on the solution."""

    test: str
    seed: int
    num_threads: int
    message: str


@dataclass
class Stability:
    """What all runs together showed."""

    num_seeds: int
    num_runs: int = 0
    tests: dict[str, str] = field(default_factory=dict)  # test -> question
    failures: list[Failure] = field(default_factory=list)
    margins: dict[Tolerance, float] = field(default_factory=dict)

    def add(self, done: TrialResult) -> None:
        """Count one more run."""
        self.num_runs += 1
        for question in done.result.questions:
            for test in question.tests:
                self.tests[test.name] = question.id
                if not test.passed:
                    run = done.trial.seed, done.trial.num_threads
                    self.failures.append(Failure(test.name, *run, test.message))
        for tolerance, margin in done.margins.items():
            self.margins[tolerance] = min(margin, self.margins.get(tolerance, math.inf))

    @property
    def narrow(self) -> dict[Tolerance, float]:
        """The tolerances that are too close to what was seen, narrowest first."""
        chosen = [item for item in self.margins.items() if item[1] < LEAST_MARGIN]
        return dict(sorted(chosen, key=lambda item: item[1]))


def measure(subject: Subject, num_seeds: int, on_run: Callable[[], None]) -> Stability:
    """Build the solution and run all tests on it, `len(THREADS)` times per seed.

    Raises:
        UserError: if the lab doesn't build.
        EngineUnavailable, HiddenTestsBroken: if nothing can be graded.
    """
    measured = Stability(num_seeds)
    with tempfile.TemporaryDirectory() as folder, trial_pool(subject.assignment) as pool:
        release_dir, solution_dir = Path(folder) / "release", Path(folder) / "solution"
        (built,) = build_labs([subject.source], release_dir, solution_dir)
        runs = [
            Trial(built.solution_notebook, seed, num_threads)
            for seed in range(num_seeds)
            for num_threads in THREADS
        ]
        for done in run_trials(pool, runs):
            measured.add(done)
            on_run()
    return measured


def as_table(measured: Stability) -> Table:
    """A line per question."""
    title = f"the solution in {measured.num_runs} runs: {measured.num_seeds} seeds, "
    table = Table(title=f"{title}{' and '.join(map(str, THREADS))} threads", title_justify="left")
    table.add_column("question", no_wrap=True)
    for column in ("tests", "failures", "tolerances", "least margin"):
        table.add_column(column, justify="right")
    for question in dict.fromkeys(measured.tests.values()):
        tests = {test for test, its_question in measured.tests.items() if its_question == question}
        failures = sum(failure.test in tests for failure in measured.failures)
        margins = [margin for (test, _), margin in measured.margins.items() if test in tests]
        table.add_row(question, str(len(tests)), str(failures), *_margins(margins))
    num_tests, num_failures = len(measured.tests), len(measured.failures)
    margins = list(measured.margins.values())
    table.add_section()
    table.add_row("all", str(num_tests), str(num_failures), *_margins(margins))
    return table


def _margins(margins: list[float]) -> tuple[str, str]:
    if not margins:
        return "", ""
    least = min(margins)
    return str(len(margins)), "exact" if least == math.inf else f"{least:,.0f} ×"


def findings_of(measured: Stability) -> list[Text]:
    """A line for each test that failed, and for each tolerance that is too narrow."""
    failed: dict[str, list[Failure]] = {}
    for failure in measured.failures:
        failed.setdefault(failure.test, []).append(failure)
    lines = [
        f"{measured.tests[test]}, {test}: fails in {len(failures)} of {measured.num_runs} runs, "
        f"first under seed {failures[0].seed} ({failures[0].message}); make it surer"
        for test, failures in failed.items()
    ]
    lines += [
        f"{measured.tests[test]}, {test}: the tolerance of {what} is only {margin:.1f} times "
        f"what was seen, less than {LEAST_MARGIN:g}; widen it"
        for (test, what), margin in measured.narrow.items()
    ]
    return [Text(line) for line in lines]


def as_json(measured: Stability) -> dict[str, Any]:
    """Everything measured as plain data; a margin is null where no error was ever seen."""
    tests = [
        {
            "question": question,
            "test": test,
            "failures": [
                {"seed": f.seed, "threads": f.num_threads, "message": f.message}
                for f in measured.failures
                if f.test == test
            ],
            "tolerances": [
                {"what": what, "margin": None if margin == math.inf else round(margin, 1)}
                for (of_test, what), margin in sorted(measured.margins.items())
                if of_test == test
            ],
        }
        for test, question in measured.tests.items()
    ]
    return {
        "runs": measured.num_runs,
        "seeds": measured.num_seeds,
        "threads": list(THREADS),
        "failures": len(measured.failures),
        "tolerances": len(measured.margins),
        "narrow": len(measured.narrow),
        "tests": tests,
    }
