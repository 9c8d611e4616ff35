"""The kernel's figures of processes, read through a folder that stays open."""

import mmap
import os
import subprocess
import sys

import pytest

from autograder.engine.untrusted.memory import Machine

MIB = 2**20


def test_knows_itself_and_its_peak() -> None:
    machine = Machine()
    assert machine.own_pid() == os.getpid()
    before = machine.memory_bytes(os.getpid(), forget_peak=True)
    with mmap.mmap(-1, 64 * MIB) as taken:  # new pages: the heap may have as many that are free
        for page in range(0, 64 * MIB, mmap.PAGESIZE):
            taken[page] = 1
    after = machine.memory_bytes(os.getpid(), forget_peak=False)
    assert 60 * MIB < after["peak"] - before["resident"] < 90 * MIB
    again = machine.memory_bytes(os.getpid(), forget_peak=True)
    assert again["peak"] - before["resident"] < 30 * MIB


@pytest.mark.parametrize("kind", [mmap.MAP_PRIVATE, mmap.MAP_SHARED])
def test_counts_what_a_process_holds_however_it_was_mapped(kind: int) -> None:
    machine = Machine()
    before = machine.memory_bytes(os.getpid(), forget_peak=True)
    with mmap.mmap(-1, 64 * MIB, flags=kind) as taken:
        for page in range(0, 64 * MIB, mmap.PAGESIZE):
            taken[page] = 1
        held = machine.memory_bytes(os.getpid(), forget_peak=True)
    assert 60 * MIB < held["own"] - before["own"] < 70 * MIB


def test_sees_other_processes() -> None:
    wait = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(wait, stdin=subprocess.PIPE) as child:
        figures = Machine().memory_bytes(child.pid, forget_peak=True)
        assert 0 < figures["resident"] <= figures["peak"]
        child.communicate()


def test_a_process_that_is_gone_is_an_error() -> None:
    gone = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(gone, 0)
    with pytest.raises(OSError):
        Machine().memory_bytes(gone, forget_peak=False)
