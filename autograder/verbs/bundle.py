"""Bundles a lab for a platform that grades by itself."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from string import Template

from filelock import FileLock

from ..add_points import add_points
from ..assignment import Assignment, load_assignment
from ..atomic_file import write_atomically
from ..bundle.contents import EXECUTABLE, TEMPLATES, bundle_files
from ..bundle.run import SPARE_S
from ..bundle.settings import Settings, Visibility
from ..course.class_run import ClassRun, remember, seed_of
from ..errors import UserError, shown
from ..project import find_project
from ..solution import find_solution, find_solution_files
from ..zip_archive import zip_of
from .grade import LOCK_FILE
from .tests_there import refuse_missing_tests

COURSE = Path("course", "gradescope")  # in the project, if no other is named
SIZE_LIMIT_BYTES = 100 * 2**20  # of a zip; Gradescope takes no larger one
WHEN = {
    Visibility.VISIBLE: "At once, too",
    Visibility.AFTER_DUE_DATE: "After the due date",
    Visibility.AFTER_PUBLISHED: "When you publish grades",
    Visibility.HIDDEN: "Never, for students",
}
ADVICE = {
    Visibility.VISIBLE: (
        "- **In this bundle students see what hidden tests say at once** (`--visibility visible`). "
        "Limit the\n  number of uploads, or bundle again with another visibility."
    ),
    Visibility.AFTER_DUE_DATE: (
        "- In this bundle points and hidden tests are shown after the due date, or after the late "
        "due\n  date if there is one. Who has an extension can be told by others then."
    ),
    Visibility.AFTER_PUBLISHED: (
        "- In this bundle points and hidden tests are shown when you publish grades. Publish when "
        "nobody may\n  upload any more."
    ),
    Visibility.HIDDEN: "- In this bundle points and hidden tests are never shown to students.",
}


@dataclass(frozen=True)
class Bundled:
    """What came of bundling."""

    zip_file: Path
    course_dir: Path
    size_bytes: int
    notes: list[str] = field(default_factory=list)


def bundle_for_gradescope(
    lab: str,
    *,
    out: Path | None = None,
    course_dir: Path | None = None,
    release_root: Path | None = None,
    visibility: Visibility = Visibility.AFTER_PUBLISHED,
    limit_s: int = Settings.limit_s,
    allow_unconfined: bool = False,
) -> Bundled:
    """Write the zip that Gradescope takes as an autograder.

    Args:
        out: the zip; else `gradescope-<lab>.zip` in the course's folder.
        course_dir: keeps the secret that all inputs of tests follow from, for this bundle and for
            grading here; else a folder of the project.
        release_root: folder of released labs, if another one than the project's.
        visibility: when students see points and what hidden tests say.
        limit_s: after what time Gradescope ends a grading.
        allow_unconfined: grade there even if submissions can't be confined.

    Raises:
        UserError: if there is no such course, the lab was not released, its tests or its source
            are not in order, or the zip is too large.
    """
    project = find_project()
    release_root = release_root or project / "release"
    if course_dir is not None and not course_dir.is_dir():
        raise UserError(
            f"{shown(course_dir)}: no such course folder; make it, or name another", exit_code=2
        )
    course_dir = (course_dir or project / COURSE).resolve()
    released = load_assignment(lab, release_root)
    assignment = replace(
        released,
        solution=find_solution(project, lab, release_root),
        solution_files=find_solution_files(project, lab, release_root, released.files),
    )
    refuse_missing_tests(assignment)
    seed, notes = _secret(course_dir, assignment)
    settings = Settings(lab, seed, visibility, limit_s, allow_unconfined)
    content = zip_of(bundle_files(assignment, settings, _readme(assignment, settings)), EXECUTABLE)
    if len(content) > SIZE_LIMIT_BYTES:
        raise UserError(
            f"{lab}: the bundle has {len(content) >> 20} MiB, and Gradescope takes "
            f"{SIZE_LIMIT_BYTES >> 20} MiB; have large files downloaded, or made, by the lab"
        )
    zip_file = (out or course_dir / f"gradescope-{lab}.zip").resolve()
    write_atomically(zip_file, content)
    notes += _notes(assignment, settings)
    return Bundled(zip_file, course_dir, len(content), notes)


def _secret(course_dir: Path, assignment: Assignment) -> tuple[int, list[str]]:
    """The seed that the course keeps; a new one is kept from now on."""
    course_dir.mkdir(parents=True, exist_ok=True)
    with FileLock(course_dir / LOCK_FILE):
        seed = seed_of(course_dir, assignment.lab)
        run = ClassRun(
            seed,
            title=assignment.title,
            exercises=assignment.exercises,
            source=str(assignment.source),
        )
        return seed, remember(course_dir, assignment.lab, run)


def _notes(assignment: Assignment, settings: Settings) -> list[str]:
    """What the instructor should know before uploading it."""
    notes = []
    if assignment.solution is None:
        notes.append(f"no solution fits {assignment.lab}; early mistakes cost again later")
    longest_s = assignment.limits.longest_s
    if longest_s > settings.limit_s - SPARE_S:
        minutes = -(-(longest_s + SPARE_S) // 60)
        notes.append(
            f"a submission may take {longest_s:g} s by the lab's limits, and grading there ends "
            f"{SPARE_S} s before {settings.limit_s} s: set Gradescope's limit to {minutes:g} "
            f"minutes and say --minutes {minutes:g}, or lower the limits in lab.toml"
        )
    if settings.visibility is Visibility.VISIBLE:
        notes.append(
            "students see what hidden tests say after each upload; limit how often they may upload"
        )
    if settings.allow_unconfined:
        notes.append(
            "where submissions can't be confined, they run all the same: they can read the hidden "
            "tests and write their own points"
        )
    return notes


def _readme(assignment: Assignment, settings: Settings) -> str:
    by_tests, by_hand = map(_points_of(assignment), (False, True))
    hand = f" Another **{by_hand:g} points** are given by hand." if by_hand else ""
    refused = (
        "Where neither of the first two is possible, grading is refused and nobody gets a score."
    )
    return Template((TEMPLATES / "README.md").read_text("utf-8")).substitute(
        title=assignment.title,
        lab=assignment.lab,
        points=f"{by_tests:g}",
        by_hand=hand,
        minutes=settings.limit_s // 60,
        visibility=ADVICE[settings.visibility],
        when=WHEN[settings.visibility],
        unconfined=(
            "**This bundle grades at the level *none*, too** (`--allow-unconfined`)."
            if settings.allow_unconfined
            else refused
        ),
    )


def _points_of(assignment: Assignment) -> Callable[[bool], float]:
    def points(written: bool) -> float:
        asked = (one for one in assignment.questions if not one.extra)
        return add_points(one.max_score for one in asked if one.written is written)

    return points
