"""Finds the files that a lab asks for besides the notebook, in what a student handed in.

They lie where the notebook lies, or a folder deeper. Students choose names, kinds and sizes of what
they hand in; what a file is called when it is graded, the lab alone says. So nothing here makes a
path of a student's text: names are compared, and files are opened as they were found.
"""

import itertools
import os
import re
import stat
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ..errors import Unreadable
from ..judge.content import MISSING, ExtraFile
from ..printable import printable_name
from .notebook_file import NotebookFile, is_clutter, is_hidden, parts_of_member

SIZE_LIMIT_BYTES = 10 * 2**20  # of a file
TOGETHER_LIMIT_BYTES = 20 * 2**20
ENTRY_LIMIT = 2_000  # files and folders that are looked at
LISTED_LIMIT = 5  # names in a note
LONGEST = 200  # characters of a name in which we look for marks of a copy
# As browsers store a second one: model (1).py, model.py.txt, model.py (1)
_COPY = re.compile(
    r"(?P<stem>.+?)( ?\(\d+\))?(?P<kind>\.[^. ]+)(\.(txt|download))*( ?\(\d+\))?", re.S
)
Collected = tuple[tuple[ExtraFile, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Asked:
    """What a lab asks for besides the notebook, and the paths of all that it releases."""

    names: tuple[str, ...] = ()
    released: frozenset[str] = frozenset()


Candidates = dict[str, NotebookFile]  # by path from where the notebook lies


def collect(
    root: Path, student: str, lab: str, notebook: NotebookFile | None, asked: Asked
) -> Collected:
    """Each file that is asked for, and notes on those that are missing, renamed or not asked for.

    Args:
        root: the folder of all students' hand-ins.
        notebook: what is graded; None if there is nothing.
    """
    there = _beside(root, student, lab, notebook, asked)
    own = {path: file for path, file in there.items() if not _is_released(path, asked)}
    files, notes, left_bytes = [], [], TOGETHER_LIMIT_BYTES
    for name in asked.names:
        file, path = _chosen(name, own, left_bytes)
        left_bytes -= len(file.content or b"")
        files.append(file)
        if file.content is None:
            notes.append(f"{name} {file.why}")
        elif path != name:
            notes.append(f"{name} was taken from {_shown(path)}")
    strays = [path for path in own if _folded(path).endswith(".py") and not _is_wanted(path, asked)]
    if strays:
        notes.append(f"not asked for, so not looked at: {_listed(strays)}")
    return tuple(files), tuple(notes)


def _is_released(path: str, asked: Asked) -> bool:
    """Whether students have such a file from us; many hand in the whole folder, or that in one."""
    below = path.partition("/")[2]
    return not _is_wanted(path, asked) and not asked.released.isdisjoint((path, below))


def _is_wanted(path: str, asked: Asked) -> bool:
    return any(_rank(name, path) is not None for name in asked.names)


def _chosen(name: str, own: Candidates, left_bytes: int) -> tuple[ExtraFile, str]:
    """The file that is meant by a name, and the student's path of it."""
    ranks = {path: rank for path in own if (rank := _rank(name, path)) is not None}
    if not ranks:
        return ExtraFile(name, None, MISSING), ""
    meant = [path for path, rank in ranks.items() if rank == min(ranks.values())]
    contents: dict[bytes, str] = {}
    why = ""
    for path in meant[:LISTED_LIMIT]:
        try:
            contents.setdefault(own[path].read(SIZE_LIMIT_BYTES), path)
        except Unreadable as reason:
            why = str(reason).removeprefix(f"{printable_name(own[path].name)} ")
    if not contents:
        return ExtraFile(name, None, why), meant[0]
    if len(contents) > 1 or len(meant) > LISTED_LIMIT:
        why = f"is not clear, as several files could be meant ({_listed(meant)})"
        return ExtraFile(name, None, why), meant[0]
    ((content, path),) = contents.items()
    if len(content) > left_bytes:
        why = f"is too large: all files together may have {TOGETHER_LIMIT_BYTES >> 20} MiB"
        return ExtraFile(name, None, why), path
    return ExtraFile(name, content), path


def _rank(name: str, path: str) -> int | None:
    """How near a student's path is to a name, from 0; None if it is another file's."""
    if path == name:
        return 0
    if _folded(path) == name.casefold():
        return 1
    if _folded(path.rpartition("/")[2]) == name.rpartition("/")[2].casefold():
        return 2
    return None


def _folded(path: str) -> str:
    """A path without what computers change in it."""
    path = unicodedata.normalize("NFC", path.strip())
    copy = _COPY.fullmatch(path) if len(path) < LONGEST else None
    return (f"{copy['stem']}{copy['kind']}" if copy else path).casefold()


def _shown(path: str) -> str:
    return "/".join(map(printable_name, path.split("/")))


def _listed(paths: list[str]) -> str:
    more = f" and {len(paths) - LISTED_LIMIT} more" if len(paths) > LISTED_LIMIT else ""
    return ", ".join(map(_shown, paths[:LISTED_LIMIT])) + more


# -- what is there ---------------------------------------------------------------------------------


def _beside(
    root: Path, student: str, lab: str, notebook: NotebookFile | None, asked: Asked
) -> Candidates:
    """All that lies where the notebook lies, or a folder deeper; else, in the lab's folder."""
    if notebook is not None and notebook.member is not None:
        return _in_archive(notebook)
    home = notebook.parts[:-1] if notebook is not None else (student, lab)
    # Beside a notebook outside its lab's folder there may be the folders of other labs.
    entered = None if len(home) > 1 else {name.rpartition("/")[0] for name in asked.names}
    return dict(sorted(_in_folder(root, home, entered)))


def _in_folder(
    root: Path, home: tuple[str, ...], entered: set[str] | None
) -> Iterator[tuple[str, NotebookFile]]:
    folders, left = [home], ENTRY_LIMIT
    while folders:
        folder = folders.pop(0)
        try:
            with os.scandir(root.joinpath(*folder)) as entries:
                names = sorted(entry.name for entry in itertools.islice(entries, left))
        except OSError:
            continue
        left -= len(names)
        for name in names:
            if is_clutter(name) or is_hidden(name):
                continue
            parts = (*folder, name)
            yield "/".join(parts[len(home) :]), NotebookFile(root, parts)
            if folder == home and (entered is None or name in entered) and _is_folder(root, parts):
                folders.append(parts)


def _is_folder(root: Path, parts: tuple[str, ...]) -> bool:
    try:
        return stat.S_ISDIR(root.joinpath(*parts).lstat().st_mode)
    except OSError:
        return False


def _in_archive(notebook: NotebookFile) -> Candidates:
    home = parts_of_member(notebook.member or "")[:-1]
    found: Candidates = {}
    try:
        members = notebook.members()
    except Unreadable:  # it says so itself
        return {}
    for member in members:
        parts = parts_of_member(member)
        if parts[: len(home)] == home and len(parts) - len(home) <= 2:
            file = NotebookFile(notebook.root, notebook.parts, member)
            found.setdefault("/".join(parts[len(home) :]), file)
    return found
