"""A lab's folder, `source/<lab>/`: all that is written by hand for one lab lies in it.

    <lab>.md      text, code, solutions, tags
    lab.toml      title, names of the exercises, imports, limits, packages that ship
    student/      ships as it is; `checks.py` in it holds the public checks
    hidden/       hidden tests, `test_*.py`, and their helpers
    variants/     right and wrong answers, mistakes, the demo class, equivalent mutants

`lab.toml` may be missing, and so may everything in it:

    title = "Lab 1: Sums"
    imports = ["numpy"]         # loaded once, before submissions are run
    prepare = ["data.load"]     # functions called then, without arguments, for what they cache
    ships = ["lib.kit.checks"]  # packages of ours for students; else those that are imported
    take_values = true          # tests can use no value of a student's before they have taken it

    [exercises]
    ex1 = "Adding up"           # the part of a question's id before its first "-", and its title

    [limits]
    cell_timeout_s = 60         # as in `autograder.engine.Limits`
"""

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .conversion import in_another_format, what_to_do
from .engine.limits import Limits
from .errors import UserError, shown
from .project import find_project
from .toml_file import read_toml

CONFIG_FILE = "lab.toml"
CHECKS_FILE = "checks.py"
SOURCE_RECORD = "{lab}.source.txt"  # beside a built solution: where the lab's Markdown file lies
_KEYS: dict[str, type] = {
    "title": str,
    "imports": list,
    "prepare": list,
    "ships": list,
    "take_values": bool,
    "exercises": dict,
    "limits": dict,
}
_WANTED = {str: "a text", list: "a list", dict: "a table `[{key}]`", bool: "true or false"}
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_FUNCTION = re.compile(rf"{_MODULE.pattern}\.[A-Za-z_]\w*")


@dataclass(frozen=True)
class Lab:
    """One lab's folder and what its `lab.toml` says."""

    folder: Path
    name: str
    title: str
    exercises: Mapping[str, str] = field(default_factory=dict)
    imports: tuple[str, ...] = ()
    prepare: tuple[str, ...] = ()
    ships: tuple[str, ...] | None = None  # None: whatever is imported
    limits: Limits = field(default_factory=Limits)
    take_values: bool = False

    @property
    def source(self) -> Path:
        """The lab's Markdown file."""
        return self.folder / f"{self.name}.md"

    @property
    def student_dir(self) -> Path:
        """What ships as it is."""
        return self.folder / "student"

    @property
    def checks_file(self) -> Path:
        """The public checks."""
        return self.student_dir / CHECKS_FILE

    @property
    def hidden_dir(self) -> Path:
        """The hidden tests and their helpers."""
        return self.folder / "hidden"

    @property
    def hidden_tests(self) -> list[Path]:
        """The files of hidden tests, by name."""
        return sorted(self.hidden_dir.glob("test_*.py"))

    @property
    def variants_dir(self) -> Path:
        """Other answers than the solution's, right ones and wrong ones."""
        return self.folder / "variants"


def find_labs(source_root: Path | None = None) -> list[Path]:
    """The Markdown file of each lab: `<lab>/<lab>.md`. Any other file is no lab."""
    source_root = source_root or find_project() / "source"
    folders = sorted(source_root.iterdir()) if source_root.is_dir() else []
    sources = [folder / f"{folder.name}.md" for folder in folders if folder.is_dir()]
    return [source for source in sources if source.is_file()]


def labs_in_other_formats(source_root: Path) -> list[UserError]:
    """What to do about each folder whose lab is no Markdown file yet, or is called otherwise."""
    folders = sorted(source_root.iterdir()) if source_root.is_dir() else []
    errors = [_no_markdown(folder) for folder in folders if folder.is_dir()]
    return [error for error in errors if error is not None]


def source_in(named: Path) -> Path:
    """The lab's file that somebody names: by itself, or by its folder.

    Raises:
        UserError: the folder holds no lab (exit code 2).
    """
    if not named.is_dir():
        return named
    folder = named.resolve()
    source = named / f"{folder.name}.md"
    if source.is_file():
        return source
    missing = f"{shown(source)}: no such file; a lab's file has its folder's name"
    raise _no_markdown(folder) or UserError(missing, exit_code=2)


