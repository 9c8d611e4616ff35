"""Says what a graded class got and did not get: a page for the instructor."""

from pathlib import Path

from ..atomic_file import write_atomically
from ..class_report.page import render_report
from ..class_report.summary import ClassReport, summarise
from ..course.class_run import recall
from ..course.course import load_course
from ..course.recorded import read_gradebook
from ..course.store import ResultStore
from ..errors import UserError


def report_class(course_dir: Path, lab: str, out: Path | None = None) -> tuple[ClassReport, Path]:
    """Write `report-<lab>.html` into the course, from its results and its gradebook.

    Returns:
        The figures, and where the page lies.

    Raises:
        UserError: if the lab was not graded there (exit code 2), or the page can't be written.
    """
    course = load_course(course_dir.resolve())
    run = recall(course.root, lab)
    store = ResultStore(course.root / "results" / lab)
    results = store.results()
    if not results:
        raise UserError(f"{store.folder}: no results; run grade first", exit_code=2)
    recorded = read_gradebook(course.gradebook, lab)
    report = summarise(lab, run.title or lab, run.exercises, results, recorded)
    page = out or course.root / f"report-{lab}.html"
    try:
        write_atomically(page.resolve(), render_report(report).encode())
    except OSError as error:
        reason = error.strerror or error
        raise UserError(f"{page}: the page can't be written ({reason}); name another with --out",
                        exit_code=2) from None  # fmt: skip
    return report, page
