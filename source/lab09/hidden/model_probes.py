"""What the tests of several models share: reviews, weights of our own, gradients, one step.

The sources run in the worker. They load what we chose, call the student's code and hand out raw
values; what these should be is computed here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import torch
from call_probes import explained
from torch import Tensor, nn
from torch.nn import functional as F

from lib.kit.checks import (
    assert_above,
    assert_close,
    assert_equal,
    fail,
    take_dict,
    take_list,
    take_tensor,
    take_tensors,
)
from lib.reference.text import pad_reviews

Made = TypeVar("Made")
VOCAB_SIZE = 200  # of the lab's quick profile, which grading uses


def random_tokens(rng: torch.Generator, lengths: list[int], more_padding: int = 0) -> Tensor:
    """Reviews of the lengths given, each with its start, 1: (batch, longest + more_padding)."""
    reviews = [
        [1, *torch.randint(1, 100, (length - 1,), generator=rng).tolist()] for length in lengths
    ]
    return F.pad(pad_reviews(reviews), (0, more_padding))


# -- what tests of one submission share ---------------------------------------------------------

_shared: dict[str, Any] = {}


def made_once(submission: Any, name: str, make: Callable[[], Made]) -> Made:
    """What `make` gives, once for each submission: its tests share what nobody changes."""
    if _shared.get("submission") is not submission:
        _shared.clear()
        _shared["submission"] = submission
    if name not in _shared:
        _shared[name] = make()
    made: Made = _shared[name]
    return made


REFUSE_CLASSES = """
if isinstance(value, type):
    raise TypeError(f"`{name}` is a class: make an object with it, `{value.__name__}(...)`")
"""


def assert_made(submission: Any, name: str) -> None:
    """What has this name must have been made of a class, and not be the class itself."""
    submission.setup(REFUSE_CLASSES, name=name, value=getattr(submission, name))


# -- a student's model with our weights ---------------------------------------------------------

# `make` gives a model. Weights go in where they fit; what the model then has is handed out.
LOAD = """
import torch

model = make(*arguments).eval()
with torch.no_grad():
    for name, parameter in model.named_parameters():
        if name in weights and weights[name].shape == parameter.shape:
            parameter.copy_(weights[name])
parameters = {name: parameter.detach() for name, parameter in model.named_parameters()}
"""


@dataclass(frozen=True)
class Twins:
    """A student's model, behind its handle, and a reference, both with weights that we drew."""

    submission: Any
    model: Any
    reference: nn.Module
    weights: dict[str, Tensor]

    def logits(self, tokens: Tensor, hint: str = "") -> Tensor:
        """What the student's model makes of reviews, (batch,)."""
        logits = self.model(tokens)
        return take_tensor(logits, (len(tokens),), torch.float32, "the logits", hint=hint)


def twins(
    submission: Any,
    make: Any,
    reference: nn.Module,
    weights: dict[str, Tensor],
    *arguments: Any,
    optional: Sequence[str] = (),
    hint: str = "Keep the layers that the class is given with, and their sizes",
) -> Twins:
    """The model that `make(*arguments)` gives, and the reference, with the same random weights.

    The sizes are the reference's: a model of another size fails. Parameters that are optional, such
    as a bias, may be absent; then they are 0 in the reference.
    """
    probe = submission.setup(LOAD, make=make, arguments=arguments, weights=weights)
    given = probe.parameters
    absent = [name for name in optional if isinstance(given, dict) and name not in given]
    wanted = {name: value for name, value in weights.items() if name not in absent}
    assert_equal(given, wanted, "the model's parameters", form_hint=hint)
    reference.load_state_dict(weights, strict=False)  # buffers stay as they are
    for name in absent:
        nn.init.zeros_(reference.get_parameter(name).requires_grad_(False))
    return Twins(submission, probe.model, reference.eval(), weights)


