"""The hidden tests of the locker."""

import statistics

from lib.kit.checks import assert_close, fail, question, take_flag, take_list, take_number


def numbers(rng, count):
    """Numbers drawn at random, below and above zero."""
    return [rng.uniform(-5, 5) for _ in range(count)]


@question("ex1-centre", points=3)
def test_rows(submission, rng):
    """Numbers drawn at random have mean zero afterwards."""
    x = numbers(rng, 6)
    centred = take_list(submission.centre(x), 6)
    for value, actual in zip(x, centred, strict=True):
        assert_close(take_number(actual), value - statistics.fmean(x))


@question("ex2-positive", points=2)
def test_signs(submission, rng):
    """Truth values of numbers drawn at random."""
    x = numbers(rng, 40)
    flags = take_list(submission.is_positive(x), 40)
    if [take_flag(flag) for flag in flags] != [value > 0 for value in x]:
        fail("some signs are wrong", "Compare with zero")


@question("ex3-norms", points=1)
def test_length(submission, rng):
    """The length of numbers drawn at random."""
    x = numbers(rng, 3)
    length = take_number(submission.norms(x), least=0)
    assert_close(length**2, sum(value**2 for value in x))


@question("ex4-error", points=3)
def test_mean(submission, rng):
    """The error of predictions drawn at random."""
    prediction, target = numbers(rng, 9), numbers(rng, 9)
    error = take_number(submission.error(prediction, target), least=0)
    assert_close(9 * error, sum(abs(p - t) for p, t in zip(prediction, target, strict=True)))
