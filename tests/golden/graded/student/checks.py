from lib.kit.checks import assert_equal, question


@question("double", points=1)
def test_three(submission):
    """Twice three is six."""
    assert_equal(submission.double(3), 6)
