"""Follows the imports of a lab's files: which of our packages, and which libraries, they lead to.

A bundle holds those and no others: what other labs are solved with stays at home.
"""

import ast
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..project import HOME

OURS = "lib"
ALWAYS = ("lib.kit.checks",)  # what judging itself uses
_FOLDER_DEPTH = {"lib.kit": 3}  # parts of a package's name; else 2


@dataclass(frozen=True)
class Reached:
    """Folders of our packages, and the names of libraries as they are imported."""

    packages: frozenset[Path]
    libraries: frozenset[str]

    def files(self) -> Iterator[Path]:
        """All files of the packages, and what makes the folders above them packages."""
        for folder in sorted(self.packages):
            above = [parent for parent in folder.parents if parent.is_relative_to(HOME / OURS)]
            yield from (parent / "__init__.py" for parent in above)
            yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def follow(files: Iterable[Path], modules: Iterable[str] = ()) -> Reached:
    """All that is reached from files and modules by imports, also by those inside functions."""
    packages: set[Path] = set()
    libraries: set[str] = set()
    names = {*ALWAYS, *modules}
    for file in files:
        names |= set(_imported(_statements(file)))
    while names:
        name = names.pop()
        if name.split(".")[0] != OURS:
            libraries.add(name.split(".")[0])
            continue
        folder = _folder_of(name)
        if folder is not None and folder not in packages:
            packages.add(folder)
            for path in folder.rglob("*.py"):
                within = path.relative_to(HOME).parts[:-1]
                found = set(_imported(_statements(path), within))
                # A library that is imported in a function is for those labs that use it.
                needed = set(_imported(_statements(path, at_start=True)))
                names |= {one for one in found if one.split(".")[0] == OURS} | needed
    return Reached(frozenset(packages), frozenset(libraries - set(sys.stdlib_module_names)))


def _folder_of(module: str) -> Path | None:
    """The folder that ships as one: `lib.kit.checks` of `lib.kit.checks.compare`, say."""
    parts = module.split(".")
    folder = HOME.joinpath(*parts[: _FOLDER_DEPTH.get(".".join(parts[:2]), 2)])
    return folder if len(parts) > 1 and (folder / "__init__.py").is_file() else None


def _statements(file: Path, at_start: bool = False) -> Iterator[ast.AST]:
    """All statements of a file, or those that run when it is imported; none if it is no Python."""
    try:
        waiting: list[ast.AST] = [ast.parse(file.read_bytes())]
    except (SyntaxError, ValueError):
        return
    while waiting:
        node = waiting.pop()
        yield node
        is_later = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        is_never = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if not (at_start and (is_later or is_never)):
            waiting += ast.iter_child_nodes(node)


def _imported(statements: Iterable[ast.AST], package: Sequence[str] = ()) -> Iterator[str]:
    """The modules that are imported; `package` is where relative imports start from, if they may
    lead out of what is reached anyway."""
    for node in statements:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level <= len(package):
            above = package[: len(package) - node.level + 1] if node.level else ()
            origin = ".".join([*above, *([node.module] if node.module else [])])
            yield from (f"{origin}.{alias.name}" for alias in node.names)
