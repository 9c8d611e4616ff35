"""How strictly workers are confined: what is asked for, and what this machine can do."""

import functools
import json
import os
import site
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from .failures import ConfinementRefused
from .limits import Limits
from .untrusted.confine import SHIPPED, Plan

ENGINE_DIR = Path(__file__).resolve().parent
GRADER_DIR = ENGINE_DIR.parent
PROBE_TIMEOUT_S = 30.0

LAYERS = {
    "strong": "namespaces+landlock+seccomp+rlimits",
    "acceptable": "landlock+seccomp+rlimits",  # in containers that forbid namespaces
    "none": "rlimits",
}
SYSTEM_PATHS = (
    *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache"),  # shared libraries
    "/sys/devices/system/cpu",  # numerical libraries choose their vector instructions by it
    *("/usr/share/fonts", "/usr/share/zoneinfo"),
)
PROBE = """
import sys
engine_dir, plan = sys.argv[1:]
sys.path.insert(0, engine_dir)
from untrusted.confine import probe
probe(plan)
"""


@dataclass(frozen=True)
class Policy:
    """The strictest level to try, and whether "none" will do where no other is possible."""

    strongest: str = "strong"
    allow_unconfined: bool = False

    @property
    def levels(self) -> list[str]:
        """What to try, in order."""
        names = list(LAYERS)
        confined = names[names.index(self.strongest) : -1]
        return [*confined, "none"] if self.allow_unconfined else confined


@functools.cache
def strongest_possible(policy: Policy) -> str:
    """The first level of the policy under which a throwaway process proved to be confined.

    Raises:
        ConfinementRefused: if there is none.
    """
    if sys.platform != "linux":
        raise ConfinementRefused("submissions are run on Linux only: grade in a container there")
    reasons = []
    for level in policy.levels:
        reason = None if level == "none" else _try(level)
        if reason is None:
            return level
        reasons.append(f"{level}: {reason}")
    raise ConfinementRefused(
        f"submissions can't be confined on this machine ({'; '.join(reasons)}): grade on Linux "
        "5.13 or newer, or, where you trust every submission, with --allow-unconfined"
    )


def describe(level: str) -> str:
    """What is recorded with each grade."""
    return f"{level}: {LAYERS[level]}"


def make_plan(
    level: str,
    scratch: Path,
    support_dir: Path | None,
    limits: Limits,
    imports: Iterable[str] = (),
    prepare: Iterable[str] = (),
) -> Plan:
    """Everything the untrusted side has to know to confine itself.

    Args:
        scratch: the folder that workers' own lie in; not looked at under "strong".
        imports: what is loaded before workers are forked.
        prepare: functions that are called then.

    Raises:
        ConfinementRefused: if what submissions have to read lies beside what they must not.
    """
    wanted = [*SYSTEM_PATHS, *_python_paths()]
    readable, links = _resolve(path for path in wanted if Path(path).exists())
    if any(GRADER_DIR.is_relative_to(path) for path in readable):
        raise ConfinementRefused(
            f"{GRADER_DIR} lies where submissions read: run the grader from a folder of its own"
        )
    return Plan(
        level=level,
        readable=readable,
        links=links,
        support_dir=str(support_dir) if support_dir else None,
        shipped=SHIPPED if level == "strong" else str(scratch / "shipped"),
        warm_up_only=["/proc", str(ENGINE_DIR / "untrusted")],
        scratch=tempfile.gettempdir() if level == "strong" else str(scratch),
        nobody=os.getuid() == 0 and _is_open_to_everyone(level, readable),
        secret=str(ENGINE_DIR / "confinement.py"),
        memory_bytes=limits.memory_bytes,
        scratch_bytes=limits.scratch_bytes,
        scratch_files=limits.scratch_files,
        threads=limits.threads,
        open_files=limits.open_files,
        cpu_s=int(limits.longest_s) * (os.cpu_count() or 1),
        imports=list(imports),
        prepare=list(prepare),
    )


def _python_paths() -> Iterable[str]:
    for prefix in dict.fromkeys((sys.prefix, sys.base_prefix)):
        yield from (f"{prefix}/lib", f"{prefix}/lib64")
    yield from site.getsitepackages()


def _resolve(paths: Iterable[str]) -> tuple[list[str], dict[str, str]]:
    """The outermost real paths among them, and the outermost symbolic links that lead there: what
    lies behind a link needs none of its own."""
    targets = {path: os.path.realpath(path) for path in paths}
    real = _outermost(targets.values())
    links = [path for path in targets if not _lies_in(path, real)]
    return real, {path: targets[path] for path in _outermost(links)}


def _outermost(paths: Iterable[str]) -> list[str]:
    found: list[str] = []
    for path in sorted(paths, key=len):
        if not _lies_in(path, found):
            found.append(path)
    return found


def _lies_in(path: str, folders: Iterable[str]) -> bool:
    return any(Path(path).is_relative_to(folder) for folder in folders)


def _is_open_to_everyone(level: str, readable: list[str]) -> bool:
    """Whether root's workers can do without root's right to read; else they stay root's, though
    without any of its capabilities."""
    paths = [Path(path) for path in readable]
    passed = {folder for path in paths for folder in path.parents}
    if level == "strong":  # what leads to them is ours
        passed = set()
    needed = stat.S_IROTH | stat.S_IXOTH
    return (
        level != "none"
        and all(path.stat().st_mode & stat.S_IXOTH for path in passed)
        and all(path.stat().st_mode & needed == needed for path in paths if path.is_dir())
    )


def _try(level: str) -> str | None:
    """Confine a throwaway process; None, or what was refused or still possible."""
    with tempfile.TemporaryDirectory() as scratch:
        arguments = [
            str(ENGINE_DIR),
            json.dumps(asdict(make_plan(level, Path(scratch), None, Limits()))),
        ]
        try:
            child = subprocess.run(
                [sys.executable, "-P", "-s", "-c", PROBE, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=PROBE_TIMEOUT_S,
            )
        except subprocess.TimeoutExpired:
            return "no answer"
    said = child.stdout.strip().rpartition("\n")[2]
    return None if said == "confined" else said or f"ended with {child.returncode}"