def random_weights(model: nn.Module, rng: torch.Generator) -> dict[str, Tensor]:
    """A value for each parameter, large enough that a wrong position, layer or mask shows."""
    weights = {
        name: 0.3 * torch.randn(parameter.shape, generator=rng)
        for name, parameter in model.named_parameters()
    }
    weights["embedding.weight"] *= 3
    weights["embedding.weight"][0] = 0  # padding
    return weights


# The model itself: not every one can be copied (hooks, weight norm), and no test needs its weights.
MADE = """
def make():
    return model
"""


def twins_of_made(
    submission: Any,
    name: str,
    reference: nn.Module,
    weights: dict[str, Tensor],
    hint: str,
    optional: Sequence[str] = (),
) -> Twins:
    """As `twins`, with a model that the notebook has made, which gets our weights."""
    make = submission.setup(MADE, model=getattr(submission, name)).make
    return twins(submission, make, reference, weights, hint=hint, optional=optional)


# Logits as they are, and once more after the last layer's rows were multiplied by our factors. All
# this layer does is linear, so the logits must be multiplied, too. The last layer of `fc` counts.
READ_LOGITS = """
import torch

matrices = [(layer, getattr(layer, "weight", None)) for layer in model.fc.modules()]
last = [layer for layer, matrix in matrices if getattr(matrix, "ndim", 0) == 2][-1:]
kept = [parameter.detach().clone() for layer in last for parameter in layer.parameters()]
with torch.no_grad():
    logits = [[model(*inputs) for inputs in batches]]
    for layer in last:
        for parameter in layer.parameters():
            if len(parameter) == len(factors):  # else their shape will tell
                parameter *= factors.view(-1, *[1] * (parameter.ndim - 1))
    logits.append([model(*inputs) for inputs in batches])
    for layer in last:
        for parameter, value in zip(layer.parameters(), kept):
            parameter.copy_(value)
"""


RETURNED = "The model should return what `fc` gives, as it is"


def read_logits(
    submission: Any,
    model: Any,
    batches: list[list[Tensor]],
    shape: tuple[int, ...],
    rng: torch.Generator,
    hint: str = "",
) -> list[Tensor]:
    """The logits of each batch, all of this shape, which must be the work of the layer `fc`.

    Args:
        hint: for logits of another shape.
    """
    num_classes = shape[1] if len(shape) > 1 else 1
    factors = 1.5 + torch.rand(num_classes, generator=rng)
    probe = submission.setup(READ_LOGITS, model=model, batches=batches, factors=factors)
    taken = [
        [
            take_tensor(one, shape, torch.float32, "the logits", hint=hint)
            for one in take_list(ones, len(batches), "the logits")
        ]
        for ones in take_list(probe.logits, 2, "the logits")
    ]
    for logits, multiplied in zip(*taken, strict=True):
        assert_above(logits.abs().max(), 1e-6, "the logits are all zero")
        if logits.numel() > 1 and bool((logits == 0).any()):
            fail("some logits are exactly zero", RETURNED)
        by_class = factors.view(-1, *[1] * (len(shape) - 2)) if len(shape) > 1 else factors
        what = "the logits after the weights of `fc` were multiplied"
        with explained(RETURNED, if_passes=lambda: assert_repeats(model, batches[0], taken[0][0])):
            assert_close(multiplied, logits * by_class, what, rtol=1e-3, atol=1e-4)
    return taken[0]


def assert_repeats(model: Any, inputs: list[Tensor], logits: Tensor) -> None:
    """In eval mode the model must say again what it has said."""
    assert_close(model(*inputs), logits, "the logits of a second call", rtol=1e-3, atol=1e-4)


# -- gradients ----------------------------------------------------------------------------------

GRADIENTS = """
model.eval().zero_grad()
logits = model(tokens)
(logits * direction).sum().backward()
logits = logits.detach()
gradients = {name: parameter.grad for name, parameter in model.named_parameters()}
"""


