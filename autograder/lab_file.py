"""What `lab.toml` says of a lab. All of it may be missing:

title = "Lab 1: Sums"
imports = ["numpy"]         # libraries that answers use; loaded once, before they are run
prepare = ["data.load"]     # functions called then, without arguments, for what they cache
ships = ["lib.kit.checks"]  # packages of ours for students; else those that are imported
take_values = true          # tests can use no value of a student's before they have taken it
files = ["model.py"]        # what is handed in besides the notebook, beside it or a folder deep
python = ">=3.11,<3.15"     # the versions of Python that students can use

[index]                     # where students get some packages from, instead of PyPI
url = "https://example.org/simple"
packages = ["big"]          # those that come from there
extra = "gpu"               # with this extra of uv they come from PyPI all the same

[exercises]
ex1 = "Adding up"           # the part of a question's id before its first "-", and its title

[limits]
cell_timeout_s = 60         # as in `autograder.engine.Limits`

[questions.ex2-train]       # of one question, by its id
test_timeout_s = 120        # a limit of time, in place of the lab's
extra = true                # its points are extra credit: the maximum is counted without them

[[questions.ex2-why.rubric]]  # an item that a written answer is graded by
id = "seed"
text = "says what another seed would change"
points = 1
"""

import dataclasses
import re
import site
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.machinery import PathFinder
from pathlib import Path, PurePosixPath
from typing import Any

from .engine.limits import QUESTION_LIMITS, Limits
from .errors import UserError
from .rubric import Rubric, read_rubric
from .toml_file import entry_lines, line_of, mistake, nearest, read_toml

FILES_LIMIT = 20  # that are handed in besides the notebook
MOST = 2**62  # more than any limit of a kernel's
KEYS = "the keys"
NO_LIMITS = ("extra", "rubric")  # keys of a question that are no limits
_KEYS: dict[str, type] = {
    "title": str,
    "imports": list,
    "prepare": list,
    "ships": list,
    "take_values": bool,
    "files": list,
    "python": str,
    "index": dict,
    "exercises": dict,
    "limits": dict,
    "questions": dict,
}
_WANTED = {
    str: "a text; write it in quotes",
    list: "a list; write it in brackets",
    dict: "a table `[{key}]`; write this line, and its keys below",
    bool: "true or false; write one of them",
}
_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")
_FUNCTION = re.compile(rf"{_MODULE.pattern}\.[A-Za-z_]\w*")
_FILE = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_-]{0,39}/)?[A-Za-z0-9_][A-Za-z0-9_.-]{0,79}")
_PYTHON = re.compile(r">=3\.\d+(, *<3\.\d+)?")
_INDEX = ("url", "packages", "extra")
_URL = re.compile(r"https?://[A-Za-z0-9._~:/%+-]+")
_PROJECT = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?")  # as PyPI calls packages
_NOT_ASKED_FOR = (".ipynb", ".zip")  # what a notebook is looked for in
_OURS = frozenset({"autograder", "checks", "lib", "source", "release", "tests"})
# Of two limits, which one can't be reached if it is the larger.
_WITHIN = (
    ("call_timeout_s", "test_timeout_s"),
    ("test_timeout_s", "submission_timeout_s"),
    ("cell_timeout_s", "submission_timeout_s"),
)


@dataclass(frozen=True)
class QuestionSettings:
    """What is said of one question, and in which line."""

    line: int
    extra: bool = False
    rubric: Rubric = field(default_factory=Rubric)  # of an answer that a person grades


@dataclass(frozen=True)
class Index:
    """Where students get some packages from, instead of PyPI."""

    url: str
    packages: tuple[str, ...]
    extra: str = ""  # uv's name of the choice to take them from PyPI; "": there is no choice


@dataclass(frozen=True, kw_only=True)
class LabSettings:
    """What is said of a lab, and else what holds without a word."""

    title: str
    exercises: Mapping[str, str] = field(default_factory=dict)
    imports: tuple[str, ...] = ()
    prepare: tuple[str, ...] = ()
    ships: tuple[str, ...] | None = None  # None: whatever is imported
    files: tuple[str, ...] = ()
    python: str = ">=3.11"
    index: Index | None = None
    limits: Limits = field(default_factory=Limits)
    take_values: bool = False
    questions: Mapping[str, QuestionSettings] = field(default_factory=dict)

    @property
    def extra(self) -> frozenset[str]:
        """The questions whose points are extra credit."""
        return frozenset(name for name, question in self.questions.items() if question.extra)


def read_lab_file(path: Path, name: str) -> LabSettings:
    """The settings of a lab of this name.

    Raises:
        UserError: if anything in the file is wrong, as `file:line: what is wrong; what to do`.
    """
    read, text = read_toml(path)
    return _Reader(path, text, name).settings(read)


