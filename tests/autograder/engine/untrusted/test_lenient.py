"""What torch refuses for a slip, a lenient worker does as it was meant; the rest stays refused."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from autograder.engine import CellError, Worker, Zygote
from autograder.engine.untrusted import lenient

PROJECT = Path(__file__).resolve().parents[4]
SETS_UP = """
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

x = torch.arange(6.0).reshape(2, 3)
grows = torch.ones(3, requires_grad=True)

class Network(nn.Module):
    def __init__(self, layer, use=None):
        super().__init__()
        self.layer, self.use = layer, use

    def forward(self, x):
        return self.use(self.layer, x) if self.use else self.layer(x)

def ones(layer):
    for parameter in layer.parameters():
        nn.init.ones_(parameter)
    return layer
"""
SLIPS = {
    # numbers and lists in place of tensors
    "torch.sqrt(4)": [2.0],
    "torch.exp(0.0)": [1.0],
    "torch.maximum(1.5, torch.tensor(1.0))": [1.5],
    "torch.maximum(torch.tensor(1.0), 1.5)": [1.5],
    "torch.sum([1.0, 2.0])": [3.0],
    "torch.stack([1, 2])": [1, 2],
    "torch.cat([torch.tensor(1.0), torch.tensor(2.0)])": [1.0, 2.0],
    "torch.tensor([torch.ones(2), torch.zeros(2)])": [1.0, 1.0, 0.0, 0.0],
    # a maximum's values and their places
    "(x - x.max(dim=1, keepdim=True))[0]": [-2.0, -1.0, 0.0],
    "x.max(dim=1, keepdim=True) - x[:, :1]": [2.0, 2.0],
    "torch.exp(torch.max(x, dim=1)) * 0": [0.0, 0.0],
    "x.max(dim=1).unsqueeze(1)[0]": [2.0],
    "x.min(dim=1).values": [0.0, 3.0],
    "x.max(dim=1)[1]": [2, 2],
    "nn.LSTM(3, 2)(x)[0].sum() * 0": [0.0],
    "torch.maximum(x.max(0), torch.full((3,), 4.0))": [4.0, 4.0, 5.0],
    # the first of several results
    "nn.LSTM(3, 2)(x).mean() * 0": [0.0],
    "nn.LSTM(3, 2)(x)[:, -1].sum() * 0": [0.0],
    "nn.LSTM(3, 2)(x) * torch.zeros(2)": [0.0] * 4,
    "nn.MultiheadAttention(4, 2)(*[torch.ones(1, 4)] * 3) * torch.zeros(4)": [0.0] * 4,
    # a loss
    "[F.mse_loss(grows, torch.zeros(3)).item().backward(), grows.grad][1]": [2 / 3] * 3,
    "(lambda loss: [loss(grows, x[0]), loss.backward(), grows.grad][2])(nn.MSELoss())": [
        *(2 / 3, 0.0, -2 / 3)
    ],
    "F.mse_loss(grows, x[0]).backward().item()": [2 / 3],
    "torch.tensor(F.mse_loss(grows, grows * 2).item()) * 0": [0.0],
    "x[0] * F.mse_loss(grows, grows * 2).item() * 0": [0.0] * 3,
    # a class in place of an object
    "torch.optim.SGD(nn.Flatten.parameters()) if 0 else next(nn.PReLU.parameters())": [0.25],
    "float(nn.Module.train(nn.Dropout(1.0))(torch.ones(1)))": [0.0],
    "next(nn.Module.to(nn.PReLU(), 'cpu').parameters())": [0.25],
    "next(nn.PReLU.to('cpu').eval().parameters())": [0.25],
    # dtypes
    "x.double() @ torch.ones(3)": [3.0, 12.0],
    "torch.tensor([1, 2, 3]) @ torch.ones(3)": [6.0],
    "F.embedding(torch.tensor([1.0]), x)": [3.0, 4.0, 5.0],
    "(x == 1).mean()": [1 / 6],
    "torch.arange(3).mean()": [1.0],
    "torch.softmax(torch.tensor([1, 1]), 0)": [0.5, 0.5],
    "x.masked_fill(torch.ones(3), 0.0)[0]": [0.0, 0.0, 0.0],
    "x[torch.tensor([1.0])]": [3.0, 4.0, 5.0],
    "F.cross_entropy(torch.zeros(1, 2), torch.zeros(1))": [0.6931472],
    "F.binary_cross_entropy_with_logits(torch.zeros(2), torch.tensor([0, 1]))": [0.6931472],
    "ones(nn.Linear(3, 1)).double()(x)": [4.0, 13.0],
    "ones(nn.Linear(3, 1)).half()(x)": [4.0, 13.0],
    "ones(nn.Linear(3, 1).to(torch.float64))(x)": [4.0, 13.0],
    "nn.LSTM(3, 2).half()(x)[0].sum() * 0": [0.0],
    # sizes
    "(x - x.amax(1))[0]": [-2.0, -1.0, 0.0],
    "x / x.sum(1) * 0": [0.0] * 6,
    "x + torch.ones(5, 3)": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
    "x + torch.arange(4.0)": [0.0, 2.0, 4.0, 3.0, 5.0, 7.0],
    "torch.ones(4, 3).add(x)[1]": [4.0, 5.0, 6.0],
    "x.T.view(6)": [0.0, 3.0, 1.0, 4.0, 2.0, 5.0],
    "x.view(4)": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
    "x.view(32, 3)": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
    "x.reshape((32, -1, 1)).flatten()": [0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
    "Network(None, lambda layer, x: x.flatten().view(32, 3, -1).squeeze())(x)": [0, 1, 2, 3, 4, 5],
    "x[torch.arange(4), torch.tensor([1, 2])]": [1.0, 5.0],
    "F.binary_cross_entropy_with_logits(torch.zeros(2), torch.zeros(2, 1))": [0.6931472],
    "nn.CrossEntropyLoss()(torch.zeros(2, 3, 5), torch.zeros(2, 3).long())": [1.6094379],
    "nn.utils.rnn.pack_padded_sequence(x, [1, 2], batch_first=True).data[:2]": [3.0, 0.0],
    "nn.Sequential(ones(nn.Conv2d(1, 1, 2)))(torch.ones(2, 3, 1, 2, 2)).flatten(1)[1]": [5.0] * 3,
    "x @ torch.ones(2, 3)": [3.0, 3.0, 12.0, 12.0],
    "torch.stack([x[0], x[0, :1]])": [0.0, 1.0, 2.0, 0.0],
    "(lambda y: [y.__setitem__((0, slice(0, 2)), x[1]), y[0]][1])(x.clone())": [3.0, 4.0, 2.0],
    "F.cross_entropy(torch.zeros(2, 5, 3), torch.eye(5)[torch.ones(2, 3).long()].long())": [
        1.6094379
    ],
    # gradients
    "[x.sum().backward(), x[0]][1]": [0.0, 1.0, 2.0],
    # in place, where a copy would be lost
    "x.clone().index_add_(0, torch.tensor([0]), torch.ones(1, 3).double())[0]": [1.0, 2.0, 3.0],
    "(lambda y: y.__setitem__(torch.tensor([0]), torch.ones(1, 3).double()) or y[0])(x)": [1.0] * 3,
    # layers
    "ones(nn.Linear(2, 1))(x)": [2.0, 8.0],
    "ones(nn.Linear(4, 1))(x)": [4.0, 13.0],
    "ones(nn.Linear(2, 1))(nn.LSTM(3, 2)(x)).mean() * 0": [0.0],
    "ones(nn.Conv2d(3, 1, 1))(torch.ones(1, 1, 1, 1))": [4.0],
    "ones(nn.Conv2d(1, 1, 3))(torch.ones(1, 1, 2, 2))": [5.0],
    "ones(nn.Conv1d(2, 1, 1))(torch.ones(1, 3, 1))": [3.0],
    "nn.MaxPool2d(4)(torch.ones(1, 1, 2, 2))": [1.0],
    "nn.BatchNorm2d(3)(torch.zeros(2, 4, 1, 1)).sum()": [0.0],
    "nn.LayerNorm(2)(torch.zeros(1, 3))": [0.0, 0.0],
    "nn.LSTM(5, 2, batch_first=True)(torch.ones(1, 1, 3))[0].sum() * 0": [0.0],
    "nn.GRU(3, 2)(torch.ones(1, 4, 3), torch.zeros(1, 8, 2))[0].sum() * 0": [0.0],
    "nn.MultiheadAttention(4, 2)(*[torch.ones(1, 6)] * 3)[0].sum() * 0": [0.0],
    "nn.LSTM(6, 2, batch_first=True)(torch.ones(1, 2, 2, 3))[0].sum() * 0": [0.0],
    "nn.Dropout(30).p": [0.3],
    "len(torch.optim.SGD(nn.Linear(1, 1).parameters, 0.1).param_groups[0]['params'])": [2.0],
    # numpy
    "grows.numpy()": [1.0, 1.0, 1.0],
    "torch.from_numpy(np.array(grows))": [1.0, 1.0, 1.0],
}
BEYOND = [  # what stays refused
    "torch.ones(2, 3) @ torch.ones(4, 5)",
    "x.view(2, 4, 5)",
    "x[7]",
    "x[:0][0]",
    "torch.arange(4)[torch.tensor([4, 1, 2, 3])]",
    "torch.empty(0).max()",
    "torch.sqrt(4, out=torch.ones(1))",
    "torch.tensor([*range(2000), None])",
    "torch.sqrt('four')",
    "torch.cat([torch.ones(2, 3), torch.ones(3, 2)])",
    "x[torch.arange(2), torch.tensor([3, 4])]",
    "F.binary_cross_entropy_with_logits(torch.zeros(2), torch.zeros(3))",
    "grows.backward()",
    "x.softmax(5)",
    "raise NotImplementedError('TODO: do it')",
]


@pytest.fixture(scope="module")
def plain_worker(zygote: Zygote) -> Iterator[Worker]:
    """One for all slips: each of them sets up what it needs."""
    worker = zygote.fork(0)
    yield worker
    worker.kill()


@pytest.fixture(scope="module")
def lenient_worker(zygote: Zygote) -> Iterator[Worker]:
    """As above, and it overlooks slips."""
    worker = zygote.fork(0)
    worker.be_lenient()
    yield worker
    worker.kill()


@pytest.mark.parametrize(("source", "values"), SLIPS.items(), ids=SLIPS)
def test_a_slip_is_overlooked(lenient_worker: Worker, source: str, values: list[float]) -> None:
    worker = lenient_worker
    assert worker.execute(f"{SETS_UP}y = torch.as_tensor({source}).detach().flatten()") is None
    value = worker.submission.y
    assert isinstance(value, torch.Tensor)
    torch.testing.assert_close(value.double(), torch.tensor(values, dtype=torch.float64))


IS_RIGHT = {  # and stays so
    "x.min(dim=1).values",
    "x.max(dim=1)[1]",
    "nn.LSTM(3, 2)(x)[0].sum() * 0",
    "torch.tensor(F.mse_loss(grows, grows * 2).item()) * 0",
    "x[0] * F.mse_loss(grows, grows * 2).item() * 0",
    "float(nn.Module.train(nn.Dropout(1.0))(torch.ones(1)))",
    "next(nn.Module.to(nn.PReLU(), 'cpu').parameters())",
}


@pytest.mark.parametrize("source", sorted(SLIPS.keys() - IS_RIGHT), ids=str)
def test_without_leniency_it_is_refused_in_words_of_torch(
    plain_worker: Worker, source: str
) -> None:
    error = plain_worker.execute(f"{SETS_UP}y = {source}")
    assert isinstance(error, CellError) and lenient.is_refusal(error.message), error


def test_a_class_that_was_not_called_is_an_object(fork: Callable[[], Worker]) -> None:
    worker = fork()
    worker.be_lenient()
    names = "class Scale(nn.PReLU): pass\nmodel, loss = Scale, nn.MSELoss"
    assert worker.execute(SETS_UP + names) is None
    submission = worker.submission
    assert float(submission.loss(torch.zeros(2), torch.ones(2))) == 1
    assert float(submission.model(torch.tensor(-1.0))) == -0.25
    assert float(submission.Scale()(torch.tensor(-1.0))) == -0.25  # a class by its own name


def test_the_notebooks_own_names_are_there(fork: Callable[[], Worker]) -> None:
    worker = fork()
    worker.be_lenient()
    assert worker.execute("display(1)\nget_ipython().run_line_magic('pwd', '')") is None
    assert worker.execute("%matplotlib inline\nimport math\ny = math.floor(1.5)") is None
    assert worker.execute("def f(model):\n    return modle") is None
    assert worker.submission.f(worker.submission.y) == 1


@pytest.mark.parametrize("source", BEYOND, ids=str)
def test_what_may_mean_anything_stays_refused(lenient_worker: Worker, source: str) -> None:
    assert isinstance(lenient_worker.execute(f"{SETS_UP}{source}"), CellError)


def test_what_torch_does_not_refuse_stays_as_it_is(fork: Callable[[], Worker]) -> None:
    """Also where training goes through it: the same weights come out."""
    trains = f"""{SETS_UP}
