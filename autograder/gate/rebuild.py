"""Builds a lab twice, each time by a fresh process, and compares what comes out."""

import os
import subprocess
import sys
from pathlib import Path

from ..errors import shown
from .bench import Bench, Finding, Seen

CODE = Path(__file__).resolve().parents[2]
BUILD = """
import gc, sys
from pathlib import Path

gc.disable()  # a process of one build: to look for garbage takes a fifth of its time
from autograder.compiler.build import build_labs
from autograder.errors import UserError

source, folder = map(Path, sys.argv[1:])
try:
    build_labs([source], folder / "release", folder / "solution")
except UserError as error:
    sys.exit(error.message)
finally:
    gc.freeze()
"""
# What may differ from one machine or day to another; the bytes may not.
ENVIRONMENTS = (
    {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "2", "TZ": "Asia/Kathmandu", "LC_ALL": "C"},
)


def check_rebuild(bench: Bench) -> Seen:
    """Two builds of the source are equal to each other and to the release, byte by byte."""
    subject = bench.subject
    folders = [bench.work_dir / f"build{number}" for number, _ in enumerate(ENVIRONMENTS, start=1)]
    builds = [
        subprocess.Popen(
            [sys.executable, "-c", BUILD, subject.source, folder],
            cwd=CODE,
            env=os.environ | environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        for folder, environment in zip(folders, ENVIRONMENTS, strict=True)
    ]
    said = [build.communicate()[1] for build in builds]
    if any(build.returncode for build in builds):
        reason = next(filter(None, said)).strip().split("\n")[-1]
        return Seen("no build", [Finding(f"{shown(subject.source)}:1", f"doesn't build: {reason}")])
    first, second = (_files(folder / "release" / subject.lab) for folder in folders)
    bench.solution = folders[0] / "solution" / subject.lab / f"{subject.lab}.ipynb"
    released = _files(subject.release_dir)
    findings = [
        *_differences(first, second, subject.source, "differs from one build to the next"),
        *_differences(first, released, subject.release_dir, "is not what the source builds today"),
    ]
    return Seen(f"2 builds, {len(first)} files", findings)


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def _differences(
    built: dict[str, bytes], other: dict[str, bytes], place: Path, wrong: str
) -> list[Finding]:
    findings = []
    for name in sorted(built.keys() | other.keys()):
        if built.get(name) != other.get(name):
            line = _first_difference(built.get(name, b""), other.get(name, b""))
            where = shown(place / name) if place.is_dir() else f"{shown(place)}: {name}"
            findings.append(Finding(f"{where}:{line}", f"{wrong}; run `make release`"))
    return findings


def _first_difference(one: bytes, other: bytes) -> int:
    lines = zip(one.split(b"\n"), other.split(b"\n"), strict=False)
    same = next((i for i, (a, b) in enumerate(lines) if a != b), None)
    return 1 + (min(one.count(b"\n"), other.count(b"\n")) if same is None else same)
