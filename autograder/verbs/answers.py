"""Grades other answers than the solution's, right or wrong, as grading does a student's."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from ..assignment import Assignment, load_assignment
from ..course.environment import digest_of, environment_of
from ..engine import Policy, strongest_possible
from ..errors import UserError, shown
from ..judge.content import Content, extra_files
from ..judge.knowledge import KNOWN, Knowledge
from ..lab import find_lab
from ..mutation.answers import WRONG_FOLDER, GradedAnswer, bank_of, mistakes_of
from ..mutation.candidates import make_grader
from ..notebook import as_text
from ..variants.format import SUFFIX
from ..variants.solution import read_solution
from ..variants.variant import Variant, read_variant
from .demo import submission
from .judge import judge_contents
from .tests_there import refuse_missing_tests

SEED = 0  # the same inputs each time, so that a change of a score is one of the tests


@dataclass(frozen=True)
class GradedAnswers:
    """What the tests made of them."""

    answers: list[GradedAnswer]  # in the order in which they were named
    tested: tuple[str, ...]  # the questions that are graded by tests
    notes: list[str]  # tests that a person should look at

    @property
    def failed(self) -> list[GradedAnswer]:
        """Right ones without full marks, wrong ones that lose nothing, any that can't be graded."""
        return [answer for answer in self.answers if not answer.passes]

    def as_json(self) -> list[dict[str, Any]]:
        """Plain data."""
        return [answer.as_json() for answer in self.answers]


def grade_answers(
    lab: str,
    project: Path,
    named: Sequence[Path] = (),
    jobs: int = 1,
    on_start: Callable[[int], None] = lambda number: None,
    on_step: Callable[[], None] = lambda: None,
    mistakes: bool = False,
) -> GradedAnswers:
    """Grade variants of the solution: named files and those in named folders, else the lab's bank,
    or with `mistakes` its mistakes and wrong answers.

    Raises:
        UserError: if there are none (exit code 2), or one can't be read.
        EngineUnavailable, HiddenTestsBroken: if nothing can be graded.
    """
    folder = find_lab(lab, project / "source")
    wrong = (folder.variants_dir / WRONG_FOLDER).resolve()
    of_lab = mistakes_of(folder.variants_dir) if mistakes else bank_of(folder.variants_dir)
    paths = files_of(named) if named else [Path(shown(path)) for path in of_lab]
    if not paths:
        raise UserError(f"{lab} has no bank of answers; name files", exit_code=2)
    solution = read_solution(folder.source)
    variants = [
        read_variant(path, solution, bool(named), path.parent.resolve().is_relative_to(wrong))
        for path in paths
    ]
    released = load_assignment(lab, project / "release", project / "source")
    refuse_missing_tests(released)
    assignment = make_grader(released, solution).assignment  # with the solution in it
    on_start(len(variants))
    contents = (_handed_in(assignment, variant) for variant in variants)
    notes: list[str] = []
    results = {}
    policy = Policy()
    level = strongest_possible(policy)
    environment = environment_of(assignment, SEED, assignment.limits, level)
    knowledge = Knowledge(project / ".build" / KNOWN / lab, digest_of(environment))
    number = len(variants)
    judged = judge_contents(
        assignment, SEED, policy, contents, number, jobs, notes.append, knowledge
    )
    for content, result in judged:
        results[content.student] = result
        on_step()
    tested = assignment.tested
    answers = [GradedAnswer(one, results[str(one.path)], tested) for one in variants]
    return GradedAnswers(answers, tested, notes)


def files_of(named: Sequence[Path]) -> list[Path]:
    """The files themselves, and all text files below the folders; each once.

    Raises:
        UserError: for a file of another kind, a folder without any, or one that can't be read;
            exit code 2.
    """
    return list(dict.fromkeys(file for path in named for file in _files_at(path)))


def _files_at(path: Path) -> list[Path]:
    try:
        if path.is_dir():
            return _files_below(path)
        if not path.exists():
            raise _misuse(path, "no such file or folder; check its name")
    except OSError as error:
        place = Path(error.filename)
        raise _misuse(place, f"can't be read ({error.strerror}); see to it") from None
    if not path.name.endswith(SUFFIX):
        raise _misuse(path, f"no answer is in such a file; name files `*{SUFFIX}`, or folders")
    return [path]


def _files_below(folder: Path) -> list[Path]:
    walk = os.walk(folder, onerror=_raise)
    found = (Path(place) / name for place, _, names in walk for name in names)
    files = sorted(path for path in found if path.name.endswith(SUFFIX))
    if not files:
        raise _misuse(folder, f"no file `*{SUFFIX}` in it; name another folder")
    return files


def _misuse(path: Path, what: str) -> UserError:
    return UserError(f"{shown(path)}: {what}", exit_code=2)


def _raise(error: OSError) -> NoReturn:
    raise error


def _handed_in(assignment: Assignment, variant: Variant) -> Content:
    """The whole notebook, as a student would hand it in."""
    notebook = submission(assignment.solution, variant)
    files = extra_files(assignment.files, {**assignment.solution_files, **variant.files})
    name = f"{assignment.lab}.ipynb"
    return Content(str(variant.path), name, as_text(notebook).encode(), files=files)
