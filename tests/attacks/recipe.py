"""What an attack is: a recipe for the file that a dishonest student hands in.

Code of attacks ends in an exception that says how far it came: `Loot` if it succeeded, else the
system's own error, or `Nothing` where there was nothing to be found. Names such as $gradebook
are filled in by the site: attackers are told where everything lies.
"""

import copy
import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

CENTRE, POSITIVE, NORMS, ERROR = "ex1-centre", "ex2-positive", "ex3-norms", "ex4-error"
ANSWERS = {
    CENTRE: "def centre",
    POSITIVE: "def is_positive",
    NORMS: "def norms",
    ERROR: "def error",
}

PRELUDE = '''\
import ctypes, os, re
class Loot(Exception): pass
class Nothing(Exception): pass
def search(*texts):
    """Raise the secrets among what was read, or how much was read in vain."""
    found = {secret for text in texts for secret in re.findall("SECRET-[a-z]+-[0-9a-f]{8}", text)}
    raise Loot(sorted(found)) if found else Nothing(f"in {sum(map(len, texts))} characters")
def libc(name, *arguments):
    """A function of the C library; raises OSError."""
    wide = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    result = getattr(ctypes.CDLL(None, use_errno=True), name)(*wide)
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), name)
    return result
'''


@dataclass(frozen=True)
class Lab:
    """A lab as it is released and as it is solved, and the names that recipes may use."""

    blank: Any
    solved: Any
    names: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)  # of the solution, besides the notebook

    def fill_in(self, source: str) -> str:
        """Replace $name by the literal of what the site calls so."""
        literals = {name: repr(value) for name, value in self.names.items()}
        return Template(textwrap.dedent(source)).safe_substitute(literals)


HandIn = Callable[[Lab, Path], None]


@dataclass(frozen=True)
class Attack:
    """A submission that tries for more than it deserves.

    Attributes:
        honest: the points that an honest grader gives; all there are is 10, blank gets 0.
        hand_in: writes the submission to a path.
        at: the question that the attack goes through.
        only_here: why a grader that runs asserts in the student's process has nothing to lose.
        costs_more: it may damage its own later answers as well.
        neighbour: is handed in by somebody else and judged at the same time.
        loads: its judge has to load a library that this lab goes without.
    """

    name: str
    honest: float
    hand_in: HandIn
    at: str = CENTRE
    only_here: str = ""
    costs_more: bool = False
    neighbour: "Attack | None" = None
    loads: bool = False

    @property
    def together(self) -> list["Attack"]:
        """This, and its neighbour if it has one."""
        return [self, self.neighbour] if self.neighbour else [self]


def answer(name: str, honest: float, source: str, *, given: str = "", **more: Any) -> Attack:
    """The solution, but for one answer, which is the attack; `given` goes before its source."""
    at = more.get("at", CENTRE)

    def change(notebook: Any, lab: Lab) -> None:
        answer_cell(notebook, at)["source"] = PRELUDE + given + lab.fill_in(source)

    return changed(name, honest, change, **more)


def beside(name: str, source: str, **more: Any) -> Attack:
    """The whole solution, and below its first answer the attack: an honest 10."""

    def change(notebook: Any, lab: Lab) -> None:
        cell = answer_cell(notebook, CENTRE)
        cell["source"] = f"{PRELUDE}{cell['source']}\n{lab.fill_in(source)}"

    return changed(name, 10, change, **more)


def changed(
    name: str,
    honest: float,
    change: Callable[[Any, Lab], None],
    *,
    blank: bool = False,
    **more: Any,
) -> Attack:
    """The solution (or the blank release), changed in place as a tree of JSON."""

    def hand_in(lab: Lab, path: Path) -> None:
        notebook = copy.deepcopy(lab.blank if blank else lab.solved)
        change(notebook, lab)
        path.write_text(json.dumps(notebook), "utf-8")
        for file, solved in lab.files.items():
            (path.parent / file).write_bytes(solved)

    return Attack(name, honest, hand_in, **more)


def answer_cell(notebook: Any, question: str) -> Any:
    """The cell in which students answer a question."""
    return next(cell for cell in notebook["cells"] if ANSWERS[question] in cell["source"])


def check_cell(notebook: Any, question: str) -> Any:
    """The cell that a question's points belong to."""
    return next(
        cell
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == question
    )


def code_cell(source: str, **metadata: Any) -> dict[str, Any]:
    """A cell that the student adds."""
    return {
        "cell_type": "code", "id": "added", "metadata": metadata, "source": source,
        "outputs": [], "execution_count": None,
    }  # fmt: skip


HONEST = [
    changed("all right", 10, lambda notebook, lab: None),
    changed("all blank", 0, lambda notebook, lab: None, blank=True),
    changed("all right, again", 10, lambda notebook, lab: None),
]
