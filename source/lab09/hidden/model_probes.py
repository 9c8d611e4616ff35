"""What the tests of several models share: reviews, a student's weights, gradients, one step.

The sources run in the worker and carry inputs only; what comes back is judged here.
"""

from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lib.kit.checks import assert_above, fail
from lib.reference.text import pad_reviews

Model = TypeVar("Model", bound=nn.Module)


def random_tokens(rng: torch.Generator, lengths: list[int], more_padding: int = 0) -> Tensor:
    """Reviews of the lengths given: (batch, longest + more_padding)."""
    reviews = [torch.randint(1, 100, (length,), generator=rng).tolist() for length in lengths]
    return F.pad(pad_reviews(reviews), (0, more_padding))


def with_weights(reference: Model, state: dict[str, Tensor]) -> Model:
    """The reference with the weights of a student's model, in evaluation mode."""
    try:
        reference.load_state_dict(state)
    except RuntimeError:
        fail("the model's layers are not those asked for", "Compare number and sizes of the layers")
    return reference.eval()


GRADIENTS = """
import torch

model.train()
logits = model(tokens)
(logits * torch.arange(1.0, len(logits) + 1)).sum().backward()
without_gradient = [
    name for name, p in model.named_parameters() if p.grad is None or not bool(p.grad.any())
]
"""


def assert_gradients_reach_all(submission: Any, model: Any, tokens: Tensor) -> None:
    """Gradients of the logits must reach every parameter of the model."""
    names = submission.setup(GRADIENTS, model=model, tokens=tokens).without_gradient
    if names:
        fail(
            f"no gradient reaches {', '.join(map(str, names))}",
            "Is anything detached, computed in `no_grad`, or left out of the path?",
        )


# Works on copies, so that the notebook's own model stays as it is. A step along a steep slope, and
# one along a gentle slope, which gradient descent takes shorter and Adam takes as long.
OPTIMIZER_STEP = """
import copy
import torch

def changes(slope):
    copied_model, copied_optimizer = copy.deepcopy((model, optimizer))
    before = {name: p.detach().clone() for name, p in copied_model.named_parameters()}
    for parameter in copied_model.parameters():
        parameter.grad = torch.full_like(parameter, slope)
    copied_optimizer.step()
    return {name: p.detach() - before[name] for name, p in copied_model.named_parameters()}

steep, gentle = changes(1.0), changes(1e-3)
moved = {name: float(change.abs().max()) for name, change in steep.items()}
goes_up = any(float(change.mean()) > 0 for change in steep.values())
longest_on_gentle_slope = max(float(change.abs().max()) for change in gentle.values())
"""


def assert_optimizer_moves(submission: Any, model: str, optimizer: str) -> None:
    """One step of the optimizer must move all of the model's parameters downhill, but not far."""
    step = submission.setup(
        OPTIMIZER_STEP, model=getattr(submission, model), optimizer=getattr(submission, optimizer)
    )
    assert_above(
        torch.tensor(list(step.moved.values())),
        1e-7,
        f"a step of {optimizer} leaves parameters of {model} in place",
        hint=f"Give it `{model}.parameters()` and a learning rate above 0",
    )
    if step.goes_up:
        fail(f"a step of {optimizer} goes uphill", "The loss should become smaller, not larger")
    # Optimizers start with up to ten times their learning rate: RMSprop's default makes 0.1.
    if max(step.moved.values()) > 1 or step.longest_on_gentle_slope > 0.2:
        fail(f"a step of {optimizer} is far too long", "Choose a smaller learning rate")
