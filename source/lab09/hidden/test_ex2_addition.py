"""Exercise 2, the adder: its forward pass, its set-up, and reading off a prediction."""

import math
import re

import torch
from call_probes import explained
from device_probes import assert_moved
from digit_probes import known_digits
from model_probes import assert_made, assert_optimizer_moves, made_once, read_logits
from torch import nn
from torch.nn import functional as F

from lib.kit.checks import (
    CheckFailure,
    assert_above,
    assert_close,
    assert_equal,
    fail,
    question,
    take_dict,
    take_integer,
    take_list,
    take_number,
    take_tensor,
    take_tensors,
)
from lib.kit.checks.selfcheck import Submission
from lib.reference.number_pairs import convert_vector_to_int

PLACES = 3
MOST_LATENT, MOST_HIDDEN = 1024, 1024
MOST_NUMBERS = 2**24  # in a parameter

# Larger weights behind the encoder make each image's influence show.
MODEL = """
import torch

model = AdditionModel().eval()
with torch.no_grad():
    model(*torch.zeros(2, 2, 3, 1, 28, 28))  # lazy layers find out their sizes
    for layer in (model.lstm, model.fc):
        for parameter in layer.parameters():
            parameter.mul_(3)
"""


def model_of(submission):
    """A student's model, behind its handle."""
    return submission.setup(MODEL, AdditionModel=submission.AdditionModel).model


def encoder_of(submission):
    """A student's model of which the encoder counts, whatever its forward pass does."""
    source = "model = AdditionModel().eval()"
    return submission.setup(source, AdditionModel=submission.AdditionModel).model


def random_images(rng, *shape):
    """Images of noise, dark or bright as a whole."""
    brightness = torch.rand((*shape, 1, 1, 1), generator=rng)
    return torch.rand((*shape, 1, 28, 28), generator=rng) * brightness


def with_mirrored(images):
    """Images (n, ...) and after them the same upside down: as bright, but others."""
    return torch.cat([images, images.flip(-2)])


# -- the model ----------------------------------------------------------------------------------


@question("ex2-model", points=0.5)
def test_ten_logits_per_place(submission, rng):
    """The logits are (batch, 10, max_length), for one sum too and for numbers of any length."""
    model = model_of(submission)
    for batch, max_length in ((2, 3), (3, 1), (1, 4)):
        numbers = [random_images(rng, batch, max_length) for _ in range(2)]
        hint = "The model should give (batch, 10, max_length)"
        read_logits(submission, model, [numbers], (batch, 10, max_length), rng, hint)
    layered_model(submission, rng)


# Hands out what an LSTM is like, and loads weights of ours into it, which repeat a few numbers.
LSTM = """
import torch

parameters = dict(lstm.named_parameters())
handed_out = {name: parameter.detach().clone() for name, parameter in parameters.items()}
start = 0
with torch.no_grad():
    for name in sorted(parameters, key=lambda name: name.split(".")[-1]):
        shape, size = parameters[name].shape, parameters[name].numel()
        repeated = numbers.roll(-start).repeat(size // len(numbers) + 1)[:size]
        parameters[name].copy_(repeated.view(shape) / shape[-1] ** 0.5)
        start += size
"""
NUM_WEIGHTS = 499  # a prime: no two rows are the same
LSTM_PARAMETER = re.compile(r"(?:.+\.)?(?:weight|bias)_[ih][hr]_l(\d)(_reverse)?")


