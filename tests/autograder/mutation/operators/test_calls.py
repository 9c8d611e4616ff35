"""Calls: arguments missing, swapped or added, a step of a chain left out."""

from autograder.mutation.confusions import Confusions
from autograder.mutation.operators.calls import other_call

from .edited import edited


def test_arguments_missing_and_swapped() -> None:
    assert edited(other_call, "f(a, b, c=1, d=2)") == [
        "f(a, b, d=2)",
        "f(a, b, c=1)",
        "f(b, a, c=1, d=2)",
    ]
    assert edited(other_call, "f(c=1)") == ["f()"]


def test_a_step_left_out() -> None:
    assert edited(other_call, "x.strip()") == ["x"]
    assert edited(other_call, "abs(x)") == ["x"]
    assert edited(other_call, "self.step(x)") == ["x"]


def test_functions_of_a_module() -> None:
    assert edited(other_call, "math.exp(x)", imported="math") == ["x"]
    assert edited(other_call, "math.exp(x)") == ["math"]
    assert edited(other_call, "models.Tree(x)", imported="models") == []


def test_keywords_added() -> None:
    confusions = Confusions(keywords={"smooth": ("width=2", "copy=True")})
    assert edited(other_call, "m.smooth()", confusions, imported="m") == [
        "m.smooth(width=2)",
        "m.smooth(copy=True)",
    ]
    added = edited(other_call, "smooth(a, b)", confusions)
    assert "smooth(a, b, width=2)" in added
