"""Says who would be graded, and why, and does nothing: the dry run of grading."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..assignment import load_assignment
from ..course.asked import asked_of
from ..course.class_run import seed_of
from ..course.course import load_course
from ..course.environment import changed_parts, environment_of
from ..course.hand_ins import find_hand_ins
from ..course.store import ResultStore
from ..engine import Policy, strongest_possible
from ..errors import UserError
from ..judge.results import FAILED
from ..project import find_project
from ..solution import find_solution, find_solution_files
from .grade import part_of

NEW, FORCED = "no result yet", "by --force"


@dataclass(frozen=True)
class Plan:
    """For each student the reasons to grade; none for who is not."""

    lab: str
    reasons: dict[str, list[str]]

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        students = [
            {"student": name, "graded": bool(why), "because": why}
            for name, why in self.reasons.items()
        ]
        return {"lab": self.lab, "students": students}

    def lines(self) -> Iterator[str]:
        """A line per reason, and one for all."""
        by_reason: dict[str, list[str]] = {}
        for name, why in self.reasons.items():
            if why:
                by_reason.setdefault(", ".join(why), []).append(name)
        for reason, names in by_reason.items():
            few = ", ".join(names[:10]) + (" …" if len(names) > 10 else "")
            yield f"would grade {len(names)} because of this: {reason} ({few})"
        kept = sum(not why for why in self.reasons.values())
        yield f"would keep {kept} of {len(self.reasons)} results; nothing was changed"


def plan_class(
    course_dir: Path,
    lab: str,
    release_root: Path,
    seed: int | None = None,
    policy: Policy | None = None,
    force: bool = False,
    retry: bool = False,
) -> Plan:
    """Compare each hand-in and all that its grade depends on with the stored result.

    Raises:
        UserError: if nobody handed in (exit code 2), or the course or the release is not in order.
    """
    course, project = load_course(course_dir), find_project()
    released = load_assignment(lab, release_root)
    solution = find_solution(project, lab, release_root)
    if solution is None:  # grading would use the one that the course keeps
        kept = course.folder("solution", ".", lab).parent
        solution = load_assignment(lab, release_root, solution_root=kept).solution
    solved = find_solution_files(project, lab, release_root, released.files)
    assignment = replace(released, solution=solution, solution_files=solved)
    submitted = course.folder("submitted", ".", lab).parent
    rows = find_hand_ins(course.root, lab, submitted, asked_of(assignment))
    students = [row for row in rows if not row.is_stray]
    if not students:
        raise UserError(f"{submitted}: no submissions of {lab} found; put them there", exit_code=2)
    run_seed = seed_of(course.root, lab) if seed is None else seed
    level = strongest_possible(policy or Policy())
    environment = environment_of(assignment, run_seed, assignment.limits, level)
    store = ResultStore(course.root / "results" / lab)
    reasons: dict[str, list[str]] = {}
    for row in students:
        key = environment | part_of(row.load())
        known, stored = store.load(row.student, key), store.stored(row.student)
        if force:
            reasons[row.student] = [FORCED]
        elif known is not None:
            again = retry and known.status == FAILED
            reasons[row.student] = ["by --retry"] if again else []
        else:
            reasons[row.student] = [NEW] if stored is None else changed_parts(stored[0], key)
    return Plan(lab, reasons)
