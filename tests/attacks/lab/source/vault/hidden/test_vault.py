"""The hidden tests of the vault."""

import torch

from lib.kit.checks import assert_close, assert_tensor_equal, question, take_number, take_tensor


@question("ex1-centre", points=3)
def test_rows(submission, rng):
    """Rows drawn at random have mean zero afterwards."""
    x = torch.randn(4, 6, generator=rng)
    assert_close(submission.centre(x), x - x.mean(dim=1, keepdim=True))


@question("ex2-positive", points=2)
def test_signs(submission, rng):
    """Truth values of numbers drawn at random."""
    x = torch.randn(40, generator=rng)
    assert_tensor_equal(submission.is_positive(x), x > 0)


@question("ex3-norms", points=1)
def test_length(submission, rng):
    """The length of one row."""
    x = torch.randn(1, 3, generator=rng)
    length = take_tensor(submission.norms(x), (1,), torch.float32, least=0)
    assert_close(length**2, x.square().sum(dim=1))


@question("ex4-error", points=3)
def test_mean(submission, rng):
    """The error of predictions drawn at random."""
    prediction, target = torch.randn(2, 9, generator=rng)
    error = take_number(submission.error(prediction, target), least=0)
    assert_close(9 * error, float((prediction - target).abs().sum()))
