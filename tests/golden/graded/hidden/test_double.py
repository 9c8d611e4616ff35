from lib.kit.checks import assert_equal, question


@question("double", points=1.5)
def test_a_negative_number(submission):
    """Twice minus one."""
    assert_equal(submission.double(-1), -2)
