"""Candidates judged by real workers: only the tests that are asked for, in parallel too."""

import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.engine import Zygote
from autograder.errors import UserError
from autograder.mutation.judge import Candidate, Judge, judge_all, judge_here, make_judge
from autograder.mutation.solution import Solution

BOTH = ("ex1-count", "ex2-share")


@pytest.fixture(autouse=True)
def _plain_asserts(monkeypatch: pytest.MonkeyPatch) -> None:
    # The outer pytest's import hook would rewrite the inner one's asserts.
    hooks = [hook for hook in sys.meta_path if "assertion" not in type(hook).__module__]
    monkeypatch.setattr(sys, "meta_path", hooks)


@pytest.fixture(scope="module")
def zygote(judge: Judge) -> Iterator[Zygote]:
    with Zygote(judge.assignment.release_dir, judge.limits, judge.policy) as zygote:
        yield zygote


def changed(solution: Solution, blank: str, old: str, new: str) -> dict[str, str]:
    cell = solution.cells[solution.blanks[blank].cell_id]
    assert old in cell.source
    return {cell.cell_id: cell.source.replace(old, new)}


def test_the_solution_passes_all(judge: Judge, zygote: Zygote) -> None:
    judgement = judge_here(judge, zygote, Candidate("solution", {}, judge.questions))
    assert judge.questions == BOTH
    assert judgement.failed == []
    assert judgement.score == judgement.max_score == 5


def test_only_the_questions_asked_for(judge: Judge, zygote: Zygote) -> None:
    judgement = judge_here(judge, zygote, Candidate("solution", {}, ("ex2-share",)))
    assert {q: [t.name for t in tests] for q, tests in judgement.verdicts.items()} == {
        "ex2-share": ["test_half"]
    }


def test_others_are_asked_if_these_pass(judge: Judge, zygote: Zygote, solution: Solution) -> None:
    right = changed(solution, "ex1-count.2", "10", "11")
    wrong = changed(solution, "ex1-count.2", "10", "9")
    asked = [
        list(judge_here(judge, zygote, Candidate("", sources, BOTH[:1], BOTH[1:])).verdicts)
        for sources in (right, wrong)
    ]
    assert asked == [["ex1-count", "ex2-share"], ["ex1-count"]]


def test_a_mistake_costs_what_it_breaks(judge: Judge, zygote: Zygote, solution: Solution) -> None:
    sources = changed(solution, "ex1-count.1", "number < limit", "number <= limit")
    judgement = judge_here(judge, zygote, Candidate("", sources, BOTH))
    assert [(q, test.name) for q, test in judgement.failed] == [
        ("ex1-count", "test_the_limit_itself_is_not_below")
    ]
    assert (judgement.score, judgement.max_score) == (3, 5)


def test_an_endless_loop_ends(judge: Judge, zygote: Zygote, solution: Solution) -> None:
    sources = changed(
        solution, "ex2-share.1", "    return count", "    while True: pass\n    x = count"
    )
    judgement = judge_here(judge, zygote, Candidate("", sources, ("ex2-share",)))
    assert "time limit" in judgement.failed[0][1].message


def test_many_at_a_time(judge: Judge, solution: Solution) -> None:
    candidates = [
        Candidate("fails", changed(solution, "ex1-count.1", "+= 1", "+= 2"), BOTH),
        Candidate("passes", {}, BOTH),
    ]
    judgements = {judgement.name: judgement for judgement in judge_all(judge, candidates, jobs=2)}
    assert judgements["passes"].failed == []
    assert judgements["fails"].failed != []
    assert list(judge_all(judge, [], jobs=2)) == []


def test_tests_that_cannot_run_are_no_verdict(judge: Judge, tmp_path: Path) -> None:
    broken = tmp_path / "test_broken.py"
    broken.write_text("import no_such_module\n", "utf-8")
    assignment = dataclasses.replace(judge.assignment, test_files=(broken,))
    with pytest.raises(UserError, match="tests can't run"):
        list(
            judge_all(
                dataclasses.replace(judge, assignment=assignment), [Candidate("", {}, BOTH)], 1
            )
        )


def test_a_stale_release_is_refused(judge: Judge, solution: Solution) -> None:
    notebook = judge.assignment.notebook.copy()
    notebook.cells = judge.assignment.notebook.cells[1:]
    stale = dataclasses.replace(judge.assignment, notebook=notebook)
    with pytest.raises(UserError, match="make release"):
        make_judge(stale, solution)
