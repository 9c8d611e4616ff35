"""Freed memory stays with a process, except while its memory is measured."""

import resource
import sys
from collections.abc import Iterator

import pytest

from autograder.engine.untrusted import heap

MIB = 2**20
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="glibc's heap")


@pytest.fixture(autouse=True)
def freed_is_kept() -> Iterator[None]:
    heap.keep_freed()
    yield
    heap.keep_freed()


def page_faults(times: int) -> int:
    """How many it costs to take and leave 16 MiB so many times."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(times):
        block = bytearray(16 * MIB)
        block[:] = b"1" * len(block)
        del block
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def test_freed_memory_is_used_again() -> None:
    page_faults(2)
    assert page_faults(20) < 16 * MIB // 4096


def test_freed_memory_goes_back_while_it_is_measured() -> None:
    page_faults(2)
    heap.give_back()
    assert page_faults(20) > 20 * 16 * MIB // 4096
