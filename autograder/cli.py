"""The command line: it imports everything and nothing imports it."""

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from .counted import counted
from .errors import UserError
from .errors import shown as _shown
from .printable import printable_text
from .project import find_project

if TYPE_CHECKING:
    from .render.editions import OnCell
    from .render.execute import CellRun

NOTABLE_S = 2.0  # cells of a solution that took longer are listed
NOTE_LIMIT = 4_000  # characters of a note
FORMATS = (  # of downloads; `autograder.platforms.recognise` reads them
    *("moodle", "canvas", "blackboard", "brightspace", "ilias", "gradescope", "plain"),
)

console = Console(highlight=False)

# Commands import what they need when they run: nbgrader and pytest take seconds to load.


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Build labs from Markdown sources and grade submissions in isolation."""


@cli.command()
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path), metavar="[SOURCE ...]")
@click.option("--out", type=click.Path(path_type=Path), help="Write DIR/release and DIR/solution.")
def build(sources: tuple[Path, ...], out: Path | None) -> None:
    """Compile labs into student and solution notebooks (default: all of source/).

    A SOURCE is a lab's name or Markdown file, or the folder that holds it.
    """
    from .lab import find_labs, labs_in_other_formats, place_of
    from .verbs.build import build_each, build_project

    project = find_project()
    release_dir = (out or project) / "release"
    solution_dir = out / "solution" if out else project / ".build" / "solution"
    with console.status("building"):
        if sources:
            built = build_each(
                [place_of(source, project / "source") for source in sources],
                release_dir,
                solution_dir,
            )
        elif out:
            built = build_each(find_labs(), release_dir, solution_dir)
            built.errors.extend(labs_in_other_formats(project / "source"))
        else:
            built = build_project(project)
    for lab in built.labs:
        for notice in lab.notices:
            console.print(f"note: {notice}", style="yellow", soft_wrap=True)
        auto = [q for q in lab.questions if q.kind == "auto"]
        written = [q for q in lab.questions if q.kind == "written"]
        extra = sum(q.points for q in lab.questions if q.id in lab.extra)
        console.print(
            f"{lab.lab}: {counted(len(auto), 'question')} graded by tests "
            f"({counted(sum(q.points for q in auto), 'point')}), "
            f"{counted(len(written), 'written answer')} "
            f"({counted(sum(q.points for q in written), 'point')})"
            + (f", {extra:g} of them extra credit" if extra else ""),
            soft_wrap=True,
        )
        console.print(f"  students receive   {_shown(lab.release_notebook)}", soft_wrap=True)
        console.print(f"  instructors only   {_shown(lab.solution_notebook)}", soft_wrap=True)
    for note in built.notes:
        console.print(f"note: {note}", style="yellow", soft_wrap=True)
    for error in built.errors:
        print(f"error: {error.message}", file=sys.stderr)
    if built.errors:
        sys.exit(max(error.exit_code for error in built.errors))


@cli.command()
@click.argument("lab")
def new(lab: str) -> None:
    """Write a small new LAB into source/, which passes the release gate as it is."""
    from .verbs.new import new_lab

    console.print(
        f"wrote {_shown(new_lab(lab, find_project() / 'source').parent)}; now edit it; next come "
        f"build, verify {lab}, demo {lab} --course DIR, grade {lab} --course DIR",
        soft_wrap=True,
    )


_release = click.option(
    "--release",
    "release_dir",
    default=lambda: find_project() / "release",
    type=click.Path(path_type=Path),
    help="Folder of released labs, if another one than the project's.",
)
_jobs = click.option(
    "--jobs", default=os.cpu_count() or 1, show_default=True, type=click.IntRange(1)
)
_course = click.option(
    "--course",
    "course_dir",
    required=True,
    type=click.Path(path_type=Path),
    help="The course's folder.",
)


def _json(text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option("--json", "json_file", type=click.Path(path_type=Path), help=text)


@cli.command()
@click.argument("lab")
@click.option(
    "--course",
    "course_dir",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder holding submitted/STUDENT/LAB/LAB.ipynb; gradebook and feedback go there.",
)
@_release
@_jobs
@_json("Write results here.")
@click.option(
    "--seed",
    type=click.IntRange(0),
    help="What the tests' inputs follow from; else a secret that the course keeps.",
)
@click.option("--force", is_flag=True, help="Grade unchanged submissions again, too.")
@click.option("--retry", is_flag=True, help="Grade those again on which the grader itself failed.")
@click.option("--allow-lower", is_flag=True, help="Let a regrade give less points than before.")
@click.option("--dry-run", is_flag=True, help="Say who would be graded, and why; change nothing.")
@click.option(
    "--allow-unconfined", is_flag=True, help="Grade even if submissions can't be confined here."
)
def grade(
    lab: str,
    course_dir: Path,
    release_dir: Path,
    jobs: int,
    json_file: Path | None,
    seed: int | None,
    force: bool,
    retry: bool,
    allow_lower: bool,
    dry_run: bool,
    allow_unconfined: bool,
) -> None:
    """Grade every submission of LAB: gradebook, feedback and a table."""
    if dry_run:
        return _plan(lab, course_dir, release_dir, json_file, seed, force, retry, allow_unconfined)
    from .course.class_table import as_table, remarks
    from .engine import EngineUnavailable, Policy
    from .errors import HiddenTestsBroken
    from .judge.results import FAILED
    from .verbs.grade import grade_class

    _make_room(json_file)
    _say_how_confined(allow_unconfined)
    try:
        with _progress() as progress:
            on_start, on_step = _told(progress)
            graded = grade_class(
                course_dir,
                lab,
                release_root=release_dir,
                seed=seed,
                policy=Policy(allow_unconfined=allow_unconfined),
                jobs=jobs,
                force=force,
                retry=retry,
                allow_lower=allow_lower,
                on_start=partial(on_start, f"grading {lab}"),
                on_result=lambda result: on_step(),
            )
    except (EngineUnavailable, HiddenTestsBroken) as error:
        raise UserError(f"grading can't go on: {error}") from None
    _write_json(json_file, graded.as_json())
    console.print(as_table(lab, graded.results, graded.totals))
    for line in remarks(graded.results):
        console.print(line, soft_wrap=True)
    stray = [line for row in graded.hand_ins if row.is_stray for line in row.lines()]
    for note in [*stray, *graded.notes]:
        shown = printable_text(note, NOTE_LIMIT)
        console.print(f"note: {shown}", style="yellow", markup=False, soft_wrap=True)
    gradebook, page = graded.course.gradebook, graded.course.feedback_page("STUDENT", lab)
    console.print(f"gradebook  {_shown(gradebook)}", markup=False, soft_wrap=True)
    console.print(f"feedback   {_shown(page)}", markup=False, soft_wrap=True)
    console.print(f"release    {_shown(release_dir / lab)}", soft_wrap=True)
    if failed := [result.student for result in graded.results if result.status == FAILED]:
        raise UserError(
            "not graded, see above; what the gradebook held stays, else 0; --retry tries again: "
            f"{', '.join(failed)}"
        )
    if graded.incomplete:
        raise UserError(f"not everything was published, see above: {', '.join(graded.incomplete)}")
    if graded.held:
        raise UserError(f"would be lowered, see above; {', '.join(graded.held)} keep their points")


def _plan(
    lab: str,
    course_dir: Path,
    release_dir: Path,
    json_file: Path | None,
    seed: int | None,
    force: bool,
    retry: bool,
    allow_unconfined: bool,
) -> None:
    from .engine import Policy
    from .verbs.plan import plan_class

    _make_room(json_file)
    plan = plan_class(
        course_dir, lab, release_dir, seed, Policy(allow_unconfined=allow_unconfined), force, retry
    )
    _write_json(json_file, plan.as_json())
    for line in plan.lines():
        console.print(line, markup=False, soft_wrap=True)


@cli.command()
@click.argument("lab")
@_course
@_json("Write the list here.")
def dates(lab: str, course_dir: Path, json_file: Path | None) -> None:
    """Say who handed in LAB late, by the course's dates.toml; changes nothing."""
    from .verbs.dates import as_table, summary, times_of

    _make_room(json_file)
    times = times_of(course_dir, lab)
    _write_json(json_file, times.as_json())
    console.print(as_table(times))
    for note in times.notes:
        shown = printable_text(note, NOTE_LIMIT)
        console.print(f"note: {shown}", style="yellow", markup=False, soft_wrap=True)
    console.print(summary(times), soft_wrap=True)


