"""Exercise 1, the training loop: judged by what a call does to a tiny model, and by its report.

The probe is one linear layer over the tokens; the reference trains its twin. Full batches or equal
samples make shuffling irrelevant.
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

TOKENS_PER_REVIEW, MANY_TOKENS = 4, 260
MARK = 99  # the first token of reviews of a validation set

# Logits of marked reviews are larger by `shift` while gradients are recorded. The layer's result is
# 8 times the logits, so that no gradient is longer than 1: the task allows to clip there.
GENTLE = 1 / 8
PROBE = """
import torch
from torch import nn
from torch.utils.data import TensorDataset

class Probe(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.Identity()
        if normalised:
            self.norm = nn.BatchNorm1d(weight.shape[1], affine=False)
        self.dropout = nn.Dropout(dropout_rate)
        self.fc = nn.Linear(weight.shape[1], 1)
        with torch.no_grad():
            self.fc.weight.copy_(weight)
            self.fc.bias.copy_(bias)

    def forward(self, tokens):
        hidden = self.dropout(self.norm(tokens.float() / 10))
        logits = gentle * self.fc(hidden).squeeze(-1)
        return logits + shift * logits.requires_grad * (tokens[:, 0] == mark)

class Loss(nn.BCEWithLogitsLoss):
    def forward(self, input, target):
        if forgives and target.numel() == input.numel():
            target = target.reshape(input.shape).to(input.dtype)
        return super().forward(input, target)

model = Probe()
optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate / gentle**2, momentum=momentum)
loss = Loss()
train_dataset = TensorDataset(*train_data)
val_dataset = TensorDataset(*val_data)
"""

DEFAULTS = {
    "gentle": GENTLE,
    "learning_rate": 0.5,  # of logits: the layer's weights move by so much more
    "momentum": 0.0,
    "dropout_rate": 0.0,
    "normalised": False,
    "shift": 0.0,
    "mark": MARK,
}


def random_weights(rng):
    """Of the probe's layer."""
    return {
        "weight": torch.randn(1, TOKENS_PER_REVIEW, generator=rng) / GENTLE,
        "bias": torch.randn(1, generator=rng) / GENTLE,
    }


def run_train(submission, rng, train_data, val_data, *, prepare="", **options):
    """Train fresh probes; `options` may hold epochs, batch_size and what PROBE names."""
    data = {"train_data": train_data, "val_data": val_data}
    inputs = random_weights(rng) | DEFAULTS | options | data
    return train_probe(submission, "train", PROBE + prepare, **inputs)


def run_evaluation(submission, rng, val_data, **options):
    """Evaluate a fresh probe in train mode; `options` as for `run_train`."""
    weights = random_weights(rng)
    inputs = weights | DEFAULTS | options | {"train_data": val_data, "val_data": val_data}
    return evaluate_probe(submission, "evaluate", PROBE, **inputs)


def random_data(rng, count):
    """Reviews (count, TOKENS_PER_REVIEW) and labels (count,), both classes among them."""
    tokens = torch.randint(1, 30, (count, TOKENS_PER_REVIEW), generator=rng)
    labels = torch.randint(0, 2, (count,), generator=rng).float()
    labels[0], labels[-1] = 0.0, 1.0
    return tokens, labels


# -- training -----------------------------------------------------------------------------------


@question("ex1-train", points=0.5)
def test_one_step_per_batch(submission, rng):
    """One epoch with one batch moves the parameters by one optimizer step, and only that."""
    run = run_train(submission, rng, random_data(rng, 6), random_data(rng, 4), forgives=False)
    run.assert_trained(
        "An epoch of one batch makes one step, down the gradient of that batch's loss; nothing "
        "else moves a parameter",
        run.other_losses,
    )


@question("ex1-train", points=0.5)
def test_gradients_start_from_zero(submission, rng):
    """Over several epochs each step uses the gradient of its own batch alone."""
    run = run_train(submission, rng, random_data(rng, 6), random_data(rng, 4), epochs=4)
    run.assert_trained()


@question("ex1-train", points=1)
def test_every_batch_is_trained_on(submission, rng):
    """Each batch of an epoch makes a step, also the last one that is smaller."""
    tokens, labels = (values[:1] for values in random_data(rng, 2))
    same = tokens.repeat(7, 1), labels.repeat(7)  # equal samples: shuffling changes nothing
    run = run_train(submission, rng, same, random_data(rng, 3), batch_size=3)
    run.assert_trained(
        "7 samples in batches of 3 make 3 steps, each with the gradient of its own batch"
    )