def our_lstm(theirs):
    """An LSTM of the same form, by its parameters' names and shapes."""
    theirs = take_dict(theirs, list(theirs) if isinstance(theirs, dict) else [], "the LSTM")
    parts = [LSTM_PARAMETER.fullmatch(str(name)) for name in theirs]
    if not parts or not all(parts):
        fail("`lstm` does not have the parameters of an LSTM", "The task asks for `nn.LSTM`")
    shapes = {own_name(name): list(getattr(value, "shape", ())) for name, value in theirs.items()}
    hint = "The task asks for `nn.LSTM`"
    first, again = (
        take_list(shapes.get(name), 2, "the shape of the LSTM", hint=hint)
        for name in ("weight_ih_l0", "weight_hh_l0")
    )
    width = take_integer(first[1], "the LSTM's input", least=1, most=2 * MOST_LATENT, hint=hint)
    hidden_size = take_integer(again[0], "the LSTM", least=4, most=4 * MOST_HIDDEN) // 4
    projected = take_integer(again[1], "the LSTM", least=1, most=MOST_HIDDEN)
    num_layers = 1 + max(int(part[1]) for part in parts)
    if num_layers > 4:
        fail("the LSTM is far larger than it needs to be")
    lstm = nn.LSTM(
        width,
        hidden_size,
        num_layers,
        batch_first=True,
        bidirectional=any(part[2] for part in parts),
        bias="bias_hh_l0" in shapes,
        proj_size=projected if projected < hidden_size else 0,
    )
    wanted = {name: list(parameter.shape) for name, parameter in lstm.named_parameters()}
    if shapes != wanted:
        fail("the parameters of `lstm` have other shapes than those of an LSTM", hint)
    return lstm.eval()


def own_name(name):
    """A parameter's name without those of the modules that hold it."""
    return str(name).rpartition(".")[2]


def with_our_lstm(submission, model, rng):
    """An LSTM with random weights, which are put into the student's as well."""
    numbers = torch.randn(NUM_WEIGHTS, generator=rng)
    lstm = our_lstm(submission.setup(LSTM, lstm=model.lstm, numbers=numbers).handed_out)
    Submission({}).setup(LSTM, lstm=lstm, numbers=numbers)  # the same in this process
    return lstm


def assert_layer_by_layer(submission, model, lstm, num_1, num_2, rng, joins, hint):
    """The logits must be what `fc` makes of what our LSTM makes of the student's encoded images.

    Args:
        joins: ways to join the vectors of both numbers' digits; one of them has to fit.

    Returns:
        The logits, (batch, 10, places).
    """
    batch, places = num_1.shape[:2]
    (actual,) = read_logits(submission, model, [[num_1, num_2]], (batch, 10, places), rng)
    latent = model.digit_encoder(torch.cat([num_1, num_2]).flatten(0, 1))
    shape = (2 * batch * places, None)
    latent = take_tensor(latent, shape, torch.float32, "the encoded images", hint=hint)
    latent = latent.view(2, batch, places, latent.shape[1])
    joined = [vectors for join in joins if (vectors := join(*latent)).shape[2] == lstm.input_size]
    if not joined:
        fail("the LSTM's input has another size than the joined vectors of two digits", hint)
    shape = (batch, places, 10)
    expected = [
        take_tensor(
            model.fc(lstm(vectors)[0].detach()),
            shape,
            torch.float32,
            "the result of `fc`",
            hint=hint,
        ).permute(0, 2, 1)
        for vectors in joined
    ]
    closest = min(expected, key=lambda logits: float((actual - logits).abs().max()))
    assert_close(actual, closest, "the logits", rtol=1e-2, atol=1e-3, hint=hint)
    return actual


def concatenated(first, second):
    return torch.cat([first, second], dim=2)


def the_other_way_round(first, second):
    return torch.cat([second, first], dim=2)


# What is looked for in a test of its own, and not again in others.
MISTAKEN_JOINS = (torch.add, lambda first, second: first, lambda first, second: second)
ALL_JOINS = (concatenated, the_other_way_round, *MISTAKEN_JOINS)


def layered_model(submission, rng):
    """A student's model, of which a single digit of a single sum passed the encoder, the LSTM and
    `fc`, however they are joined, and whose encoder tells digits apart: whatever else a test asks
    is asked of this model. If it raises there, sums of `PLACES` digits passed, or two of them."""

    def made():
        model = model_of(submission)
        hint = "The encoder's vectors go into the LSTM, and its outputs into `fc`"
        lstm = with_our_lstm(submission, model, rng)

        def assert_passes(batch, places):
            digits = [random_images(rng, batch, places) for _ in range(2)]
            assert_layer_by_layer(submission, model, lstm, *digits, rng, ALL_JOINS, hint)

        for batch, places in ((1, 1), (1, PLACES)):
            try:
                assert_passes(batch, places)
                break
            except CheckFailure:
                raise
            except Exception:
                continue
        else:
            assert_passes(2, PLACES)
        assert_tells_digits_apart(submission, model, rng)
        return model

    model = made_once(submission, "adder", made)
    model.eval()
    return model


