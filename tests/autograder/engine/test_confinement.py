"""Which level of confinement a machine gets, and a whole worker on machines of several kinds."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.engine import ConfinementRefused, Limits, Policy, confinement, strongest_possible

PROJECT = Path(__file__).resolve().parents[3]
MACHINES = Path(__file__).parent / "machines"
SOMEBODY = "54321"

PYTHON = [sys.executable]
ANYBODY = [sys.executable, str(MACHINES / "as_user.py"), SOMEBODY]
CONTAINER = [sys.executable, str(MACHINES / "refusing.py"), "unshare,mount,setns"]
OLD_KERNEL = [sys.executable, str(MACHINES / "refusing.py"), "landlock_create_ruleset"]


def run_on(machine: list[str], script: str, *arguments: str) -> list[str]:
    """What a script prints there."""
    if set(ANYBODY) <= set(machine) and os.getuid() != 0:
        pytest.skip("only root can become another user")
    ran = subprocess.run(
        [*machine, sys.executable, "-c", script, *arguments],
        cwd=PROJECT, text=True, check=True, stdout=subprocess.PIPE, env={"PATH": os.defpath},
    )  # fmt: skip
    return ran.stdout.splitlines()


PROBE = """
import sys
from autograder.engine import ConfinementRefused, Policy, strongest_possible
try: print(strongest_possible(Policy(allow_unconfined=len(sys.argv) > 1)))
except ConfinementRefused as refusal: print("refused:", refusal)
"""


@pytest.mark.parametrize(
    ("machine", "arguments", "said"),
    [
        (ANYBODY, [], "strong"),
        (CONTAINER, [], "acceptable"),
        ([*ANYBODY, *CONTAINER], [], "acceptable"),
        (OLD_KERNEL, [], "refused: submissions can't be confined on this machine (strong: "
         "landlock_create_ruleset: Operation not permitted; acceptable: "),
        (OLD_KERNEL, ["--allow-unconfined"], "none"),
    ],
)  # fmt: skip
def test_a_machine_gets_what_it_can_do(machine: list[str], arguments: list[str], said: str) -> None:
    answer = run_on(machine, PROBE, *arguments)
    assert len(answer) == 1
    assert answer[0].startswith(said)


WORKER = """
import json, sys
from pathlib import Path
from autograder.engine import Policy, Zygote
imports = ("torch.utils.data", "matplotlib.pyplot")
with Zygote(Path("release/lab09"), policy=Policy(allow_unconfined=True), imports=imports) as zygote:
    worker = zygote.fork(0)
    error = worker.execute(sys.argv[1])
    result = worker.submission.result if error is None else str(error)
    print(json.dumps([zygote.confinement, result]))
"""
COURSEWORK = """
import os, torch, matplotlib.pyplot as plt
from torch.utils.data import DataLoader
layers = [torch.nn.LSTM(4, 8, batch_first=True), torch.nn.MultiheadAttention(8, 2),
          torch.nn.Conv1d(3, 3, 3)]
optimizer = torch.optim.Adam([weight for layer in layers for weight in layer.parameters()])
for batch in DataLoader(torch.randn(8, 3, 4), batch_size=4, num_workers=2):
    hidden, _ = layers[0](batch)
    attended, _ = layers[1](hidden, hidden, hidden)
    layers[2](attended).mean().backward()
    optimizer.step()
plt.plot([1, 2]); plt.savefig("figure.png")
def refuses(attempt):
    try: attempt()
    except OSError: return True
result = [torch.backends.cpu.get_cpu_capability(), os.path.getsize("figure.png") > 0,
          os.path.exists("checks.py"), refuses(os.fork), refuses(lambda: open(SECRET))]
"""


@pytest.mark.parametrize(
    ("machine", "level"),
    [(PYTHON, "strong"), (ANYBODY, "strong"), (CONTAINER, "acceptable"),
     ([*ANYBODY, *CONTAINER], "acceptable")],
)  # fmt: skip
def test_coursework_runs_at_full_speed_and_nothing_else(machine: list[str], level: str) -> None:
    import torch

    secret = f"SECRET = {str(PROJECT / 'pyproject.toml')!r}\n"
    (line,) = run_on(machine if machine is not PYTHON else [], WORKER, secret + COURSEWORK)
    how, result = json.loads(line)
    assert how == confinement.describe(level)
    assert result == [torch.backends.cpu.get_cpu_capability(), True, True, True, True]


def test_levels_go_from_strict_to_lax() -> None:
    assert Policy().levels == ["strong", "acceptable"]
    assert Policy("acceptable", allow_unconfined=True).levels == ["acceptable", "none"]
    assert Policy("none").levels == []
    assert confinement.describe("strong") == "strong: namespaces+landlock+seccomp+rlimits"


def test_other_systems_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(ConfinementRefused, match="on Linux only"):
        strongest_possible(Policy("none", allow_unconfined=True))


def test_an_installed_grader_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(confinement, "GRADER_DIR", Path(os.__file__).parent / "autograder")
    with pytest.raises(ConfinementRefused, match="a folder of its own"):
        confinement.make_plan("strong", tmp_path, None, Limits())


def test_links_and_nested_folders_become_few_real_ones(tmp_path: Path) -> None:
    (tmp_path / "real/lib/inner").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real/lib64").symlink_to("lib")
    wanted = ["real/lib/inner", "link/lib", "real/lib", "real/lib64"]
    readable, links = confinement._resolve([f"{tmp_path}/{name}" for name in wanted])
    assert readable == [f"{tmp_path}/real/lib"]
    assert links == {
        f"{tmp_path}/link/lib": f"{tmp_path}/real/lib",
        f"{tmp_path}/real/lib64": f"{tmp_path}/real/lib",
    }


def test_what_lies_behind_a_link_needs_no_other(tmp_path: Path) -> None:
    (tmp_path / "real/lib/inner").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    wanted = [f"{tmp_path}/link/lib/inner", f"{tmp_path}/link/lib"]
    _, links = confinement._resolve(wanted)
    assert links == {f"{tmp_path}/link/lib": f"{tmp_path}/real/lib"}


def test_an_environment_behind_a_link_is_confined_as_well(tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    environment.symlink_to(sys.prefix)
    machine = [str(environment / "bin" / "python")]
    ran = subprocess.run(
        [*machine, "-c", PROBE], cwd=PROJECT, text=True, check=True, stdout=subprocess.PIPE
    )
    assert ran.stdout.split() == [strongest_possible(Policy())]
