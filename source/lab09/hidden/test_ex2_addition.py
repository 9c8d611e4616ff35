"""Exercise 2, the adder: its forward pass, its set-up, and reading off a prediction."""

import torch
from model_probes import assert_optimizer_moves

from lib.kit.checks import assert_above, assert_close, assert_equal, fail, question
from lib.reference.number_pairs import convert_vector_to_int

PLACES = 3

# Runs in the worker. Larger weights behind the encoder make each image's influence show.
MODEL = """
import torch

model = AdditionModel().eval()
with torch.no_grad():
    for layer in (model.lstm, model.fc):
        for parameter in layer.parameters():
            parameter.mul_(3)
"""

GRADIENTS = """
model.train()
num_1.requires_grad_()
num_2.requires_grad_()
logits = model(num_1, num_2)
torch.nn.functional.cross_entropy(logits, label).backward()
reached = {"num_1": [num_1], "num_2": [num_2]}
for name in ("digit_encoder", "lstm", "fc"):
    reached[name] = list(getattr(model, name).parameters())
without_gradient = [
    name
    for name, tensors in reached.items()
    if not any(tensor.grad is not None and bool(tensor.grad.any()) for tensor in tensors)
]
has_lstm = any(isinstance(layer, torch.nn.LSTM) for layer in model.lstm.modules())
"""


def model_of(submission, source="", **inputs):
    return submission.setup(MODEL + source, AdditionModel=submission.AdditionModel, **inputs)


def random_images(rng, *shape):
    """Images of noise, dark or bright as a whole, so that even mean brightness tells them apart."""
    brightness = torch.rand((*shape, 1, 1, 1), generator=rng)
    return torch.rand((*shape, 1, 28, 28), generator=rng) * brightness


# -- the model ----------------------------------------------------------------------------------


@question("ex2-model", points=1)
def test_ten_logits_per_place(submission, rng):
    """The logits are (batch, 10, max_length), for one sum too and for numbers of any length."""
    model = model_of(submission).model
    for batch, max_length in ((2, 3), (1, 3), (3, 1), (1, 5)):
        logits = model(*(random_images(rng, batch, max_length) for _ in range(2)))
        shape = tuple(logits.shape) if torch.is_tensor(logits) else None
        if shape != (batch, 10, max_length):
            fail(f"the logits have shape {shape}", "The model should give (batch, 10, max_length)")
        assert_equal(logits.dtype, torch.float32, "the dtype of the logits")
        if not bool(logits.isfinite().all()):
            fail("the logits contain NaN or infinity")


@question("ex2-model", points=2)
def test_every_image_matters_everywhere(submission, rng):
    """Each image of both numbers has an influence on the logits of every place."""
    # A batch of the same pair of numbers, in which sample k differs in one image from sample 0.
    num_1, num_2 = (random_images(rng, 1, PLACES).repeat(7, 1, 1, 1, 1) for _ in range(2))
    for place in range(PLACES):
        for sample, number in ((1 + place, num_1), (1 + PLACES + place, num_2)):
            number[sample, place] = 1 - number[sample, place]
    logits = model_of(submission).model(num_1, num_2)  # (7, 10, PLACES)
    influence = (logits[1:] - logits[0]).abs().amax(dim=1).unflatten(0, (2, PLACES))
    for number, of_number in enumerate(influence, start=1):
        message = f"num_{number} does not influence the logits"
        assert_above(of_number.diagonal(), 1e-6, message, hint="Are both encoded and joined?")
    assert_above(
        influence,
        1e-6,
        "some images influence only the places on one side of theirs",
        hint="A carry travels from right to left: is the LSTM bidirectional?",
    )


@question("ex2-model", points=1)
def test_sums_do_not_mix(submission, rng):
    """A sum's logits are the same in a batch and alone: samples and places stay apart."""
    num_1, num_2 = (random_images(rng, 4, PLACES) for _ in range(2))
    model = model_of(submission).model
    alone = [model(num_1[i : i + 1], num_2[i : i + 1]) for i in range(4)]
    assert_close(
        model(num_1, num_2),
        torch.cat(alone),
        "the logits of a batch",
        rtol=1e-3,
        atol=1e-4,
        hint="Where you reshape, do batch and places keep their order?",
    )


