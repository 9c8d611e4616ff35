"""Exercise 1, the training loop: judged by what a call does to a tiny model, and by its report.

The probe is one linear layer over the tokens; the reference trains its twin. Full batches or equal
samples make shuffling irrelevant.
"""

import torch
from training_probes import METRICS, train_probe

from lib.kit.checks import fail, question

TOKENS_PER_REVIEW = 4

# Runs in the worker. `calls` notes for each forward pass the reviews' first tokens, whether the
# model was in train mode and whether gradients were recorded.
PROBE = """
import torch
from torch import nn
from torch.utils.data import TensorDataset

class Probe(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(weight.shape[1]) if normalised else nn.Identity()
        self.dropout = nn.Dropout(dropout_rate)
        self.fc = nn.Linear(weight.shape[1], 1)
        with torch.no_grad():
            self.fc.weight.copy_(weight)
            self.fc.bias.copy_(bias)
        self.calls = []

    def forward(self, tokens):
        self.calls.append((tokens[:, 0].tolist(), self.training, torch.is_grad_enabled()))
        hidden = self.dropout(self.norm(tokens.float() / 10))
        return self.fc(hidden).squeeze(-1)

model = Probe()
optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=momentum)
loss = nn.BCEWithLogitsLoss()
train_dataset = TensorDataset(*train_data)
val_dataset = TensorDataset(*val_data)
"""

DEFAULTS = {"learning_rate": 0.5, "momentum": 0.0, "dropout_rate": 0.0, "normalised": False}


def run_train(submission, rng, train_data, val_data, *, prepare="", **options):
    """Train fresh probes; `options` may hold epochs, batch_size and what PROBE names."""
    weights = {
        "weight": torch.randn(1, TOKENS_PER_REVIEW, generator=rng),
        "bias": torch.randn(1, generator=rng),
    }
    inputs = weights | DEFAULTS | options | {"train_data": train_data, "val_data": val_data}
    return train_probe(submission, "train", PROBE + prepare, **inputs)


def random_data(rng, count):
    """Reviews (count, TOKENS_PER_REVIEW) and labels (count,), both classes among them."""
    tokens = torch.randint(1, 30, (count, TOKENS_PER_REVIEW), generator=rng)
    labels = torch.randint(0, 2, (count,), generator=rng).float()
    labels[0], labels[-1] = 0.0, 1.0
    return tokens, labels


# -- training -----------------------------------------------------------------------------------


@question("ex1-train", points=2)
def test_one_step_per_batch(submission, rng):
    """One epoch with one batch moves the parameters by one optimizer step, and only that."""
    run = run_train(submission, rng, random_data(rng, 6), random_data(rng, 4))
    run.assert_trained(
        "Forward pass, loss, zero_grad, backward, step: once per training batch, and evaluation "
        "must not train"
    )


@question("ex1-train", points=1)
def test_gradients_start_from_zero(submission, rng):
    """Over several epochs each step uses the gradient of its own batch alone."""
    run = run_train(submission, rng, random_data(rng, 6), random_data(rng, 4), epochs=4)
    run.assert_trained(
        "Do gradients of earlier batches add up? call `optimizer.zero_grad()` for each batch"
    )


@question("ex1-train", points=1)
def test_every_batch_is_trained_on(submission, rng):
    """Each batch of an epoch makes a step, also the last one that is smaller."""
    tokens, labels = (values[:1] for values in random_data(rng, 2))
    same = tokens.repeat(5, 1), labels.repeat(5)  # equal samples: shuffling changes nothing
    run = run_train(submission, rng, same, random_data(rng, 3), batch_size=2)
    run.assert_trained(
        "5 samples in batches of 2 are 3 steps: is `optimizer.step()` inside the loop over "
        "batches, and is the last batch used?"
    )


@question("ex1-train", points=1)
def test_uses_the_optimizer_it_is_given(submission, rng):
    """The optimizer passed in makes the steps, here one with momentum."""
    run = run_train(submission, rng, random_data(rng, 6), random_data(rng, 4), epochs=3,
                    learning_rate=0.2, momentum=0.9)  # fmt: skip
    run.assert_trained(
        "Let `optimizer.step()` move the parameters, with the `optimizer` that `train` was given"
    )


@question("ex1-train", points=1)
def test_uses_the_loss_it_is_given(submission, rng):
    """The loss passed in is what is minimised and reported, here a squared error."""
    run = run_train(submission, rng, random_data(rng, 6), random_data(rng, 4),
                    prepare="loss = nn.MSELoss()", learning_rate=0.05)  # fmt: skip
    hint = "Call the `loss` that `train` was given, with the logits first and the labels second"
    run.assert_trained(hint)
    run.assert_reported("val_loss", hint)


@question("ex1-train", points=1)
def test_trains_in_train_mode(submission, rng):
    """Every training pass happens in train mode, in each epoch, even if the model came in eval."""
    run = run_train(submission, rng, random_data(rng, 6), random_data(rng, 3), epochs=3,
                    learning_rate=0.0, dropout_rate=1.0, prepare="model.eval()")  # fmt: skip
    # Dropout of everything leaves the bias alone: that is how train mode shows in the loss.
    run.assert_reported(
        "train_loss",
        "Dropout is off while training: call `model.train()` before the batches of each epoch",
    )


