"""How a class was graded last: `grading.json` in the course folder, a part for each lab.

formgrader's buttons grade and publish a single student by it, with the seed of the others.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..errors import UserError

FILE = "grading.json"


@dataclass(frozen=True)
class ClassRun:
    """The options of a run, the titles for its pages, and where the labs' hidden tests lie."""

    seed: int = 0
    allow_unconfined: bool = False
    title: str = ""
    exercises: Mapping[str, str] = field(default_factory=dict)
    source_root: str = ""


def remember(course_dir: Path, lab: str, run: ClassRun) -> None:
    """Write down how a lab is graded, beside the other labs, unless it stands there."""
    known = _read(course_dir)
    runs = {**known, lab: asdict(run)}
    if runs == known:
        return
    draft = course_dir / f".{FILE}.{os.getpid()}"
    draft.write_text(json.dumps(runs, indent=1) + "\n", "utf-8")
    draft.replace(course_dir / FILE)


def recall(course_dir: Path, lab: str) -> ClassRun:
    """How the lab was graded last.

    Raises:
        UserError: if it was not; a single student can't be the first.
    """
    try:
        return ClassRun(**_read(course_dir)[lab])
    except (KeyError, TypeError):
        raise UserError(
            f"{course_dir / FILE}: {lab} was not graded yet; run `make grade LAB={lab} "
            f"COURSE={course_dir}` once, then single students can be graded again here"
        ) from None


def _read(course_dir: Path) -> dict[str, Any]:
    path = course_dir / FILE
    try:
        runs = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: this can't be read ({error}); delete it") from None
    return runs if isinstance(runs, dict) else {}
