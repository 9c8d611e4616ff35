"""The files that a lab's text shows or links to: found, named in the release, links rewritten.

A file of the lab's folder keeps its path. One that labs share, `../figures/x.png` say, is copied
to `figures/x.png`, or to `figures/x-2.png` where that is another file.
"""

import os
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote

from autograder.errors import UserError
from autograder.project import HOME

from .links import BadLink, Link, find_links, with_targets

_CACHES = frozenset({"__pycache__", ".ipynb_checkpoints", ".DS_Store"})

Files = dict[str, Path]  # path in the release -> the file to copy

STUDENT, KEPT_BACK = "student", ("hidden", "variants")  # folders of a lab
_SCHEME = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9+.-]+):")
_OF_A_MACHINE = re.compile(r"/|~/|[A-Za-z]:[\\/]|\\\\")
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp", ".avif"})
_PATH = re.compile(r"(?P<path>[^?#]*)(?P<rest>.*)", re.DOTALL)


def files_below(folder: Path) -> Iterator[Path]:
    """All files that ship with a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not _CACHES & set(path.relative_to(folder).parts):
            yield path


@dataclass(frozen=True)
class Text:
    """A Markdown cell and the line of the lab's file from which on it stands."""

    text: str
    line: int


@dataclass
class Linked:
    """Texts with the links that the release has, and the files that they lead to."""

    texts: list[str] = field(default_factory=list)
    files: Files = field(default_factory=dict)


def link_files(source: Path, *versions: Sequence[Text]) -> list[Linked]:
    """Each version of a lab's text (the student's, the solution's) with its files, cell by cell;
    one file has one name in all of them.

    Raises:
        UserError: a link leads nowhere, out of the project, to what students don't receive or to
            one machine only.
    """
    shelf = _Shelf(source)
    found = [[shelf.read(text) for text in version] for version in versions]
    shelf.name_files()
    linked = []
    for version, of_version in zip(versions, found, strict=True):
        made = Linked()
        for text, targets in zip(version, of_version, strict=True):
            made.texts.append(with_targets(text.text, lambda link, to=targets: shelf.new(link, to)))  # type: ignore[misc]
            made.files |= {shelf.names[path]: path for path in targets.values()}
        linked.append(made)
    return linked