@question("ex2-model", points=2)
def test_every_image_matters_everywhere(submission, rng):
    """The logits of each place are what the LSTM and `fc` make of all encoded images."""
    num_1, num_2 = (with_mirrored(random_images(rng, 2, PLACES)) for _ in range(2))
    model = model_of(submission)
    lstm = with_our_lstm(submission, model, rng)
    if not lstm.bidirectional:
        hint = "A carry travels from right to left: make the LSTM bidirectional"
        fail("the LSTM reads in one direction only", hint)
    hint = (
        "Encode both numbers. Concatenate their vectors place by place. The LSTM reads the places, "
        "and `fc` gets its outputs"
    )
    joins = concatenated, the_other_way_round
    logits = assert_layer_by_layer(submission, model, lstm, num_1, num_2, rng, joins, hint)
    message = "images that are upside down get the same logits"
    assert_above((logits[:2] - logits[2:]).abs().max(), 1e-6, message)


@question("ex2-model", points=1)
def test_sums_do_not_mix(submission, rng):
    """A sum's logits are the same in a batch and alone: samples and places stay apart."""
    num_1, num_2 = (with_mirrored(random_images(rng, 2, PLACES)) for _ in range(2))
    model = layered_model(submission, rng)
    hint = "The model should give (batch, 10, max_length)"
    (together,) = read_logits(submission, model, [[num_1, num_2]], (4, 10, PLACES), rng, hint)
    alone = torch.cat(
        [
            take_tensor(model(*pair), (1, 10, PLACES), torch.float32, "the logits", hint=hint)
            for pair in zip(num_1.split(1), num_2.split(1), strict=True)
        ]
    )
    hint = "Alone each sum gets other logits: in each reshape batch and places must stay apart"
    assert_close(together, alone, "the logits of a batch", rtol=1e-3, atol=1e-4, hint=hint)
    message = "two sums get the same logits"
    assert_above((together[:2] - together[2:]).abs().max(), 1e-6, message)


@question("ex2-model", points=1)
def test_encoder_gives_latent_vectors(submission, rng):
    """The encoder turns images into vectors of latent_dim numbers that tell images apart."""
    model = encoder_of(submission)
    images = with_mirrored(random_images(rng, 4))
    order = torch.randperm(8, generator=rng)
    latent, in_order = (
        take_tensor(
            model.digit_encoder(batch),
            (8, None),
            torch.float32,
            "the result of the encoder",
            hint="Each image should give a vector of latent_dim numbers",
        )
        for batch in (images, images[order])
    )
    hint = "In eval mode an image has its own vector, whichever images come with it"
    assert_close(in_order, latent[order], "the vectors in another order", rtol=1e-3, hint=hint)
    for other in (1, 4):  # another one, and itself upside down
        assert_above(
            (latent[0] - latent[other]).abs().max(),
            1e-7,
            "the encoder gives two different images the same vector",
        )
    assert_tells_digits_apart(submission, model, rng)
    assert_bends(model, rng)


def assert_bends(model, rng):
    """The encoder must be more than a linear map: of two images' sum it must say something else
    than of both, less what it says of nothing."""
    one, two = torch.rand((2, 1, 28, 28), generator=rng) / 2
    images = torch.stack([one, two, one + two, torch.zeros(1, 28, 28)])
    latent = model.digit_encoder(images)
    latent = take_tensor(latent, (4, None), torch.float32, "the result of the encoder")
    first, second, both, nothing = latent.double()
    if torch.allclose(both, first + second - nothing, rtol=1e-4, atol=1e-6):
        hint = "Without an activation between them, two layers are no more than one"
        fail("the encoder is one linear map of the pixels", hint)