@cli.command()
@click.argument("lab")
@_course
@click.option("--since", help="Compare with the points of this time, not with the last ones.")
@click.option("--letters", type=click.Path(path_type=Path), help="Write a CSV of whom to tell.")
@_json("Write all of it here.")
def diff(
    lab: str, course_dir: Path, since: str | None, letters: Path | None, json_file: Path | None
) -> None:
    """Say whose points for LAB changed, by which test and why; changes nothing."""
    from .atomic_file import write_atomically
    from .verbs.diff import as_table, by_test, compare, summary

    _make_room(json_file)
    _make_room(letters)
    comparison = compare(course_dir, lab, since)
    _write_json(json_file, comparison.as_json())
    if letters is not None:
        write_atomically(letters.resolve(), comparison.letters().encode("utf-8-sig"))
    if comparison.changes:
        console.print(as_table(comparison))
    for line in by_test(comparison):
        console.print(f"  {line}", markup=False, soft_wrap=True)
    for line in comparison.kept:
        console.print(f"note: {line}", style="yellow", markup=False, soft_wrap=True)
    console.print(summary(comparison), soft_wrap=True)


@cli.command()
@click.argument("lab")
@_course
@click.option(
    "--out", type=click.Path(path_type=Path), help="The page; else COURSE/report-LAB.html."
)
@_json("Write figures here.")
def report(lab: str, course_dir: Path, out: Path | None, json_file: Path | None) -> None:
    """Write a page on what the class got of LAB: plots, mistakes by name, tests to look at."""
    from .verbs.report import report_class

    _make_room(json_file)
    figures, page = report_class(course_dir, lab, out)
    _write_json(json_file, figures.as_json())
    _say([f"report  {_shown(page)}"], figures.left_out)


