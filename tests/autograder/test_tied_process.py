"""A tied process runs a module's `main` with the far end of the connection."""

import os
import signal
import sys
from pathlib import Path

import pytest

from autograder.tied_process import start_tied

MODULE = """
import os, signal, sys

def main(connection):
    connection.send([os.getppid(), sys.path, signal.getsignal(signal.SIGINT) is signal.SIG_IGN])
    connection.send(connection.recv() + 1)
"""


def test_it_serves_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "adds_one.py").write_text(MODULE, "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    process, connection = start_tied("adds_one")
    parent, path, is_deaf = connection.recv()
    assert (parent, path, is_deaf) == (os.getpid(), sys.path, True)
    process.send_signal(signal.SIGINT)  # Ctrl-C reaches all processes of a terminal
    connection.send(1)
    assert connection.recv() == 2
    assert process.wait(10) == 0