def assert_gradients_reach_all(models: Twins, tokens: Tensor) -> None:
    """Gradients of the logits must be those of the reference, for reviews without padding."""
    direction = torch.linspace(1, 2, len(tokens))
    probe = models.submission.setup(
        GRADIENTS, model=models.model, tokens=tokens, direction=direction
    )
    actual = probe.gradients
    models.reference.zero_grad()
    logits = models.reference(tokens)
    (logits * direction).sum().backward()
    expected = {
        name: p.grad for name, p in models.reference.named_parameters() if p.grad is not None
    }
    actual = take_dict(actual, expected, "the gradients")
    unreached = [name for name, gradient in actual.items() if gradient is None]
    if unreached:
        hint = "Nothing on the way may be detached, computed in `no_grad`, or left out"
        fail(f"no gradient reaches {', '.join(unreached)}", hint)
    with explained(
        "The logits are right: a part of the way to them passes no gradient on, or another one",
        if_passes=lambda: assert_close(probe.logits, logits.detach(), rtol=1e-3, atol=1e-3),
    ):
        for name, gradient in expected.items():
            what = f"the gradient of {name}"
            assert_close(actual[name], gradient, what, rtol=1e-2, atol=1e-3)


# -- one step of an optimizer -------------------------------------------------------------------

# A step along a gentle slope, and one along a steep slope, which gradient descent takes longer and
# Adam takes as long. The gradients are ours, laid out in memory as autograd does; many values of
# each parameter are handed out. Works on the optimizer itself, since subclasses, wrappers and hooks
# of it don't survive a copy, and puts the values back. A schedule may begin with a rate of 0: the
# first step that moves anything counts. The steps begin at weights of ours, where these fit.
OPTIMIZER_STEP = """
import warnings
import torch

if example:
    with torch.no_grad():
        model.eval()(*example)  # lazy layers find out their sizes
trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
own = {name: value.detach().clone() for name, value in model.named_parameters()}
with torch.no_grad():
    for name, parameter in model.named_parameters():
        if name in weights and weights[name].shape == parameter.shape:
            parameter.copy_(weights[name])
values = [parameter.detach().clone() for parameter in trained]
inside = [one for one in (optimizer, *vars(optimizer).values())  # a wrapper holds another one
          if isinstance(one, torch.optim.Optimizer)]
states = [dict(one.state) for one in inside]

def parts(of):
    return [parameter.detach().flatten()[: len(slopes)].clone() for parameter in of]

def forget():
    for one in inside:
        one.state.clear()

def take_a_step(steepness):
    forget()
    for attempt in range(5):
        for parameter in trained:
            repeated = slopes.repeat(parameter.numel() // len(slopes) + 1)[: parameter.numel()]
            gradient = torch.empty_like(parameter)  # conv weights may be channels_last
            parameter.grad = gradient.copy_(steepness * repeated.view(parameter.shape))
        with warnings.catch_warnings(action="ignore"):  # of schedules
            optimizer.step()
        if not all(map(torch.equal, trained, values)):
            break
    return parts(trained)

def go_back():
    with torch.no_grad():
        for parameter, value in zip(trained, values):
            parameter.copy_(value)
            parameter.grad = None

before = parts(trained)
gentle = take_a_step(1e-3)
go_back()
steep = take_a_step(1.0)
whole = {name: value.detach().clone() for name, value in model.named_parameters()
         if tokens is not None or name.startswith("lstm.")}
if tokens is not None:
    with torch.no_grad():
        logits = model.eval()(tokens)
if not stays:
    go_back()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(own[name])
forget()
for one, state in zip(inside, states):
    one.state.update(state)
"""
NUM_SLOPES = 499
MOST_PARAMETERS = 200


