"""How a class was graded last: `grading.json` in the course folder, a part for each lab.

formgrader's buttons grade and publish a single student by it, with the seed of the others.
"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..atomic_file import write_atomically
from ..errors import UserError

FILE = "grading.json"
SECRET_BITS = 128  # more than can be guessed from what follows from it


@dataclass(frozen=True)
class ClassRun:
    """The options of a run, the titles for its pages, and where the labs' hidden tests lie."""

    seed: int = 0
    allow_unconfined: bool = False
    title: str = ""
    exercises: Mapping[str, str] = field(default_factory=dict)
    source: str = ""


def remember(course_dir: Path, lab: str, run: ClassRun) -> list[str]:
    """Write down how a lab is graded, beside the other labs, unless it stands there.

    Returns:
        A note, where a damaged file had to be made anew.

    Raises:
        UserError: if it can't be read or written.
    """
    path = course_dir / FILE
    known = _read(path)
    runs = {**(known or {}), lab: asdict(run)}
    if runs == known:
        return []
    try:
        write_atomically(path, (json.dumps(runs, indent=1) + "\n").encode())
    except OSError as error:
        raise _closed(path, error) from None
    if known is not None:
        return []
    return [
        f"{path}: this was damaged and is made anew; formgrader's buttons work for other labs once "
        "they are graded again"
    ]


def seed_of(course_dir: Path, lab: str) -> int:
    """The seed that a lab was graded with last; a new secret before its first grading.

    The inputs of all tests follow from it, so nobody who hands in may know it.

    Raises:
        UserError: if the file can't be read.
    """
    seed = _seed_in(_read(course_dir / FILE) or {}, lab)
    return secrets.randbits(SECRET_BITS) if seed is None else seed


def not_graded(course_dir: Path, lab: str) -> UserError:
    """What to say where a lab has to be graded first."""
    return UserError(
        f"{course_dir / FILE}: {lab} was not graded yet; run `make grade LAB={lab} "
        f"COURSE={course_dir}` first",
        exit_code=2,
    )


def recall(course_dir: Path, lab: str) -> ClassRun:
    """How the lab was graded last.

    Raises:
        UserError: if it was not (exit code 2); a single student can't be the first.
    """
    runs = _read(course_dir / FILE) or {}
    try:
        run = ClassRun(**runs[lab])
        if _seed_in(runs, lab) is None:
            raise TypeError("a seed is a number")
    except (KeyError, TypeError):
        raise not_graded(course_dir, lab) from None
    return run


def _seed_in(runs: Mapping[str, Any], lab: str) -> int | None:
    """The seed that stands there, None if it is none."""
    run = runs.get(lab)
    seed = run.get("seed") if isinstance(run, dict) else None
    return seed if type(seed) is int else None


def _read(path: Path) -> dict[str, Any] | None:
    """The runs by lab; None if what lies there is damaged."""
    try:
        runs = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        return None
    except OSError as error:
        raise _closed(path, error) from None
    return runs if isinstance(runs, dict) else None


def _closed(path: Path, error: OSError) -> UserError:
    return UserError(
        f"{path}: this can't be read or written ({error.strerror or error}); move it away or make "
        "it writable"
    )
