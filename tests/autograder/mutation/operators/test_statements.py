"""Statements: left out, in another order, without the block around them."""

from autograder.mutation.confusions import Confusions
from autograder.mutation.operators.statements import missing_statement

from .edited import edited


def test_left_out_and_out_of_order() -> None:
    assert edited(missing_statement, "clear()\nstep()") == [
        "pass\nstep()",
        "step()\nclear()",
        "clear()\npass",
    ]


def test_a_block_without_its_head() -> None:
    mutants = edited(missing_statement, "with a:\n    b\n    if c:\n        d")
    assert "b\nif c:\n    d" in mutants
    assert "e" in edited(missing_statement, "for x in y:\n    e")


def test_endings_of_one_function() -> None:
    confusions = Confusions(endings={"smooth": (".round()",)})
    source = "def {}(x):\n    y = x + 1\n    mask = x > 1\n    return y"
    rounded = [
        text
        for text in edited(missing_statement, source.format("smooth"), confusions)
        if "round" in text
    ]
    assert rounded == ["def smooth(x):\n    y = (x + 1).round()\n    mask = x > 1\n    return y"]
    assert not any(
        "round" in text for text in edited(missing_statement, source.format("other"), confusions)
    )
