"""The public checks of LABNAME: small examples that the notebook itself states."""

from lib.kit.checks import assert_close, assert_equal, question


@question("ex1-mean", points=1)
def test_mean_of_two(submission):
    """The mean of 1 and 2 lies between them."""
    assert_close(submission.mean([1, 2]), 1.5, "the mean", hint="Divide by how many there are")


@question("ex1-mean", points=1)
def test_mean_of_nothing(submission):
    """Of no numbers there is no mean."""
    assert_equal(submission.mean([]), None, "the mean of nothing")