@question("ex1-train", points=0.5)
def test_uses_the_optimizer_it_is_given(submission, rng):
    """The optimizer passed in makes the steps, here one with momentum."""
    run = run_train(submission, rng, random_data(rng, 6), random_data(rng, 4), epochs=3,
                    learning_rate=0.2, momentum=0.9)  # fmt: skip
    run.assert_trained(
        "Only the `optimizer` that `train` was given should move the parameters, in each epoch"
    )


GENTLE_SQUARES = """
class GentleSquares(nn.MSELoss):
    def forward(self, input, target):
        return super().forward(input, target) / 32

loss = GentleSquares()
"""


@question("ex1-train", points=0.5)
def test_uses_the_loss_it_is_given(submission, rng):
    """The loss passed in is what is minimised and reported, here a squared error."""
    run = run_train(submission, rng, random_data(rng, 6), random_data(rng, 4), evaluates=True,
                    prepare=GENTLE_SQUARES, learning_rate=1.6, forgives=False)  # fmt: skip
    hint = "It follows from the `loss` that `train` was given, of the logits and then the labels"
    run.assert_trained(hint, CLIPS)
    run.assert_reported("val_loss", hint)


@question("ex1-train", points=1)
def test_trains_in_train_mode(submission, rng):
    """Every training pass happens in train mode, in each epoch, even if the model came in eval."""
    run = run_train(submission, rng, random_data(rng, 6), random_data(rng, 3), epochs=3,
                    dropout_rate=1.0, prepare="model.eval()")  # fmt: skip
    # Dropout of everything leaves the bias alone: that is how train mode shows in the loss.
    run.assert_reported("train_loss", "", run.other_losses)


# The loss is linear, so each review moves the weights in a direction of its own by a known amount,
# and momentum moves them on in every later step. So how far they came in each direction tells in
# which steps its review was seen.
NUM_REVIEWS, BATCH_SIZE, MOMENTUM, LEARNING_RATE = 12, 3, 0.5, 0.5
BATCHES = NUM_REVIEWS // BATCH_SIZE
LINEAR_LOSS = """
class LinearLoss(nn.Module):
    def forward(self, input, target):
        return (input * target).mean()

loss = LinearLoss()
"""


def ways(step):
    """How far a review that is seen in this step of two epochs moves the weights in the end."""
    return (1 - MOMENTUM ** (2 * BATCHES - step)) / (1 - MOMENTUM)


def ways_adding_up(step):
    """The same, if its gradient is never cleared and counts in all later steps, too."""
    return sum(map(ways, range(step, 2 * BATCHES)))


def steps_of(came, ways):
    """The steps of both epochs in which each review was seen, (NUM_REVIEWS, 2), by how far the
    weights came in its direction; None if no steps bring them there."""
    steps = [(i, BATCHES + j) for i in range(BATCHES) for j in range(BATCHES)]
    expected = torch.tensor([sum(map(ways, pair)) for pair in steps])
    distance, nearest = (came[:, None] - expected).abs().min(dim=1)
    return torch.tensor(steps)[nearest] if float(distance.max()) < 1e-3 else None


@question("ex1-train", points=1)
def test_shuffles_the_training_set(submission, rng):
    """Each epoch visits every training review once, in an order of its own."""
    tokens = 1 + 10 * torch.eye(NUM_REVIEWS, dtype=torch.int64)
    labels = 0.5 + torch.rand(NUM_REVIEWS, generator=rng)
    start = torch.randn(1, NUM_REVIEWS, generator=rng) / GENTLE
    run = run_train(submission, rng, (tokens, labels), (tokens, labels), epochs=2,
                    batch_size=BATCH_SIZE, learning_rate=LEARNING_RATE, momentum=MOMENTUM,
                    weight=start, prepare=LINEAR_LOSS)  # fmt: skip
    end = dict(run.model.state_dict()).get("fc.weight")
    end = take_tensor(end, start.shape, start.dtype, "the trained weights")
    directions = GENTLE * (tokens.double() / 10).T  # (weights, NUM_REVIEWS)
    came = torch.linalg.solve(directions, (start - end)[0].double())  # (NUM_REVIEWS,)
    came = came / (LEARNING_RATE / GENTLE**2 * labels / BATCH_SIZE)
    seen = steps_of(came, ways)
    if seen is None:
        adds_up = steps_of(came, ways_adding_up) is not None
        hint = "Gradients of earlier batches add up" if adds_up else ""
        fail("the weights are not where steps with every review once in an epoch bring them", hint)
    if bool((torch.bincount(seen.flatten(), minlength=2 * BATCHES) != BATCH_SIZE).any()):
        fail("an epoch of training does not use every review exactly once")
    in_order = torch.arange(NUM_REVIEWS) // BATCH_SIZE
    first, second = seen[:, 0], seen[:, 1] - BATCHES
    if any(torch.equal(*pair) for pair in ((first, in_order), (second, in_order), (first, second))):
        fail("the training reviews come in the same order each time", "Shuffle the training set")


