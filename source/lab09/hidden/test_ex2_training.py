"""Exercise 2, the training loop for sums: judged by what a call does to a tiny model.

The probe sees an image as its mean brightness and has one linear layer; the reference trains its
twin. Full batches or equal samples make shuffling irrelevant.
"""

import math
from functools import partial

import torch
from evaluation_probes import evaluate_probe
from torch.nn import functional as F
from training_probes import (
    CLIPS,
    MEAN_HINT,
    TINY_RATE,
    assert_losses_are_means,
    assert_reports_every_epoch,
    train_probe,
)

from lib.kit.checks import fail, question, take_tensor

DIGITS = 3

# The first logits of marked samples (by a first pixel of 1) are larger by `shift` while gradients
# are recorded. The layer's result is twice the logits, so that no gradient is longer than 1.
GENTLE = 1 / 2
PROBE = """
import torch
from torch import nn

class Probe(nn.Module):
    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(dropout_rate)
        self.fc = nn.Linear(2, 10)
        with torch.no_grad():
            self.fc.weight.copy_(weight)
            self.fc.bias.copy_(bias)

    def forward(self, num_1, num_2):
        brightness = torch.stack([num_1.mean((2, 3, 4)), num_2.mean((2, 3, 4))], dim=-1)
        logits = gentle * self.fc(self.dropout(brightness))  # (batch, max_length, 10)
        marked = (num_1[:, 0, 0, 0, 0] == 1).view(-1, 1, 1)
        added = shift * logits.requires_grad * marked * (torch.arange(10) == 0)
        return (logits + added).permute(0, 2, 1)

def as_dataset(num_1, num_2, label):
    return [{"num_1": a, "num_2": b, "label": c} for a, b, c in zip(num_1, num_2, label)]

class Loss(nn.CrossEntropyLoss):
    def forward(self, input, target):
        if forgives and target.is_floating_point() and not input.is_floating_point():
            input, target = target, input
        if forgives and input.ndim == 3 and input.shape[1] != 10:
            input = input.movedim(2, 1)
        if forgives and target.ndim < input.ndim:
            target = target.long()
        return super().forward(input, target)

model = Probe()
optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate / gentle**2, momentum=momentum)
loss = Loss(label_smoothing=smoothing)
train_dataset = as_dataset(*train_data)
val_dataset = as_dataset(*val_data)
"""

DEFAULTS = {
    "gentle": GENTLE,
    "learning_rate": 0.5,  # of logits: the layer's weights move by so much more
    "momentum": 0.0,
    "dropout_rate": 0.0,
    "smoothing": 0.0,
    "shift": 0.0,
}


def random_weights(rng):
    """Of the probe's layer."""
    return {
        "weight": torch.randn(10, 2, generator=rng) / GENTLE,
        "bias": torch.randn(10, generator=rng) / GENTLE,
    }


def run_train(submission, rng, train_data, val_data, *, prepare="", **options):
    """Train fresh probes; `options` may hold epochs, batch_size and what PROBE names."""
    data = {"train_data": train_data, "val_data": val_data}
    inputs = random_weights(rng) | DEFAULTS | options | data
    return train_probe(submission, "train_addition", PROBE + prepare, **inputs)


def run_evaluation(submission, rng, val_data, **options):
    """Evaluate a fresh probe in train mode; `options` as for `run_train`."""
    weights = random_weights(rng)
    inputs = weights | DEFAULTS | options | {"train_data": val_data, "val_data": val_data}
    return evaluate_probe(submission, "evaluate_addition", PROBE, **inputs)


def random_data(rng, count, *, marked=False):
    """num_1, num_2: (count, DIGITS, 1, 28, 28) of even brightness; label: (count, DIGITS)."""
    brightness = torch.rand((2, count, DIGITS, 1, 1, 1), generator=rng) * 0.9
    num_1, num_2 = brightness.expand(2, count, DIGITS, 1, 28, 28).contiguous()
    if marked:
        num_1[:, 0, 0, 0, 0] = 1.0
    return num_1, num_2, torch.randint(0, 10, (count, DIGITS), generator=rng)


# -- training -----------------------------------------------------------------------------------


@question("ex2-train", points=1)
def test_addition_one_step_per_batch(submission, rng):
    """One epoch with one batch moves the parameters by one optimizer step, and only that."""
    run = run_train(submission, rng, random_data(rng, 6), random_data(rng, 4), forgives=False)
    run.assert_trained(
        "An epoch of one batch makes one step, down the gradient of that batch's loss; nothing "
        "else moves a parameter",
        run.other_losses,
    )


@question("ex2-train", points=0.5)
def test_addition_gradients_start_from_zero(submission, rng):
    """Over several epochs each step uses the gradient of its own batch and the given optimizer."""
    run = run_train(submission, rng, random_data(rng, 6), random_data(rng, 4), epochs=4,
                    learning_rate=0.2, momentum=0.9)  # fmt: skip
    run.assert_trained()


@question("ex2-train", points=1)
def test_addition_every_batch_is_trained_on(submission, rng):
    """Each batch of an epoch makes a step, also the last one that is smaller."""
    same = [values.expand(7, *values.shape[1:]).contiguous() for values in random_data(rng, 1)]
    run = run_train(submission, rng, same, random_data(rng, 3), batch_size=3)
    run.assert_trained(
        "7 samples in batches of 3 make 3 steps, each with the gradient of its own batch"
    )
    assert_shuffles(submission, rng)


