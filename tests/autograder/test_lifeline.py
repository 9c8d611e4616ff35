"""A process that is tied to its parent ends with it, also if the parent went first."""

import subprocess
import sys
from pathlib import Path

PARENT = """
import os, subprocess, sys, time
child = "import os, sys, time; from autograder.lifeline import die_with; "
child += "time.sleep(float(sys.argv[2])); die_with(int(sys.argv[1])); "
child += "print(os.getpid(), flush=True); time.sleep(60)"
subprocess.Popen([sys.executable, "-c", child, str(os.getpid()), sys.argv[1]])
time.sleep(float(sys.argv[2]))
"""
PROJECT = Path(__file__).resolve().parents[2]


def said_by_orphan(child_waits_s: float, parent_lives_s: float) -> str:
    """What the child said before it ended; its end closes the pipe."""
    ran = subprocess.run(
        [sys.executable, "-c", PARENT, str(child_waits_s), str(parent_lives_s)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )
    return ran.stdout


def test_it_ends_with_its_parent() -> None:
    assert said_by_orphan(child_waits_s=0, parent_lives_s=3).strip().isdigit()


def test_it_ends_if_its_parent_went_before() -> None:
    assert said_by_orphan(child_waits_s=2, parent_lives_s=0) == ""
