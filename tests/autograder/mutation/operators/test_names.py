"""Names: a sibling's, or what is easily taken for something else."""

from autograder.mutation.confusions import Confusions
from autograder.mutation.operators.names import confused_name, other_name

from .edited import edited


def test_names_that_differ_in_one_word() -> None:
    assert edited(other_name, "num_2\nx = num_1") == ["num_1\nx = num_1", "num_2\nx = num_2"]
    assert edited(other_name, "train_x\nprint(other)") == []


def test_arguments_of_one_type() -> None:
    source = "def f(key: int, query: int, name: str):\n    return key"
    assert "def f(key: int, query: int, name: str):\n    return query" in edited(other_name, source)
    assert not any("return name" in text for text in edited(other_name, source))


def test_attributes_and_keys() -> None:
    assert edited(other_name, "a.train_x\nb.val_x") == ["a.val_x\nb.val_x", "a.train_x\nb.train_x"]
    assert edited(other_name, "a['num_1'], 'num_2'") == [
        "a['num_1'], \"num_1\"",
        "a[\"num_2\"], 'num_2'",
    ]


def test_confused_in_both_directions() -> None:
    assert edited(confused_name, "x.sum()") == ["x.mean()"]
    assert edited(confused_name, "mean(x)") == ["sum(x)"]
    assert edited(confused_name, "median(x)") == []


def test_confused_in_one_lab() -> None:
    confusions = Confusions(names=(("median", "mean"), ("median", "mode")))
    assert edited(confused_name, "s.median(x)", confusions) == ["s.mean(x)", "s.mode(x)"]
