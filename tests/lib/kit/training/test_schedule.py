"""The learning rate rises and falls with the optimizer's steps, whichever loop takes them."""

import pytest
import torch
from torch import nn
from torch.optim import SGD, Adagrad, Adam, Optimizer

from lib.kit.training import one_cycle


@pytest.mark.parametrize("kind", [Adam, SGD, Adagrad])
def test_one_rise_and_one_fall(kind: type[Optimizer]) -> None:
    optimizer = kind([nn.Parameter(torch.ones(2))], lr=0.1)  # type: ignore[call-arg]
    rates = rates_of(optimizer, max_lr=0.5, num_steps=20, taken=20)
    top = rates.index(max(rates))
    assert rates[top] == pytest.approx(0.5, rel=0.05)
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)
    assert rates[-1] < 0.01
    assert optimizer.param_groups[0]["lr"] == 0.1  # as before


def test_more_steps_than_expected_do_no_harm() -> None:
    optimizer = Adam([nn.Parameter(torch.ones(2))], lr=0.1)
    rates = rates_of(optimizer, max_lr=0.5, num_steps=5, taken=8)
    assert rates[5:] == [rates[5]] * 3


def test_it_can_be_used_again_and_ends_with_the_block() -> None:
    optimizer = Adam([nn.Parameter(torch.ones(2))], lr=0.1)
    first, second = (rates_of(optimizer, 0.5, 6, 6) for _ in range(2))
    assert first == second
    optimizer.step()
    assert optimizer.param_groups[0]["lr"] == 0.1


def test_the_rate_comes_back_after_an_exception() -> None:
    optimizer = Adam([nn.Parameter(torch.ones(2))], lr=0.1)
    with pytest.raises(KeyboardInterrupt), one_cycle(optimizer, 0.5, 6):
        raise KeyboardInterrupt
    assert optimizer.param_groups[0]["lr"] == 0.1


def rates_of(optimizer: Optimizer, max_lr: float, num_steps: int, taken: int) -> list[float]:
    """The learning rate at each of the steps."""
    (parameter,) = optimizer.param_groups[0]["params"]
    rates = []
    with one_cycle(optimizer, max_lr, num_steps):
        for _ in range(taken):
            rates.append(optimizer.param_groups[0]["lr"])
            parameter.grad = torch.ones_like(parameter)
            optimizer.step()
    return rates
