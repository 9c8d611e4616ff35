"""A name that nothing has gets the value of one like it, in the notebook's own functions only."""

import builtins
from typing import Any

import pytest

from autograder.engine.untrusted.names import LikelyNames, is_missed

CELLS = "<cell>"
TRAIN = """
def train(model, loss_function, num_1, num_2, epochs=3):
    total = 7
    return {}
"""


def made_by(source: str, file: str = CELLS, name: str = "train", **given: Any) -> Any:
    """What `train("a model", …)` gives, or whatever else a cell defines."""
    cell = {"__builtins__": LikelyNames(CELLS), **given}
    exec(compile(source, file, "exec"), cell)
    return cell[name]("a model", "a loss", 1, 2) if name == "train" else cell[name]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model_lstm", "a model"),
        ("loss_addition", "a loss"),
        ("loss", "a loss"),
        ("num_3", 1),
        ("totl", 7),
        ("epoch", 3),
        ("[epoch for epoch in range(epochz)][-1]", 2),
        ("[model_lstm for _ in range(1)]", ["a model"]),
        ("(lambda: [totl])()", [7]),
        ("len(range(epochs))", 3),
        ("__import__('math').floor(1.5)", 1),
        ("math.floor(1.5)", 1),
        ("F.relu.__name__", "relu"),
    ],
)
def test_the_argument_of_its_kind_or_the_name_like_it(name: str, value: Any) -> None:
    assert made_by(TRAIN.format(name)) == value


def test_where_the_cell_itself_runs_names_of_the_notebook_are_likely() -> None:
    assert made_by("made = optimizer_lsmt", name="made", optimizer_lstm="Adam") == "Adam"
    assert made_by("class A:\n    a = 1\nmade = A.a", name="made") == 1


def test_what_became_a_name_of_python_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = {"__builtins__": LikelyNames(CELLS)}
    monkeypatch.setattr(builtins, "modle", "new", raising=False)
    exec(compile("def train(model):\n    return modle", CELLS, "exec"), cell)
    train: Any = cell["train"]
    assert train("old") == "new"


@pytest.mark.parametrize("name", ["criterion", "model2lstm_of_mine", "x", "TODO_model"])
def test_other_names_are_missing(name: str) -> None:
    with pytest.raises(NameError, match=f"name '{name}' is not defined"):
        made_by(TRAIN.format(name))


def test_a_librarys_code_gets_no_other_names() -> None:
    with pytest.raises(NameError):
        made_by(TRAIN.format("model_lstm"), file="library.py")


def test_what_a_cell_defines_itself_goes_first() -> None:
    source = f"model_lstm = 'own'\n{TRAIN.format('model_lstm')}"
    assert made_by(source) == "own"
    assert made_by(TRAIN.format("len(str(num_2))")) == 1
    assert not hasattr(builtins, "model_lstm")


@pytest.mark.parametrize(
    ("said", "is_one"),
    [
        ("name 'model_lstm' is not defined", True),
        ("name 'modle' is not defined. Did you mean: 'model'?", True),
        ("'SGD' object has no attribute 'zero_grads'", True),
        ("'NumberMNIST' object has no attribute '…'", True),
        ("your code raised KeyError: 'sums' (line 1 of its cell)", True),
        ("your code raised KeyError: … (line 1 of its cell)", True),
        ("your code raised KeyError: 7 (line 1 of its cell)", False),
        ("`model_lstm` is not defined; cell a failed", False),
        ("cannot access local variable 'a' where it is not associated with a value", False),
        ("", False),
    ],
)
def test_it_is_told_by_what_python_says(said: str, is_one: bool) -> None:
    assert is_missed(said) is is_one
