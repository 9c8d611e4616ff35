"""Training and evaluation, the same loop for both kinds of model.

An epoch's loss is the mean over *samples*: each batch's mean counts by its size, or a small last
batch would weigh as much as the others. Evaluation runs in evaluation mode (no dropout, running
statistics) and without gradients.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.utils.data import DataLoader, Dataset
from tqdm.auto import tqdm

Metrics = dict[str, list[float]]


@dataclass(frozen=True)
class Task:
    """What differs from one kind of model to another.

    Attributes:
        split: a batch as the data set gives it -> the model's inputs and the labels.
        count_correct: logits and labels -> how many samples of the batch are right.
    """

    split: Callable[[Any], tuple[tuple[Tensor, ...], Tensor]]
    count_correct: Callable[[Tensor, Tensor], Tensor]


# Logits (batch,) against labels 0. or 1. (batch,)
BINARY = Task(
    split=lambda batch: ((batch[0],), batch[1]),
    count_correct=lambda logits, labels: ((logits > 0) == (labels > 0.5)).sum(),
)
# Logits (batch, 10, max_length) against digits (batch, max_length): all of them have to be right
ADDITION = Task(
    split=lambda batch: ((batch["num_1"], batch["num_2"]), batch["label"]),
    count_correct=lambda logits, labels: (logits.argmax(dim=1) == labels).all(dim=1).sum(),
)


def seed_everything(seed: int) -> None:
    """Seed Python's, numpy's and torch's generators."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def train(
    model: nn.Module,
    loss: nn.Module,
    optimizer: Optimizer,
    train_dataset: Dataset[Any],
    val_dataset: Dataset[Any],
    epochs: int,
    batch_size: int,
    task: Task = BINARY,
    show_progress: bool = True,
) -> Metrics:
    """Train on the device that the model is on, with a progress bar unless told otherwise.

    Returns:
        train_loss, train_acc, val_loss, val_acc: a number per epoch each. The first two are
        those seen while the model was changing, dropout included.
    """
    metrics: Metrics = {"train_loss": [], "train_acc": [], "val_loss": [], "val_acc": []}
    loader = DataLoader(train_dataset, batch_size, shuffle=True)
    steps = epochs * len(loader)
    with tqdm(total=steps, unit="batch", disable=not show_progress) as progress:
        for epoch in range(1, epochs + 1):
            progress.set_description(f"epoch {epoch}/{epochs}")
            model.train()
            losses = _Means()
            for batch in loader:
                logits, labels, batch_loss = _forward(model, loss, batch, task)
                optimizer.zero_grad()
                batch_loss.backward()
                optimizer.step()
                losses.add(batch_loss.detach(), task.count_correct(logits, labels), len(labels))
                progress.update()
            metrics["train_loss"].append(losses.loss)
            metrics["train_acc"].append(losses.accuracy)
            val_loss, val_acc = evaluate(model, loss, val_dataset, batch_size, task)
            metrics["val_loss"].append(val_loss)
            metrics["val_acc"].append(val_acc)
            progress.set_postfix(loss=f"{losses.loss:.3f}", val_acc=f"{val_acc:.3f}")
    return metrics


def train_addition(
    model: nn.Module,
    loss: nn.Module,
    optimizer: Optimizer,
    train_dataset: Dataset[Any],
    val_dataset: Dataset[Any],
    epochs: int,
    batch_size: int,
    show_progress: bool = True,
) -> Metrics:
    """`train` for the adder; accuracy is the share of sums with every digit right."""
    data = train_dataset, val_dataset
    return train(model, loss, optimizer, *data, epochs, batch_size, ADDITION, show_progress)


@torch.no_grad()
def evaluate(
    model: nn.Module,
    loss: nn.Module,
    dataset: Dataset[Any],
    batch_size: int,
    task: Task = BINARY,
) -> tuple[float, float]:
    """Mean loss over all samples, and accuracy; leaves the model in evaluation mode."""
    model.eval()
    losses = _Means()
    for batch in DataLoader(dataset, batch_size):
        logits, labels, batch_loss = _forward(model, loss, batch, task)
        losses.add(batch_loss, task.count_correct(logits, labels), len(labels))
    return losses.loss, losses.accuracy


class _Means:
    """Sums over an epoch; tensors stay on their device until a mean is asked for."""

    def __init__(self) -> None:
        self.total_loss = torch.zeros(())
        self.num_correct = torch.zeros((), dtype=torch.int64)
        self.num_samples = 0

    def add(self, batch_loss: Tensor, num_correct: Tensor, batch_size: int) -> None:
        self.total_loss = self.total_loss.to(batch_loss) + batch_loss * batch_size
        self.num_correct = self.num_correct.to(num_correct) + num_correct
        self.num_samples += batch_size

    @property
    def loss(self) -> float:
        return self.total_loss.item() / self.num_samples

    @property
    def accuracy(self) -> float:
        return self.num_correct.item() / self.num_samples


def _forward(
    model: nn.Module, loss: nn.Module, batch: Any, task: Task
) -> tuple[Tensor, Tensor, Tensor]:
    device = next(model.parameters()).device
    inputs, labels = task.split(batch)
    labels = labels.to(device)
    logits = model(*(tensor.to(device) for tensor in inputs))
    return logits, labels, loss(logits, labels)