@question("ex1-train", points=1)
def test_shuffles_the_training_set(submission, rng):
    """Each epoch visits every training review once, in an order of its own."""
    count = 40
    tokens = torch.arange(1, count + 1)[:, None].repeat(1, TOKENS_PER_REVIEW)
    labels = random_data(rng, count)[1]
    run = run_train(submission, rng, (tokens, labels), random_data(rng, 3), epochs=2,
                    batch_size=8, learning_rate=0.01)  # fmt: skip
    order = [token for first, training, _ in run.model.calls if training for token in first]
    epochs = order[:count], order[count:]
    if any(sorted(epoch) != list(range(1, count + 1)) for epoch in epochs):
        fail(
            "an epoch of training does not visit every review exactly once, in train mode",
            "Give the model the whole batch, once per batch",
        )
    if list(range(1, count + 1)) in epochs or epochs[0] == epochs[1]:
        fail("the training reviews come in the same order each time", "Shuffle the training set")


# -- evaluation ---------------------------------------------------------------------------------


@question("ex1-train", points=1)
def test_evaluates_in_eval_mode(submission, rng):
    """The validation loss is that of the model without dropout."""
    run = run_train(submission, rng, random_data(rng, 4), random_data(rng, 4), epochs=2,
                    batch_size=2, learning_rate=0.0, dropout_rate=1.0)  # fmt: skip
    run.assert_reported(
        "val_loss", "Dropout is still active while evaluating: call `model.eval()` first"
    )


@question("ex1-train", points=1)
def test_evaluation_records_no_gradients(submission, rng):
    """Validation passes run without recording gradients."""
    train_data, val_data = random_data(rng, 4), random_data(rng, 4)
    val_data[0][:, 0] = 99  # marks the reviews of the validation set
    run = run_train(submission, rng, train_data, val_data, epochs=2, batch_size=2)
    calls = [(first[0] == 99, grad_enabled) for first, _, grad_enabled in run.model.calls]
    if not any(evaluating for evaluating, _ in calls):
        fail("the model was never called on the validation set")
    if any(evaluating and grad_enabled for evaluating, grad_enabled in calls):
        fail("evaluation records gradients", "Wrap it in `with torch.no_grad():`")


@question("ex1-train", points=1)
def test_evaluation_leaves_no_trace(submission, rng):
    """BatchNorm's running statistics come from training batches only."""
    run = run_train(submission, rng, random_data(rng, 6), random_data(rng, 4), epochs=2,
                    learning_rate=0.0, normalised=True)  # fmt: skip
    run.assert_trained("Is the model in eval mode during evaluation, and in train mode before?")


# -- what is reported ---------------------------------------------------------------------------


@question("ex1-train", points=1)
def test_history_has_every_epoch(submission, rng):
    """The result holds train_loss, train_acc, val_loss and val_acc, one number per epoch."""
    run = run_train(submission, rng, random_data(rng, 3), random_data(rng, 2), epochs=3)
    for name in METRICS:
        if not bool(run.history(name).isfinite().all()):
            fail(f"`{name}` holds a NaN or infinity", "Is anything divided by zero?")


@question("ex1-train", points=2)
def test_losses_are_means_over_samples(submission, rng):
    """Losses of an epoch are means over its samples, also if the last batch is smaller."""
    run = run_train(submission, rng, random_data(rng, 5), random_data(rng, 5), batch_size=2,
                    learning_rate=0.0)  # fmt: skip
    for name in ("train_loss", "val_loss"):
        run.assert_reported(
            name,
            "The loss must be averaged over samples, not over batches: weight each batch's mean "
            "by its size, then divide by the number of samples",
        )


@question("ex1-train", points=1)
def test_losses_of_the_right_moment(submission, rng):
    """The training loss is taken before each step, the validation loss after the epoch's steps."""
    run = run_train(submission, rng, random_data(rng, 6), random_data(rng, 4))
    for name in ("train_loss", "val_loss"):
        run.assert_reported(
            name,
            "Take a batch's loss before its step, and evaluate after all batches of the epoch",
        )


def accuracy_run(submission, rng, order):
    """Five reviews, of which the fifth is misjudged; two of the positive logits are below 0.5."""
    tokens = torch.randint(1, 30, (5, TOKENS_PER_REVIEW), generator=rng)
    tokens[:, 0] = torch.tensor([5, 5, 1, 7, 3])
    # logit = first token / 4 - 1: 0.25, 0.25, -0.75, 0.75, -0.25
    weight, bias = torch.tensor([[2.5, 0.0, 0.0, 0.0]]), torch.tensor([-1.0])
    data = tokens[order], torch.tensor([1.0, 1.0, 0.0, 1.0, 1.0])[order]
    options = {"batch_size": 2, "learning_rate": 0.0, "weight": weight, "bias": bias}
    return run_train(submission, rng, data, data, **options)


ACCURACY_HINT = "A logit above 0 means positive; count right reviews and divide by their number"


@question("ex1-train", points=1)
def test_training_accuracy(submission, rng):
    """The training accuracy is the share of reviews whose logit has the right sign."""
    run = accuracy_run(submission, rng, torch.randperm(5, generator=rng))
    run.assert_reported("train_acc", ACCURACY_HINT)


@question("ex1-train", points=1)
def test_validation_accuracy(submission, rng):
    """The validation accuracy is the share of reviews whose logit has the right sign."""
    run = accuracy_run(submission, rng, torch.arange(5))  # the misjudged one in a batch of its own
    run.assert_reported("val_acc", ACCURACY_HINT)
