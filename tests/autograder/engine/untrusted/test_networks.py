"""Networks on loan: weights here, what they compute from over there."""

import copy

import pytest
import torch

from autograder.engine.untrusted.networks import is_network, load, state

from .lent import NONCE, Here

SOURCE = """
import torch
class Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.size = 3
        self.inner = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
        self.bias = torch.nn.Parameter(torch.zeros(3))
        self.register_buffer("kept", torch.ones(1))
        self.register_buffer("passing", torch.ones(1), persistent=False)
    def forward(self, x): return self.inner(x) + self.bias
    def shifted(self, x, by): return self.inner(x) + by
network = Network().eval()
"""
X = torch.tensor([[1.0, 2.0], [3.0, 4.0]])


def test_what_is_a_network() -> None:
    assert is_network(torch.nn.Linear(1, 1))
    assert not is_network(torch.nn.Linear)
    assert not is_network(torch.ones(1))


def test_a_state_is_of_one_level_and_can_be_loaded() -> None:
    layer = torch.nn.BatchNorm1d(2)
    parameters, buffers, parts, training = state(layer)
    assert set(parameters) == {"weight", "bias"}
    assert set(buffers) == {"running_mean", "running_var", "num_batches_tracked"}
    assert (parts, training) == ({}, True)
    load(layer, {**layer.state_dict(), "weight": torch.zeros(2)}, training=False)
    assert layer.weight.tolist() == [0, 0]
    assert not layer.training


def test_weights_names_and_mode_are_the_same() -> None:
    here = Here(SOURCE)
    network, original = here.borrow("network"), here.notebook.network
    theirs, ours = original.state_dict(), network.state_dict()
    assert list(theirs) == list(ours)
    assert all(torch.equal(theirs[name], ours[name]) for name in theirs)
    names = [name for name, _ in original.named_parameters()]
    assert [name for name, _ in network.named_parameters()] == names
    assert not network.training
    assert isinstance(network, torch.nn.Module)


def test_it_computes_with_its_own_weights() -> None:
    here = Here(SOURCE)
    network, original = here.borrow("network"), here.notebook.network
    with here.borrower.during(NONCE), torch.no_grad():
        before = network(X)
        assert torch.equal(before, original(X))
        twin = copy.deepcopy(network)
        for parameter in network.parameters():
            parameter += 1
        assert not torch.allclose(network(X), before)
        assert torch.equal(twin(X), before)
        network.train()
        assert not torch.equal(network.inner(X), before)
        assert network.size == 3
        assert torch.equal(twin.shifted(X, by=1.0), before + 1)


def test_it_has_no_gradients_and_no_code() -> None:
    here = Here(SOURCE)
    network = here.borrow("network")
    with here.borrower.during(NONCE):
        assert not network(X).requires_grad
        with pytest.raises(AttributeError):
            _ = network.__wrapped__
    assert type(network).__name__ == "Network"
    assert type(network).__module__ != "__main__"
