"""What replaces nbgrader's execution step: a reader of submissions and a writer of results.

Both also serve formgrader's own "autograde" button, which knows no results in advance.
"""

from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbformat.v4 import new_markdown_cell, new_output
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Dict

from ..assignment import Assignment, load_assignment, question_id
from ..engine import Zygote
from ..judge.grade import grade_here
from ..judge.ingest import ingest
from ..judge.results import CellFailure, QuestionResult, SubmissionResult
from ..judge.submission import compose
from .feedback import as_html, as_text, summary
from .glance import ByHand, glance
from .markdown import SUMMARY_ID


class SubmissionExporter(NotebookExporter):
    """Reads a submitted file as the instructor's notebook with the student's answers in it."""

    def from_filename(
        self, filename: str, resources: Any = None, **kwargs: Any
    ) -> tuple[str, dict[str, Any]]:
        coursedir = self.parent.coursedir
        path = Path(filename)
        if not path.resolve().is_relative_to(Path(coursedir.root, coursedir.submitted_directory)):
            return super().from_filename(filename, resources, **kwargs)
        assignment = load_course_assignment(coursedir, resources["nbgrader"]["assignment"])
        submission = ingest(assignment.notebook, path)
        notebook = compose(assignment.notebook, submission.cells)
        return self.from_notebook_node(notebook, resources, **kwargs)


class RecordResult(NbGraderPreprocessor):
    """Writes what grading found into the cells, in the form that nbgrader reads scores from."""

    known = Dict(help="student -> SubmissionResult, where grading is already done").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Check cells get their score and a table of tests; failed cells their error."""
        student = resources["nbgrader"]["student"]
        result = self.known.get(student) or self._grade_now(resources["nbgrader"])
        questions = {question.id: question for question in result.questions}
        failures = {failure.cell_id: failure for failure in result.cell_failures}
        for cell in nb.cells:
            question = questions.get(question_id(cell) or "")
            if question is not None:
                cell.outputs = _question_outputs(question)
            elif cell.cell_type == "code":
                failure = failures.get(cell.id)
                cell.outputs = [_failure_output(failure)] if failure else []
        kept = {"result": result.as_json()}  # for the feedback, which knows more by then
        nb.cells.insert(0, new_markdown_cell(summary(result), id=SUMMARY_ID, metadata=kept))
        return nb, resources

    def _grade_now(self, asked: dict[str, str]) -> SubmissionResult:
        coursedir = self.parent.parent.coursedir
        assignment = load_course_assignment(coursedir, asked["assignment"])
        submitted = Path(
            coursedir.format_path(
                coursedir.submitted_directory, asked["student"], asked["assignment"]
            ),
            f"{asked['notebook']}.ipynb",
        )
        with Zygote(assignment.release_dir, imports=assignment.imports) as zygote:
            return grade_here(assignment, asked["student"], submitted, zygote, seed=0)


class ShowAtAGlance(NbGraderPreprocessor):
    """Begins a feedback page with all there is to know, grades and comments by hand included."""

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Replaces the summary that grading left."""
        for cell in nb.cells:
            if cell.get("id") == SUMMARY_ID and "result" in cell.metadata:
                result = SubmissionResult.from_json(cell.metadata.pop("result"))
                cell.source = glance(result, _by_hand(resources["nbgrader"]))
        return nb, resources


def _by_hand(asked: dict[str, str]) -> dict[str, ByHand]:
    with Gradebook(asked["db_url"]) as gradebook:
        notebook = gradebook.find_submission_notebook(
            asked["notebook"], asked["assignment"], asked["student"]
        )
        comments = {one.name: one.comment or "" for one in notebook.comments}
        return {
            grade.name: ByHand(grade.manual_score, comments.get(grade.name, ""))
            for grade in notebook.grades
        }


def load_course_assignment(coursedir: Any, lab: str) -> Assignment:
    """The lab as the course released it, with the solution that the course keeps."""
    root = Path(coursedir.root)
    return load_assignment(
        lab, root / coursedir.release_directory, solution_root=root / coursedir.solution_directory
    )


def _question_outputs(question: QuestionResult) -> list[Any]:
    """A table of the tests to read, and the score as the result that nbgrader takes."""
    table = {"text/html": as_html(question), "text/plain": as_text(question)}
    return [
        new_output("display_data", data=table),
        new_output("execute_result", data={"text/plain": repr(float(question.score or 0.0))}),
    ]


def _failure_output(failure: CellFailure) -> Any:
    name = failure.name or failure.cause.value
    return new_output(
        "error", ename=name, evalue=failure.message, traceback=[f"{name}: {failure.message}"]
    )