@cli.command()
@click.argument("lab")
@click.argument("question")
@click.argument("more", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE ...]")
@_course
@click.option(
    "--read",
    "files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE ...",
    help="Bring these filled-in sheets into the gradebook, and write none.",
)
@click.option("--take", metavar="GRADER", help="Who decides where graders differ.")
@click.option("--overwrite", is_flag=True, help="Replace what was given in formgrader since.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The page, else COURSE/sheet-LAB-QUESTION.html; the CSV lies beside it.",
)
@click.option("--waiting", is_flag=True, help="Only answers that wait for a person.")
@click.option("--dry-run", is_flag=True, help="Say what would be written; write nothing.")
@_json("Write outcomes here.")
def sheet(
    lab: str,
    question: str,
    more: tuple[Path, ...],
    course_dir: Path,
    files: tuple[Path, ...],
    take: str | None,
    overwrite: bool,
    out: Path | None,
    waiting: bool,
    dry_run: bool,
    json_file: Path | None,
) -> None:
    """Write all answers to a written QUESTION of LAB on a page without names; read it back."""
    from .verbs.sheet import read_sheets, write_sheet

    if more and not files:
        raise UserError(f"{more[0]}: to read sheets, name them after --read", exit_code=2)
    if files and (out is not None or waiting):
        raise UserError("--out and --waiting are for writing a sheet, not for --read", exit_code=2)
    if (take or overwrite) and not files:
        raise UserError("--take and --overwrite are for reading sheets, with --read", exit_code=2)
    _make_room(json_file)
    if not files:
        written = write_sheet(
            course_dir, lab, question, out=out, only_waiting=waiting, dry_run=dry_run
        )
        _write_json(json_file, written.as_json())
        return _say(written.lines(), written.notes)
    read = read_sheets(
        course_dir,
        lab,
        question,
        [*files, *more],
        take=take,
        overwrite=overwrite,
        dry_run=dry_run,
    )
    _write_json(json_file, read.as_json())
    _say(read.lines(), read.outcome.notes)
    if read.outcome.changes and not dry_run:
        console.print(f"now grade {lab} again, which publishes it", soft_wrap=True)
    if not read.is_complete:
        raise UserError("not all that the sheets give was taken, see above")


@cli.command()
@click.argument("lab")
@_course
@click.option(
    "--threshold",
    default=60,
    show_default=True,
    type=click.IntRange(1, 100),
    help="List what shares so much of the shorter text, in percent.",
)
@_release
@click.option(
    "--out", type=click.Path(path_type=Path), help="The page; else COURSE/similar-LAB.html."
)
@_jobs
@_json("Write the list here.")
def similar(
    lab: str,
    course_dir: Path,
    threshold: int,
    release_dir: Path,
    out: Path | None,
    jobs: int,
    json_file: Path | None,
) -> None:
    """Write a page on what hand-ins of LAB have in common: evidence to read, never a verdict."""
    from .verbs.similar import compare_class, summary

    _make_room(json_file)
    with _progress() as progress:
        on_start, on_step = _told(progress)
        found, page = compare_class(
            course_dir,
            lab,
            release_root=release_dir,
            threshold=threshold / 100,
            jobs=jobs,
            out=out,
            on_start=on_start,
            on_step=on_step,
        )
    _write_json(json_file, found.as_json())
    _say([summary(found)], found.notes)
    console.print(f"page  {_shown(page)}", markup=False, soft_wrap=True)


