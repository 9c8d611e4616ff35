"""What is published of one student, made from the result: the graders' notebook and the page.

All of it that looks at the student's text is here, for the press.
"""

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..assignment import nbgrader_tag
from ..judge.results import HandedFile, SubmissionResult
from ..judge.submission import content_of
from .blanks import Blanks, without_blanks
from .notebook import (
    RENDERED_LIMIT,
    graded_notebook,
    untouched_answers,
    with_cells,
    work_by_question,
)
from .outline import Outline
from .page import render_page
from .recorded import RecordedSubmission

ANSWERS = "answers"  # in the metadata of the graders' notebook: their digests


@dataclass(frozen=True)
class Edition:
    """What is the same for every student of a run.

    `pictures` are the released ones, by their paths beside the notebook; `blanks` those of every
    release so far.
    """

    release: Any
    blanks: Blanks
    pictures: tuple[str, ...] = ()
    exercises: Mapping[str, str] | None = None
    title: str = ""

    @functools.cached_property
    def outline(self) -> Outline:
        """The same for the page."""
        return Outline(self.release, self.exercises or {})


@dataclass(frozen=True)
class NotebookWork:
    """To make the notebook for graders; `rendered_limit` as `graded_notebook` has it."""

    result: SubmissionResult
    rendered_limit: int = RENDERED_LIMIT

    def run(self, edition: Edition) -> dict[str, Any]:
        """The notebook's text, the answers' digests, and the answers that nobody touched."""
        result = _without_blanks(self.result, edition)
        filled = with_cells(edition.release, result.cells)
        answers = answer_digests(edition.release, filled, result.files)
        notebook = graded_notebook(filled, result, edition.pictures, self.rendered_limit)
        notebook["metadata"] = {**notebook["metadata"], "autograder": {ANSWERS: answers}}
        return {
            "notebook": json.dumps(notebook, ensure_ascii=False) + "\n",
            ANSWERS: answers,
            "untouched": sorted(untouched_answers(edition.release, filled)),
        }


@dataclass(frozen=True)
class PageWork:
    """To make the student's page; `row` is what the gradebook has."""

    result: SubmissionResult
    row: RecordedSubmission

    def run(self, edition: Edition) -> str:
        """The page."""
        result = _without_blanks(self.result, edition)
        return render_page(result, edition.outline, self.row, edition.title)


def answer_digests(release: Any, notebook: Any, files: Iterable[HandedFile] = ()) -> dict[str, str]:
    """For each question a digest of what the student wrote for it, blanks left out.

    A question with tests may be answered in any of the files besides the notebook.
    """
    untouched = untouched_answers(release, notebook)
    beside = [[file.name, file.sha256] for file in files if file.sha256]
    digests = {}
    for question, cells in work_by_question(notebook).items():
        names = [nbgrader_tag(cell).get("grade_id") for cell in cells]
        work = [
            _work(cell) for cell, name in zip(cells, names, strict=True) if name not in untouched
        ]
        work += beside if question not in names else []
        content = json.dumps(work, sort_keys=True).encode()
        digests[question] = hashlib.sha256(content).hexdigest()[:16]
    return digests


def _work(cell: Any) -> Any:
    """What counts of a cell; without pictures it is the text, as in earlier versions."""
    content = content_of(cell)
    return content if content[2] else content[1]


def answers_in(release: Any, notebook: Any) -> dict[str, str]:
    """The digests of the answers in a notebook for graders, whatever version of ours made it.

    Raises:
        KeyError, TypeError: if it is none.
    """
    noted = notebook["metadata"].get("autograder", {}).get(ANSWERS)
    if isinstance(noted, dict):
        return {str(question): str(digest) for question, digest in noted.items()}
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return answer_digests(release, notebook)


def _without_blanks(result: SubmissionResult, edition: Edition) -> SubmissionResult:
    return replace(result, cells=without_blanks(result.cells, edition.blanks))
