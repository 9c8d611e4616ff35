"""What attacks achieve where nbgrader runs as it comes: tests in the student's kernel."""

import contextlib
import copy
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook

from autograder.errors import UserError

from .corpus import GROUPS
from .lab.plain_tests import PLAIN_TESTS as PLAIN_TESTS_BY_LAB
from .pages import alive_in_page
from .recipe import HONEST, Attack, Lab
from .run import Outcome
from .site import LAB, Site

PLAIN_TESTS = PLAIN_TESTS_BY_LAB[LAB]
TIMEOUT_S = 90.0
CELL_TIMEOUT_S = 5
CHOSEN = {
    "read": [
        "environment", "environment of the parent", "command lines", "hidden tests by path",
        "hidden tests by import", "solution", "gradebook", "neighbour", "reference by import",
        "the expected value in the caller's names",
    ],
    "forge": [
        "torch.allclose says yes", "a tensor that says yes", "a number that says yes", "NaN",
        "an empty tensor", "inputs made easy while they are looked at",
        "random numbers that aren't", "asserts compiled away", "a better gradebook",
        "easier hidden tests", "outputs stored in advance", "points changed",
        "check cells of one's own", "check cells as answers", "check cells unmarked",
        "check cells deleted", "a check cell twice", "check cells marked as not to be run",
    ],
    "escape": [
        "a TCP connection", "killing another process", "a daemon", "a shell",
        "a file that exists", "a .pth file",
    ],
    "exhaust": [
        "an endless loop", "a segmentation fault", "os._exit", "sys.exit",
        "memory that is used", "disk", "warnings and stderr",
    ],
    "ingest": ["a link to the neighbour's", "an answer that became text", "half a character"],
    "output": [
        "a script as written answer", "an image that isn't there",
        "a link to the gradebook beside it",
    ],
}  # fmt: skip


class PlainNbgrader:
    """nbgrader as it comes, on a site; a context manager, with the face of `Range`."""

    confinement = "nothing: nbgrader as it comes"

    def __init__(self) -> None:
        self._corpus = [
            (group, attack)
            for group, names in CHOSEN.items()
            for attack in GROUPS[group]
            if attack.name in names
        ]
        self.size = len(self._corpus)

    def __enter__(self) -> "PlainNbgrader":
        with contextlib.ExitStack() as opened:
            self._site = opened.enter_context(Site())
            self._course = self._site.folder / "plain"
            self._release()
            for attack in HONEST[:2]:
                outcome = self.attempt("honest", attack)
                if not outcome.ok:
                    raise UserError(f"honest work, graded by nbgrader: {outcome.achieved}")
            self._closing = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def run(self) -> Iterator[Outcome]:
        """Try the chosen part of the corpus."""
        for group, attack in self._corpus:
            yield self.attempt(group, attack)

    def attempt(self, group: str, attack: Attack) -> Outcome:
        """Hand in an attack, have nbgrader grade it and see what else has happened."""
        path = self._course / "submitted" / "student" / LAB / f"{LAB}.ipynb"
        path.parent.mkdir(parents=True)
        attack.hand_in(self._lab(), path)
        self._site.settle()
        said = self._nbgrader("autograde", "--create", f"--Execute.timeout={CELL_TIMEOUT_S}")
        if group == "output":
            said += self._nbgrader("generate_feedback")
        outputs = list(self._outputs())
        written = [
            file.read_text("utf-8", errors="replace")
            for kind in ("autograded", "feedback")
            for file in (self._course / kind).rglob("*")
            if file.is_file()
        ]
        events = self._site.evidence("\n".join([*outputs, *written]))
        for page in (self._course / "feedback").rglob("*.html"):
            events += alive_in_page(page.read_text("utf-8"))
        if group == "output" and not list((self._course / "feedback").rglob("*.html")):
            events.append("stops the feedback")
        score = self._score()
        if score is None:
            events.append("stops nbgrader")
        elif score != attack.honest:
            events.append(f"{score - attack.honest:+g} points")
        for kind in ("submitted", "autograded", "feedback"):
            shutil.rmtree(self._course / kind, ignore_errors=True)
        stopped_by = outputs[0] if outputs else "without effect"
        return Outcome(attack.name, group, stopped_by, attack.honest, score or 0.0, tuple(events))

    def _release(self) -> None:
        """The vault with plain asserts in its check cells, through nbgrader's own release step."""
        notebook = copy.deepcopy(self._lab().blank)
        for cell in notebook["cells"]:
            question = cell["metadata"]["nbgrader"]["grade_id"]
            if question in PLAIN_TESTS:
                tests = PLAIN_TESTS[question][1]
                cell["source"] = f"### BEGIN HIDDEN TESTS\n{tests}### END HIDDEN TESTS"
        source = self._course / "source" / LAB / f"{LAB}.ipynb"
        source.parent.mkdir(parents=True)
        nbformat.write(nbformat.from_dict(notebook), source)
        self._nbgrader("generate_assignment")
        # As on a server where one account grades: the gradebook lies where nbgrader keeps it.
        self._before = (self._course / "gradebook.db").read_bytes()

    def _lab(self) -> Lab:
        lab = self._site.lab
        for cell in [*lab.blank["cells"], *lab.solved["cells"]]:
            cell["metadata"].pop("tags", None)  # nbgrader would skip check cells
        return replace(lab, names=lab.names)

    def _nbgrader(self, step: str, *options: str) -> str:
        """Run a step as one types it; what it said."""
        command = [sys.executable, "-W", "ignore", "-m", "nbgrader", step, LAB, *options]
        path = f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}"
        process = subprocess.Popen(
            command, cwd=self._course, env={**os.environ, "PATH": path}, text=True,
            errors="replace", start_new_session=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            return process.communicate(timeout=TIMEOUT_S)[0]
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return process.communicate()[0] + "took too long"

    def _outputs(self) -> Iterator[str]:
        """Errors that the graded notebook shows."""
        for path in (self._course / "autograded").rglob("*.ipynb"):
            cells: list[Any] = json.loads(path.read_text("utf-8"))["cells"]
            for output in [one for cell in cells for one in cell.get("outputs", [])]:
                if output["output_type"] == "error":
                    yield f"raised {output['ename']}: {output['evalue']}"

    def _score(self) -> float | None:
        """The student's points in the gradebook, which then is as it was before."""
        path = self._course / "gradebook.db"
        graded = [grade for grade in _grades(path) if grade.name in PLAIN_TESTS]
        path.write_bytes(self._before)
        if not graded or all(grade.auto_score is None for grade in graded):
            return None
        return sum(grade.auto_score or 0.0 for grade in graded)


def _grades(path: Path) -> list[Any]:
    with Gradebook(f"sqlite:///{path}") as gradebook:
        submissions = gradebook.assignment_submissions(LAB)
        found = [grade for one in submissions for book in one.notebooks for grade in book.grades]
        for grade in found:
            _ = grade.name, grade.auto_score  # while the gradebook is open
        return found
