"""The hidden tests of LABNAME: fresh inputs, expected values computed here."""

from lib.kit.checks import assert_close, question


@question("ex1-mean", points=2, if_raises="Does it take lists of any length?")
def test_mean_of_many(submission, rng):
    """The mean of many numbers."""
    numbers = [rng.uniform(-10, 10) for _ in range(rng.randrange(5, 50))]
    expected = sum(numbers) / len(numbers)
    assert_close(submission.mean(numbers), expected, "the mean", hint="Is it the sum by the count?")


@question("ex1-mean", points=1)
def test_mean_of_one(submission, rng):
    """The mean of one number is that number."""
    number = rng.uniform(1, 10)
    assert_close(submission.mean([number]), number, "the mean of one number")
