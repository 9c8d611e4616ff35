"""Stored results: found again only while nothing that matters has changed."""

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.assignment import Assignment
from autograder.course.store import ResultStore, environment_key, result_key
from autograder.engine import Limits

from ..judge.notebooks import answer, notebook
from ..judge.test_results import RESULT


@pytest.fixture
def assignment(tmp_path: Path) -> Assignment:
    release = tmp_path / "release" / "lab"
    release.mkdir(parents=True)
    (release / "lab.ipynb").write_text("{}", "utf-8")
    return Assignment("lab", release, notebook(), ())


def test_what_was_saved_is_found_under_its_key_only(tmp_path: Path) -> None:
    store = ResultStore(tmp_path / "results")
    store.save(RESULT, "key")
    assert store.load(RESULT.student, "key") == RESULT
    assert store.load(RESULT.student, "other") is None
    assert store.load("nobody", "key") is None
    assert store.latest(RESULT.student) == RESULT
    assert store.latest("nobody") is None


@pytest.mark.parametrize("content", ["", "{", "{}", "[]", '{"key": "key", "result": {}}'])
def test_a_damaged_file_counts_as_absent(tmp_path: Path, content: str) -> None:
    store = ResultStore(tmp_path)
    (tmp_path / f"{RESULT.student}.json").write_text(content, "utf-8")
    assert store.load(RESULT.student, "key") is None
    assert store.latest(RESULT.student) is None


def test_saving_leaves_no_draft_behind(tmp_path: Path) -> None:
    ResultStore(tmp_path).save(RESULT, "key")
    assert [path.name for path in tmp_path.iterdir()] == [f"{RESULT.student}.json"]


def test_the_key_covers_submission_release_solution_seed_and_limits(
    tmp_path: Path, assignment: Assignment
) -> None:
    submitted = tmp_path / "submitted.ipynb"
    submitted.write_text("a", "utf-8")

    def key(seed: int = 0, limits: Limits | None = None, of: Assignment = assignment) -> str:
        return result_key(environment_key(of, seed, limits or Limits(), "strong"), submitted)

    first = key()
    assert key() == first
    assert key(seed=1) != first
    assert key(limits=Limits(call_timeout_s=1)) != first
    solved = replace(assignment, solution=notebook(answer("a", "x = 1")))
    assert key(of=solved) != first
    assert key(of=replace(assignment, solution=notebook(answer("a", "x = 2")))) != key(of=solved)
    submitted.write_text("b", "utf-8")
    assert key() != first
    submitted.write_text("a", "utf-8")
    (assignment.release_dir / "checks.py").write_text("", "utf-8")
    assert key() != first
