"""Ratio: the notebook's training loop to the fastest loop found for the same work.

Same work: the same module, batches, steps of Adam and evaluation, on one thread. The fast loop
indexes whole tensors, cuts padding by lengths known in advance, uses fused Adam, reads its sums
back once an epoch and shows no progress. Both have to report the same losses.
"""

import contextlib
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.optim import Adam
from torch.utils.data import DataLoader, Dataset

from tests.bench.measure import Row, Run, time_ratio
from tests.bench.notebook import notebook

AT_MOST = 1.3
SEED = 0
LEARNING_RATE = 1e-4  # small, so that rounding doesn't grow and equal work shows in equal losses
BATCH_SIZE = 32
TRAIN_SUMS, VAL_SUMS = 960, 160  # an epoch of seconds; the ratio doesn't depend on them

Losses = tuple[float, float]  # of training and of validation
TakeBatch = Callable[[Tensor], tuple[tuple[Tensor, ...], Tensor]]  # rows -> inputs, labels


@dataclass(frozen=True)
class Training:
    """What is trained, by which of the notebook's loops, and what the fast loop needs for it."""

    make_model: Callable[[], nn.Module]
    loop: Callable[..., dict[str, list[float]]]
    loss: nn.Module
    datasets: tuple[Any, Any]  # for training and for validation
    take: tuple[TakeBatch, TakeBatch]
    count_correct: Callable[[Tensor, Tensor], Tensor]
    notebook_is_fused: bool = False
    epochs: int = 1
    rounds: int = 5


def rows() -> Iterator[Row]:
    torch.set_num_threads(1)
    names = notebook()
    yield compare("bag of words", of_reviews(names["BagOfWords"], notebook_is_fused=True))
    yield compare("LSTM", of_reviews(names["LSTMModel"]))
    yield compare("attention", of_reviews(names["AttentionModel"]))
    yield compare("adder", of_sums())


def compare(name: str, training: Training) -> Row:
    losses: dict[str, Losses] = {}

    def prepare(kind: str, prepare_training: Callable[..., Callable[[], Losses]]) -> Run:
        torch.manual_seed(SEED)
        train = prepare_training(training, training.make_model())
        return lambda: losses.__setitem__(kind, train())

    slow, fast = partial(prepare, "slow", notebook_loop), partial(prepare, "fast", fast_loop)
    ratio = time_ratio(slow, fast, training.rounds)
    what = f"{name}: the loops report other losses"
    torch.testing.assert_close(losses["slow"], losses["fast"], rtol=1e-3, atol=0, msg=what)
    return Row(name, ratio, at_most=AT_MOST)


def notebook_loop(training: Training, model: nn.Module) -> Callable[[], Losses]:
    """The training as the notebook does it, its progress bar included."""
    fused = True if training.notebook_is_fused else None
    optimizer = Adam(model.parameters(), LEARNING_RATE, fused=fused)

    def train() -> Losses:
        nowhere = io.StringIO()
        with contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
            metrics = training.loop(
                model, training.loss, optimizer, *training.datasets, training.epochs, BATCH_SIZE
            )
        return metrics["train_loss"][-1], metrics["val_loss"][-1]

    return train


def numbers(count: int) -> Dataset[int]:
    """0 .. count - 1; a loader takes any sequence, its annotation doesn't."""
    return cast(Dataset[int], range(count))


def fast_loop(training: Training, model: nn.Module) -> Callable[[], Losses]:
    """The same training as fast as we know how."""
    optimizer = Adam(model.parameters(), LEARNING_RATE, fused=True)
    num_train, num_val = (len(dataset) for dataset in training.datasets)
    # Loaders over the numbers 0 .. n - 1 give the batches that the notebook's loaders draw.
    epochs = []
    for epoch in range(training.epochs):
        if epoch > 0:
            iter(DataLoader(numbers(num_val)))  # evaluation draws a seed too
        epochs.append(list(DataLoader(numbers(num_train), BATCH_SIZE, shuffle=True)))
    in_turn = torch.arange(num_val).split(BATCH_SIZE)
    take_train, take_val = training.take

    def mean_loss(take: TakeBatch, batches: Iterable[Tensor], is_training: bool) -> float:
        total_loss, num_correct, num_samples = torch.zeros(()), torch.tensor(0), 0
        for batch in batches:
            inputs, labels = take(batch)
            logits = model(*inputs)
            batch_loss = training.loss(logits, labels)
            if is_training:
                optimizer.zero_grad()
                batch_loss.backward()
                optimizer.step()
            total_loss += batch_loss.detach() * len(labels)
            num_correct += training.count_correct(logits, labels)
            num_samples += len(labels)
        num_correct.item()  # an accuracy is part of the work, though nobody reads it here
        return total_loss.item() / num_samples

    def train() -> Losses:
        for shuffled in epochs:
            model.train()
            train_loss = mean_loss(take_train, shuffled, is_training=True)
            model.eval()
            with torch.inference_mode():
                val_loss = mean_loss(take_val, in_turn, is_training=False)
        return train_loss, val_loss

    return train


def of_reviews(make_model: Callable[[], nn.Module], notebook_is_fused: bool = False) -> Training:
    names = notebook()

    def taking(split: str) -> TakeBatch:
        tokens, labels = names[f"{split}_x"], names[f"{split}_y"]
        lengths = (tokens != 0).sum(dim=1)
        return lambda batch: ((tokens[batch, : lengths[batch].max()],), labels[batch])

    return Training(
        make_model,
        names["train"],
        nn.BCEWithLogitsLoss(),
        (names["train_dataset"], names["val_dataset"]),
        (taking("train"), taking("val")),
        lambda logits, labels: ((logits > 0) == (labels == 1)).sum(),
        notebook_is_fused,
        names["EPOCHS_LSTM"] if notebook_is_fused else 1,  # an epoch of these takes no time
        25 if notebook_is_fused else 5,
    )


def of_sums() -> Training:
    names = notebook()
    pairs = (
        names["NumberMNIST"](num_samples=TRAIN_SUMS),
        names["NumberMNIST"](train=False, num_samples=VAL_SUMS),
    )

    def taking(dataset: Any) -> TakeBatch:
        images, labels = dataset.images.unsqueeze(1), dataset.labels["sum"]
        first, second = dataset.chosen_1, dataset.chosen_2
        return lambda batch: ((images[first[batch]], images[second[batch]]), labels[batch])

    return Training(
        names["AdditionModel"],
        names["train_addition"],
        nn.CrossEntropyLoss(),
        pairs,
        (taking(pairs[0]), taking(pairs[1])),
        lambda logits, labels: (logits.argmax(dim=1) == labels).all(dim=1).sum(),
    )
