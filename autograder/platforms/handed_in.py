"""Which file of a hand-in is the notebook: by the rules that hold for `submitted/`.

The files of one hand-in are copied to a folder of its own outside the course; names that students
chose are used there only as far as they can't lead anywhere.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from ..course.extra_files import Asked, collect
from ..course.notebook_file import NotebookFile, archive_stem, notebook_stem, parts_of_member
from ..course.student_folder import find_notebook
from .archive import Archive, Member
from .whose import Unit

STUDENT = "student"  # the name of the folder that stands for one
_NAME_LIMIT_BYTES = 200
_DEPTH_LIMIT = 15


@dataclass
class HandedIn:
    """A hand-in, opened: what is taken of it, and why nothing is."""

    unit: Unit
    lab: str
    asked: Asked
    root: Path
    digests: dict[str, str] = field(default_factory=dict)  # of each file, by its path
    earlier: set[str] = field(default_factory=set)  # paths: later files have the same name
    notebook: NotebookFile | None = None
    taken: Member | None = None  # the file that the notebook is, or is in
    extra: set[str] = field(default_factory=set)  # paths of files that the lab asks for
    notes: tuple[str, ...] = ()
    is_of_other_labs: bool = False  # all of it

    @property
    def digest(self) -> str:
        """Of the file that is taken."""
        return self.digests[self.taken.path] if self.taken is not None else ""

    @property
    def version(self) -> int | None:
        """The platform's number of the file that is taken."""
        return next((clue.version for one, clue in self.unit.files if one is self.taken), None)

    def contents(self) -> dict[str, bytes]:
        """What goes to the student's folder."""
        assert self.notebook is not None
        contents = {f"{self.lab}.ipynb": self.notebook.read()}
        files, _ = collect(self.root, STUDENT, self.lab, self.notebook, self.asked)
        return contents | {file.name: file.content for file in files if file.content is not None}

    @property
    def content_digest(self) -> str:
        """A hash of the notebook itself."""
        assert self.notebook is not None
        return hashlib.sha256(self.notebook.read()).hexdigest()


def open_unit(
    archive: Archive,
    unit: Unit,
    lab: str,
    asked: Asked,
    root: Path,
    chosen: Collection[tuple[str, str]] = (),
    known: Collection[tuple[str, str]] = (),
) -> HandedIn:
    """Read all files of a hand-in, and decide what is taken.

    Args:
        root: an empty folder to be.
        chosen: the files that a person chose, by entry and hash.
        known: those among which a person could choose.

    Raises:
        UserError: if a file is damaged.
    """
    opened = HandedIn(unit, lab, asked, root, earlier=_earlier(unit))
    meant = _meant(archive, unit, chosen, known)
    place = (STUDENT,) if not meant and _has_folders_of_labs(unit) else (STUDENT, lab)
    home = root.joinpath(*place)
    home.mkdir(parents=True)
    opened.earlier -= {member.path for member, _ in unit.files if member.raw in meant}
    placed: dict[tuple[str, ...], Member] = {}
    for member, clue in unit.files:
        is_candidate = _may_hold_a_notebook(clue.file)
        is_left_out = member.path in opened.earlier or (
            bool(meant) and is_candidate and member.raw not in meant
        )
        if member.wrong:
            opened.digests[member.path] = ""
            continue
        if is_left_out or member.is_clutter:
            opened.digests[member.path] = archive.read(member)
            continue
        parts = _safe_parts(clue.title, home)
        path = home.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            opened.digests[member.path] = archive.read(member, file)
        placed[(*place, *parts)] = member
    found = find_notebook(root, STUDENT, lab)
    opened.notebook = None if found is None else found.notebook
    opened.notes = (f"nothing of {lab} in the folder",) if found is None else found.notes
    opened.is_of_other_labs = found is None
    if opened.notebook is not None:
        opened.taken = placed[opened.notebook.parts]
        _mark_extra(opened, placed)
    return opened


def _has_folders_of_labs(unit: Unit) -> bool:
    """Whether notebooks lie in folders of a person's folder: then their names say of which lab."""
    files = [clue.file for _, clue in unit.files if _may_hold_a_notebook(clue.file)]
    return unit.clue.is_of_all_labs and bool(files) and all("/" in file for file in files)


def _meant(
    archive: Archive,
    unit: Unit,
    chosen: Collection[tuple[str, str]],
    known: Collection[tuple[str, str]],
) -> set[str]:
    """The entries of a hand-in that a person chose; none if there are new ones since."""
    names = {entry for entry, _ in chosen}
    if not any(member.raw in names for member, _ in unit.files):
        return set()
    files = {
        (member.raw, archive.read(member))
        for member, clue in unit.files
        if _may_hold_a_notebook(clue.file) and not member.wrong
    }
    return {entry for entry, _ in files & set(chosen)} if files <= set(known) else set()


def _earlier(unit: Unit) -> set[str]:
    """Files that were handed in again under their name."""
    latest: dict[str, tuple[int, Member]] = {}
    earlier = set()
    for member, clue in unit.files:
        if clue.version is None:
            continue
        key, mine = clue.title.casefold(), (clue.version, member)
        if key in latest:
            older, mine = sorted((latest[key], mine), key=lambda one: one[0])
            earlier.add(older[1].path)
        latest[key] = mine
    return earlier


def _may_hold_a_notebook(file: str) -> bool:
    return bool(notebook_stem(file) or archive_stem(file))


def _safe_parts(file: str, home: Path) -> tuple[str, ...]:
    """A student's path as one below their folder that nothing else has, and that a disk takes."""
    parts = [_short(part.lstrip(".") or "_") for part in parts_of_member(file)] or ["_"]
    if len(parts) > _DEPTH_LIMIT:
        parts = [*parts[: _DEPTH_LIMIT - 1], parts[-1]]
    number, name = 1, parts[-1]
    while home.joinpath(*parts).exists() or _runs_into_a_file(home, parts):
        number += 1
        parts = [*parts[:-1], f"{number}-{name}"] if number < 100 else [f"{number}-{name}"]
    return tuple(parts)


def _runs_into_a_file(home: Path, parts: list[str]) -> bool:
    return any(home.joinpath(*parts[:n]).is_file() for n in range(1, len(parts)))


def _short(part: str) -> str:
    part = part.replace("\0", "_")
    raw = part.encode("utf-8", "replace")
    if len(raw) <= _NAME_LIMIT_BYTES:
        return raw.decode()
    stem, dot, kind = part.rpartition(".")
    kind = f"{dot}{kind}" if stem and len(kind) < 20 else ""
    return raw[: _NAME_LIMIT_BYTES - 40].decode("utf-8", "ignore") + kind


def _mark_extra(opened: HandedIn, placed: dict[tuple[str, ...], Member]) -> None:
    """Which files are those that the lab asks for: their content says so."""
    if not opened.asked.names:
        return
    files, notes = collect(opened.root, STUDENT, opened.lab, opened.notebook, opened.asked)
    opened.notes += notes
    wanted = {hashlib.sha256(f.content).hexdigest() for f in files if f.content is not None}
    opened.extra = {
        one.path
        for one in placed.values()
        if opened.digests[one.path] in wanted and one is not opened.taken
    }