NUM_SEEN, NUM_ASKED = 200, 100
LEAST_SHARE = 0.45  # untrained encoders of right answers reach 0.65 and more, sums and hashes 0.16


def assert_tells_digits_apart(submission, model, rng):
    """A linear classifier on the vectors of real digits must be right for most of others."""
    share = made_once(submission, "share told apart", lambda: share_told_apart(model, rng))
    if not share > LEAST_SHARE:
        hint = "Too little of an image is left in its vector"
        fail("the encoder's vectors do not tell digits apart", hint)


def share_told_apart(model, rng):
    images, classes = known_digits(train=True)
    chosen = torch.randperm(len(images), generator=rng)[: NUM_SEEN + NUM_ASKED]
    latent = model.digit_encoder(images[chosen][:, None])
    shape = (NUM_SEEN + NUM_ASKED, None)
    latent = take_tensor(latent, shape, torch.float32, "the encoded digits").double()
    latent_dim = latent.shape[1]
    if not 0 < latent_dim <= MOST_LATENT:
        fail("the encoder's vectors have too many numbers")
    seen, asked = (latent - latent.mean(dim=0)).split([NUM_SEEN, NUM_ASKED])
    labels = F.one_hot(classes[chosen], 10).double()[:NUM_SEEN]
    ridge = (1e-12 + 1e-3 * (seen**2).sum() / latent_dim) * torch.eye(latent_dim).double()
    weights = torch.linalg.solve(seen.T @ seen + ridge, seen.T @ (labels - 0.1))
    return float(((asked @ weights).argmax(dim=1) == classes[chosen][NUM_SEEN:]).double().mean())


# What the dropout is given and what it gives in each call, and the logits that follow. No other
# layer is in train mode.
DROPPED = """
import torch

hiding, given, made = model.dropout, [], []
attributes = model.__dict__  # looked up before layers
before = dict(attributes)

def watched(numbers):
    given.append(numbers.clone())  # it may work in place
    made.append(hiding(numbers).clone())
    return made[-1]

attributes["dropout"] = watched
logits = []
with torch.no_grad():
    for mode in modes:
        model.eval()
        if hasattr(hiding, "train"):
            hiding.train(mode)
        else:
            model.training = mode
        logits.append(model(num_1, num_2))
attributes.pop("dropout")
attributes.update({name: one for name, one in before.items() if name == "dropout"})
model.eval()
"""
NUM_DROPPED = 8  # sums: a layer may drop little, or many numbers together


@question("ex2-model", points=1)
def test_dropout_only_while_training(submission, rng):
    """Dropout changes the logits from call to call in train mode, and rests in eval mode."""
    model, modes = layered_model(submission, rng), [False] * 2 + [True] * 3
    numbers = [random_images(rng, NUM_DROPPED, PLACES) for _ in range(2)]
    read_logits(submission, model, [[one[:1] for one in numbers]], (1, 10, PLACES), rng)
    lstm = with_our_lstm(submission, model, rng)
    num_1, num_2 = numbers
    calls = submission.setup(DROPPED, model=model, num_1=num_1, num_2=num_2, modes=modes)
    hint = "The dropout is given the concatenated vectors, and the LSTM what comes of them"
    vectors, logits = (NUM_DROPPED, PLACES, lstm.input_size), (NUM_DROPPED, 10, PLACES)
    given, made, logits = (
        [
            take_tensor(one, shape, torch.float32, what, hint=hint)
            for one in take_list(some, len(modes), what, hint=hint)
        ]
        for some, shape, what in (
            (calls.given, vectors, "what `dropout` is given"),
            (calls.made, vectors, "what `dropout` gives"),
            (calls.logits, logits, "the logits"),
        )
    )
    if not torch.equal(logits[0], logits[1]):
        fail("in eval mode two calls differ", "Nothing may be random there, dropout neither")
    assert_drops(torch.stack(given[2:]), torch.stack(made[2:]))
    outputs = lstm(torch.cat(made[1:]))[0].detach()
    shape = (len(outputs), PLACES, 10)
    expected = take_tensor(model.fc(outputs), shape, torch.float32, "the result of `fc`")
    what = "the logits after the dropout"
    actual = torch.cat(logits[1:])
    assert_close(actual, expected.permute(0, 2, 1), what, rtol=1e-2, atol=1e-3, hint=hint)