class _Reader:
    def __init__(self, path: Path, text: str, name: str) -> None:
        self.path, self.text, self.name = path, text, name

    def settings(self, read: dict[str, Any]) -> LabSettings:
        for key, value in read.items():
            if key not in _KEYS:
                raise self.wrong(key, what=f"unknown key `{key}`; {nearest(key, _KEYS, KEYS)}")
            if not isinstance(value, _KEYS[key]):
                wanted = _WANTED[_KEYS[key]].format(key=key)
                raise self.wrong(key, what=f"`{key}` is {wanted}")
        for exercise, title in read.get("exercises", {}).items():
            if not isinstance(title, str):
                wrong = f"the title of `{exercise}` is a text; write it in quotes"
                raise self.wrong("exercises", exercise, what=wrong)
        imports, prepare = self.names("imports", read), self.functions(read)
        questions = read.get("questions", {})
        return LabSettings(
            title=read.get("title", self.name),
            exercises=read.get("exercises", {}),
            imports=imports,
            prepare=prepare,
            ships=self.names("ships", read) if "ships" in read else None,
            files=self.files(read.get("files", ()), [*imports, *prepare]),
            python=self.python(read),
            index=self.index(read["index"]) if "index" in read else None,
            limits=self.limits(read.get("limits", {}), questions),
            take_values=read.get("take_values", False),
            questions={
                name: QuestionSettings(
                    self.line("questions", name),
                    said.get("extra", False),
                    self.rubric(name, said.get("rubric", [])),
                )
                for name, said in questions.items()
            },
        )

    def functions(self, read: dict[str, Any]) -> tuple[str, ...]:
        return self.names("prepare", read, "function", _FUNCTION)

    def names(
        self, key: str, read: dict[str, Any], kind: str = "module", form: re.Pattern[str] = _MODULE
    ) -> tuple[str, ...]:
        for name in read.get(key, ()):
            if not isinstance(name, str) or not form.fullmatch(name):
                wrong = f"`{name}` in `{key}` is no {kind}; write names like `a.b`"
                raise self.wrong(key, what=wrong)
        return tuple(read.get(key, ()))

    # -- files -------------------------------------------------------------------------------------

    def files(self, names: Iterable[Any], imported: list[str]) -> tuple[str, ...]:
        """The names of what is handed in besides the notebook. A lab asks for exactly these, so
        that no student chooses what a file is called."""
        taken: dict[str, str] = {}
        loaded = {name.partition(".")[0] for name in imported}
        for name in names:
            if not isinstance(name, str) or not _FILE.fullmatch(name) or name.endswith("."):
                form = "write names like `model.py` or `plots/loss.png`"
                raise self.wrong("files", what=f"`{name}` in `files` is no file's name; {form}")
            if name.lower().endswith(_NOT_ASKED_FOR):
                wrong = f"`{name}` in `files`: notebooks and archives are taken by themselves"
                raise self.wrong("files", what=f"{wrong}; ask for other files")
            if name.casefold() in taken:
                wrong = f"`{name}` and `{taken[name.casefold()]}` in `files` are one on some disks"
                raise self.wrong("files", what=f"{wrong}; keep one")
            if reason := _not_to_be_covered(name, loaded):
                wrong = f"`{name}` in `files` would stand in the way of {reason}; rename it"
                raise self.wrong("files", what=wrong)
            taken[name.casefold()] = name
        if len(taken) > FILES_LIMIT:
            raise self.wrong("files", what=f"more than {FILES_LIMIT} `files`; ask for fewer")
        return tuple(taken.values())

    # -- what students install ---------------------------------------------------------------------

    def python(self, read: dict[str, Any]) -> str:
        versions: str = read.get("python", LabSettings.python)
        if not _PYTHON.fullmatch(versions):
            form = "write it like `>=3.11` or `>=3.11,<3.15`"
            raise self.wrong("python", what=f"`{versions}` in `python` are no versions; {form}")
        return versions

    def index(self, table: dict[str, Any]) -> Index:
        for key in table:
            if key not in _INDEX:
                wrong = f"unknown key `{key}`; {nearest(key, _INDEX, KEYS)}"
                raise self.wrong("index", key, what=wrong)
        url, packages, extra = table.get("url"), table.get("packages"), table.get("extra", "")
        if not isinstance(url, str) or not _URL.fullmatch(url):
            wrong = "`url` in `[index]` is an address; write it like `https://example.org/simple`"
            raise self.wrong("index", "url", what=wrong)
        if not isinstance(packages, list) or not packages or not all(map(_is_project, packages)):
            wrong = '`packages` in `[index]` are names of packages; write them like `["numpy"]`'
            raise self.wrong("index", "packages", what=wrong)
        if "extra" in table and not _is_project(extra):
            wrong = f"`{extra}` in `[index]` is no name of an extra; write a word like `gpu`"
            raise self.wrong("index", "extra", what=wrong)
        return Index(url, tuple(packages), extra)

    # -- limits ------------------------------------------------------------------------------------

    def limits(self, table: dict[str, Any], questions: dict[str, Any]) -> Limits:
        whole = Limits(**self.numbers(("limits",), table, dataclasses.fields(Limits)))
        self.refuse_unreachable(("limits",), table, whole)
        of_questions = {}
        for name, said in questions.items():
            place = ("questions", name)
            if not isinstance(said, dict):
                wrong = f"`{name}` is a table; write `[questions.{name}]`, and its settings below"
                raise self.wrong(*place, what=wrong)
            if not isinstance(said.get("extra", False), bool):
                raise self.wrong(*place, "extra", what=f"`extra` is {_WANTED[bool]}")
            times = {key: value for key, value in said.items() if key not in NO_LIMITS}
            allowed = [one for one in dataclasses.fields(Limits) if one.name in QUESTION_LIMITS]
            numbers = self.numbers(place, times, allowed)
            if numbers:
                of_questions[name] = numbers
                limits = dataclasses.replace(whole, **numbers)
                self.refuse_unreachable(place, times, limits)
        return dataclasses.replace(whole, of_questions=of_questions)

    def numbers(
        self, place: tuple[str, ...], table: dict[str, Any], allowed: Iterable[Any]
    ) -> dict[str, Any]:
        defaults = {one.name: one.default for one in allowed if one.name != "of_questions"}
        of_lab = {one.name for one in dataclasses.fields(Limits)}
        for key, value in table.items():
            if key not in defaults:
                is_question = place[0] == "questions"
                if is_question and key in of_lab:
                    wrong = f"`{key}` holds for the whole lab; move it to `[limits]`"
                    raise self.wrong(*place, key, what=wrong)
                known = [*[*NO_LIMITS] * is_question, *defaults]
                kind, there = ("key", KEYS) if is_question else ("limit", "the limits")
                wrong = f"unknown {kind} `{key}`; {nearest(key, known, there)}"
                raise self.wrong(*place, key, what=wrong)
            kinds = (int, float) if isinstance(defaults[key], float) else (int,)
            if isinstance(value, bool) or not isinstance(value, kinds) or not 0 < value < MOST:
                raise self.wrong(*place, key, what=f"`{key}` is a number above 0; write one")
        return {key: type(defaults[key])(value) for key, value in table.items()}

    def refuse_unreachable(
        self, place: tuple[str, ...], table: dict[str, Any], limits: Limits
    ) -> None:
        """A limit that another one always ends first would change nothing, silently."""
        for inner, outer in _WITHIN:
            if inner in table and getattr(limits, inner) > getattr(limits, outer):
                wrong = f"`{inner}` is more than `{outer}`, which is {getattr(limits, outer):g}"
                raise self.wrong(*place, inner, what=f"{wrong}; raise that, too")

    def rubric(self, question: str, entries: object) -> Rubric:
        place = ("questions", question, "rubric")
        lines = entry_lines(self.text, *place)

        def refuse(number: int, what: str) -> UserError:
            line = lines[number] if number < len(lines) else self.line(*place)
            return mistake(self.path, line, what)

        return read_rubric(entries, refuse)

    # -- words -------------------------------------------------------------------------------------

    def line(self, *keys: str) -> int:
        return line_of(self.text, *keys)

    def wrong(self, *keys: str, what: str) -> UserError:
        return mistake(self.path, self.line(*keys), what)