def assert_optimizer_moves(
    submission: Any,
    model: str,
    optimizer: str,
    rng: torch.Generator,
    example: Sequence[Tensor] = (),
    reference: nn.Module | None = None,
) -> Any:
    """One step must move all of the model's parameters down the slope, but not far.

    Args:
        example: what the model is called with once before.
        reference: what the model must be like after the step, if there is one: the step begins at
            weights that we drew, and with the stepped ones both must give the same logits.
            Without one, the model keeps the weights after the step.

    Returns:
        What was handed out: without a reference, its `whole` holds the weights of `lstm`.
    """
    for name in (model, optimizer):
        assert_made(submission, name)
    tokens = random_tokens(rng, [4, 4])
    slopes = 0.5 + 0.5 * torch.rand(NUM_SLOPES, generator=rng)
    slopes *= torch.randint(0, 2, (NUM_SLOPES,), generator=rng) * 2 - 1
    weights = {} if reference is None else random_weights(reference, rng)
    probe = submission.setup(
        OPTIMIZER_STEP,
        model=getattr(submission, model),
        optimizer=getattr(submission, optimizer),
        slopes=slopes,
        example=list(example),
        tokens=None if reference is None else tokens,
        weights=weights,
        stays=reference is None,
    )
    what = f"the parameters of {model}"
    before = take_list(probe.before, range(1, MOST_PARAMETERS + 1), what)
    steep, gentle = (take_list(one, len(before), what) for one in (probe.steep, probe.gentle))
    moves = [
        [take_tensor(one, (None,), torch.float32, what) for one in parts]
        for parts in (before, steep, gentle)
    ]
    for start, after_steep, after_gentle in zip(*moves, strict=True):
        size = len(start)
        if not 0 < size <= NUM_SLOPES or {len(after_steep), len(after_gentle)} != {size}:
            fail(f"{what} change their size in a step")
        assert_downhill(after_steep - start, slopes, model, optimizer)
        if (after_gentle - start).abs().max() > 0.2:
            fail_too_long(optimizer)
    if reference is not None:
        stepped = assert_same_after_step(probe, model, reference, tokens)
        for name, value in stepped.items():
            if not torch.equal(value, weights[name]):  # else it is not trained
                assert_downhill((value - weights[name]).flatten(), slopes, model, optimizer)
    return probe


def assert_downhill(move: Tensor, slopes: Tensor, model: str, optimizer: str) -> None:
    """The move of a parameter, (size,), must go against the slopes, which repeat, and not far."""
    repeated = slopes.repeat(len(move) // len(slopes) + 1)[: len(move)]
    down = move * repeated.sign()  # negative where it goes downhill
    assert_above(
        down.abs().max(),
        1e-6,
        f"a step of {optimizer} leaves parameters of {model} in place",
        hint=f"It should move all of `{model}.parameters()`, as far as its learning rate says",
    )
    if (down < 0).float().mean() < 0.9:  # the decay of weights moves some the other way
        fail(f"a step of {optimizer} goes uphill", "The loss should become smaller, not larger")
    # Optimizers start with up to ten times their learning rate: RMSprop's default makes 0.1.
    if down.abs().max() > 1:
        fail_too_long(optimizer)


def fail_too_long(optimizer: str) -> NoReturn:
    """Fail for a step that goes too far."""
    fail(f"a step of {optimizer} is far too long", "Its learning rate says how long")


def assert_same_after_step(
    probe: Any, model: str, reference: nn.Module, tokens: Tensor
) -> dict[str, Tensor]:
    """The model whose weights were moved must be the one that the task asks for.

    Returns:
        These weights.
    """
    ours = dict(reference.named_parameters())
    weights = probe.whole
    absent = [name for name in ours if isinstance(weights, dict) and name not in weights]
    wanted = {name: value for name, value in ours.items() if name not in absent}
    hint = f"`{model}` should be made by the class that the task names"
    stepped = take_tensors(weights, wanted, f"the parameters of {model}", hint=hint)
    with torch.no_grad():
        for name, parameter in ours.items():
            parameter.copy_(stepped.get(name, torch.zeros(())))
        expected = reference.eval()(tokens)
    what = f"the logits of {model} with the weights after a step"
    assert_close(probe.logits, expected, what, rtol=1e-2, atol=1e-2)
    return stepped
