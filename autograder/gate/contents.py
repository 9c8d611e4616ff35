"""Checks of what a release is made of: it parses, is clean and needs nothing that stays here."""

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path
from typing import Any

from ..compiler.ipython_syntax import as_python, parse, syntax_problem
from ..errors import shown
from .bench import Bench, Finding, Seen, Subject

_REQUIREMENTS = "requirements.txt"
_PROJECT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_IMAGE = re.compile(
    r"!\[[^\]]*\]\(\s*<?(?P<markdown>[^)>\s]+)|<img\b[^>]*?\bsrc=[\"'](?P<html>[^\"']+)"
)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|#", re.IGNORECASE)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_CELL_METADATA = {"nbgrader", "deletable", "editable", "tags", "jupyter", "slideshow"}
_NOTEBOOK_METADATA = {"kernelspec", "language_info"}


def python_files(subject: Subject) -> list[Path]:
    """The modules beside the notebook."""
    return sorted(subject.release_dir.rglob("*.py"))


def check_parses(bench: Bench) -> Seen:
    """Every released code cell and module is Python (or IPython's extension of it)."""
    subject = bench.subject
    cells, files = subject.code_cells(), python_files(subject)
    findings = []
    for cell in cells:
        if problem := syntax_problem(cell.source):
            place = subject.place_of(cell, problem.line)
            findings.append(Finding(place, f"doesn't parse ({problem.message}); mend its source"))
    for file in files:
        try:
            parse(file.read_bytes())
        except SyntaxError as error:
            wrong = f"doesn't parse ({error.msg}); mend its source"
            findings.append(Finding(f"{shown(file)}:{error.lineno or 1}", wrong))
    return Seen(f"{len(cells)} code cells, {len(files)} modules", findings)


def check_clean(bench: Bench) -> Seen:
    """No outputs, no execution counts, no times, nothing that an editor left behind."""
    subject = bench.subject
    notebook = subject.assignment.notebook
    findings = [
        Finding(subject.place_of(cell, 0), f"the cell has {left}; build the release again")
        for cell in notebook.cells
        for left in _left_behind(cell)
    ]
    for key in sorted(set(notebook.metadata) - _NOTEBOOK_METADATA):
        wrong = f"the notebook has metadata `{key}`; build the release again"
        findings.append(Finding(f"{shown(subject.notebook_path)}:1", wrong))
    return Seen(f"{len(notebook.cells)} cells", findings)


def _left_behind(cell: Any) -> Iterator[str]:
    if cell.get("outputs"):
        yield "outputs"
    if cell.get("execution_count") is not None:
        yield "an execution count"
    for key, value in cell.metadata.items():
        if key not in _CELL_METADATA:
            yield f"metadata `{key}`"
        elif _MOMENT.search(str(value)):
            yield f"a time in its metadata `{key}`"


def check_self_contained(bench: Bench) -> Seen:
    """Imports and images resolve within the folder or in requirements.txt."""
    subject = bench.subject
    projects = _installed_by(subject.release_dir / _REQUIREMENTS)
    installed = {
        package
        for package, of_projects in packages_distributions().items()
        if projects & {_canonical(project) for project in of_projects}
    }
    findings, modules, images = [], set(), 0
    for place, module in _imports(subject):
        root = module.partition(".")[0]
        modules.add(root)
        here = (root, f"{root}.py")
        is_here = any((subject.release_dir / name).exists() for name in here)
        if not is_here and any(name.partition("/")[0] in here for name in subject.folder.files):
            continue  # students write it
        if is_here and not _is_released(subject.release_dir, module):
            wrong = f"imports {module}, which the release lacks; put it into student/"
            findings.append(Finding(place, wrong))
        elif not is_here and root not in sys.stdlib_module_names | installed:
            wrong = f"imports {root}, which {_REQUIREMENTS} doesn't install; add it there"
            findings.append(Finding(place, wrong))
    for place, image in _images(subject):
        images += 1
        if not (subject.release_dir / image).is_file():
            findings.append(Finding(place, f"the image {image} is missing; put it beside the lab"))
    return Seen(f"{len(modules)} packages, {images} images", findings)


def _imports(subject: Subject) -> Iterator[tuple[str, str]]:
    """Every module imported in the release, with its place."""
    for cell in subject.code_cells():
        if not syntax_problem(cell.source):
            for line, module in _imported(parse(as_python(cell.source) or "")):
                yield subject.place_of(cell, line), module
    for file in python_files(subject):
        tree = parse(file.read_bytes())
        if file.is_relative_to(subject.release_dir / "lib"):
            # The kit serves all labs: what it imports inside functions is for those that use it.
            tree.body = [
                node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)
            ]
        for line, module in _imported(tree):
            yield f"{shown(file)}:{line}", module


def _imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield node.lineno, module


def _is_released(release_dir: Path, module: str) -> bool:
    path = release_dir.joinpath(*module.split("."))
    return path.with_suffix(".py").is_file() or path.is_dir()


def _images(subject: Subject) -> Iterator[tuple[str, str]]:
    for cell in subject.assignment.notebook.cells:
        if cell.cell_type == "markdown":
            for number, line in enumerate(cell.source.split("\n"), start=1):
                for image in _IMAGE.finditer(line):
                    target = image["markdown"] or image["html"]
                    if not _ELSEWHERE.match(target):
                        yield subject.place_of(cell, number), target


def _installed_by(requirements: Path) -> set[str]:
    """What pip installs for a requirements file: the projects named and all they need."""
    lines = requirements.read_text("utf-8").splitlines() if requirements.is_file() else []
    waiting, installed = [line for line in lines if line[:1].isalnum()], set()
    while waiting:
        found = _PROJECT_NAME.match(waiting.pop())
        name = _canonical(found[0]) if found else ""
        if name in installed:
            continue
        installed.add(name)
        try:
            waiting += [line for line in requires(name) or () if "extra ==" not in line]
        except (PackageNotFoundError, ValueError):  # for another system, or not installed here
            continue
    return installed


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
