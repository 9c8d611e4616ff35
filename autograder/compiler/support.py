"""What lies beside a notebook: the lab's `student/` folder, figures, and the packages it imports,
and a setting for nbgrader's Validate.

A file is named by its path in the released folder and maps to the file it is copied from.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from autograder.errors import UserError
from autograder.lab import CHECKS_FILE
from autograder.lab import Lab as LabFolder
from autograder.project import HOME

from .ipython_syntax import as_python, parse
from .linked_files import Files, files_below
from .notebooks import Lab

KIT = "lib.kit"  # its packages ship with the labs that use them; all else of ours stays here
_OURS = ("lib", "autograder")
# Has nbgrader's Validate run what grading runs, where Jupyter is started beside the notebook.
VALIDATE_CONFIG = Path(__file__).with_name("nbgrader_config.json")
NO_CHECKS = Path(__file__).with_name("no_checks.txt")  # lets check cells run where there are none


def support_files(
    lab: Lab, folder: LabFolder, extra: Mapping[str, bytes] | None = None
) -> tuple[Files, Files]:
    """The files beside the student's notebook, and those beside the solution's; `extra` are those
    that students hand in besides, which lie there, too.

    Adds a notice to the lab for each import that students couldn't follow.

    Raises:
        UserError: two files claim one place, or something is to ship that may not.
    """
    given = {
        path.relative_to(folder.student_dir).as_posix(): path
        for path in files_below(folder.student_dir)
    }
    imports = _imports_of(lab, given, extra or {})
    provided = {name for name in _OURS if f"{name}.py" in given or f"{name}/__init__.py" in given}
    imports = {name: place for name, place in imports.items() if name.split(".")[0] not in provided}
    shipped = _shipped_packages(folder)
    shared = _for_checks(lab) | given | dict(_packages(shipped, imports))
    lab.notices += _missing_imports(shipped, imports)
    release = shared | lab.linked
    solution = release | lab.linked_by_solution
    if f"{lab.name}.ipynb" in solution:
        raise UserError(f"{solution[f'{lab.name}.ipynb']}:1: in the notebook's place; rename it")
    return release, solution


def _for_checks(lab: Lab) -> Files:
    """What check cells need beside them; a lab's own files come before it."""
    has_checks = any(piece.role == "check" for piece in lab.pieces)
    return {VALIDATE_CONFIG.name: VALIDATE_CONFIG, CHECKS_FILE: NO_CHECKS} if has_checks else {}


def _imports_of(lab: Lab, given: Files, extra: Mapping[str, bytes]) -> dict[str, str]:
    """Every module of ours that a released cell or file imports, and where."""
    imports: dict[str, str] = {}
    for piece in lab.pieces:
        if piece.kind == "code":
            for name, line in _imported_modules(as_python(piece.student) or ""):
                imports.setdefault(name, f"{lab.path}:{piece.line} (line {line} of its cell)")
    for path in given.values():
        if path.suffix == ".py":
            for name, line in _imported_modules(path.read_bytes()):
                imports.setdefault(name, f"{path}:{line}")
    for file, content in extra.items():
        if file.endswith(".py"):
            for name, line in _imported_modules(content):
                imports.setdefault(name, f"{file}:{line}")
    return imports


def _imported_modules(python: str | bytes) -> Iterator[tuple[str, int]]:
    try:
        tree = parse(python)
    except SyntaxError:  # a text file that only looks like Python imports nothing
        return
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                modules = [alias.name for alias in names]
            case ast.ImportFrom(module=str(module), names=names, level=0):
                modules = [f"{module}.{alias.name}" for alias in names]
            case _:
                continue
        for name in modules:
            if name.split(".")[0] in _OURS:
                yield name, node.lineno


def _shipped_packages(folder: LabFolder) -> list[str]:
    """The packages of the kit that `lab.toml` lets students have; all of them without a list.

    Raises:
        UserError: if it names another one.
    """
    kit = HOME.joinpath(*KIT.split("."))
    known = [f"{KIT}.{path.name}" for path in sorted(kit.iterdir()) if _is_package(path)]
    folder.refuse_unknown_packages(known)
    return known if folder.ships is None else list(folder.ships)


def _is_package(path: Path) -> bool:
    return (path / "__init__.py").is_file()


def _packages(shipped: list[str], imports: dict[str, str]) -> Iterator[tuple[str, Path]]:
    for package in shipped:
        if any(_is_in(name, package) for name in imports):
            folder = HOME.joinpath(*package.split("."))
            parents = [parent for parent in folder.parents if parent.is_relative_to(HOME)]
            above = [parent / "__init__.py" for parent in parents if _is_package(parent)]
            for path in (*above, *files_below(folder)):
                yield path.relative_to(HOME).as_posix(), path


def _missing_imports(shipped: list[str], imports: dict[str, str]) -> list[str]:
    return [
        f"{place}: imports {name}, which students don't receive"
        for name, place in imports.items()
        if not any(_is_in(name, package) for package in shipped)
    ]


def _is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")
