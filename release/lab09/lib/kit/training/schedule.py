"""A learning rate that changes during training, from outside the training loop."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch.optim import Optimizer
from torch.optim.lr_scheduler import OneCycleLR


@contextmanager
def one_cycle(optimizer: Optimizer, max_lr: float, num_steps: int) -> Iterator[None]:
    """Within `with`, the learning rate rises to `max_lr` and then falls to nearly 0.

    Each step of the optimizer moves it on (Smith & Topin 2018). After `num_steps` steps it stays
    where it is; after `with` it is what it was before.
    """
    before = [group["lr"] for group in optimizer.param_groups]
    schedule = OneCycleLR(optimizer, max_lr, total_steps=num_steps + 1, cycle_momentum=False)

    def move_on(*_: object) -> None:
        if schedule.last_epoch < num_steps:
            schedule.step()

    hook = optimizer.register_step_post_hook(move_on)
    try:
        yield
    finally:
        hook.remove()
        for group, lr in zip(optimizer.param_groups, before, strict=True):
            group["lr"] = lr