def assert_drops(given, made):
    """In each call (first dimension) other numbers must be hidden behind a single one; those that
    are kept may all be scaled and shifted alike."""
    message = "in train mode nothing is dropped"
    hint = "The logits should change from call to call: dropout of a rate above 0 is on their way"
    if all(torch.equal(made[0], one) for one in made[1:]):
        fail(message, hint)
    is_told = given != 0  # a zero may be hidden or not
    given, made = given[is_told].double(), made[is_told].double()
    values, counts = made.unique(return_counts=True)
    often = values[counts > 1][counts[counts > 1].argsort(descending=True)[:MOST_VALUES]]
    if not any(are_alike(given[made != value], made[made != value]) for value in often):
        fail(message, hint)


MOST_VALUES = 5  # that may be what dropped numbers become: some images share numbers, too
LEAST_KEPT = 10


def are_alike(given, made):
    """Whether numbers are others, all scaled and shifted by as much."""
    if len(given) < LEAST_KEPT:
        return False
    line = torch.stack([given, torch.ones_like(given)], dim=1)
    fit = line @ torch.linalg.lstsq(line, made[:, None]).solution
    return torch.allclose(fit[:, 0], made, rtol=1e-3, atol=1e-4 * float(made.abs().max()))


GRADIENTS = """
model.eval()  # so that dropout does not stand between the gradients and the logits
num_1.requires_grad_()
num_2.requires_grad_()
logits = model(num_1, num_2)
torch.nn.functional.cross_entropy(logits, label).backward()
last = [layer for layer in model.fc.modules() if isinstance(layer, torch.nn.Linear)][-1]
last_parameters = [(parameter, parameter.grad) for parameter in last.parameters()]
reached = {"num_1": [num_1.grad], "num_2": [num_2.grad]}
for name in ("digit_encoder", "lstm", "fc"):
    gradients = [parameter.grad for parameter in getattr(model, name).parameters()]
    reached[name] = [one if one is None else one.flatten()[::97].clone() for one in gradients]
"""


@question("ex2-model", points=1.5)
def test_addition_gradients_reach_every_part(submission, rng):
    """Gradients of the loss reach the encoder, by both numbers, the LSTM and the linear layer."""
    label = torch.randint(0, 10, (3, PLACES), generator=rng)
    model = layered_model(submission, rng)
    numbers = torch.stack([random_images(rng, 3, PLACES) for _ in range(2)])
    num_1, num_2 = numbers.clone()
    probe = submission.setup(
        "import torch\n" + GRADIENTS, model=model, num_1=num_1, num_2=num_2, label=label
    )
    hint = "Nothing on the way to the logits may be detached or computed without gradients"
    parts = take_dict(probe.reached, ("num_1", "num_2", "digit_encoder", "lstm", "fc"), "parts")
    unreached = [name for name, gradients in parts.items() if not any_gradient(name, gradients)]
    if unreached:
        fail(f"no gradient reaches {', '.join(unreached)}", hint)
    assert_slopes(model, numbers, label, [parts["num_1"], parts["num_2"]])
    # The last layer is linear in each row of its parameters (under weight norm, in a row's length):
    # for each class, parameters times gradients are the logits times theirs, which the loss gives.
    logits = take_tensor(probe.logits, (3, 10, PLACES), torch.float32, "the logits")
    of_logits = (F.softmax(logits, dim=1) - F.one_hot(label, 10).permute(0, 2, 1)) / label.numel()
    actual = torch.zeros(10)
    for pair in take_list(probe.last_parameters, range(1, 5), "the parameters of `fc`"):
        values, gradients = take_list(pair, 2, "a parameter of `fc`")
        what = "a parameter of `fc`, or its gradient,"
        values = take_tensor(values, (10, *[None] * (values.ndim - 1)), torch.float32, what)
        gradients = take_tensor(gradients, values.shape, torch.float32, what)
        actual += (values * gradients).reshape(10, -1).sum(dim=1)
    expected = (logits * of_logits).sum(dim=(0, 2))  # (10,)
    assert_close(actual, expected, "the gradient of `fc`", rtol=1e-2, atol=1e-4)


