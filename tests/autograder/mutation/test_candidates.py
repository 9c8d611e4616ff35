"""Candidates judged by real workers: only the tests that are asked for, in parallel too."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.errors import UserError
from autograder.judge.pool import Pool
from autograder.judge.warm import Grader
from autograder.mutation.candidates import (
    Candidate,
    Judgement,
    as_judgement,
    judge_all,
    make_grader,
)
from autograder.variants.solution import Solution

BOTH = ("ex1-count", "ex2-share")
Judged = Callable[[Candidate], Judgement]


@pytest.fixture(scope="module")
def judged(grader: Grader) -> Iterator[Judged]:
    """Judge one candidate."""
    with Pool(grader, jobs=1) as pool:
        yield lambda candidate: as_judgement(candidate, pool.judge(candidate))


def changed(solution: Solution, blank: str, old: str, new: str) -> dict[str, str]:
    cell = solution.cells[solution.blanks[blank].cell_id]
    assert old in cell.source
    return {cell.cell_id: cell.source.replace(old, new)}


def test_the_solution_passes_all(judged: Judged) -> None:
    judgement = judged(Candidate("solution", {}, BOTH))
    assert judgement.failed == []
    assert judgement.score == judgement.max_score == 5


def test_only_the_questions_asked_for(judged: Judged) -> None:
    judgement = judged(Candidate("solution", {}, ("ex2-share",)))
    assert {q: [t.name for t in tests] for q, tests in judgement.verdicts.items()} == {
        "ex2-share": ["test_half"]
    }


def test_others_are_asked_if_these_pass(judged: Judged, solution: Solution) -> None:
    right = changed(solution, "ex1-count.2", "10", "11")
    wrong = changed(solution, "ex1-count.2", "10", "9")
    asked = [
        list(judged(Candidate("", sources, BOTH[:1], BOTH[1:])).verdicts)
        for sources in (right, wrong)
    ]
    assert asked == [["ex1-count", "ex2-share"], ["ex1-count"]]


def test_a_mistake_costs_what_it_breaks(judged: Judged, solution: Solution) -> None:
    sources = changed(solution, "ex1-count.1", "number < limit", "number <= limit")
    judgement = judged(Candidate("", sources, BOTH))
    assert [(q, test.name) for q, test in judgement.failed] == [
        ("ex1-count", "test_the_limit_itself_is_not_below")
    ]
    assert (judgement.score, judgement.max_score) == (3, 5)


def test_an_endless_loop_ends(judged: Judged, solution: Solution) -> None:
    sources = changed(
        solution, "ex2-share.1", "    return count", "    while True: pass\n    x = count"
    )
    judgement = judged(Candidate("", sources, ("ex2-share",)))
    assert "time limit" in judgement.failed[0][1].message


def test_many_at_a_time(grader: Grader, solution: Solution) -> None:
    candidates = [
        Candidate("fails", changed(solution, "ex1-count.1", "+= 1", "+= 2"), BOTH),
        Candidate("passes", {}, BOTH),
    ]
    judgements = {judgement.name: judgement for judgement in judge_all(grader, candidates, jobs=2)}
    assert judgements["passes"].failed == []
    assert judgements["fails"].failed != []
    assert list(judge_all(grader, [], jobs=2)) == []


def test_tests_that_cannot_run_are_no_verdict(grader: Grader, tmp_path: Path) -> None:
    broken = tmp_path / "test_broken.py"
    broken.write_text("import no_such_module\n", "utf-8")
    assignment = replace(grader.assignment, test_files=(broken,))
    with pytest.raises(UserError, match="tests can't run"):
        list(judge_all(replace(grader, assignment=assignment), [Candidate("", {}, BOTH)], 1))


def test_a_stale_release_is_refused(grader: Grader, solution: Solution) -> None:
    notebook = grader.assignment.notebook.copy()
    notebook.cells = grader.assignment.notebook.cells[1:]
    stale = replace(grader.assignment, notebook=notebook)
    with pytest.raises(UserError, match="make release"):
        make_grader(stale, solution)