@question("ex2-model", points=1)
def test_encoder_gives_latent_vectors(submission, rng):
    """The encoder turns images into vectors of latent_dim numbers that tell images apart."""
    model = model_of(submission).model
    latent = model.digit_encoder(random_images(rng, 4))
    shape = tuple(latent.flatten(1).shape) if torch.is_tensor(latent) else None
    if shape != (4, model.latent_dim):
        fail(f"the encoder gives shape {shape}", "Four images should give four latent_dim vectors")
    assert_above(
        (latent[0] - latent[1]).abs().max(),
        1e-7,
        "the encoder gives two different images the same vector",
        hint="Does any layer wipe out what it was given?",
    )


@question("ex2-model", points=1)
def test_dropout_only_while_training(submission, rng):
    """Dropout changes the logits from call to call in train mode, and rests in eval mode."""
    calls = model_of(
        submission,
        "calls = [model(num_1, num_2).detach() for mode in modes if model.train(mode) is model]",
        num_1=random_images(rng, 3, PLACES),
        num_2=random_images(rng, 3, PLACES),
        modes=[False, False, True, True],
    ).calls
    if not torch.equal(calls[0], calls[1]):
        fail("in eval mode two calls differ", "Is something random outside of a dropout layer?")
    difference, hint = (calls[2] - calls[3]).abs().max(), "Is the dropout layer's rate above 0?"
    assert_above(difference, 1e-6, "in train mode nothing is dropped", hint=hint)


@question("ex2-model", points=1)
def test_addition_gradients_reach_every_part(submission, rng):
    """Gradients of the loss reach the encoder, by both numbers, the LSTM and the linear layer."""
    probe = model_of(
        submission,
        GRADIENTS,
        num_1=random_images(rng, 3, PLACES),
        num_2=random_images(rng, 3, PLACES),
        label=torch.randint(0, 10, (3, PLACES), generator=rng),
    )
    if probe.without_gradient:
        names = ", ".join(map(str, probe.without_gradient))
        fail(f"no gradient reaches {names}", "Is anything detached, or computed without gradients?")
    if not probe.has_lstm:
        fail("`lstm` is no LSTM", "The task asks for `nn.LSTM`, which reads in both directions")


# -- the set-up ---------------------------------------------------------------------------------


@question("ex2-setup", points=1)
def test_optimizer_moves_the_adder(submission):
    """optimizer_addition moves every parameter of model_addition, by a sensible amount."""
    assert_optimizer_moves(submission, "model_addition", "optimizer_addition")


@question("ex2-setup", points=1, if_raises="Is it AdditionModel()?")
def test_model_addition_adds(submission, rng):
    """model_addition takes two stacks of images and gives ten logits per place."""
    # Two samples: in train mode batch norm wants more than one.
    logits = submission.model_addition(*(random_images(rng, 2, PLACES) for _ in range(2)))
    shape = tuple(logits.shape) if torch.is_tensor(logits) else None
    assert_equal(shape, (2, 10, PLACES), "the shape of the logits", hint="Is it AdditionModel()?")


@question("ex2-setup", points=1)
def test_loss_is_for_classes(submission, rng):
    """loss_addition takes logits of ten classes per place, and is least for the right digits."""
    label = torch.randint(0, 10, (4, PLACES), generator=rng)
    logits = torch.randn((4, 10, PLACES), generator=rng)
    right = torch.nn.functional.one_hot(label, 10).permute(0, 2, 1).float() * 8
    value = submission.loss_addition(logits, label)
    if not torch.is_tensor(value) or value.ndim != 0:
        fail("loss_addition should give one number for a batch", "Use its default reduction")
    assert_close(
        submission.loss_addition(logits + 5, label),
        value,
        "the loss after adding a constant to all logits",
        rtol=1e-3,
        hint="The model returns logits: which loss applies the softmax itself?",
    )
    assert_close(
        submission.loss_addition(logits.repeat(3, 1, 1), label.repeat(3, 1)),
        value,
        "the loss of a batch of repeated samples",
        rtol=1e-3,
        hint="The loss should be a mean over the batch, not a sum",
    )
    if not float(submission.loss_addition(right, label)) < min(float(value), 0.9):
        fail("loss_addition is not small for right digits", "Logits come first, labels second")