torch.manual_seed(0)
layers = nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(64, 5)
network = nn.Sequential(*layers)
optimizer = torch.optim.Adam(network.parameters())
for _ in range(3):
    loss = F.cross_entropy(network(torch.rand(8, 1, 6, 6)), torch.arange(8) % 5)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
y = torch.cat([weights.detach().flatten() for weights in network.parameters()])
"""
    values = []
    for is_lenient in (False, True):
        worker = fork()
        if is_lenient:
            worker.be_lenient()
        assert worker.execute(trains) is None
        values.append(worker.submission.y)
    assert torch.equal(*values)


@pytest.mark.parametrize(
    ("said", "is_refusal"),
    [
        ("sqrt(): argument 'input' (position …) must be Tensor, not int", True),
        ("mat1 and mat2 shapes cannot be multiplied (…x… and …x…)", True),
        ("list index out of range", False),
        ("name 'model' is not defined", False),
        ("LSTM: Expected input to be …D or …D, got …D instead", True),
        ("'type' object does not support the context manager protocol", True),
        ("TODO: do it", False),
        ("", False),
    ],
)
def test_a_refusal_is_told_by_its_words(said: str, is_refusal: bool) -> None:
    assert lenient.is_refusal(said) is is_refusal


@pytest.mark.parametrize(
    ("said", "is_other"),
    [
        ("a parameter has dtype torch.float64, not torch.float32", True),
        ("a parameter has dtype torch.float16, not torch.float32", True),
        ("the parameters of the model have dtype torch.float64, not torch.float32", True),
        ("the ids have dtype torch.float32, not torch.int64", False),
        ("TypeError: `model_attention` is a class: make an object with it, `…`", True),
        ("`type` has no attribute `attn`", True),
        ("`list` has no attribute `attn`", False),
    ],
)
def test_another_form_is_told_by_what_tests_say(said: str, is_other: bool) -> None:
    assert lenient.is_other_form(said) is is_other


def test_where_torch_is_not_installed_nothing_changes() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from autograder.engine.untrusted import lenient; lenient.begin()"
    )
    subprocess.run([sys.executable, "-c", code], cwd=PROJECT, check=True)
