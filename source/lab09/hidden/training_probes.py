"""Tiny training runs: the student's loop trains a model of one layer, the reference its twin.

Both are made by the same source, which also runs in the worker: it carries inputs only. Where they
differ, further twins are trained with a slip each: a hint names the slip whose twin is the same.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from call_probes import passes
from other_losses import OTHER_LOSSES
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.judge.expected import computed_once
from lib.kit.checks import (
    CheckFailure,
    assert_close,
    fail,
    take_dict,
    take_list,
    take_number,
    take_tensor,
)
from lib.kit.checks.selfcheck import Submission
from lib.reference import training

TINY_RATE = 2e-5  # steps so small that it hardly matters in which order batches come
LEAST_COSINE = 0.7  # rounding and another order of the batches cost less
LEAST_MOVED = 0.01  # by training at an ordinary rate; less may be rounding
METRICS = ("train_loss", "train_acc", "val_loss", "val_acc")
# Evaluation has tests of its own: what it raises must not keep others from seeing the training.
CALL = """
import inspect

def skipped(model, *_, **__):
    model.eval()
    return 0.0, 0.0

names = {} if evaluates else getattr(inspect.unwrap(train), "__globals__", {})
own = {name: names[name] for name in ("evaluate", "evaluate_addition") if name in names}
names |= dict.fromkeys(own, skipped)
try:
    data = train_dataset, val_dataset
    metrics = train(model, loss, optimizer, *data, epochs, batch_size)
finally:
    names |= own
drawn = torch.rand(4)
try:
    numbers = [number for history in metrics.values() for number in history]
    keeps_graphs = any(getattr(number, "requires_grad", False) for number in numbers)
except Exception:
    keeps_graphs = False
"""
MEAN_HINT = (
    "It should be the mean over all samples of the epoch: a sample of a small batch counts as much "
    "as any other"
)
UNMOVED = "No step is made, or no gradient is there when it is made"

# Set-up code with which the reference trains as a loop with a slip does, and a hint for each.
SLIPS = {
    "optimizer.zero_grad = lambda *_, **__: None": (
        "Gradients of earlier batches add up: call `optimizer.zero_grad()` for each batch"
    ),
    """
set_mode = model.train
model.train = lambda mode=True: model if mode else set_mode(False)
""": "Train mode is off: call `model.train()` before the batches of each epoch",
    """
def only_once(mode=True, set_mode=model.train, asked=[]):
    asked += [mode] * mode
    return model if mode and len(asked) > 1 else set_mode(mode)

model.train = only_once
""": "Train mode is off after the first epoch: call `model.train()` at the start of each",
    "model.eval = lambda: model": ("Train mode is on during evaluation: call `model.eval()` first"),
    """
