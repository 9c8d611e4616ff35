"""`report` writes a page from what lies in the course, or says in one line what is missing."""

import os
from pathlib import Path

import pytest

from autograder.course.class_run import ClassRun, remember
from autograder.course.store import ResultStore
from autograder.errors import UserError
from autograder.verbs.report import report_class
from tests.autograder.class_report.made_class import made_class


@pytest.fixture
def course(tmp_path: Path) -> Path:
    remember(tmp_path, "lab", ClassRun(1, title="The lab", exercises={"ex1": "First"}))
    store = ResultStore(tmp_path / "results" / "lab")
    for result in made_class(35):
        store.save(result, {"submission": result.student})
    return tmp_path


def test_a_page_is_written_beside_the_gradebook(course: Path) -> None:
    report, page = report_class(course, "lab")
    assert page == course / "report-lab.html" and "The lab" in page.read_text("utf-8")
    assert len(report.students) == 35


def test_the_page_goes_where_it_is_asked_for(course: Path, tmp_path: Path) -> None:
    _, page = report_class(course, "lab", tmp_path / "new folder" / "page.html")
    assert page.is_file() and not (course / "report-lab.html").exists()


def test_damaged_results_are_left_out(course: Path) -> None:
    (course / "results" / "lab" / "s0001.json").write_text("{")
    assert len(report_class(course, "lab")[0].students) == 34


def test_a_lab_that_was_not_graded_is_refused(course: Path) -> None:
    with pytest.raises(UserError, match="was not graded yet"):
        report_class(course, "other")


def test_no_results_are_refused(course: Path) -> None:
    for path in (course / "results" / "lab").glob("*.json"):
        path.unlink()
    with pytest.raises(UserError, match="no results; run grade first"):
        report_class(course, "lab")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_a_closed_folder_is_refused(course: Path) -> None:
    course.chmod(0o500)
    with pytest.raises(UserError, match="name another with --out"):
        report_class(course, "lab")
    course.chmod(0o700)


def test_a_folder_in_the_place_of_the_page_is_refused(course: Path) -> None:
    (course / "report-lab.html" / "x").mkdir(parents=True)
    with pytest.raises(UserError, match="name another with --out"):
        report_class(course, "lab")