def is_there(module: str, own: Path) -> bool:
    """Whether a module can be imported here: one of Python's, of a library or of ours, or one among
    a lab's own files."""
    root = module.partition(".")[0]
    places = [*site.getsitepackages(), str(own)]
    known = root in sys.stdlib_module_names or root in _OURS
    return known or PathFinder.find_spec(root, places) is not None


def _is_project(name: object) -> bool:
    return isinstance(name, str) and _PROJECT.fullmatch(name) is not None


def _not_to_be_covered(name: str, loaded: set[str]) -> str:
    """What a file would be found instead of; "" if nothing is.

    A worker finds a student's modules first: one called `random` would be everybody's.
    """
    path = PurePosixPath(name)
    root = path.parts[0] if len(path.parts) > 1 else path.name.partition(".")[0]
    folded = root.casefold()
    if folded in _OURS:
        return "what ships with the lab"
    if path.suffix != ".py" and len(path.parts) == 1:
        return ""
    if folded in {one.casefold() for one in sys.stdlib_module_names}:
        return f"Python's own module `{folded}`"
    if root in loaded or PathFinder.find_spec(root, site.getsitepackages()) is not None:
        return f"the library `{root}`"
    if path.suffix == ".py" and not path.stem.isidentifier():
        return "every `import`, which has no such name"
    return ""