@cli.command()
@click.argument("lab")
@click.argument("archive", type=click.Path(path_type=Path))
@_course
@click.option(
    "--roster",
    "roster_file",
    type=click.Path(path_type=Path),
    help="Who is in the course, if not COURSE/roster.csv.",
)
@click.option(
    "--worksheet",
    "worksheet_file",
    type=click.Path(path_type=Path),
    help="The platform's own file of grades, which says who is who and when they handed in.",
)
@click.option("--by-name", is_flag=True, help="Take a name that is unique on both sides, too.")
@click.option("--alone", is_flag=True, help="Nobody hands in for the others of their group.")
@click.option(
    "--platform", type=click.Choice(FORMATS), help="Where it was downloaded, if that isn't clear."
)
@click.option("--zone", help="Time zone of times without one: Europe/Berlin, say.")
@_release
@click.option("--dry-run", is_flag=True, help="Decide and say it; write nothing.")
@_json("Write decisions here.")
def collect(
    lab: str,
    archive: Path,
    course_dir: Path,
    roster_file: Path | None,
    worksheet_file: Path | None,
    by_name: bool,
    alone: bool,
    platform: str | None,
    zone: str | None,
    release_dir: Path,
    dry_run: bool,
    json_file: Path | None,
) -> None:
    """Take hand-ins of LAB out of ARCHIVE, a platform's download or a folder, into a course."""
    from .verbs.collect import collect_download

    _make_room(json_file)
    collected = collect_download(
        course_dir,
        lab,
        archive,
        release_root=release_dir,
        roster_file=roster_file,
        worksheet_file=worksheet_file,
        platform=platform,
        zone=zone,
        by_name=by_name,
        alone=alone,
        dry_run=dry_run,
    )
    _write_json(json_file, collected.as_json())
    _say(collected.lines(), collected.notes)
    if not dry_run:
        console.print(f"decisions  {_shown(collected.table)}", markup=False, soft_wrap=True)


@cli.command()
@click.argument("lab")
@_course
@click.option("--into", type=click.Path(path_type=Path), help="The platform's own file to fill.")
@click.option("--out", type=click.Path(path_type=Path), help="Write here; alone: a plain CSV.")
@click.option("--grade-column", help="Title of the column for scores, if it isn't found.")
@click.option("--column", help="The same by the column's number or title.")
@click.option("--scale", is_flag=True, help="Scale the points to the file's maximum.")
@click.option("--partial", is_flag=True, help="Export scores that aren't final, too.")
@click.option(
    "--roster",
    "roster_file",
    type=click.Path(path_type=Path),
    help="Who is in the course, if not COURSE/roster.csv.",
)
@_release
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@_json("Write rows here.")
def export(
    lab: str,
    course_dir: Path,
    into: Path | None,
    out: Path | None,
    grade_column: str | None,
    column: str | None,
    scale: bool,
    partial: bool,
    roster_file: Path | None,
    release_dir: Path,
    dry_run: bool,
    json_file: Path | None,
) -> None:
    """Fill the scores of LAB into a platform's own file, or write them as a plain CSV."""
    from .verbs.export import export_scores

    _make_room(json_file)
    exported = export_scores(
        course_dir,
        lab,
        into=into,
        out=out,
        release_root=release_dir,
        roster_file=roster_file,
        grade_column=grade_column,
        column=column,
        scale=scale,
        partial=partial,
        dry_run=dry_run,
    )
    _write_json(json_file, exported.as_json())
    unfinished = [f"not final: {line}" for line in exported.unfinished]
    _say(exported.lines(), [*unfinished, *exported.notes])
    if exported.differ:
        raise UserError("the file and the course don't have the same students, see above")


