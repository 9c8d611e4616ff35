"""The public check of the locker."""

from lib.kit.checks import assert_close, question, take_list


@question("ex1-centre", points=1)
def test_one_row(submission):
    """The numbers 1, 2, 3 become -1, 0, 1."""
    centred = take_list(submission.centre([1.0, 2.0, 3.0]), 3)
    for actual, expected in zip(centred, (-1.0, 0.0, 1.0), strict=True):
        assert_close(actual, expected)
