"""Finds the notebook of a lab in what one student handed in, wherever it lies there."""

import hashlib
import itertools
import os
import stat
import unicodedata
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import Unreadable
from ..printable import printable_name
from .notebook_file import (
    NotebookFile,
    archive_stem,
    is_clutter,
    is_hidden,
    notebook_stem,
    notebooks_in,
    why_closed,
)

ENTRY_LIMIT = 10_000  # files and folders that are looked at
CANDIDATE_LIMIT = 20  # notebooks and archives that are opened
DEPTH_LIMIT = 20  # folders in folders that are looked into
DEPTH_SHOWN = 4  # folders of a path in a note
LISTED_LIMIT = 5  # names in one note, and notes of one kind
TIMESTAMP = "timestamp.txt"  # nbgrader's, not handed in by anybody

Parts = tuple[str, ...]  # of a path below `submitted/`: student, folders, file


@dataclass(frozen=True)
class Found:
    """The notebook to grade, None if there is none, and what was decided."""

    notebook: NotebookFile | None
    notes: tuple[str, ...] = ()


def find_notebook(root: Path, student: str, lab: str) -> Found | None:
    """The notebook in `root/student`; None if nothing there is of this lab, but of others.

    The expected file wins. Else the file counts whose folder and then name are nearest to it.
    Of several that are equally near, none is taken, unless their content is the same.
    """
    folder = _StudentFolder(root, student, lab)
    folder.look_around()
    try:
        return folder.decide()
    except Unreadable as reason:
        return nothing(str(reason))


def nothing(*reasons: str) -> Found:
    """Nothing to grade, with the reasons as notes."""
    return Found(None, tuple(f"nothing to grade: {reason}" for reason in reasons))


def folded(name: str) -> str:
    """A name without what computers change in it: case, spaces around it, kinds of accents."""
    return unicodedata.normalize("NFC", name.strip()).casefold()


def is_named_after(lab: str, name: str) -> bool:
    """Whether a file's or folder's name is the lab's, or goes on after it.

    `lab1.ipynb.txt`, `LAB1`, `lab1 (1).ipynb` and `Lab1-final.zip` are; `lab11` is not.
    """
    stem, lab = folded(_stem(name)), folded(lab)
    return stem.startswith(lab) and not stem[len(lab) :][:1].isalnum()


def listed(names: list[str]) -> str:
    """The first of many names."""
    more = f" and {len(names) - LISTED_LIMIT} more" if len(names) > LISTED_LIMIT else ""
    return ", ".join(names[:LISTED_LIMIT]) + more


def _stem(name: str) -> str:
    return notebook_stem(name) or archive_stem(name) or name


