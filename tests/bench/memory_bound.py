"""Runs a command in a bounded amount of memory, as on a machine of that size; says what it needed.

Root's control groups bound all that the command starts together. Without them each of its processes
is bounded alone, and how much they needed together is not known.
"""

import contextlib
import os
import resource
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")
GONE_S = 10.0  # for the processes of a group to be gone


@dataclass(frozen=True)
class Bounded:
    """What came of a command; peak and kills are unknown where there are no control groups."""

    code: int
    said: str
    wall_s: float
    cpu_s: float
    peak_bytes: int | None = None
    kills: int | None = None  # processes that were ended for want of memory


class _Group:
    """A control group, of version 1 or 2."""

    def __init__(self, limit_bytes: int) -> None:
        first = (GROUPS / "memory").is_dir()
        self.folder = (GROUPS / "memory" if first else GROUPS) / f"bench-{os.getpid()}"
        limit, peak, kills = (
            ("memory.limit_in_bytes", "memory.max_usage_in_bytes", "memory.oom_control")
            if first
            else ("memory.max", "memory.peak", "memory.events")
        )
        self.folder.mkdir()
        self._peak, self._kills = self.folder / peak, self.folder / kills
        try:
            (self.folder / limit).write_text(str(limit_bytes))
            self._peak.read_text()
        except OSError:
            self.folder.rmdir()
            raise

    def peak_bytes(self) -> int:
        return int(self._peak.read_text())

    def kills(self) -> int:
        lines = (line.split() for line in self._kills.read_text().splitlines())
        return next(int(number) for name, number in lines if name == "oom_kill")

    def remove(self) -> None:
        deadline = time.monotonic() + GONE_S
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                return self.folder.rmdir()
            time.sleep(0.1)


def run_bounded(command: list[str], folder: Path, env: dict[str, str], limit_bytes: int) -> Bounded:
    """Run a command in this amount of memory, whatever becomes of it."""
    try:
        group = _Group(limit_bytes)
    except OSError:
        group = None

    def enter() -> None:
        if group is None:
            resource.setrlimit(resource.RLIMIT_AS, (limit_bytes, limit_bytes))
        else:
            (group.folder / "cgroup.procs").write_text("0")

    before, started_at = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    try:
        ran = subprocess.run(
            command, cwd=folder, env=env, capture_output=True, text=True, preexec_fn=enter
        )
        wall_s, after = time.monotonic() - started_at, resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        peak_bytes, kills = (None, None) if group is None else (group.peak_bytes(), group.kills())
        return Bounded(ran.returncode, ran.stdout + ran.stderr, wall_s, cpu_s, peak_bytes, kills)
    finally:
        if group is not None:
            group.remove()