@cli.command()
@click.argument("lab")
@_course
@click.option("--zip", "zip_file", required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say how pages are named; write nothing.")
@_json("Write names here.")
def feedback(
    lab: str, course_dir: Path, zip_file: Path, dry_run: bool, json_file: Path | None
) -> None:
    """Pack the feedback pages of LAB as the platform takes them back."""
    from .verbs.feedback import pack_feedback

    _make_room(json_file)
    packed = pack_feedback(course_dir, lab, zip_file, dry_run)
    _write_json(json_file, packed.as_json())
    would = "would go to" if dry_run else "went to"
    _say([f"{lab}: {len(packed.pages)} pages {would} {_shown(zip_file)}"], packed.notes)
    if packed.without:
        raise UserError(f"{len(packed.without)} students have no page yet; grade first")


@cli.command()
@click.argument("lab")
@click.option("--gradescope", is_flag=True, help="For Gradescope, which is the one that there is.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="The zip; else COURSE/gradescope-LAB.zip."
)
@click.option(
    "--course",
    "course_dir",
    type=click.Path(path_type=Path),
    help="Keeps the secret of the tests' inputs; else the project's course/gradescope.",
)
@click.option(
    "--visibility",
    default="after_published",
    show_default=True,
    type=click.Choice(["visible", "after_due_date", "after_published", "hidden"]),
    help="When students see points and what hidden tests say.",
)
@click.option(
    "--minutes",
    default=10,
    show_default=True,
    type=click.IntRange(2, 40),
    help="The time limit that is set in Gradescope.",
)
@_release
@click.option(
    "--allow-unconfined", is_flag=True, help="Grade even if submissions can't be confined there."
)
def bundle(
    lab: str,
    gradescope: bool,
    out: Path | None,
    course_dir: Path | None,
    visibility: str,
    minutes: int,
    release_dir: Path,
    allow_unconfined: bool,
) -> None:
    """Pack LAB as an autograder for a platform that grades each upload by itself."""
    from .bundle.settings import Visibility
    from .verbs.bundle import bundle_for_gradescope

    if not gradescope:
        raise UserError("say for which platform the bundle is: --gradescope", exit_code=2)
    _make_room(out)
    bundled = bundle_for_gradescope(
        lab,
        out=out,
        course_dir=course_dir,
        release_root=release_dir,
        visibility=Visibility(visibility),
        limit_s=60 * minutes,
        allow_unconfined=allow_unconfined,
    )
    size_kib = -(-bundled.size_bytes // 1024)
    _say([f"bundle  {_shown(bundled.zip_file)} ({size_kib} KiB): keep it secret"], bundled.notes)
    _say([f"secret  {_shown(bundled.course_dir / 'grading.json')}: keep it for the term"], [])


@cli.command()
@click.argument("lab")
@click.option("--seeds", type=click.IntRange(1), help="Run the solution under so many seeds, too.")
@_json("Write results here.")
def verify(lab: str, seeds: int | None, json_file: Path | None) -> None:
    """Check that LAB can be released: all of the gate's checks, on release/LAB."""
    from .engine import EngineUnavailable
    from .errors import HiddenTestsBroken
    from .gate import gate, stability
    from .verbs.verify import verify_release

    _make_room(json_file)
    try:
        with _progress() as progress:
            verified = verify_release(lab, find_project(), seeds, *_told(progress))
    except (EngineUnavailable, HiddenTestsBroken) as error:
        raise UserError(f"nothing can be graded: {error}") from None
    console.print(gate.as_table(lab, verified.outcomes))
    if verified.measured is not None:
        console.print(stability.as_table(verified.measured))
    _write_json(json_file, verified.as_json())
    for line in [*gate.notes_of(verified.outcomes), *verified.findings]:
        console.print(line, soft_wrap=True)
    if verified.findings:
        sys.exit(1)


@cli.command()
@click.argument("lab")
def solution(lab: str) -> None:
    """Execute the solution of LAB; keep notebook, HTML and PDF; print what took long."""
    from .render.editions import render_solution

    source = find_project() / ".build" / "solution" / lab / f"{lab}.ipynb"
    runs = _rendered(render_solution, source, find_project() / ".build" / "executed" / lab)
    for run in runs:
        if run.seconds > NOTABLE_S or "test set" in run.last_line:
            console.print(f"{run.cell_id}  {run.seconds:6.1f} s  {run.last_line}", soft_wrap=True)
    console.print(f"{sum(run.seconds for run in runs):.0f} s in all")


@cli.command()
@click.argument("lab")
def handout(lab: str) -> None:
    """Execute what runs of LAB with its blanks open; keep notebook, HTML and PDF."""
    from .render.editions import render_handout

    source = find_project() / "release" / lab / f"{lab}.ipynb"
    _rendered(render_handout, source, find_project() / ".build" / "handout" / lab)


@cli.command()
@click.argument("lab")
@_course
def demo(lab: str, course_dir: Path) -> None:
    """Make a class of demo submissions for LAB in a course folder."""
    from .lab import find_lab
    from .verbs.demo import make_class

    students = make_class(find_lab(lab), find_project() / ".build" / "solution", course_dir)
    made = counted(len(students), "submission")
    console.print(f"made {made}: {', '.join(students)}", soft_wrap=True)


@cli.command()
@click.option(
    "--policy",
    "strongest",
    default="strong",
    show_default=True,
    type=click.Choice(["strong", "acceptable"]),
    help="The strictest confinement to try.",
)
@_json("Write outcomes here.")
@click.option("--compare-nbgrader", is_flag=True, help="Try plain nbgrader instead.")
def attack(strongest: str, json_file: Path | None, compare_nbgrader: bool) -> None:
    """Hand in every attack of tests/attacks, here; none may achieve anything."""
    project = find_project()
    if not (project / "tests" / "attacks" / "__main__.py").is_file():
        raise UserError(
            f"{_shown(project)}: no tests/attacks here; run this in a checkout of the autograder",
            exit_code=2,
        )
    options = ["--policy", strongest, *(["--compare-nbgrader"] if compare_nbgrader else [])]
    if json_file is not None:
        options += ["--json", str(json_file.resolve())]
    attacking = subprocess.run([sys.executable, "-m", "tests.attacks", *options], cwd=project)
    sys.exit(attacking.returncode)


@cli.command()
@click.argument("lab")
@click.argument("named", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE|FOLDER ...]")
@click.option("--list", "list_blanks", is_flag=True, help="Print the names of the lab's blanks.")
@click.option(
    "--public", is_flag=True, help="Print how many wrong answers the public checks see, no points."
)
@_json("Write results here.")
@_jobs
def answers(
    lab: str,
    named: tuple[Path, ...],
    list_blanks: bool,
    public: bool,
    json_file: Path | None,
    jobs: int,
) -> None:
    """Grade other answers (default: the lab's bank): right ones, and wrong ones by `#!LOSS`."""
    from .engine import EngineUnavailable
    from .errors import HiddenTestsBroken
    from .lab import find_lab
    from .mutation.answers import answer_lines, blank_lines, summary_lines
    from .mutation.public_checks import PublicShare, read_unseen
    from .variants.solution import read_solution
    from .verbs.answers import grade_answers

    if list_blanks:
        for line in blank_lines(read_solution(find_lab(lab).source)):
            console.print(line, soft_wrap=True)
        return
    _make_room(json_file)
    unseen = read_unseen(find_lab(lab).variants_dir)
    _say_how_confined()
    try:
        with _progress() as progress:
            on_start, on_step = _told(progress)
            told = partial(on_start, f"grading answers to {lab}")
            graded = grade_answers(lab, find_project(), named, jobs, told, on_step, public)
    except (EngineUnavailable, HiddenTestsBroken) as error:
        raise UserError(f"grading can't go on: {error}") from None
    _write_json(json_file, graded.as_json())
    if public:
        share = PublicShare(graded.answers, unseen)
        for line in share.lines():
            console.print(line, soft_wrap=True)
        sys.exit(1 if share.unexplained or share.seen_after_all else 0)
    for line in answer_lines(graded.answers):
        console.print(line, soft_wrap=True)
    for note in graded.notes:
        console.print(f"note: {note}", style="yellow", markup=False, soft_wrap=True)
    for line in summary_lines(graded.answers, graded.tested):
        console.print(line, soft_wrap=True)
    if graded.failed:
        sys.exit(1)


@cli.command()
@click.argument("lab")
@click.option("--question", help="Only the mutants and mistakes of this question.")
@_json("Write figures here.")
@_jobs
def mutate(lab: str, question: str | None, json_file: Path | None, jobs: int) -> None:
    """Make small mistakes in the solution of LAB; do its tests find them?"""
    from .mutation.mutate import as_table, details, summary
    from .verbs.mutate import mutate_solution

    _make_room(json_file)
    _say_how_confined()
    with _progress() as progress:
        on_start, on_step = _told(progress)
        told = partial(on_start, f"judging mutants of {lab}")
        report = mutate_solution(lab, find_project(), question, jobs, told, on_step)
    _write_json(json_file, report.as_json())
    console.print(as_table(lab, report))
    for line in details(report):
        console.print(line, soft_wrap=True)
    console.print(summary(report), soft_wrap=True)
    if not report.passed:
        sys.exit(1)


def _say(lines: Iterable[str], notes: Iterable[str]) -> None:
    for line in lines:
        console.print(line, markup=False, soft_wrap=True)
    for note in notes:
        shown = printable_text(note, NOTE_LIMIT)
        console.print(f"note: {shown}", style="yellow", markup=False, soft_wrap=True)


def _rendered(
    render: "Callable[[Path, Path, OnCell], list[CellRun]]", source: Path, target_dir: Path
) -> "list[CellRun]":
    from nbclient.exceptions import CellExecutionError

    if not source.is_file():
        raise UserError(f"{_shown(source)}: not built yet; run `make release`", exit_code=2)
    try:
        with _progress() as progress:
            task = progress.add_task(f"executing {source.stem}", total=None)
            runs = render(
                source, target_dir, lambda done, of: progress.update(task, completed=done, total=of)
            )
    except CellExecutionError as error:
        raise UserError(f"{_shown(source)}: a cell fails: {error.ename}: {error.evalue}") from None
    for form in sorted(target_dir.glob(f"{source.stem}.*")):
        console.print(f"  {_shown(form)}", soft_wrap=True)
    return runs


def _told(progress: Progress) -> tuple[Callable[[str, int], None], Callable[[], None]]:
    """Two functions that keep a progress bar: what begins, of how many steps; and a step."""
    tasks: list[TaskID] = []

    def on_start(what: str, number: int) -> None:
        tasks.append(progress.add_task(what, total=number))

    return on_start, lambda: progress.advance(tasks[-1])


def _make_room(json_file: Path | None) -> None:
    """Fail before the work if the report could not be written after it."""
    if json_file is None:
        return
    try:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        is_new = not json_file.exists()
        json_file.open("a").close()
        if json_file.is_file():  # its folder takes a draft first
            TemporaryFile(dir=json_file.resolve().parent).close()
        if is_new:
            json_file.unlink()
    except OSError as error:
        wrong = f"{_shown(json_file)}: can't be written ({error.strerror})"
        raise UserError(f"{wrong}; name another file", exit_code=2) from None


def _write_json(json_file: Path | None, report: object) -> None:
    """Write the report so that nobody finds half of it."""
    if json_file is None:
        return
    from .atomic_file import write_atomically

    text = json.dumps(report, indent=1) + "\n"
    if json_file.exists() and not json_file.is_file():  # a pipe, say: nothing can take its place
        json_file.write_text(text, "utf-8")
    else:
        write_atomically(json_file.resolve(), text.encode())


def _say_how_confined(allow_unconfined: bool = False) -> None:
    from .engine import ConfinementRefused, Policy, strongest_possible

    try:
        level = strongest_possible(Policy(allow_unconfined=allow_unconfined))
    except ConfinementRefused as refusal:
        raise UserError(str(refusal), exit_code=2) from None
    if level == "acceptable":
        notice = "submissions run without namespaces: they can see which files exist, not read them"
        console.print(f"note: {notice}", style="yellow", soft_wrap=True)
    if level == "none":
        warning = "submissions run UNCONFINED: they can read and change whatever you can"
        console.print(f"WARNING: {warning}", style="bold red", soft_wrap=True)


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    unseen = not console.is_terminal  # a file would get an empty line of it
    return Progress(*columns, TimeElapsedColumn(), console=console, transient=True, disable=unseen)


@contextmanager
def _one_line_errors() -> Iterator[None]:
    try:
        yield
    except UserError as error:
        print(f"error: {error.message}", file=sys.stderr)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        print("stopped; what was graded so far is kept", file=sys.stderr)
        sys.exit(130)
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        print(f"error: {place}{error.strerror or error}; see to it, and run again", file=sys.stderr)
        sys.exit(1)


def main(name: str = "python -m autograder") -> None:
    """Entry point: users' mistakes become one line and an exit code."""
    gc.set_threshold(100_000)  # objects: it is libraries that make many, and keep them
    try:
        with _one_line_errors():
            sys.exit(cli.main(prog_name=name, standalone_mode=False) or 0)
    finally:
        gc.freeze()  # the process ends: to look through all libraries for garbage takes long
