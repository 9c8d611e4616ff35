"""Tiny training runs: the student's loop trains a model of one layer, the reference its twin.

Both are made by the same source, which also runs in the worker: it carries inputs only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from autograder.judge.expected import computed_once
from lib.kit.checks import assert_close, fail
from lib.kit.checks.selfcheck import Submission
from lib.reference import training

METRICS = ("train_loss", "train_acc", "val_loss", "val_acc")
CALL = """
metrics = train(model, loss, optimizer, train_dataset, val_dataset, epochs, batch_size)
"""


@dataclass(frozen=True)
class TrainingRun:
    """What the student's loop and the reference made of the same model and data."""

    model: Any  # trained by the student's loop, behind its handle
    metrics: Any  # what that loop returned
    twin: nn.Module  # trained by the reference
    expected: training.Metrics

    def assert_trained(self, hint: str) -> None:
        """All that training changes in a model must be as in its twin."""
        state = dict(self.model.state_dict())
        for name, value in self.twin.state_dict().items():
            what = f"`{name}` after training"
            assert_close(state[name], value, what, rtol=1e-3, atol=1e-4, hint=hint)

    def assert_reported(self, name: str, hint: str) -> None:
        """A metric must be what the reference reports, in each epoch."""
        expected = torch.tensor(self.expected[name])
        assert_close(self.history(name), expected, f"`{name}`", rtol=1e-3, hint=hint)

    def history(self, name: str) -> Tensor:
        """A metric's numbers, (epochs,); 0-dimensional tensors count as numbers."""
        if not isinstance(self.metrics, dict) or name not in self.metrics:
            fail(f"the loop should return a dict with `{name}`", f"And also {', '.join(METRICS)}")
        values = self.metrics[name]
        if not isinstance(values, list | tuple):
            fail(f"`{name}` should be a list", "Append one number in each epoch")
        if not all(
            isinstance(value, float | int) or (torch.is_tensor(value) and value.ndim == 0)
            for value in values
        ):
            fail(f"`{name}` should hold one number per epoch", "`.item()` turns a tensor into one")
        if len(values) != len(self.expected[name]):
            fail(f"`{name}` should hold one number per epoch", "Append once per epoch")
        return torch.tensor([float(value) for value in values])


def train_probe(
    submission: Any,
    loop: str,
    source: str,
    *,
    epochs: int = 1,
    batch_size: int = 100,
    **inputs: Any,
) -> TrainingRun:
    """Train by `train` or `train_addition` what `source` makes: model, loss, optimizer, data."""
    theirs = _train(submission.setup, getattr(submission, loop), source, epochs, batch_size, inputs)
    return TrainingRun(
        theirs.model, theirs.metrics, *_train_twin(loop, source, epochs, batch_size, inputs)
    )


@computed_once
def _train_twin(
    loop: str, source: str, epochs: int, batch_size: int, inputs: dict[str, Any]
) -> tuple[nn.Module, training.Metrics]:
    reference = partial(getattr(training, loop), show_progress=False)
    here = Submission({})  # runs the source in this process
    made = _train(here.setup, reference, source, epochs, batch_size, inputs)
    return made.model, made.metrics


def _train(
    setup: Callable[..., Any],
    train: Callable[..., Any],
    source: str,
    epochs: int,
    batch_size: int,
    inputs: dict[str, Any],
) -> Any:
    """What stands there in the end: `model` and `metrics` among others."""
    return setup(source + CALL, train=train, epochs=epochs, batch_size=batch_size, **inputs)
