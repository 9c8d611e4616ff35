"""What many runs of the solution show: tests that fail by chance, tolerances that are narrow."""

import math
from pathlib import Path

import pytest

from autograder.gate import stability
from autograder.gate.bench import Subject
from autograder.gate.stability import Stability, as_json, findings_of, measure
from autograder.gate.trials import Trial, TrialResult
from autograder.judge.results import QuestionResult, SubmissionResult, Verdict


def test_a_sound_lab(subject: Subject) -> None:
    runs = 0

    def count() -> None:
        nonlocal runs
        runs += 1

    measured = measure(subject, num_seeds=2, on_run=count)
    assert runs == measured.num_runs == 2 * len(stability.THREADS)
    assert measured.tests == {"test_four": "ex1-double", "test_thirds": "ex1-double"}
    assert measured.failures == []
    ((tolerance, margin),) = measured.margins.items()
    assert tolerance == ("test_thirds", "two thirds")
    # 1e-4 of 2/3 to 16/3 and 1e-5 more, where float32 is off by up to 5e-7.
    assert 100 < margin < 10_000
    assert findings_of(measured) == []


@pytest.mark.parametrize("margin", [math.inf, 3.0])
def test_failures_and_narrow_tolerances(margin: float) -> None:
    measured = Stability(num_seeds=3)
    for seed in range(3):
        verdict = Verdict("test_a", "A.", 1, "failed" if seed == 1 else "passed", "no luck")
        questions = (QuestionResult("ex1-a", 1, (verdict,)),)
        result = SubmissionResult("x", "graded", "strong", seed, 0.1, 0.1, questions)
        margins = {("test_a", "the sum"): margin if seed == 2 else 50.0}
        measured.add(TrialResult(Trial(Path(), seed), result, margins))
    lines = [line.plain for line in findings_of(measured)]
    assert lines[0].startswith("ex1-a, test_a: fails in 1 of 3 runs, first under seed 1 (no luck)")
    assert len(lines) == (2 if margin < 10 else 1)
    (test,) = as_json(measured)["tests"]
    assert test["failures"] == [{"seed": 1, "threads": 1, "message": "no luck"}]
    assert test["tolerances"] == [{"what": "the sum", "margin": min(margin, 50.0)}]