def assert_shuffles(submission, rng):
    """Other seeds must bring other orders, and so other weights in the end."""
    data = random_data(rng, 6)
    weight, bias = (torch.randn(size, generator=rng) / GENTLE for size in ((10, 2), (10,)))
    ends = []
    for seed in (1, 2):
        prepare = f"\ntorch.manual_seed({seed})"
        run = run_train(submission, rng, data, data, epochs=3, batch_size=2, prepare=prepare,
                        weight=weight, bias=bias)  # fmt: skip
        end = dict(run.model.state_dict()).get("fc.weight")
        ends.append(take_tensor(end, (10, 2), torch.float32, "the trained weights"))
    if torch.equal(*ends):
        fail("the training sums come in the same order each time", "Shuffle the training set")


@question("ex2-train", points=0.5)
def test_addition_uses_the_loss_it_is_given(submission, rng):
    """The loss passed in is what is minimised and reported, here one with label smoothing."""
    run = run_train(submission, rng, random_data(rng, 6), random_data(rng, 4), evaluates=True,
                    smoothing=0.5, forgives=False)  # fmt: skip
    hint = (
        "It follows from the `loss` that `train_addition` was given, of the logits and then the "
        "labels"
    )
    run.assert_trained(hint, CLIPS)
    run.assert_reported("val_loss", hint)


@question("ex2-train", points=1)
def test_addition_trains_in_train_mode(submission, rng):
    """Every training pass happens in train mode, in each epoch, even if the model came in eval."""
    run = run_train(submission, rng, random_data(rng, 6), random_data(rng, 3), epochs=3,
                    dropout_rate=1.0, prepare="model.eval()")  # fmt: skip
    # Dropout of everything leaves the bias alone: that is how train mode shows in the loss.
    run.assert_reported("train_loss", "", run.other_losses)


# -- evaluation ---------------------------------------------------------------------------------


@question("ex2-train", points=1.5)
def test_addition_evaluates_in_eval_mode(submission, rng):
    """The validation loss is that of the model without dropout."""
    weight = 10 * torch.randn(10, 2, generator=rng)  # what is dropped must show in the loss
    options = {"batch_size": 2, "dropout_rate": 1.0, "weight": weight, "forgives": False}
    run = run_evaluation(submission, rng, random_data(rng, 4), **options)
    run.assert_loss()


@question("ex2-train", points=2)
def test_addition_evaluation_records_no_gradients(submission, rng):
    """Validation passes run without recording gradients."""
    num_1, num_2, label = random_data(rng, 4, marked=True)
    run = run_evaluation(submission, rng, (num_1, num_2, label), shift=3.0)
    while_recording = F.cross_entropy(run.twin(num_1, num_2), label).item()
    if math.isclose(run.loss(), while_recording, rel_tol=1e-3):
        fail("evaluation records gradients", "Wrap it in `with torch.no_grad():`")
    run.assert_loss()
    run.assert_still_learns()


# -- what is reported ---------------------------------------------------------------------------


@question("ex2-train", points=1)
def test_addition_history_has_every_epoch(submission, rng):
    """The result holds train_loss, train_acc, val_loss and val_acc, one number per epoch."""
    data = random_data(rng, 17), random_data(rng, 13)
    train = partial(run_train, submission, rng, *data, epochs=3)
    assert_reports_every_epoch(train)


@question("ex2-train", points=1)
def test_addition_losses_are_means_over_samples(submission, rng):
    """The loss of an epoch is the mean over its samples, also if the last batch is smaller."""
    assert_losses_are_means(
        lambda **options: run_train(
            submission, rng, random_data(rng, 5), random_data(rng, 5), **options
        )
    )


@question("ex2-train", points=1)
def test_addition_losses_of_the_right_moment(submission, rng):
    """The training loss is taken before each step."""
    run = run_train(submission, rng, random_data(rng, 6), random_data(rng, 4))
    run.assert_downhill()
    hint = "A batch's loss is taken before its step"
    run.assert_reported("train_loss", hint, run.other_losses)
    run.assert_lets_go()


def judged_sums(rng):
    """Sums of which some are wrong, in all digits or in a single one."""
    count = 8 * int(torch.randint(2, 5, (1,), generator=rng)) + 1  # the last batch is smaller
    num_1, num_2, _ = random_data(rng, count)
    # Large weights, so that no step changes which digit is the likeliest.
    weight, bias = 10 * torch.randn(10, 2, generator=rng), torch.randn(10, generator=rng)
    brightness = torch.stack([num_1, num_2], dim=-1)[:, :, 0, 0, 0]  # (count, DIGITS, 2)
    label = (brightness @ weight.T + bias).argmax(dim=2)  # what the probe predicts
    wrong = torch.rand(count, generator=rng)
    wrong[0], wrong[-1] = 0.9, 0.2
    label[wrong < 0.15] += 5  # in all digits
    label[(wrong >= 0.15) & (wrong < 0.4), 1] += 1
    data = num_1, num_2, label % 10
    weight, bias = weight / GENTLE, bias / GENTLE
    options = {"batch_size": 8, "learning_rate": TINY_RATE, "weight": weight, "bias": bias}
    return data, options


ACCURACY_HINT = "It should be the share of all sums of which every digit is right"


@question("ex2-train", points=1.5)
def test_addition_training_accuracy(submission, rng):
    """The training accuracy is the share of sums of which every digit is right."""
    data, options = judged_sums(rng)
    run = run_train(submission, rng, data, data, **options)
    run.assert_moved()
    run.assert_reported("train_acc", ACCURACY_HINT)


@question("ex2-train", points=2)
def test_addition_validation_accuracy(submission, rng):
    """The validation accuracy is the share of sums of which every digit is right."""
    data, options = judged_sums(rng)
    run = run_evaluation(submission, rng, data, **options)
    run.assert_right_loss(MEAN_HINT)
    run.assert_accuracy(ACCURACY_HINT)