class _Shelf:
    """Which files are linked, and what each is called in the release."""

    def __init__(self, source: Path) -> None:
        self.source = source
        self.folder = Path(os.path.normpath(Path.cwd() / source.parent))
        self.project = _project_of(self.folder.resolve())
        student_dir = source.parent / STUDENT
        self.given = {p.relative_to(student_dir).as_posix() for p in files_below(student_dir)}
        self.names: dict[Path, str] = {}
        self.own: dict[Path, str] = {}  # in the lab's folder, and the name wanted
        self.shared: dict[Path, str] = {}  # outside of it
        self.lines = source.read_text("utf-8-sig").split("\n")

    def read(self, text: Text) -> dict[str, Path]:
        """The files that a text leads to, by the target written."""
        try:
            found = find_links(text.text)
        except BadLink as bad:
            line = text.text[bad.start :].split("\n")[0]
            raise self.wrong(self.line_of(text, line), bad.message) from None
        targets = {}
        for link in found:
            path = self.file_of(link, self.line_of(text, text.text[link.start : link.end]))
            if path is not None:
                targets[link.target] = path
        return targets

    def file_of(self, link: Link, line: int) -> Path | None:
        """The file to copy for a link; None if it leads to something else that is there."""
        target = link.target
        scheme = _SCHEME.match(target)
        if scheme and scheme["name"].lower() == "attachment":
            wrong = f"{target} is attached to a notebook, and a lab's file has no attachments"
            raise self.wrong(line, f"{wrong}; save it as a file beside the lab and link that")
        if _OF_A_MACHINE.match(target) and not target.startswith("//"):
            scheme = None
        elif target.startswith(("#", "//", "?")) or (scheme and scheme["name"].lower() != "file"):
            return None
        if scheme or _OF_A_MACHINE.match(target):
            wrong = f"{target} is a path of one machine; write it relative to the lab's file"
            raise self.wrong(line, wrong)
        if "\\" in target:
            raise self.wrong(line, f"{target} has a backslash; write / between folders")
        written = unquote(_split(target)[0])
        path = Path(os.path.normpath(self.folder / written))
        name = path.relative_to(self.folder).as_posix() if _is_in(path, self.folder) else None
        if name is not None and self.is_given(name, path, line):
            return None
        self.check(target, path, line, link.is_picture)
        if name is None:
            self.shared.setdefault(path, re.sub(r"^(\.\./)+", "", posixpath.normpath(written)))
        elif name.startswith(f"{STUDENT}/"):
            self.names[path] = name.removeprefix(f"{STUDENT}/")
        else:
            self.own.setdefault(path, name)
        return path

    def is_given(self, name: str, path: Path, line: int) -> bool:
        """Whether the release has it anyhow: from `student/`, a package of the kit, itself."""
        if name in self.given and path.is_file():
            raise self.wrong(line, f"{name} also lies in {STUDENT}/; keep one")
        is_of_kit = name.startswith("lib/kit/") and (HOME / name).exists()
        is_itself = name in (".", f"{self.source.stem}.ipynb")
        is_folder = any(one.startswith(f"{name}/") for one in self.given)
        return name in self.given or is_folder or is_of_kit or is_itself

    def check(self, target: str, path: Path, line: int, is_picture: bool) -> None:
        """See to it that the file is there and may be given away."""
        is_image = is_picture and path.suffix.lower() in _PICTURES
        what = "the image" if is_image else "the file"
        if not _is_in(path.resolve(), self.project):
            wrong = f"{what} {target} lies outside of the project {self.project}"
            raise self.wrong(line, f"{wrong}; copy it beside the lab")
        if path.is_dir():
            raise self.wrong(line, f"{target} is a folder; link one of its files")
        real = _as_spelt(self.project, path)
        if real is None or not real.is_file():
            remedy = "write https:// before it" if target.startswith("www.") else "put it there"
            raise self.wrong(line, f"{what} {target} is missing; {remedy}, or fix the link")
        if real != path:
            wrong = f"{what} {target} is missing, but there is {real.name} in {real.parent.name}/"
            raise self.wrong(line, f"{wrong}; capital letters count")
        if _is_kept_back(self.project, path.resolve()):
            raise self.wrong(line, f"students don't receive {target}; take the link out")

    def name_files(self) -> None:
        """Give each file a free name, also where capital letters make no difference."""
        taken = {name.casefold() for name in self.given}
        taken |= {f"{self.source.stem}.ipynb".casefold(), "lib", "nbgrader_config.json"}
        for path, wanted in (*self.own.items(), *self.shared.items()):
            stem, suffix = posixpath.splitext(wanted)
            count, name = 1, wanted
            while name.casefold() in taken:
                count += 1
                name = f"{stem}-{count}{suffix}"
            taken.add(name.casefold())
            self.names[path] = name

    def new(self, link: Link, targets: dict[str, Path]) -> str | None:
        """What a link is to say instead."""
        path = targets.get(link.target)
        if path is None:
            return None
        written, rest = _split(link.target)
        name = self.names[path]
        if posixpath.normpath(unquote(written)) == name:
            return None
        return quote(name) + quote(rest, safe="?#&=/%:;,+@!")

    def line_of(self, text: Text, written: str) -> int:
        following = range(max(text.line - 1, 0), len(self.lines))
        return next((n + 1 for n in following if written in self.lines[n]), text.line)

    def wrong(self, line: int, what: str) -> UserError:
        return UserError(f"{self.source}:{line}: {what}")


def _split(target: str) -> tuple[str, str]:
    """A target's path, and its query or anchor."""
    found = _PATH.fullmatch(target)
    assert found is not None  # it matches any text
    return found["path"], found["rest"]


def _project_of(folder: Path) -> Path:
    """What links may not leave: the project, else the repository, else the folder above."""
    for above in folder.parents:
        if _is_in(folder, above / "source"):
            return above
    repositories = (above for above in folder.parents if (above / ".git").exists())
    return next(repositories, folder.parent)


def _is_in(path: Path, folder: Path) -> bool:
    return path.is_relative_to(folder)


def _as_spelt(project: Path, path: Path) -> Path | None:
    """The path with the capital letters that the disk has; None if there is none."""
    above = [one for one in reversed(path.parents) if _is_in(one, project) and one != project]
    real = project
    if not _is_in(path, project):  # by way of a link of folders
        return path if path.exists() else None
    for part in (*above, path):
        try:
            names = sorted(entry.name for entry in real.iterdir())
        except OSError:
            return None
        alike = [name for name in names if name.casefold() == part.name.casefold()]
        if not alike:
            return None
        real = real / (part.name if part.name in alike else alike[0])
    return real


def _is_kept_back(project: Path, path: Path) -> bool:
    """Whether it is a lab's source, a hidden test, another answer, or the reference."""
    if _is_in(path, project / "lib") or _is_in(path, project / ".build"):
        return True
    is_source = path.suffix == ".md" and path.stem == path.parent.name
    return is_source or any(
        folder.name in KEPT_BACK and (folder.parent / f"{folder.parent.name}.md").is_file()
        for folder in path.parents
    )
