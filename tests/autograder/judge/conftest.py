"""A real zygote, shared by the tests of grading, with short limits."""

from collections.abc import Iterator

import pytest

from autograder.engine import Limits, Zygote

LIMITS = Limits(call_timeout_s=3, cell_timeout_s=3, test_timeout_s=6, submission_timeout_s=60)


@pytest.fixture(scope="package")
def zygote() -> Iterator[Zygote]:
    with Zygote(limits=LIMITS) as zygote:
        yield zygote