# -- evaluation ---------------------------------------------------------------------------------


@question("ex1-train", points=2)
def test_evaluates_in_eval_mode(submission, rng):
    """The validation loss is that of the model without dropout."""
    run = run_evaluation(submission, rng, random_data(rng, 4), batch_size=2, dropout_rate=1.0,
                         forgives=False)  # fmt: skip
    run.assert_loss()


@question("ex1-train", points=2)
def test_evaluation_records_no_gradients(submission, rng):
    """Validation passes run without recording gradients."""
    tokens, labels = random_data(rng, 4)
    tokens[:, 0] = MARK
    run = run_evaluation(submission, rng, (tokens, labels), shift=3.0)
    while_recording = F.binary_cross_entropy_with_logits(run.twin(tokens), labels).item()
    if math.isclose(run.loss(), while_recording, rel_tol=1e-3):
        fail("evaluation records gradients", "Wrap it in `with torch.no_grad():`")
    run.assert_loss()
    run.assert_still_learns()


@question("ex1-train", points=1)
def test_evaluation_leaves_no_trace(submission, rng):
    """BatchNorm's running statistics come from training batches only."""
    run = run_evaluation(submission, rng, random_data(rng, 6), normalised=True)
    run.assert_changed_nothing()
    run.assert_still_learns()
    run.assert_loss()


# -- what is reported ---------------------------------------------------------------------------


@question("ex1-train", points=1)
def test_history_has_every_epoch(submission, rng):
    """The result holds train_loss, train_acc, val_loss and val_acc, one number per epoch."""
    data = random_data(rng, 17), random_data(rng, 13)
    train = partial(run_train, submission, rng, *data, epochs=3)
    assert_reports_every_epoch(train)


@question("ex1-train", points=1.5)
def test_losses_are_means_over_samples(submission, rng):
    """The loss of an epoch is the mean over its samples, also if the last batch is smaller."""
    assert_losses_are_means(
        lambda **options: run_train(
            submission, rng, random_data(rng, 5), random_data(rng, 5), **options
        )
    )


@question("ex1-train", points=1)
def test_losses_of_the_right_moment(submission, rng):
    """The training loss is taken before each step."""
    run = run_train(submission, rng, random_data(rng, 6), random_data(rng, 4))
    run.assert_downhill()
    hint = "A batch's loss is taken before its step"
    run.assert_reported("train_loss", hint, run.other_losses)


def judged_reviews(rng):
    """Reviews of which some are misjudged, none of them for a positive logit below 0.5."""
    count = 8 * int(torch.randint(2, 5, (1,), generator=rng)) + 1  # the last batch is smaller
    tokens = torch.randint(1, 30, (count, MANY_TOKENS), generator=rng)
    # logit = first token / 4 - 1: -0.75, -0.25, 0.25 or 0.75
    tokens[:, 0] = 2 * torch.randint(0, 4, (count,), generator=rng) + 1
    misjudged = (torch.rand(count, generator=rng) < 0.3) & (tokens[:, 0] != 5)
    tokens[0, 0], tokens[-1, 0] = 5, 3
    misjudged[0], misjudged[-1] = False, True
    labels = ((tokens[:, 0] > 4) ^ misjudged).float()
    weight = F.pad(torch.tensor([[2.5]]), (0, MANY_TOKENS - 1)) / GENTLE
    bias = torch.tensor([-1.0]) / GENTLE
    options = {"batch_size": 8, "learning_rate": TINY_RATE, "weight": weight, "bias": bias}
    return (tokens, labels), options


ACCURACY_HINT = "It should be the share of all reviews whose logit, positive above 0, is right"


@question("ex1-train", points=1.5)
def test_training_accuracy(submission, rng):
    """The training accuracy is the share of reviews whose logit has the right sign."""
    data, options = judged_reviews(rng)
    run = run_train(submission, rng, data, data, **options)
    run.assert_moved()
    run.assert_reported("train_acc", ACCURACY_HINT)


@question("ex1-train", points=2)
def test_validation_accuracy(submission, rng):
    """The validation accuracy is the share of reviews whose logit has the right sign."""
    data, options = judged_reviews(rng)
    run = run_evaluation(submission, rng, data, **options)
    run.assert_right_loss(MEAN_HINT)
    run.assert_accuracy(ACCURACY_HINT)