whole = max(len(train_dataset) // batch_size, 1) * batch_size
train_dataset = torch.utils.data.Subset(train_dataset, range(min(whole, len(train_dataset))))
""": "The last batch, which is smaller than the others, makes no step",
    "optimizer.step = lambda *_, **__: None": "No step moves a parameter",
    """
if len(train_dataset) > batch_size:
    train_dataset = torch.utils.data.Subset(train_dataset, range(1))
""": "An epoch makes a single step, not one for each batch",
    "epochs = 1": "Only one epoch is trained",
}

# Gradients that are cut too short change how far a step goes: what is asked of that, one test asks.
CLIPPED = """
def clipped(*_, step=optimizer.step, **__):
    {}
    step()

optimizer.step = clipped
"""
CLIPS = [
    CLIPPED.format(f"nn.utils.clip_grad_{kind}_(model.parameters(), {most})")
    for kind in ("norm", "value")
    for most in (0.01, 0.05, 0.1, 0.5)
]


@dataclass(frozen=True)
class TrainingRun:
    """What the student's loop and the reference made of the same model and data."""

    model: Any  # trained by the student's loop, behind its handle
    metrics: Any  # what that loop returned
    drawn: Any  # numbers that were drawn after it
    twin: nn.Module  # trained by the reference
    expected: training.Metrics
    start: dict[str, Tensor]  # of the linear layer of both, by the names in their states
    train_with: Callable[[str], tuple[nn.Module, training.Metrics]]  # further set-up: another twin
    other_losses: Sequence[str]  # further set-up, for other ways to take a batch's loss
    ways: Callable[[str], Tensor]  # further set-up: where plain steps may lead, (ways, parameters)
    keeps_graphs: Callable[[], Any]  # whether gradients could still go through what it returned

    def assert_trained(self, hint: str = "", others: Sequence[str] | None = None) -> None:
        """All that training changes in a model must be as in its twin, or in one that is trained
        with some further set-up: by default, in another way to take a loss or cut gradients."""
        expected = self.twin.state_dict()
        state = take_dict(dict(self.model.state_dict()), expected, "the trained model")
        self._assert_far(self._moved_to(state))
        others = [*self.other_losses, *CLIPS] if others is None else others
        self.assert_as_twin(lambda model, _: self._assert_state(state, model), hint, others)

    def _assert_state(self, state: dict[str, Any], twin: nn.Module) -> None:
        for name, value in twin.state_dict().items():
            assert_close(state[name], value, f"`{name}` after training", rtol=1e-3, atol=1e-4)

    def assert_as_twin(
        self,
        assert_same: Callable[[nn.Module, training.Metrics], None],
        hint: str,
        others: Sequence[str] = (),
    ) -> None:
        """It must be as with the twin or another one. What fails gets the hint of a slip whose twin
        passes, else the hint given."""
        try:
            assert_same(self.twin, self.expected)
        except CheckFailure as failure:
            if any(self._passes(assert_same, setup) for setup in others):
                return
            named = (
                text for slip, text in SLIPS.items() if self._passes(assert_same, f"\n{slip}\n")
            )
            fail(failure.what, next(named, hint))

    def _passes(
        self, assert_same: Callable[[nn.Module, training.Metrics], None], setup: str
    ) -> bool:
        return passes(lambda: assert_same(*self.train_with(setup)))

    def assert_moved(self) -> None:
        """Training at `TINY_RATE` must move the linear layer down the slope, and not far."""
        moved = self._moved_from_start(self.model)
        if not 0.02 * TINY_RATE < float(moved.abs().max()) < 1000 * TINY_RATE:
            fail("training moves the model too little or too far")
        self._assert_along(self.ways, moved)

    def assert_downhill(self) -> None:
        """Training must move the linear layer about where it moves the twin, however far: how far,
        other tests ask."""
        moved = self._moved_from_start(self.model)
        self._assert_far(moved)

        def ways(setup: str) -> Tensor:
            return self._moved_from_start(self.train_with(setup)[0])[None]

        self._assert_along(ways, moved)

    def _assert_along(self, ways: Callable[[str], Tensor], moved: Tensor) -> None:
        """A move must go where steps may lead, (ways, parameters), however a loss is taken."""
        if not any(_is_along(ways(setup), moved) for setup in ("", *self.other_losses)):
            hint = "Each step goes down the gradient of its own batch's loss"
            fail("training moves the model, but not down the slope of the loss", hint)

    def _assert_far(self, moved: Tensor) -> None:
        """Who hardly moves the model would be near a twin that takes the loss in an odd way."""
        far = min(LEAST_MOVED, float(self._moved_from_start(self.twin).abs().max()) / 2)
        if float(moved.abs().max()) < far:
            fail("training hardly moves the model", UNMOVED)

    def _moved_from_start(self, model: Any) -> Tensor:
        return self._moved_to(take_dict(dict(model.state_dict()), self.start, "the trained model"))

    def _moved_to(self, state: dict[str, Any]) -> Tensor:
        """How far the linear layer came, (parameters,)."""
        moves = [
            take_tensor(state[name], start.shape, start.dtype, name) - start
            for name, start in self.start.items()
        ]
        moved = torch.cat([move.flatten() for move in moves])
        if not bool(moved.any()):
            fail("training moves no parameter", UNMOVED)
        return moved

    def assert_reported(self, name: str, hint: str = "", others: Sequence[str] = ()) -> None:
        """A metric must be what the reference reports, in each epoch, perhaps with some further
        set-up."""
        actual = self.history(name)

        def assert_same(_: nn.Module, metrics: training.Metrics) -> None:
            assert_close(actual, torch.tensor(metrics[name]), f"`{name}`", rtol=1e-3)

        self.assert_as_twin(assert_same, hint, others)

    def assert_lets_go(self) -> None:
        """No metric may keep what it was computed with: it fills the memory, batch by batch."""
        if self.keeps_graphs() is True:
            hint = "`.item()` makes a number of a loss, and lets the rest go"
            fail("the metrics keep all that their losses were computed with", hint)

    def history(self, name: str) -> Tensor:
        """A metric's numbers, (epochs,); 0-dimensional tensors count as numbers."""
        what = "the result of the loop"
        metrics = take_dict(self.metrics, [name], what, hint=f"Return {', '.join(METRICS)}")
        hint = "Append one number per epoch"
        values = take_list(metrics[name], len(self.expected[name]), f"`{name}`", hint=hint)
        what, hint = f"an element of `{name}`", "`.item()` turns a tensor of one number into it"
        return torch.tensor([take_number(value, what, hint=hint) for value in values])


def _is_along(ways: Tensor, moved: Tensor) -> bool:
    """Whether a move goes along one of these ways, (ways, parameters)."""
    centred = _centred(moved)
    if not centred.norm() > 0.01 * moved.norm():
        return False
    pairs = ((ways, moved), (_centred(ways), centred))
    cosines = [F.cosine_similarity(of.double(), one[None].double()) for of, one in pairs]
    return all(bool(cosine.max() > LEAST_COSINE) for cosine in cosines)


def _centred(values: Tensor) -> Tensor:
    """Without what all parameters have in common: who moves each as far has seen no slope."""
    return values - values.mean(dim=-1, keepdim=True)


@computed_once
def _ways_down(
    source: str, parameters: tuple[str, ...], batch_size: int, inputs: dict[str, Any]
) -> Tensor:
    """Where an epoch at `TINY_RATE` may lead, (samples, parameters): of steps so small only the
    last batch tells, which holds a single sample, for all others count as one in a batch does."""
    made = Submission({}).setup(source, **inputs)  # in this process
    tensors = [made.model.get_parameter(name) for name in parameters]
    slopes = []
    for sample in made.train_dataset:
        *given, label = sample.values() if isinstance(sample, dict) else sample
        loss = made.loss(made.model(*(value[None] for value in given)), label[None])
        slopes.append(torch.cat([one.flatten() for one in torch.autograd.grad(loss, tensors)]))
    of_samples = torch.stack(slopes)
    return -(of_samples.sum(dim=0) + (batch_size - 1) * of_samples)


def assert_reports_every_epoch(train: Callable[..., TrainingRun]) -> None:
    """Each metric must have a number per epoch, and the first training loss must be right: what
    each should be is asked by tests of their own. What is drawn later must depend on the seed that
    was set before.

    Args:
        train: trains; it takes a further line of set-up as `prepare`.
    """
    run, other = (train(prepare=f"\ntorch.manual_seed({seed})") for seed in (1, 2))
    drawn, drawn_by_other = (
        take_tensor(one.drawn, (4,), torch.float32, "what is drawn after training")
        for one in (run, other)
    )
    if torch.equal(drawn, drawn_by_other):
        fail("training sets a seed: all that is drawn later is the same", "Draw without a seed")
    run.assert_downhill()
    histories = {name: run.history(name) for name in METRICS}
    first = float(histories["train_loss"][0])

    def assert_same(_: nn.Module, metrics: training.Metrics) -> None:
        if not math.isclose(first, metrics["train_loss"][0], rel_tol=1e-3):
            fail("`train_loss` is wrong in the first epoch")

    run.assert_as_twin(assert_same, "", run.other_losses)


def assert_losses_are_means(train: Callable[..., TrainingRun]) -> None:
    """The training loss must count each sample alike, also where the last batch is smaller, and let
    go what it was computed with. Each call of `train` draws five samples and trains on them."""
    for _ in range(2):  # by chance the last batch may be as good as the others
        run = train(batch_size=4, learning_rate=TINY_RATE)
        run.assert_moved()
        run.assert_reported("train_loss", MEAN_HINT)
    run.assert_lets_go()


def train_probe(
    submission: Any,
    loop: str,
    source: str,
    *,
    epochs: int = 1,
    batch_size: int | None = None,
    evaluates: bool = False,
    forgives: bool = True,
    **inputs: Any,
) -> TrainingRun:
    """Train by `train` or `train_addition` what `source` makes: model, loss, optimizer, data. In
    one batch, if its size is not given; with the student's evaluation if it `evaluates`. Where that
    `forgives`, the loss takes labels in another form, too."""
    batch_size = batch_size or len(inputs["train_data"][0])
    inputs |= {"evaluates": evaluates, "forgives": forgives}
    theirs = _train(submission.setup, getattr(submission, loop), source, epochs, batch_size, inputs)

    def train_with(slip: str) -> tuple[nn.Module, training.Metrics]:
        return _train_twin(loop, source + slip, epochs, batch_size, inputs)

    start = {"fc.weight": inputs["weight"], "fc.bias": inputs["bias"]}
    return TrainingRun(
        theirs.model,
        theirs.metrics,
        theirs.drawn,
        *train_with(""),
        start,
        train_with,
        OTHER_LOSSES[loop],
        lambda setup: _ways_down(source + setup, tuple(start), batch_size, inputs),
        lambda: theirs.keeps_graphs,
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
