"""Checks of what a release is made of: it parses, is clean and needs nothing that stays here."""

import ast
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from markdown_it import MarkdownIt
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..assignment import is_for_colab
from ..compiler.installation import REQUIREMENTS
from ..compiler.ipython_syntax import as_python, parse, syntax_problem
from ..compiler.requirements import known_packages, read_requirements
from ..errors import shown
from .bench import Bench, Finding, Seen, Subject
from .installation import find_disagreements

_ELSEWHERE = re.compile(r"(?!attachment:|file:)[a-z][a-z0-9+.-]+:|#|//|\?", re.IGNORECASE)
_FORMULA = re.compile(r"\$\$.*?\$\$|(?<!\\)\$[^$\n]+\$", re.DOTALL)  # `f[x](y)` in it is no link
_LEADS_TO = ("src", "href", "poster")
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
            findings.append(Finding(place, f"doesn't parse ({problem.message}); fix its source"))
    for file in files:
        try:
            parse(file.read_bytes())
        except SyntaxError as error:
            wrong = f"doesn't parse ({error.msg}); fix its source"
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
    """Imports, pictures and links resolve within the folder or in requirements.txt, and the other
    files to install from agree with that."""
    subject = bench.subject
    projects = _installed_by(subject.release_dir / REQUIREMENTS)
    installed = {
        package
        for package, of_projects in known_packages().items()
        if projects & {canonicalize_name(project) for project in of_projects}
    }
    findings, modules, files = find_disagreements(subject.release_dir), set(), 0
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
            wrong = f"imports {root}, which {REQUIREMENTS} doesn't install; add it there"
            findings.append(Finding(place, wrong))
    for place, target in _links(subject):
        files += 1
        name = unquote(re.split(r"[?#]", target)[0])
        if target.startswith("/") or not (subject.release_dir / name).exists():
            wrong = f"leads to {target}, which the release lacks; link a file that lies beside it"
            findings.append(Finding(place, wrong))
    return Seen(f"{len(modules)} packages, {files} links", findings)


def _imports(subject: Subject) -> Iterator[tuple[str, str]]:
    """Every module imported in the release, with its place."""
    for cell in subject.code_cells():
        if not syntax_problem(cell.source) and not is_for_colab(cell):
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


def _links(subject: Subject) -> Iterator[tuple[str, str]]:
    """Every link to a file that a page of the release has, with its place.

    As a reader of Markdown sees them: the compiler reads links in its own way.
    """
    for cell in subject.assignment.notebook.cells:
        if cell.cell_type == "markdown":
            for number, target in _links_in(cell.source):
                yield subject.place_of(cell, number), target
    for page in sorted(subject.release_dir.glob("*.md")):
        for number, target in _links_in(page.read_text("utf-8")):
            yield f"{shown(page)}:{number}", target


def _links_in(markdown: str) -> Iterator[tuple[int, str]]:
    text = _FORMULA.sub(lambda found: "\n" * found[0].count("\n"), markdown)
    for block in MarkdownIt("commonmark").enable("table").parse(text):
        line = block.map[0] + 1 if block.map else 1
        for token in (block, *(block.children or ())):
            targets = [str(token.attrGet(name)) for name in _LEADS_TO if token.attrGet(name)]
            if token.type in ("html_block", "html_inline"):
                page = _Html()
                page.feed(token.content)
                targets += page.targets
            for target in targets:
                if not _ELSEWHERE.match(target):
                    yield line, target


class _Html(HTMLParser):
    """Collects what the tags of a piece of HTML lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.targets: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.targets += [value for name, value in attrs if name in _LEADS_TO and value]


def _installed_by(requirements: Path) -> set[str]:
    """What pip installs for a requirements file: the projects named and all they need."""
    waiting = sorted(read_requirements(requirements).names) if requirements.is_file() else []
    installed: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in installed:
            continue
        installed.add(name)
        with suppress(PackageNotFoundError, ValueError):  # for another system, or not here
            needed = [Requirement(line) for line in requires(name) or () if "extra ==" not in line]
            waiting += [canonicalize_name(one.name) for one in needed]
    return installed
