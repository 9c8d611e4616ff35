"""Trials are graded under their own seed and record how close each comparison came to its bound."""

import math
from pathlib import Path

from autograder.compiler.build import build_labs
from autograder.gate.bench import Subject
from autograder.gate.trials import Trial, run_trials, trial_pool


def test_margins_of_the_solution_and_of_a_blank(sound: Subject, tmp_path: Path) -> None:
    build_labs([sound.source], tmp_path / "release", tmp_path / "solution")
    solution = tmp_path / "solution" / "small" / "small.ipynb"
    trials = [Trial(solution, seed=1), Trial(solution, 2, num_threads=2)]
    trials += [Trial(sound.notebook_path, seed=3)]
    with trial_pool(sound.assignment) as pool:
        done = {result.trial: result for result in run_trials(pool, trials)}
    scores = [done[trial].result.score for trial in trials]
    assert scores == [sound.assignment.questions[0].max_score] * 2 + [0]
    assert [done[trial].result.seed for trial in trials] == [1, 2, 3]
    margins = [done[trial].margins for trial in trials]
    assert margins[0].keys() == {("test_thirds", "two thirds")}
    assert 1 < margins[0]["test_thirds", "two thirds"] < math.inf
    assert margins[2] == {}
