"""One weight has, two weights have."""

import pytest

from lib.kit.checks.agreement import agreed


@pytest.mark.parametrize(
    ("what", "verb", "said"),
    [
        ("the weights", "has", "the weights have"),
        ("the logits of a sum alone", "contains", "the logits of a sum alone contain"),
        ("the attention weights after a step", "holds", "the attention weights after a step hold"),
        ("the digits of 1", "is", "the digits of 1 are"),
        ("the loss", "has", "the loss has"),
        ("the loss of all samples", "has", "the loss of all samples has"),
        ("the bias", "is", "the bias is"),
        ("the batch", "has", "the batch has"),
        ("what is added to the words", "has", "what is added to the words has"),
        ("'val_loss'", "contains", "'val_loss' contains"),
        ("`epochs`", "has", "`epochs` has"),
        ("a row of the weights", "holds", "a row of the weights holds"),
        ("the series", "has", "the series has"),
        ("sums", "has", "sums have"),
        ("", "is", " is"),
    ],
)
def test_the_verb_agrees_with_its_subject(what: str, verb: str, said: str) -> None:
    assert agreed(what, verb) == said