def _no_markdown(folder: Path) -> UserError | None:
    wanted = folder / f"{folder.name}.md"
    found = None if wanted.is_file() else in_another_format(folder)
    return UserError(what_to_do(found, wanted), exit_code=2) if found else None


def read_lab_folder(source: Path) -> Lab:
    """The lab of a Markdown file, which may lie anywhere.

    Raises:
        UserError: if `lab.toml` beside it is wrong, with the line.
    """
    folder, name = source.parent, source.stem
    path = folder / CONFIG_FILE
    if not path.is_file():
        return Lab(folder, name, title=name)
    read, text = read_toml(path)
    return _Reader(path, text).lab(folder, name, read)


def find_lab(lab: str, source_root: Path | None = None) -> Lab:
    """The lab of this name.

    Raises:
        UserError: if there is none (exit code 2), or its `lab.toml` is wrong.
    """
    source_root = source_root or find_project() / "source"
    source = source_root / lab / f"{lab}.md"
    if not source.is_file():
        if source.parent.is_dir() and (error := _no_markdown(source.parent)):
            raise error
        known = ", ".join(source.stem for source in find_labs(source_root))
        there_are = f"there are: {known}" if known else "`python -m autograder new LAB` makes one"
        raise UserError(f"{shown(source)}: no such lab; {there_are}", exit_code=2)
    return read_lab_folder(source)


class _Reader:
    """Reads `lab.toml`; every complaint names the line."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.split("\n")

    def lab(self, folder: Path, name: str, read: dict[str, Any]) -> Lab:
        for key, value in read.items():
            if key not in _KEYS:
                raise self.wrong(key, f"unknown key `{key}`; the keys are {', '.join(_KEYS)}")
            if not isinstance(value, _KEYS[key]):
                wanted = _WANTED[_KEYS[key]].format(key=key)
                raise self.wrong(key, f"`{key}` is {wanted}; write it so")
        for exercise, title in read.get("exercises", {}).items():
            if not isinstance(title, str):
                raise self.wrong(exercise, f"the title of `{exercise}` is a text; write it so")
        ships = self.names("ships", read) if "ships" in read else None
        return Lab(
            folder=folder,
            name=name,
            title=read.get("title", name),
            exercises=read.get("exercises", {}),
            imports=self.names("imports", read),
            prepare=self.names("prepare", read, "function", _FUNCTION),
            ships=ships,
            limits=self.limits(read.get("limits", {})),
            take_values=read.get("take_values", False),
        )

    def names(
        self, key: str, read: dict[str, Any], kind: str = "module", form: re.Pattern[str] = _MODULE
    ) -> tuple[str, ...]:
        for name in read.get(key, ()):
            if not isinstance(name, str) or not form.fullmatch(name):
                raise self.wrong(key, f"`{name}` in `{key}` is no {kind}; write names like `a.b`")
        return tuple(read.get(key, ()))

    def limits(self, table: dict[str, Any]) -> Limits:
        defaults = dataclasses.asdict(Limits())
        for key, value in table.items():
            if key not in defaults:
                raise self.wrong(key, f"unknown limit `{key}`; there are {', '.join(defaults)}")
            kinds = (int, float) if isinstance(defaults[key], float) else (int,)
            if isinstance(value, bool) or not isinstance(value, kinds) or value <= 0:
                raise self.wrong(key, f"`{key}` is a number above 0; write one")
        numbers = {key: type(defaults[key])(value) for key, value in table.items()}
        return dataclasses.replace(Limits(), **numbers)

    def wrong(self, key: str, what: str) -> UserError:
        named = re.compile(rf"\s*(\[\s*)?[\"']?{re.escape(key)}[\"']?\s*[\]=.]")
        found = (number for number, line in enumerate(self.lines, 1) if named.match(line))
        return UserError(f"{shown(self.path)}:{next(found, 1)}: {what}")
