"""A judge reads, computes, talks to its workers and answers; the kernel refuses all else."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
AS_USER = PROJECT / "tests" / "autograder" / "engine" / "machines" / "as_user.py"
IN_A_JUDGE = Path(__file__).with_name("in_a_judge.py")
SOMEBODY = 12345  # no user of the machine's


@pytest.fixture(scope="module", params=["as we are", "as somebody else"])
def tried(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> object:
    """What came of each attempt, as root and as an ordinary user."""
    is_other = request.param == "as somebody else"
    if is_other and os.geteuid() != 0:
        pytest.skip("only root can be somebody else")
    folder = tmp_path_factory.mktemp("folder")
    (folder / "data").write_bytes(b"data")
    for path in (folder, folder / "data", *list(folder.parents)[:3]):
        path.chmod(0o777)
    view = [sys.executable, str(AS_USER), str(SOMEBODY)] if is_other else []
    command = [*view, sys.executable, str(IN_A_JUDGE), str(folder)]
    ran = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr == ""  # the terminal
    assert {path.name for path in folder.iterdir()} == {"data", "log", "socket"}
    assert (folder / "data").read_bytes() == b"data"
    assert (folder / "log").read_bytes() == b""
    return json.loads(ran.stdout)


def test_it_can_do_nothing_but_judge(tried: dict[str, dict[str, str]]) -> None:
    assert {
        name for name, outcome in tried["refused"].items() if outcome in ("done", None)
    } == set()


def test_it_can_judge(tried: dict[str, dict[str, str]]) -> None:
    assert {name for name, outcome in tried["needed"].items() if outcome != "done"} == set()
