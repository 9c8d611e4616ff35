"""Reads a `requirements.txt`: what it names, and the lines that are for pip alone."""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from autograder.errors import UserError, shown

_COMMENT = re.compile(r"(^|\s)#.*")


@dataclass
class Requirements:
    """What a file of requirements says."""

    listed: list[Requirement] = field(default_factory=list)
    for_pip_alone: list[tuple[int, str]] = field(default_factory=list)  # line, and what it says

    @property
    def names(self) -> set[str]:
        """The packages, by the one spelling in which names are compared."""
        return {canonicalize_name(one.name) for one in self.listed}


def read_requirements(path: Path) -> Requirements:
    """The requirements in a file.

    Raises:
        UserError: the file is not UTF-8 text.
    """
    read = Requirements()
    for line, text in _lines(path):
        try:
            read.listed.append(Requirement(text))
        except InvalidRequirement:  # an option, a path, an address without a name
            read.for_pip_alone.append((line, text))
    return read


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Each line without its comment, and its number; lines that pip joins are one."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        number = content[: error.start].count(b"\n") + 1
        wrong = "not UTF-8 text; save the file as UTF-8"
        raise UserError(f"{shown(path)}:{number}: {wrong}") from None
    joined, begun = "", 0
    for number, line in enumerate([*text.splitlines(), ""], 1):
        begun = begun or number
        joined += _COMMENT.sub("", line)
        if joined.endswith("\\"):
            joined = joined.removesuffix("\\")
            continue
        if joined.strip():
            yield begun, joined.strip()
        joined, begun = "", 0


@functools.cache
def known_packages() -> Mapping[str, list[str]]:
    """Each package that can be imported here, with the projects that bring it. To look through all
    that is installed takes a fifth of a second."""
    return packages_distributions()