# Steps along the slope, over all pixels of all images together. Where the loss bends, as layers
# that normalise make it, only a short one tells its slope.
STEPS = (0.2, 0.02, 0.005)
SLOPE_RTOL = 0.3


def assert_slopes(model, numbers, label, gradients):
    """Images that go along the gradients must change the loss by as much as these say."""
    slopes = [
        take_tensor(*take_list(of_one, 1, "the gradient"), numbers[0].shape, torch.float32, what)
        for of_one, what in zip(gradients, ("of num_1", "of num_2"), strict=True)
    ]
    slope = torch.stack(slopes).double()
    says = float(slope.norm())
    for step in STEPS:
        moves = (numbers + length * slope / says for length in (step, -step))
        losses = [
            F.cross_entropy(
                take_tensor(model(*moved.float()), (3, 10, PLACES), torch.float32, "the logits"),
                label,
            )
            for moved in moves
        ]
        change = float(losses[0] - losses[1]) / (2 * step)
        if math.isclose(change, says, rel_tol=SLOPE_RTOL):
            return
    hint = "A part of the way from the images passes no gradient on, or another one"
    assert_close(change, says, "the slope of the loss", rtol=SLOPE_RTOL, hint=hint)


def any_gradient(name, gradients):
    """Whether a finite gradient that is not zero reaches any tensor of a part."""
    for gradient in take_list(gradients, range(500), f"the gradients of {name}"):
        if gradient is not None:
            if not torch.is_tensor(gradient) or gradient.numel() > MOST_NUMBERS:
                fail(f"the gradient of {name} is no tensor")
            if bool(gradient.any()) and bool(gradient.isfinite().all()):
                return True
    return False


# -- the set-up ---------------------------------------------------------------------------------


@question("ex2-setup", points=1)
def test_optimizer_moves_the_adder(submission, rng):
    """optimizer_addition moves every parameter of model_addition, by a sensible amount."""
    layered_model(submission, rng)
    assert_made(submission, "model_addition")
    model = submission.setup(IN_EVAL_MODE, model=submission.model_addition).model
    lstm = with_our_lstm(submission, model, rng)
    probe = assert_optimizer_moves(
        submission,
        "model_addition",
        "optimizer_addition",
        rng,
        torch.zeros(2, 1, PLACES, 1, 28, 28),
    )
    # The LSTM's weights come from ours, and with the stepped ones the layers still make the logits.
    ours = dict(lstm.named_parameters())
    stepped = probe.whole if isinstance(probe.whole, dict) else {}
    stepped = take_tensors({own_name(name): one for name, one in stepped.items()}, ours, "the LSTM")
    longest = 0.0
    with torch.no_grad():
        for name, parameter in ours.items():
            longest = max(longest, float((stepped[name] - parameter).abs().max()))
            parameter.copy_(stepped[name])
    if not 0 < longest < 1:
        fail("a step of optimizer_addition is far too long, or none", "Look at its learning rate")
    digits, hint = [random_images(rng, 1, 1) for _ in range(2)], "Make it with `AdditionModel()`"
    assert_layer_by_layer(submission, model, lstm, *digits, rng, ALL_JOINS, hint)


IN_EVAL_MODE = """
model.eval()
for name in ("digit_encoder", "lstm", "fc"):
    if not hasattr(model, name):
        raise AttributeError(f"`model_addition` has no `{name}`: make it with `AdditionModel`")
"""


