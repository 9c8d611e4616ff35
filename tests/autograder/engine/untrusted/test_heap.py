"""Freed memory stays with a process, except while its memory is measured."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[4]
MIB = 2**20
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="glibc's heap")


FAULTS = """
import resource
from autograder.engine.untrusted import heap

def page_faults(times):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(times):
        block = bytearray(16 * 2**20)
        block[:] = b"1" * len(block)
        del block
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

heap.keep_freed()
page_faults(2)
kept = page_faults(20)
heap.give_back()
print(kept, page_faults(20))
"""


def test_freed_memory_stays_except_while_it_is_measured() -> None:
    """In a process of its own: in one that ran much else, the heap has holes to take from."""
    ran = subprocess.run(
        [sys.executable, "-c", FAULTS], cwd=PROJECT, capture_output=True, text=True
    )
    kept, measured = map(int, ran.stdout.split())
    assert kept < 16 * MIB // 4096
    assert measured > 20 * 16 * MIB // 4096
