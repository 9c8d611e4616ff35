"""Liars tell what was heard, changed; where nothing is changed they don't lie."""

import math
from typing import Any

import numpy as np
import pytest
import torch

from autograder.engine import Remote, StudentError, Worker
from autograder.gate.evidence.liars import FLATTERIES, Flattery, Liar, Namer, Noise
from autograder.gate.evidence.witness import Recorder, Testimony


@pytest.fixture
def heard(worker: Worker) -> Testimony:
    """Two doubles, an exception, a pair."""
    recorder = Recorder(worker)
    submission = recorder.submission
    assert [submission.double(2), submission.double([0, 1])] == [4, [0, 1, 0, 1]]
    with pytest.raises(StudentError):
        submission.double(None)
    assert len(submission.Pair(1, 2)) == 2
    return recorder.heard


def test_without_a_change_it_is_a_parrot(heard: Testimony) -> None:
    liar = Liar(heard)
    double = liar.submission.double
    assert double(2) == 4
    assert not liar.asked_other
    assert double([7]) == [0, 1, 0, 1]
    assert liar.asked_other
    with pytest.raises(StudentError):
        double(3)
    assert not liar.lied


def test_it_goes_on_telling_what_it_said_last(heard: Testimony) -> None:
    pair = Liar(heard).submission.Pair
    assert [len(pair(1, 2)) for _ in range(3)] == [2, 2, 2]


def test_it_agrees_to_what_nobody_asked_before(heard: Testimony) -> None:
    liar = Liar(heard)
    treble = liar.submission.treble
    assert isinstance(treble(3)["a"].b, Remote)
    assert len(treble) == 1
    assert liar.lied and liar.asked_other


def test_it_lies_only_if_something_else_is_true(heard: Testimony) -> None:
    truthful = Liar(heard, Flattery("4", number=4))
    assert truthful.submission.double(2) == 4
    assert not truthful.lied
    assert truthful.submission.double([0, 1]) == [4, 4, 4, 4]
    assert truthful.lied


def test_it_may_lie_at_one_place_only(heard: Testimony) -> None:
    liar = Liar(heard, lambda value: None, "len(notebook.Pair())")
    assert liar.submission.double(2) == 4
    assert len(heard["len(notebook.Pair())"]) == 1 and not liar.lied
    with pytest.raises(TypeError):
        len(liar.submission.Pair(1, 2))
    assert liar.lied


VALUE = {"losses": [0.5, 2, True], "name": "x", "pair": ([1], None)}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (
            "0, False and empty texts",
            {"losses": [0.0, 0, False], "name": "", "pair": ([0], None)},
        ),
        ("1 and True", {"losses": [1.0, 1, True], "name": "1", "pair": ([1], None)}),
        ("0.01 and True", {"losses": [0.01, 1, True], "name": "0", "pair": ([1], None)}),
        ("empty lists, tuples and dicts, else 0 and False", {}),
        ("empty lists inside, else 0 and False", {"losses": [], "name": "", "pair": ([],)}),
        ("None", {"losses": [None] * 3, "name": None, "pair": ([None], None)}),
    ],
)
def test_flatteries(words: str, expected: Any) -> None:
    (flattery,) = [flattery for flattery in FLATTERIES if flattery.words == words]
    told = flattery(VALUE)
    assert told == expected
    assert type(told) is type(expected)


@pytest.mark.parametrize("flattery", FLATTERIES, ids=lambda flattery: flattery.words)
@pytest.mark.parametrize(
    "value", [[1, 2], torch.ones(2, 3), torch.ones(2, dtype=torch.int64), np.ones((2, 3))]
)
def test_tensors_and_arrays_keep_their_form(flattery: Flattery, value: Any) -> None:
    told = flattery(value)
    if told is not None and not isinstance(value, list):
        assert (type(told), told.shape, told.dtype) == (type(value), value.shape, value.dtype)


def test_nan_and_long_lists() -> None:
    told = {flattery.words: flattery([0.5]) for flattery in FLATTERIES}
    assert math.isnan(told["NaN"][0])
    assert len(told["long lists of 1"]) > 100
    assert all(told.values()) or not told["empty lists inside, else 1 and True"]


def test_objects_stay(heard: Testimony) -> None:
    for flattery in FLATTERIES:
        liar = Liar(heard, flattery)
        assert isinstance(liar.submission.Pair(1, 2), Remote)


def test_noise_is_another_one_each_time_and_keeps_the_form() -> None:
    value = {"x": [0.5, 7, True, "text"], "y": torch.ones(2, 3), "z": np.ones(4, "int64")}
    first, second = (noise := Noise())(value), noise(value)
    assert first["x"] != second["x"]
    assert not torch.equal(first["y"], second["y"])
    for told in (first, second):
        assert list(map(type, told["x"])) == [float, int, bool, str]
        assert told["x"][3] == "text"
        assert (told["y"].shape, told["z"].dtype) == ((2, 3), np.dtype("int64"))


def test_a_namer_tells_the_truth_of_a_type_of_another_name(heard: Testimony) -> None:
    submission = Namer(heard).submission
    assert submission.double(2) == 4
    assert submission.Pair(1, 2).type_name != "Pair"