@question("ex2-setup", points=1)
def test_model_addition_adds(submission, rng):
    """model_addition takes two stacks of images and gives ten logits per place."""
    assert_made(submission, "model_addition")
    layered_model(submission, rng)
    model = submission.setup(IN_EVAL_MODE, model=submission.model_addition).model
    numbers = [random_images(rng, 2, PLACES) for _ in range(2)]
    hint = "`model_addition` should be an `AdditionModel()`"
    read_logits(submission, model, [numbers], (2, 10, PLACES), rng, hint)
    digits = [random_images(rng, 1, 1) for _ in range(2)]
    lstm = with_our_lstm(submission, model, rng)
    assert_layer_by_layer(submission, model, lstm, *digits, rng, ALL_JOINS, hint)
    assert_moved(submission, "model_addition")


@question("ex2-setup", points=1)
def test_loss_is_for_classes(submission, rng):
    """loss_addition takes logits of ten classes per place, and is least for the right digits."""
    assert_made(submission, "loss_addition")
    label = torch.randint(0, 10, (4, PLACES), generator=rng)
    logits = torch.randn((4, 10, PLACES), generator=rng)
    value = loss_of(submission, logits, label)
    assert_close(
        loss_of(submission, logits + 5, label),
        value,
        "the loss after adding a constant to all logits",
        rtol=1e-3,
        hint="It should take logits and apply the softmax itself, where a constant changes nothing",
    )
    assert_close(
        loss_of(submission, logits.repeat(3, 1, 1), label.repeat(3, 1)),
        value,
        "the loss of a batch of repeated samples",
        rtol=1e-3,
        hint="It should be the mean over the batch",
    )
    # Smoothed labels make all differences smaller by the same share.
    best, worst = logits.argmax(dim=1), logits.argmin(dim=1)
    hint = "The task asks for the cross-entropy of ten classes"
    rise, fall = (loss_of(submission, logits, other) - value for other in (worst, best))
    exact, exact_rise, exact_fall = (
        float(F.cross_entropy(logits, other)) for other in (label, worst, best)
    )
    share = rise / (exact_rise - exact)
    if not 0.3 < share < 1.01:
        fail("loss_addition does not grow as it should for wrong digits", hint)
    change = share * (exact_fall - exact)
    assert_close(fall, change, "the change of the loss for right digits", rtol=1e-2, hint=hint)
    smoothed = float(F.cross_entropy(logits, label, label_smoothing=min(max(1 - share, 0.0), 1.0)))
    assert_close(value, smoothed, "the loss of random logits", rtol=1e-2, hint=hint)


def loss_of(submission, logits, label):
    hint = "It should be one number for a batch"
    return take_number(submission.loss_addition(logits, label), "the loss", hint=hint)


# -- predictions --------------------------------------------------------------------------------

# A model that looks up its logits in a table of ours, by the brightness of both images. In train
# mode its dropout leaves only zeros. Where `shift` is not 0, it reads other digits while gradients
# are recorded.
READER = """
import torch
from torch import nn

class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.dropout = nn.Dropout(1.0)
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, num_1, num_2):
        if num_1.ndim == 4:  # without a batch, which the public check asks for
            return self(num_1[None], num_2[None])[0]
        first, second = ((10 * number.mean((2, 3, 4))).round().long() for number in (num_1, num_2))
        logits = table[first, second, torch.arange(first.shape[1])] * self.scale
        logits = logits.roll(shift * logits.requires_grad, dims=2)
        return self.dropout(logits).permute(0, 2, 1)  # (batch, 10, max_length)

model = Reader().eval()
dataset = [{"num_1": a, "num_2": b, "label": c} for a, b, c in zip(num_1, num_2, label)]
"""


# The gradient of what the model says of all samples, None if it has none.
SLOPE = """
import torch

plot_prediction(model, dataset, 0)
numbers = [torch.stack([sample[name] for sample in dataset]) for name in ("num_1", "num_2")]
logits = model.eval()(*numbers).sum()
slope = torch.autograd.grad(logits, model.scale)[0] if logits.requires_grad else None
"""
PAIR = "Return the predicted and the true sum"


