"""What known mistakes answer is learnt once and kept while what it depends on stays the same."""

import gc
import json
import math
import threading
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from autograder.judge.knowledge import Knowledge
from autograder.judge.reproduction import OBJECT, Evidence, Learnt, Mistake, Raised, same

told = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers(allow_nan=False)
    | st.text(max_size=5)
    | st.binary(max_size=5)
    | st.just(OBJECT)
    | st.builds(Raised, st.text(max_size=5), st.text(max_size=5)),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=10,
)


def learnt_of(heard: list[Any]) -> Learnt:
    mistake = Mistake("Adds", 1.5, {"case": Evidence(heard, "no")})
    return Learnt({"case": heard}, {"case": 2}, [mistake, Mistake("Waits", None, {})])


def never() -> Learnt:
    raise AssertionError("it is known")


@given(st.lists(told, max_size=3))
def test_what_is_kept_comes_back(
    tmp_path_factory: pytest.TempPathFactory, heard: list[Any]
) -> None:
    knowledge = Knowledge(tmp_path_factory.mktemp("known"), "key")
    learnt = learnt_of(heard)
    assert knowledge.of("ex1", lambda: learnt) is learnt
    back = knowledge.of("ex1", never)
    (adds, waits), (case, evidence) = back.mistakes, *back.mistakes[0].failed.items()
    assert (adds.title, adds.loss, waits, case, evidence.message) == (
        "Adds", 1.5, learnt.mistakes[1], "case", "no",
    )  # fmt: skip
    assert same(evidence.heard, heard) and same(back.solution["case"], heard)
    assert back.objects == {"case": 2}


def test_another_key_or_question_is_learnt_anew(tmp_path: Path) -> None:
    first, second = learnt_of([1]), learnt_of([2])
    assert Knowledge(tmp_path, "one").of("ex1", lambda: first) is first
    assert Knowledge(tmp_path, "one").of("ex2", lambda: second) is second
    assert Knowledge(tmp_path, "other").of("ex1", lambda: second) is second
    assert Knowledge(tmp_path, "other").of("ex1", never).solution == {"case": [2]}


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"key": "key"}', b'{"key": "key", "learnt": [{}, {}]}',
                b'{"key": "key", "learnt": [{"case": [{"is": "code"}]}, {}, []]}'],
)  # fmt: skip
def test_damaged_knowledge_is_learnt_anew(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "ex1.json").write_bytes(content)
    learnt = learnt_of([math.nan])
    assert Knowledge(tmp_path, "key").of("ex1", lambda: learnt) is learnt
    assert json.loads((tmp_path / "ex1.json").read_text("utf-8"))["key"] == "key"


def test_a_folder_that_cannot_be_made_keeps_nobody_from_learning(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    learnt = learnt_of([])
    assert Knowledge(tmp_path / "file" / "known", "key").of("ex1", lambda: learnt) is learnt


def test_what_json_has_no_form_for_is_not_kept(tmp_path: Path) -> None:
    learnt = learnt_of([object()])
    assert Knowledge(tmp_path, "key").of("ex1", lambda: learnt) is learnt
    assert [path.suffix for path in tmp_path.iterdir()] == [".lock"]


def test_of_those_who_ask_at_the_same_time_one_learns(tmp_path: Path) -> None:
    count: list[int] = []

    def learn() -> Learnt:
        count.append(1)
        started.wait()
        return learnt_of([1])

    started = threading.Event()
    threads = [
        threading.Thread(target=Knowledge(tmp_path, "key").of, args=("ex1", learn)) for _ in "ab"
    ]
    for thread in threads:
        thread.start()
    started.set()
    for thread in threads:
        thread.join()
    assert count == [1]


def test_whoever_has_learnt_lets_others_in(tmp_path: Path) -> None:
    knowledge = Knowledge(tmp_path, "key")
    knowledge.of("ex1", lambda: learnt_of([1]))
    with pytest.raises(AssertionError):
        knowledge.of("ex2", never)
    gc.disable()  # as in a judge: nothing tidies up later
    try:
        for question in ("ex1", "ex2"):
            with FileLock(tmp_path / f"{question}.lock", timeout=0):
                pass
    finally:
        gc.enable()
