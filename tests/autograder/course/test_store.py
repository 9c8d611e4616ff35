"""Stored results: found again only while nothing that matters has changed; none is ever lost."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.course.store import BY_ITSELF, ResultStore, digest
from autograder.judge.results import FAILED

from ..judge.test_results import RESULT

KEY = {"submission": "a", "tests": "b", "seed": "0"}


def test_what_was_saved_is_found_under_its_key_only(tmp_path: Path) -> None:
    store = ResultStore(tmp_path / "results")
    assert store.save(RESULT, KEY) is None
    assert store.load(RESULT.student, KEY) == RESULT
    assert store.load(RESULT.student, {**KEY, "tests": "c"}) is None
    assert store.load("nobody", KEY) is None
    assert store.latest(RESULT.student) == RESULT
    assert store.latest("nobody") is None


@pytest.mark.parametrize(
    "content", ["", "{", "{}", "[]", '{"key": {}, "result": {}}', '{"key": "old", "result": {}}']
)
def test_a_damaged_file_counts_as_absent(tmp_path: Path, content: str) -> None:
    store = ResultStore(tmp_path)
    (tmp_path / f"{RESULT.student}.json").write_text(content, "utf-8")
    assert store.load(RESULT.student, KEY) is None
    assert store.latest(RESULT.student) is None
    assert store.save(RESULT, KEY) is None
    assert store.load(RESULT.student, KEY) == RESULT


def test_the_result_of_somebody_else_counts_as_absent(tmp_path: Path) -> None:
    store = ResultStore(tmp_path)
    store.save(RESULT, KEY)
    (tmp_path / f"{RESULT.student}.json").rename(tmp_path / "ben.json")
    assert store.load("ben", KEY) is None
    assert store.latest("ben") is None
    ben = replace(RESULT, student="ben")
    assert store.save(ben, {**KEY, "tests": "c"}) is None
    assert store.history("ben") == []
    assert store.latest("ben") == ben


def test_saving_leaves_no_draft_behind(tmp_path: Path) -> None:
    ResultStore(tmp_path).save(RESULT, KEY)
    assert [path.name for path in tmp_path.iterdir()] == [f"{RESULT.student}.json"]


def test_every_earlier_result_is_kept_with_the_reason(tmp_path: Path) -> None:
    store = ResultStore(tmp_path)
    versions = [KEY, {**KEY, "tests": "c"}, {**KEY, "submission": "z", "seed": "1", "tests": "c"}]
    results = [replace(RESULT, seed=number) for number in range(3)]
    first, *replaced = map(store.save, results, versions)
    reasons = [["tests"], ["submission", "seed"]]
    assert first is None
    assert replaced == list(zip(results, reasons, strict=False))
    kept = store.history(RESULT.student)
    assert [line["result"]["seed"] for line in kept] == [0, 1]
    assert [line["because"] for line in kept] == reasons
    assert [line["key"] for line in kept] == versions[:2]
    assert store.history("nobody") == []


def test_the_same_again_is_no_history(tmp_path: Path) -> None:
    store = ResultStore(tmp_path)
    for seconds in (1.0, 2.0):
        store.save(replace(RESULT, seconds=seconds), KEY)
    assert store.history(RESULT.student) == []


def test_another_outcome_of_the_same_is_kept_too(tmp_path: Path) -> None:
    store = ResultStore(tmp_path)
    store.save(RESULT, KEY)
    by_chance = store.save(replace(RESULT, questions=RESULT.questions[:1]), KEY)
    assert by_chance is not None and by_chance.because == [BY_ITSELF]
    allowed = store.save(RESULT, KEY, ["lowering was allowed"])
    assert allowed is not None and allowed.because == ["lowering was allowed"]
    assert [len(line["result"]["questions"]) for line in store.history(RESULT.student)] == [2, 1]


def test_a_run_that_was_killed_leaves_no_second_line_and_no_torn_one(tmp_path: Path) -> None:
    store, changed = ResultStore(tmp_path), {**KEY, "tests": "c"}
    store.save(RESULT, KEY)
    store.save(replace(RESULT, seed=1), changed)
    (line,) = store.history(RESULT.student)
    store.save(RESULT, KEY)  # as if the run had been killed before it wrote the result
    history = tmp_path / "history" / f"{RESULT.student}.jsonl"
    history.write_text(json.dumps(line) + "\n" + json.dumps(line)[:50], "utf-8")
    store.save(replace(RESULT, seed=1), changed)
    assert store.history(RESULT.student) == [line]


def test_who_has_a_result_and_who_a_failure(tmp_path: Path) -> None:
    store = ResultStore(tmp_path)
    assert (store.students(), store.failures(), store.stored("ben")) == ([], set(), None)
    store.save(RESULT, KEY)
    store.save(replace(RESULT, student="ben", status=FAILED), KEY)
    assert (store.students(), store.failures()) == ([RESULT.student], {"ben"})
    assert store.stored(RESULT.student) == (KEY, RESULT)


def test_how_long_it_took_is_no_part_of_the_digest() -> None:
    assert digest(replace(RESULT, seconds=9.0, cpu_s=9.0)) == digest(RESULT)
    assert digest(replace(RESULT, seed=9)) != digest(RESULT)


def test_a_failure_of_the_grader_lies_beside_the_last_result(tmp_path: Path) -> None:
    store, changed = ResultStore(tmp_path), {**KEY, "submission": "b"}
    failure = replace(RESULT, status=FAILED, questions=(), remarks=("NOT GRADED",))
    store.save(RESULT, KEY)
    assert store.save(failure, changed) is None
    assert store.load(RESULT.student, changed) == failure
    assert store.load(RESULT.student, KEY) == store.latest(RESULT.student) == RESULT
    assert store.load(RESULT.student, {**KEY, "submission": "c"}) is None
    assert store.history(RESULT.student) == []
    replaced = store.save(RESULT, changed)
    assert replaced is not None and replaced.because == ["submission"]
    assert store.load(RESULT.student, changed) == RESULT
    assert not list((tmp_path / "failed").iterdir())


def test_of_a_hand_in_each_question_is_known_as_it_came_out_last(tmp_path: Path) -> None:
    """Also where another one was handed in since, or the lab lacked the question for a while."""
    store = ResultStore(tmp_path)
    first, second = RESULT.questions[0], RESULT.questions[1]
    without = replace(RESULT, questions=(first,))
    other = replace(RESULT, questions=(), seed=5)
    store.save(RESULT, KEY)
    store.save(without, {**KEY, "tests": "c"})
    assert store.of_hand_in(RESULT.student, "z") is None
    store.save(other, {**KEY, "submission": "z"})
    known = store.of_hand_in(RESULT.student, KEY["submission"])
    assert known is not None and {one.id for one in known.questions} >= {first.id, second.id}
    assert [one for one in known.questions if one.id == first.id] == [first]
    assert store.of_hand_in(RESULT.student, "z") == other
    assert store.of_hand_in("nobody", "z") is None