class Reading:
    """A tiny data set, a model that reads random digits from it, and what both amount to."""

    def __init__(self, submission, rng, count=4, shift=0, places=PLACES):
        first, second = torch.randint(0, 10, (2, count, places), generator=rng)
        self.label = torch.randint(1, 10, (count, places), generator=rng)
        table = torch.randn((10, 10, places, 10), generator=rng)
        table[first[0, 0], second[0, 0], 0, 0] = 10  # a prediction with a leading zero
        self.logits = table[first, second, torch.arange(places)]  # (count, places, 10)
        self.predicted = self.logits.argmax(dim=2)
        num_1, num_2 = (
            (digits / 10)[..., None, None, None].expand(count, places, 1, 28, 28).contiguous()
            for digits in (first, second)
        )
        self.submission = submission
        self.probe = submission.setup(
            READER, num_1=num_1, num_2=num_2, label=self.label, table=table, shift=shift
        )

    def prediction(self, index):
        """What the student's function returns for one sample, as two integers."""
        result = self.submission.plot_prediction(self.probe.model, self.probe.dataset, index)
        result = take_list(result, 2, "the result of `plot_prediction`", hint=PAIR)
        return [as_integer(value) for value in result]

    def assert_still_learns(self):
        """After a prediction the model must have the gradients that it had before."""
        slope = self.submission.setup(
            SLOPE,
            plot_prediction=self.submission.plot_prediction,
            model=self.probe.model,
            dataset=self.probe.dataset,
        ).slope
        if slope is None:
            hint = "Neither gradients nor parameters may stay switched off"
            fail("after a prediction the model gets no gradients any more", hint)
        expected = self.logits.sum()[None]
        assert_close(slope, expected, "the gradient after a prediction", rtol=1e-3, atol=1e-2)


def as_integer(value):
    """A number of a few digits, whichever kind of number it is."""
    number = take_number(value, "the result of `plot_prediction`", least=0, most=10**6)
    if number != int(number):
        fail("`plot_prediction` should return whole numbers", PAIR)
    return int(number)


@question("ex2-predict", points=1)
def test_prediction_is_the_models_sum(submission, rng):
    """The first value is the number whose digits the model finds most likely."""
    for index, places in ((0, 5), (3, 1)):
        reading = Reading(submission, rng, places=places)
        assert_equal(
            reading.prediction(index)[0],
            int(convert_vector_to_int(reading.predicted[index])),
            f"the prediction for {places} places",
            hint="Its digits are those of the largest logits, for num_1 and num_2 of sample `idx`",
        )


@question("ex2-predict", points=1)
def test_truth_is_the_label(submission, rng):
    """The second value is the sum that the data set gives for this sample."""
    reading = Reading(submission, rng)
    assert_equal(
        reading.prediction(3)[1],
        int(convert_vector_to_int(reading.label[3])),
        "the true sum",
        hint="Its digits are the label of the sample at `idx`",
    )


@question("ex2-predict", points=1)
def test_predicts_in_eval_mode(submission, rng):
    """A model that was in train mode predicts without dropout."""
    reading = Reading(submission, rng)
    reading.probe.model.train()
    expected = int(convert_vector_to_int(reading.predicted[1]))

    def assert_predicts():
        assert_equal(reading.prediction(1)[0], expected, "the prediction")

    def assert_predicts_in_eval():
        reading.probe.model.eval()
        assert_predicts()

    hint = "In eval mode it is right, so dropout is active: call `model.eval()` first"
    with explained(hint, if_passes=assert_predicts_in_eval):
        assert_predicts()


@question("ex2-predict", points=1)
def test_predicts_without_gradients(submission, rng):
    """Predicting records no gradients."""
    reading = Reading(submission, rng, shift=1)
    predicted = reading.prediction(2)[0]
    while_recording = int(convert_vector_to_int((reading.predicted[2] + 1) % 10))
    if predicted == while_recording:
        fail("the model's call records gradients", "Wrap it in `with torch.no_grad():`")
    expected = int(convert_vector_to_int(reading.predicted[2]))
    assert_equal(predicted, expected, "the prediction")
    reading.assert_still_learns()
