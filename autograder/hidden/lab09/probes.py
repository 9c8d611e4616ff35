"""What several of this lab's tests share: tiny training runs, and one step of an optimizer.

The sources run in the worker and carry inputs only; what comes back is judged here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from autograder.testing import assert_close, fail

METRICS = ("train_loss", "train_acc", "val_loss", "val_acc")


@dataclass(frozen=True)
class TrainingRun:
    """A call of a student's training loop on a probe, a model with one linear layer `fc`."""

    weight: Tensor  # of `fc`, before training
    bias: Tensor
    model: Any  # the probe, behind its handle
    metrics: Any  # what the loop returned

    def history(self, name: str) -> list[float]:
        """A metric's numbers, one per epoch; 0-dimensional tensors count as numbers."""
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
        return [float(value) for value in values]

    def assert_reported(self, name: str, expected: Tensor | float, hint: str) -> None:
        """Each epoch's number must be `expected`."""
        for value in self.history(name):
            assert_close(value, float(expected), f"`{name}`", rtol=1e-3, hint=hint)

    def assert_moved_to(self, expected: tuple[Tensor, Tensor], hint: str) -> None:
        """After training `fc` must hold the weight and the bias given."""
        state = dict(self.model.state_dict())
        for name, value in zip(("fc.weight", "fc.bias"), expected, strict=True):
            what = "a parameter after training"
            assert_close(state[name], value, what, rtol=1e-3, atol=1e-4, hint=hint)

    def plain_steps(
        self,
        loss_of: Callable[..., Tensor],
        batches: list[tuple[Tensor, ...]],
        *,
        learning_rate: float = 0.5,
        momentum: float = 0.0,
    ) -> tuple[Tensor, Tensor]:
        """Where `fc` is after a step on each batch; `loss_of(weight, bias, *batch)`."""
        weight, bias = self.weight.clone().requires_grad_(), self.bias.clone().requires_grad_()
        optimizer = torch.optim.SGD([weight, bias], lr=learning_rate, momentum=momentum)
        for batch in batches:
            optimizer.zero_grad()
            loss_of(weight, bias, *batch).backward()
            optimizer.step()
        return weight.detach(), bias.detach()


def train_probe(
    submission: Any,
    loop: str,
    source: str,
    weight: Tensor,
    bias: Tensor,
    *,
    epochs: int = 1,
    batch_size: int = 100,
    **inputs: Any,
) -> TrainingRun:
    """Make model, loss, optimizer and data sets by `source`, and let the student's loop train."""
    made = submission.setup(source, weight=weight, bias=bias, **inputs)
    train = getattr(submission, loop)
    metrics = train(
        made.model, made.loss, made.optimizer, made.train_dataset, made.val_dataset,
        epochs, batch_size,
    )  # fmt: skip
    return TrainingRun(weight, bias, made.model, metrics)


# Works on copies, so that the notebook's own model stays as it is.
OPTIMIZER_STEP = """
import copy
import torch

model, optimizer = copy.deepcopy((model, optimizer))
before = {name: p.detach().clone() for name, p in model.named_parameters()}
for parameter in model.parameters():
    parameter.grad = torch.ones_like(parameter)
optimizer.step()
moved = {
    name: float((p.detach() - before[name]).abs().max()) for name, p in model.named_parameters()
}
"""


def assert_optimizer_moves(submission: Any, model: str, optimizer: str) -> None:
    """One step of the optimizer must move all of the model's parameters, but not far."""
    moved = submission.setup(
        OPTIMIZER_STEP, model=getattr(submission, model), optimizer=getattr(submission, optimizer)
    ).moved
    if not all(distance > 1e-7 for distance in moved.values()):
        fail(
            f"a step of {optimizer} leaves parameters of {model} in place",
            f"Give it `{model}.parameters()` and a learning rate above 0",
        )
    if max(moved.values()) > 1:
        fail(f"a step of {optimizer} is far too long", "Choose a smaller learning rate")