# -- predictions --------------------------------------------------------------------------------

# Runs in the worker: a model that "reads" a digit from an image's brightness. In train mode its
# dropout leaves only zeros.
READER = """
import torch
from torch import nn

class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(1.0)
        self.scale = nn.Parameter(torch.ones(1))
        self.recorded_gradients = []

    def forward(self, num_1, num_2):
        self.recorded_gradients.append(torch.is_grad_enabled())
        first, second = ((10 * number.mean((2, 3, 4))).round().long() for number in (num_1, num_2))
        logits = nn.functional.one_hot((first + 3 * second) % 10, 10).float() * self.scale
        return self.dropout(logits).permute(0, 2, 1)  # (batch, 10, max_length)

model = Reader().eval()
dataset = [{"num_1": a, "num_2": b, "label": c} for a, b, c in zip(num_1, num_2, label)]
"""


class Reading:
    """A tiny data set, a model that reads it in its own way, and what both amount to."""

    def __init__(self, submission, rng, count=4):
        first, second = torch.randint(0, 10, (2, count, PLACES), generator=rng)
        first[0, 0] = second[0, 0] = 0  # a prediction with a leading zero
        self.label = torch.randint(1, 10, (count, PLACES), generator=rng)
        self.predicted = (first + 3 * second) % 10
        num_1, num_2 = (
            (digits / 10)[..., None, None, None].expand(count, PLACES, 1, 28, 28).contiguous()
            for digits in (first, second)
        )
        self.submission = submission
        self.probe = submission.setup(READER, num_1=num_1, num_2=num_2, label=self.label)

    def prediction(self, index):
        """What the student's function returns for one sample, as two integers."""
        result = self.submission.plot_prediction(self.probe.model, self.probe.dataset, index)
        if not isinstance(result, list | tuple) or len(result) != 2:
            fail("`plot_prediction` should return a pair", "The predicted and the true sum")
        return tuple(int(value) for value in result)


@question("ex2-predict", points=1)
def test_prediction_is_the_models_sum(submission, rng):
    """The first value is the number whose digits the model finds most likely."""
    reading = Reading(submission, rng)
    for index in (0, 2, 3):
        assert_equal(
            reading.prediction(index)[0],
            int(convert_vector_to_int(reading.predicted[index])),
            "the prediction",
            hint="Give the model num_1, then num_2, both of sample `idx`; take the largest logits",
        )


@question("ex2-predict", points=1)
def test_truth_is_the_label(submission, rng):
    """The second value is the sum that the data set gives for this sample."""
    reading = Reading(submission, rng)
    for index in (1, 3):
        assert_equal(
            reading.prediction(index)[1],
            int(convert_vector_to_int(reading.label[index])),
            "the true sum",
            hint="Use the label of the sample at `idx`",
        )


@question("ex2-predict", points=1)
def test_predicts_in_eval_mode(submission, rng):
    """A model that was in train mode predicts without dropout."""
    reading = Reading(submission, rng)
    reading.probe.model.train()
    if reading.prediction(1)[0] != int(convert_vector_to_int(reading.predicted[1])):
        fail("dropout is active while predicting", "Call `model.eval()` first")


@question("ex2-predict", points=1)
def test_predicts_without_gradients(submission, rng):
    """Predicting records no gradients."""
    reading = Reading(submission, rng)
    reading.prediction(0)
    recorded = list(reading.probe.model.recorded_gradients)
    if not recorded or any(recorded):
        fail("the model's call records gradients", "Wrap it in `with torch.no_grad():`")
