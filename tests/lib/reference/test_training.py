"""The training loop against plain arithmetic."""

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import Dataset, TensorDataset

from lib.reference.training import evaluate, seed_everything, train, train_addition


class Line(nn.Module):
    """A logit per sample, with dropout and batch statistics on the way."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        self.linear = nn.Linear(3, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.dropout(self.linear(x))
        return logits.squeeze(1)


@pytest.fixture
def data() -> TensorDataset:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(5, 3, generator=generator)
    return TensorDataset(x, torch.tensor([1.0, 0, 1, 1, 0]))


LOSS = nn.BCEWithLogitsLoss()


def test_means_are_over_samples_not_batches(data: TensorDataset) -> None:
    model = Line()
    x, y = data.tensors
    with torch.no_grad():
        logits = model(x)
    loss, accuracy = evaluate(model, LOSS, data, batch_size=2)
    assert loss == pytest.approx(LOSS(logits, y).item(), rel=1e-5)
    assert accuracy == int(((logits > 0) == (y == 1)).sum()) / 5


def test_evaluation_rests_dropout_and_leaves_no_gradient(data: TensorDataset) -> None:
    model = Line(dropout=0.9)
    assert evaluate(model, LOSS, data, 5) == evaluate(model, LOSS, data, 5)
    assert not model.training
    assert all(parameter.grad is None for parameter in model.parameters())


def test_an_epoch_of_one_batch_is_one_step_of_the_optimizer(data: TensorDataset) -> None:
    model, twin = Line(), Line()
    twin.load_state_dict(model.state_dict())
    metrics = train(model, LOSS, torch.optim.SGD(model.parameters(), lr=0.5), data, data, 2, 5)
    optimizer = torch.optim.SGD(twin.parameters(), lr=0.5)
    x, y = data.tensors
    losses = []
    for _ in range(2):
        loss = LOSS(twin(x), y)
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    torch.testing.assert_close(model.state_dict(), twin.state_dict())
    assert metrics["train_loss"] == pytest.approx(losses)
    assert metrics["val_loss"][-1] == pytest.approx(LOSS(twin(x), y).item())
    assert {name: len(values) for name, values in metrics.items()} == {
        "train_loss": 2,
        "train_acc": 2,
        "val_loss": 2,
        "val_acc": 2,
    }


def test_seeded_runs_are_equal_with_a_bar_and_without(
    data: TensorDataset, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(show_progress: bool) -> dict[str, list[float]]:
        seed_everything(3)
        model = Line(dropout=0.5)
        optimizer = torch.optim.Adam(model.parameters())
        return train(model, LOSS, optimizer, data, data, 3, 2, show_progress=show_progress)

    with_bar = run(show_progress=True)
    assert "9/9" in capsys.readouterr().err
    assert run(show_progress=False) == with_bar
    assert capsys.readouterr().err == ""


class Sums(Dataset[dict[str, Tensor]]):
    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        digits = torch.tensor([index, 1])
        return {"num_1": digits.float(), "num_2": digits.float(), "label": digits}


class Knows(nn.Module):
    """Right on the second digit always, on the first for even numbers."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, num_1: Tensor, num_2: Tensor) -> Tensor:
        guess = num_1.long()
        guess[:, 0] -= guess[:, 0] % 2
        one_hot = nn.functional.one_hot(guess, 10).float()  # (batch, max_length, 10)
        return self.scale * one_hot.permute(0, 2, 1)


def test_a_sum_is_right_only_if_all_its_digits_are() -> None:
    model = Knows()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
    metrics = train_addition(model, nn.CrossEntropyLoss(), optimizer, Sums(), Sums(), 1, 3)
    assert metrics["train_acc"] == metrics["val_acc"] == [0.5]
