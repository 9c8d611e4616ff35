"""Ways in which the loss of a batch is taken by mistake, as set-up code for twins.

Most tests of a training loop accept what comes of them: which way is right, tests of their own ask.
So a slip in one line costs those, and not all that depends on that line.
"""

TAKEN = """
given = loss
loss = lambda logits, labels: {}
"""
OF_ANY_LABELS = (
    "given(logits, labels) / len(labels)",
    "given(logits, labels) * len(labels)",
    "given(logits.sigmoid(), labels)",
)
OF_TWO_CLASSES = (
    *OF_ANY_LABELS,
    "given(labels, logits)",
    "given(2 * logits.sigmoid() - 1, labels)",
)
OF_DIGITS = (
    *OF_ANY_LABELS,
    "given(logits, labels) * labels.shape[-1]",
    "given(logits, labels) * labels.numel()",
    "given(logits, labels) / labels.numel()",
    "given(logits.softmax(dim=1), labels)",
    "given(logits.log_softmax(dim=2), labels)",
    "given(logits.softmax(dim=2), labels)",
    "given(logits.reshape(-1, 10), labels.reshape(-1))",
    "given(logits.flip(2), labels)",
    "given(logits[..., 0], labels[..., 0])",
    "given(logits[..., -1], labels[..., -1])",
)
OTHER_LOSSES = {
    name: tuple(map(TAKEN.format, ways))
    for names, ways in (
        (("train", "evaluate"), OF_TWO_CLASSES),
        (("train_addition", "evaluate_addition"), OF_DIGITS),
    )
    for name in names
}
