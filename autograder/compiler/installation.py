"""What students install, each way that they may do it: from one list, `student/requirements.txt`.

    requirements.txt                 the list, for pip; with the index that `lab.toml` names
    pyproject.toml                   the same for uv, which also brings Python
    .devcontainer/devcontainer.json  the same for VS Code and Codespaces: pip in a container

A file that the author put into `student/` ships as it is, in place of a generated one.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from autograder.errors import UserError, shown
from autograder.lab import CONFIG_FILE, Lab
from autograder.lab_file import Index
from autograder.toml_file import line_of, nearest

from .requirements import Requirements, read_requirements

REQUIREMENTS, PROJECT = "requirements.txt", "pyproject.toml"
CONTAINERS = (".devcontainer/devcontainer.json", ".devcontainer.json")  # either will do
EXTENSIONS = ("ms-python.python", "ms-toolsai.jupyter")  # what VS Code shows notebooks with
INDEX, GROUP = "chosen", "default"  # what they are called in pyproject.toml


@dataclass
class Installation:
    """The files that are generated, by name, and what the author should know."""

    files: dict[str, bytes] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


def installation(folder: Lab, shipped: Collection[str]) -> Installation:
    """The files for pip, uv and containers; none for a lab without `requirements.txt`.

    Args:
        shipped: names of the files that ship with the lab anyway.

    Raises:
        UserError: the list can't be read, or lacks a package that `lab.toml` has an index for.
    """
    path, made = folder.student_dir / REQUIREMENTS, Installation()
    requirements = read_requirements(path) if path.is_file() else Requirements()
    if folder.index:
        _refuse_strangers(folder, folder.index, requirements)
        made.files[REQUIREMENTS] = _for_pip(folder.index, path.read_bytes())
    if not path.is_file():
        return made
    if PROJECT not in shipped and not requirements.for_pip_alone:
        made.files[PROJECT] = _for_uv(folder, requirements.listed).encode()
    if not any(name in shipped for name in CONTAINERS):
        made.files[CONTAINERS[0]] = _for_containers(folder).encode()
    for line, text in requirements.for_pip_alone if PROJECT not in shipped else ():
        why = f"only pip reads `{text}`, so the release has no {PROJECT} for uv"
        remedy = f"an index goes to `[index]` in {CONFIG_FILE}, all else is written by name"
        made.notices.append(f"{shown(path)}:{line}: {why}; {remedy}")
    return made


def _refuse_strangers(folder: Lab, index: Index, requirements: Requirements) -> None:
    for name in index.packages:
        if canonicalize_name(name) not in requirements.names:
            path = folder.folder / CONFIG_FILE
            line = line_of(path.read_text("utf-8-sig"), "index", "packages")
            wrong = f"`[index]` has {name}, which student/{REQUIREMENTS} does not name"
            remedy = nearest(name, sorted(requirements.names), "the packages there")
            raise UserError(f"{shown(path)}:{line}: {wrong}; {remedy}")


def _for_pip(index: Index, content: bytes) -> bytes:
    if index.url.encode() in content:
        return content
    names = ", ".join(index.packages)
    note = f"# {names}: from this index. Delete its line, and they come from PyPI."
    head = f"{note}\n--extra-index-url {index.url}\n"
    return head.encode() + content.removeprefix(b"\xef\xbb\xbf")


# -- pyproject.toml --------------------------------------------------------------------------------


def _for_uv(folder: Lab, listed: Iterable[Requirement]) -> str:
    """A project that is no package."""
    index = folder.index
    of_index = {canonicalize_name(name) for name in index.packages} if index else set()
    chosen = [str(one) for one in listed if canonicalize_name(one.name) in of_index]
    others = [str(one) for one in listed if canonicalize_name(one.name) not in of_index]
    may_choose = bool(index and index.extra)
    lines = [
        f"# What uv installs for this lab; {REQUIREMENTS} says the same for pip.",
        "[project]",
        f"name = {_quoted(_project_name(folder.name))}",
        'version = "0"',
        f"requires-python = {_quoted(folder.python)}",
        *_list("dependencies", others if may_choose else [*others, *chosen]),
    ]
    if index and may_choose:
        lines += ["", *_choice(index.extra, chosen)]
    lines += ["", "[tool.uv]", "package = false"]
    if index and may_choose:
        lines += _conflict(index.extra)
    if index:
        lines += ["", *_sources(index, sorted(of_index))]
    return "\n".join(lines) + "\n"


def _choice(extra: str, chosen: list[str]) -> Iterator[str]:
    """uv knows no default extra. So what an extra replaces is a group of packages that are
    installed unless one says otherwise."""
    yield f"# With `uv run --no-default-groups --extra {extra} …` these come from PyPI."
    yield "[project.optional-dependencies]"
    yield from _list(extra, chosen)
    yield ""
    yield "[dependency-groups]"
    yield from _list(GROUP, chosen)


def _conflict(extra: str) -> Iterator[str]:
    yield f"default-groups = [{_quoted(GROUP)}]"
    yield f"conflicts = [[{{ extra = {_quoted(extra)} }}, {{ group = {_quoted(GROUP)} }}]]"


def _sources(index: Index, names: list[str]) -> Iterator[str]:
    where = f"index = {_quoted(INDEX)}"
    where += f", group = {_quoted(GROUP)}" if index.extra else ""
    yield "[tool.uv.sources]"
    yield from (f"{name} = [{{ {where} }}]" for name in names)
    yield ""
    yield "[[tool.uv.index]]"
    yield f"name = {_quoted(INDEX)}"
    yield f"url = {_quoted(index.url)}"
    yield "explicit = true  # for nothing else"


def _list(key: str, texts: list[str]) -> list[str]:
    return [f"{_quoted(key)} = [" if "." in key else f"{key} = [", *map(_item, texts), "]"]


def _item(text: str) -> str:
    return f"    {_quoted(text)},"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _project_name(lab: str) -> str:
    """A name that no package has: uv refuses a project that needs itself."""
    return f"course-{re.sub(r'[^a-z0-9]+', '-', lab.lower()).strip('-') or 'lab'}"


# -- .devcontainer ---------------------------------------------------------------------------------


def _for_containers(folder: Lab) -> str:
    oldest = folder.python.partition(",")[0].removeprefix(">=")
    container = {
        "name": folder.title,
        "image": f"python:{oldest}",
        "postCreateCommand": f"pip install -r {REQUIREMENTS}",
        "customizations": {"vscode": {"extensions": EXTENSIONS}},
    }
    return json.dumps(container, indent=2, ensure_ascii=False) + "\n"
