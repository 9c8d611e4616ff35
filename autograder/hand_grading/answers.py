"""All answers of a class to one written question, as they were graded last."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from ..assignment import Assignment, nbgrader_tag
from ..course.blanks import known_blanks, without_blanks
from ..course.course import Course
from ..course.roster import roster_of
from ..course.store import ResultStore
from ..judge.submission import StudentCell, content_of
from .codes import Codes


@dataclass(frozen=True)
class Answer:
    """One answer, and whose it is: a student's, or that of members of a group who wrote alike."""

    code: str
    students: tuple[str, ...]
    cell: StudentCell


@dataclass(frozen=True)
class Answers:
    """The answers in the order of their codes, which is nobody's order."""

    answers: list[Answer] = field(default_factory=list)
    untouched: list[str] = field(default_factory=list)  # students who left it as it was released

    @property
    def by_code(self) -> dict[str, Answer]:
        """The same by code."""
        return {answer.code: answer for answer in self.answers}


def answer_cell(notebook: Any, question: str) -> Any:
    """The cell of a notebook that a written answer stands in; None if there is none."""
    for cell in notebook["cells"]:
        tag = nbgrader_tag(cell)
        if tag.get("grade") and tag.get("solution") and tag.get("grade_id") == question:
            return cell
    return None


def collect_answers(course: Course, assignment: Assignment, question: str, codes: Codes) -> Answers:
    """Read them from the stored results; what members of a group wrote alike is one answer."""
    folder = course.root / "results" / assignment.lab
    blanks = known_blanks(folder / ".released" / "blanks.json", assignment.notebook)
    released = answer_cell(assignment.notebook, question)
    members = roster_of(course.root).students
    found: dict[tuple[str, str], list[tuple[str, StudentCell]]] = {}
    untouched = []
    for result in ResultStore(folder).results():
        student, cell = result.student, _cell(without_blanks(result.cells, blanks), released.id)
        if cell is None or cell.content == content_of(released):
            untouched.append(student)
            continue
        member = members.get(student)
        group = "" if member is None else member.group
        owner = f"group {group}" if group else f"student {student}"
        found.setdefault((owner, _digest(cell)), []).append((student, cell))
    answers: dict[str, Answer] = {}
    for (owner, digest), alike in sorted(found.items()):
        number, code = 0, codes.code(owner, digest)
        while code in answers:
            number += 1
            code = codes.code(owner, digest, number)
        answers[code] = Answer(code, tuple(student for student, _ in alike), alike[0][1])
    return Answers([answers[code] for code in sorted(answers)], untouched)


def _cell(cells: tuple[StudentCell, ...], cell_id: str) -> StudentCell | None:
    return next((cell for cell in cells if cell.id == cell_id), None)


def _digest(cell: StudentCell) -> str:
    content = json.dumps(cell.content, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
