"""What a bundle holds: one lab, the code that grades it, and how it is graded there.

setup.sh, run_autograder    what Gradescope starts
README.md                   for the instructor
bundle.json                 settings, with the secret that inputs of tests follow from
not_graded.json             the result as long as there is no other
requirements.txt            what is installed there
project/                    autograder/, lib/ (as far as the lab reaches it), and of the lab
                            source/, release/ and solution/
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from ..assignment import Assignment, load_assignment
from ..compiler.notebooks import read_pieces
from ..compiler.requirements import read_requirements
from ..errors import UserError
from ..lab import Lab, read_lab_folder
from ..notebook import as_text
from ..project import HOME
from .reached import OURS, follow
from .requirements import requirements_text
from .results import not_graded
from .settings import FILE, Settings, settings_as_text

PROJECT = "project"
SOLUTION = "solution"  # in it
NOT_GRADED = "not_graded.json"
REQUIREMENTS = "requirements.txt"
EXECUTABLE = ("setup.sh", "run_autograder")
TEMPLATES = Path(__file__).with_name("gradescope")
LEFT_BEHIND = {"__pycache__", ".ipynb_checkpoints", ".data", ".DS_Store"}
OTHER_VARIANTS = {"class", "equivalent", "forged", "right"}  # grading names mistakes only
Files = dict[str, bytes]


def bundle_files(assignment: Assignment, settings: Settings, readme: str) -> Files:
    """All files of a bundle, by their paths in it.

    Args:
        assignment: the lab, with its solution if there is one.
        settings: how it is graded there.
        readme: what instructors read.

    Raises:
        UserError: if the lab's source can't be read.
    """
    source = assignment.source
    if source is None or not source.is_file():
        raise UserError(f"{assignment.lab}: its source is gone, so there are no hidden tests")
    lab = read_lab_folder(source)
    reached = follow(_tests(assignment, lab), [*assignment.imports, *assignment.prepare])
    list_of_lab = assignment.release_dir / REQUIREMENTS
    listed = read_requirements(list_of_lab).listed if list_of_lab.is_file() else []
    files: Files = {name: (TEMPLATES / name).read_bytes() for name in EXECUTABLE}
    files |= {
        "README.md": readme.encode(),
        FILE: settings_as_text(settings).encode(),
        NOT_GRADED: as_json(not_graded()),
        REQUIREMENTS: requirements_text(reached.libraries, listed, lab.index).encode(),
    }
    ours = {*_below(HOME / "autograder"), *({*_below(HOME / OURS)} & {*reached.files()})}
    in_project = {path.relative_to(HOME).as_posix(): path.read_bytes() for path in ours}
    in_project |= _of_lab(assignment, source)
    return files | {f"{PROJECT}/{name}": content for name, content in in_project.items()}


def bundled_assignment(bundle: Path, lab: str) -> Assignment:
    """The lab of a bundle that was unpacked into a folder."""
    project = bundle / PROJECT
    return load_assignment(
        lab,
        project / "release",
        solution_root=project / SOLUTION,
        source=project / "source" / lab / f"{lab}.md",
    )


def as_json(plain: Mapping[str, Any]) -> bytes:
    """Plain data as Gradescope reads it: no number in it may be infinite or none at all."""
    return (json.dumps(plain, indent=1, allow_nan=False) + "\n").encode()


def _of_lab(assignment: Assignment, source: Path) -> Files:
    """Source, release and solution, as in a project."""
    lab, folder = assignment.lab, source.parent
    variants = {folder / "variants" / name for name in OTHER_VARIANTS}
    own = [path for path in _below(folder) if variants.isdisjoint(path.parents)]
    files = {f"source/{lab}/{path.relative_to(folder).as_posix()}": path for path in own}
    files |= _shared(source)
    released = assignment.release_dir
    files |= {
        f"release/{lab}/{path.relative_to(released).as_posix()}": path for path in _below(released)
    }
    contents = {name: path.read_bytes() for name, path in files.items()}
    if assignment.solution is not None:
        solution = {f"{lab}.ipynb": as_text(assignment.solution).encode()}
        solution |= assignment.solution_files
        contents |= {f"{SOLUTION}/{lab}/{name}": content for name, content in solution.items()}
    return contents


def _shared(source: Path) -> dict[str, Path]:
    """Files that the lab's text shows and that lie outside of its folder, where they lie."""
    lab, folder = read_pieces(source), source.parent
    found = {}
    for path in {*lab.linked.values(), *lab.linked_by_solution.values()}:
        way = os.path.relpath(path.absolute(), folder.absolute())
        place = os.path.normpath(PurePosixPath("source", folder.name, way))
        if way.startswith("..") and not place.startswith(".."):
            found[place] = path
    return found


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and LEFT_BEHIND.isdisjoint(path.relative_to(folder).parts):
            yield path


def _tests(assignment: Assignment, lab: Lab) -> Iterator[Path]:
    """What runs on our side: hidden tests and their helpers, and the public checks."""
    yield from sorted(lab.hidden_dir.rglob("*.py"))
    yield from (file for file in assignment.test_files if file.parent == assignment.release_dir)