@dataclass
class _StudentFolder:
    root: Path
    student: str
    lab: str
    lab_folders: set[str] = field(default_factory=set)
    candidates: list[Parts] = field(default_factory=list)  # notebooks and archives, by their names
    others: list[Parts] = field(default_factory=list)
    hidden: list[Parts] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    entries_left: int = ENTRY_LIMIT

    def look_around(self) -> None:
        """See all in the lab's folder, and what is named after the lab outside it."""
        entries = deque(self._entries((self.student,)))
        self.lab_folders = {p[1] for p, _ in entries if folded(p[1]) == folded(self.lab)} or {
            p[1] for p, mode in entries if stat.S_ISDIR(mode) and is_named_after(self.lab, p[1])
        }
        while entries:
            parts, mode = entries.popleft()
            if is_hidden(parts[-1]):
                self.hidden.append(parts)
                continue
            if not stat.S_ISDIR(mode):
                self._sort(parts, mode)
                continue
            if parts[1:] not in {(name,) for name in self.lab_folders}:
                self.others.append((*parts[:-1], f"{parts[-1]}/"))
            if len(parts) > DEPTH_LIMIT:
                self.problems.append(f"{self._shown(parts)} lies in too many folders")
            elif self._is_in_lab_folder(parts) or not self.lab_folders:
                entries.extend(self._entries(parts))

    def decide(self) -> Found | None:
        """Choose what counts."""
        expected = (self.student, self.lab, f"{self.lab}.ipynb")
        is_there = expected in self.candidates or self._has_too_many
        found = self._notebooks(expected) if is_there else []
        if found == [NotebookFile(self.root, expected)]:
            beside = [
                self._shown(parts)
                for parts in self.candidates
                if parts != expected
                and (notebook_stem(parts[-1]) or is_named_after(self.lab, parts[-1]))
            ]
            return Found(found[0], self._left_aside(beside))
        if self._has_too_many:
            raise Unreadable(f"more than {ENTRY_LIMIT} files: {self._remedy}")
        if len(self.candidates) > CANDIDATE_LIMIT:
            raise Unreadable(f"{len(self.candidates)} notebooks and archives: {self._remedy}")
        for parts in self.candidates:
            if parts != expected:
                found += self._notebooks(parts)
        return self._nearest(found)

    # -- what is there -----------------------------------------------------------------------------

    def _entries(self, folder: Parts) -> Iterator[tuple[Parts, int]]:
        """Path and mode of all in a folder, sorted, without clutter; no more than the limit."""
        try:
            with os.scandir(self.root.joinpath(*folder)) as entries:
                some = itertools.islice(entries, max(0, self.entries_left) + 1)
                names = [entry.name for entry in some]
        except OSError as error:
            if len(folder) == 1 or self._is_ours(folder):
                self._note_closed(folder, error)
            return
        self.entries_left -= len(names)
        for name in sorted(names):
            if is_clutter(name):
                continue
            try:
                mode = self.root.joinpath(*folder, name).lstat().st_mode
            except OSError as error:
                self._note_closed((*folder, name), error)
                continue
            if name != TIMESTAMP or stat.S_ISDIR(mode):  # a folder may have any name
                yield (*folder, name), mode

    @property
    def _has_too_many(self) -> bool:
        return self.entries_left < 0

    def _sort(self, parts: Parts, mode: int) -> None:
        """Put what is no folder to the candidates, the problems or the others."""
        name = parts[-1]
        if not self._is_ours(parts):
            self.others.append(parts)
        elif stat.S_ISLNK(mode):
            self.problems.append(f"{self._shown(parts)} is a link, and links are not followed")
        elif parts[1:] == (name,) and name in self.lab_folders:
            self.problems.append(f"{name} is a file in place of the lab's folder")
        elif not (notebook_stem(name) or archive_stem(name)):
            self.others.append(parts)
        elif not stat.S_ISREG(mode):
            self.problems.append(f"{self._shown(parts)} is not a file")
        else:
            self.candidates.append(parts)

    def _is_ours(self, parts: Parts) -> bool:
        return self._is_in_lab_folder(parts) or is_named_after(self.lab, parts[-1])

    def _is_in_lab_folder(self, parts: Parts) -> bool:
        return parts[1] in self.lab_folders

    def _note_closed(self, parts: Parts, error: OSError) -> None:
        self.problems.append(f"{self._shown(parts)} {why_closed(error)}")

    # -- what counts -------------------------------------------------------------------------------

    def _notebooks(self, parts: Parts) -> list[NotebookFile]:
        try:
            return notebooks_in(self.root, parts)
        except Unreadable as reason:
            self._note_unreadable(parts, reason)
            return []

    def _nearest(self, found: list[NotebookFile]) -> Found | None:
        """The notebook that is nearest to the expected one, or what is wrong instead."""
        if not found:
            return self._nothing()
        distance = min(map(self._distance, found))
        nearest = [one for one in found if self._distance(one) == distance]
        others = [one for one in found if one not in nearest]
        if len(nearest) > CANDIDATE_LIMIT:
            raise Unreadable(f"{len(nearest)} notebooks: {self._remedy}")
        readable = {one: content for one in nearest if (content := self._digest(one))}
        if not readable:
            return self._nearest(others)
        labels = [self._label(one) for one in readable]
        if len(set(readable.values())) > 1:
            raise Unreadable(f"several notebooks could be meant ({listed(labels)}): {self._remedy}")
        notes = (
            f"taken from {labels[0]}; expected was {self.lab}/{self.lab}.ipynb",
            *self.problems[:LISTED_LIMIT],
            *self._left_aside([self._label(one) for one in others]),
        )
        return Found(next(iter(readable)), notes)

    def _distance(self, notebook: NotebookFile) -> tuple[bool, bool, bool]:
        return (
            len(notebook.parts) == 2 or not self._is_in_lab_folder(notebook.parts),
            folded(_stem(notebook.name)) != folded(self.lab),
            not is_named_after(self.lab, notebook.name),
        )

    def _digest(self, notebook: NotebookFile) -> bytes | None:
        try:
            return hashlib.sha256(notebook.read()).digest()
        except Unreadable as reason:
            self._note_unreadable(notebook.parts, reason)
            return None

    def _nothing(self) -> Found | None:
        if self.problems:
            return nothing(*(f"{one}; {self._remedy}" for one in self.problems[:LISTED_LIMIT]))
        top = [parts[1] for parts in self.others if len(parts) == 2]
        is_loose = any(notebook_stem(name) or archive_stem(name) for name in top)
        if not self.lab_folders and not is_loose and any(name.endswith("/") for name in top):
            return None
        modules = [self._shown(p) for p in self.others if p[-1].lower().endswith(".py")]
        if modules:  # the notebook's code, most likely, as an editor exports it
            are = "are no notebooks" if len(modules) > 1 else "is not a notebook"
            return nothing(f"{listed(modules)} {are}: hand in {self.lab}.ipynb")
        names = [self._shown(parts) for parts in self.others + self.hidden]
        there = f"no notebook of {self.lab}, only {listed(names)}" if names else "an empty folder"
        return nothing(f"{there}; {self._remedy}")

    # -- words -------------------------------------------------------------------------------------

    @property
    def _remedy(self) -> str:
        return f"put the right notebook into {self.lab}/{self.lab}.ipynb, as a file that opens"

    def _left_aside(self, labels: list[str]) -> tuple[str, ...]:
        if not labels:
            return ()
        return (f"left aside: {listed(labels)}; if one of them is meant, {self._remedy}",)

    def _note_unreadable(self, parts: Parts, reason: Unreadable) -> None:
        """The reason begins with the file's name; say in which folder."""
        folders = f"{self._shown(parts[:-1])}/" if len(parts) > 2 else ""
        self.problems.append(f"{folders}{reason}")

    def _shown(self, parts: Parts) -> str:
        """A path as the student knows it; of a deep one, the ends."""
        names = [printable_name(part) for part in parts[1:]]
        if len(names) > DEPTH_SHOWN:
            names[1:-1] = ["…"]
        return "/".join(names) or "the student's folder"

    def _label(self, notebook: NotebookFile) -> str:
        shown = self._shown(notebook.parts)
        return shown if notebook.member is None else f"{printable_name(notebook.name)} in {shown}"
