"""All that a grade depends on besides what was handed in, each part by a name and a hash.

When a part changes, results are made again, and its name is the reason that is kept with them.
"""

import hashlib
import json
import platform
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from ..assignment import Assignment
from ..engine.limits import Limits
from ..project import HOME

SUBMISSION = "submission"
# What decides grades; what only shows them is published again without grading.
CODE = (
    *("lib", "autograder/engine", "autograder/judge", "autograder/variants"),
    *("autograder/assignment.py", "autograder/identity.py", "autograder/lab.py"),
    "autograder/lab_file.py",
    "autograder/printable.py",
)
LIBRARIES = ("ipython", "msgpack", "nbformat", "pytest")  # besides those of the lab
Key = dict[str, str]


def environment_of(assignment: Assignment, seed: int, limits: Limits, level: str) -> Key:
    """The parts, by name: release, tests, known mistakes, solution, code, libraries and so on."""
    solution = [] if assignment.solution is None else assignment.solution.cells
    test_dirs = {file.parent for file in assignment.test_files}
    libraries = {*LIBRARIES, *(name.split(".")[0] for name in assignment.imports)}
    return {
        "release": _hash_of_files([assignment.release_dir]),
        "tests": _hash_of_files(sorted(test_dirs - {assignment.release_dir})),
        "known mistakes": _hash_of_files(assignment.mistake_dirs),
        "solution": _hash(
            json.dumps(
                [
                    [[cell.id, cell.source] for cell in solution],
                    {name: _hash(content) for name, content in assignment.solution_files.items()},
                ]
            ).encode()
        ),
        "code": _hash_of_files(HOME / name for name in CODE),
        "libraries": ", ".join(
            [f"python {platform.python_version()}", *map(_version, sorted(libraries))]
        ),
        "limits": repr(limits),
        "settings": repr(
            (assignment.take_values, assignment.prepare, assignment.files, sorted(assignment.extra))
        ),
        "seed": str(seed),
        "confinement": level,
    }


def digest_of(environment: Key) -> str:
    """One hash for all parts."""
    return _hash(json.dumps(environment, sort_keys=True).encode())


def changed_parts(before: Key, after: Key) -> list[str]:
    """The names of the parts that differ."""
    return [name for name in after if before.get(name) != after[name]]


def _version(library: str) -> str:
    try:
        return f"{library} {version(library)}"
    except PackageNotFoundError:  # a module whose project has another name
        return library


def _hash_of_files(roots: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for root in roots:
        files = sorted(root.rglob("*")) if root.is_dir() else [root]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                name = file.relative_to(root.parent).as_posix()
                digest.update(f"{name} {_hash(file.read_bytes())}\n".encode())
    return digest.hexdigest()[:16]


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
