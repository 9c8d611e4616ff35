"""A file below `submitted/`, perhaps in a zip archive, and how to read it safely.

Students choose the names, kinds and sizes of what they hand in. So no link is followed, nothing
that could block is waited for, a limit holds for what is read, and an archive is opened in memory:
no path in it touches the disk.
"""

import errno
import io
import os
import re
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ..errors import Unreadable
from ..printable import printable_name

SIZE_LIMIT_BYTES = 20 * 1024 * 1024
MEMBER_LIMIT = 10_000  # files in an archive
PATH_LIMIT = 1_000  # characters of a file's path in an archive; no disk takes more in one name

# As browsers, mail programs and Windows store it: lab1.ipynb.txt, lab1.ipynb (1), LAB1.IPYNB
NOTEBOOK_NAME = re.compile(
    r"(?P<stem>.+)\.ipynb( ?\(\d+\))?(\.(txt|json|download))*( ?\(\d+\))?",
    re.DOTALL | re.IGNORECASE,
)
ARCHIVE_NAME = re.compile(r"(?P<stem>.+?)(\.ipynb)?\.zip", re.DOTALL | re.IGNORECASE)
ARCHIVE_START = b"PK"
MEMBER_START = b"PK\x01\x02"  # of an entry in an archive's list of contents
CLUTTER = {
    *("__macosx", "__pycache__", "thumbs.db", "desktop.ini", ".ds_store", ".ipynb_checkpoints"),
    *(".git", ".gitignore", ".gitattributes", ".gitkeep", ".svn", ".hg", ".idea", ".vscode"),
    *(".cache", ".config", ".local", ".jupyter", ".ipython", ".virtual_documents", ".venv"),
    *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".fseventsd", ".spotlight-v100", ".trashes"),
    *(".localized", ".directory"),
}
CLUTTER_STARTS = ("._", ".~", ".nfs", ".trash-", ".sync")  # and a name or a number


@dataclass(frozen=True)
class NotebookFile:
    """Where a notebook, or a file beside it, lies: below `root` no link is followed, to it and
    above it they may be."""

    root: Path
    parts: tuple[str, ...]
    member: str | None = None  # its name in the archive, if the file is one

    @property
    def path(self) -> Path:
        """The file: the notebook, or the archive that holds it."""
        return self.root.joinpath(*self.parts)

    @property
    def name(self) -> str:
        """The notebook's own name, without folders."""
        return self.parts[-1] if self.member is None else parts_of_member(self.member)[-1]

    def read(self, limit_bytes: int = SIZE_LIMIT_BYTES) -> bytes:
        """Its content.

        Raises:
            Unreadable: if there is none, or more than the limit, with the reason.
        """
        if self.member is None:
            return read_file(self.root, self.parts, limit_bytes)
        content = read_file(self.root, self.parts)
        with _archive(content, printable_name(self.parts[-1])) as archive:
            return _read_member(archive, self.member, limit_bytes)

    def members(self) -> list[str]:
        """The names of all files in the archive.

        Raises:
            Unreadable: if it can't be opened.
        """
        content = read_file(self.root, self.parts)
        with _archive(content, printable_name(self.parts[-1])) as archive:
            return [m.filename for m in archive.infolist() if _is_plain(m)]


def notebook_stem(name: str) -> str | None:
    """A notebook's name without its extensions; None for other files."""
    match = NOTEBOOK_NAME.fullmatch(name)
    return match["stem"] if match else None


def archive_stem(name: str) -> str | None:
    """A zip archive's name without its extensions; None for other files."""
    match = ARCHIVE_NAME.fullmatch(name)
    return match["stem"] if match else None


def is_clutter(name: str) -> bool:
    """Whether computers leave such a file or folder behind by themselves."""
    return name.lower() in CLUTTER or name.lower().startswith(CLUTTER_STARTS)


def is_hidden(name: str) -> bool:
    """Whether computers don't show it, so that who handed it in may not know of it."""
    return name.startswith(".")


def read_file(root: Path, parts: tuple[str, ...], limit_bytes: int = SIZE_LIMIT_BYTES) -> bytes:
    """All of a file.

    Raises:
        Unreadable: if it is no plain file, empty, too large, or not ours to read.
    """
    with opened(root, parts, limit_bytes) as file:
        content = file.read(limit_bytes + 1)
    _check_size(printable_name(parts[-1]), len(content), limit_bytes)  # it may have changed
    return content


def notebooks_in(root: Path, parts: tuple[str, ...]) -> list[NotebookFile]:
    """The notebook that a file is, or those in the archive that it is.

    The content decides which, not the name.

    Raises:
        Unreadable: if there are none, with the reason.
    """
    name = printable_name(parts[-1])
    with opened(root, parts) as file:
        is_archive = file.read(len(ARCHIVE_START)) == ARCHIVE_START
    if not is_archive and notebook_stem(parts[-1]) is None:
        raise Unreadable(f"{name} is not a zip archive")
    if not is_archive:
        return [NotebookFile(root, parts)]
    with _archive(read_file(root, parts), name) as archive:
        members = dict.fromkeys(m.filename for m in archive.infolist() if _is_notebook(m))
        names = [member.filename for member in archive.infolist()]
        inner_archives = [name for name in names if archive_stem(name[-PATH_LIMIT:])]
        too_long = any(len(name) > PATH_LIMIT for name in names)
    if not members:
        hint = (
            f", only another archive: {printable_name(inner_archives[0])}" if inner_archives else ""
        )
        hint += f", but a path of more than {PATH_LIMIT} characters" if too_long else ""
        raise Unreadable(f"{name} is a zip archive without a notebook in it{hint}")
    return [NotebookFile(root, parts, member) for member in members]


def parts_of_member(member: str) -> list[str]:
    """Folders and name of a file in an archive; Windows writes backslashes."""
    return [part for part in re.split(r"[/\\]", member) if part not in ("", ".", "..")]


@contextmanager
def opened(
    root: Path, parts: tuple[str, ...], limit_bytes: int = SIZE_LIMIT_BYTES
) -> Iterator[BinaryIO]:
    """Open a plain file of a size that can be read.

    Raises:
        Unreadable: if it is anything else.
    """
    name = printable_name(parts[-1])
    try:
        descriptor = _descriptor(root, parts)
        try:
            file = os.fdopen(descriptor, "rb")
        except OSError:  # a folder, which it leaves open
            os.close(descriptor)
            raise
        with file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable(f"{name} is not a file")
            _check_size(name, status.st_size, limit_bytes)
            yield file
    except OSError as error:
        raise Unreadable(f"{name} {why_closed(error)}") from None


def _descriptor(root: Path, parts: tuple[str, ...]) -> int:
    """Open folder by folder, so that none can become a link while we look."""
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    for number, part in enumerate(parts, start=1):
        kind = os.O_NONBLOCK | os.O_NOCTTY if number == len(parts) else os.O_DIRECTORY
        try:
            inner = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | kind, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = inner
    return descriptor


def why_closed(error: OSError) -> str:
    """What stopped us from opening a file or folder, and what helps."""
    if error.errno == errno.EISDIR:
        return "is a folder"
    if error.errno == errno.ELOOP:
        return "is a link, and links are not followed"
    if error.errno == errno.EACCES:
        return f"can't be read ({error.strerror}): give the grader's account the right to read it"
    return f"can't be read ({error.strerror})"


def _check_size(name: str, size_bytes: int, limit_bytes: int) -> None:
    if size_bytes == 0:
        raise Unreadable(f"{name} is empty")
    if size_bytes > limit_bytes:
        raise Unreadable(f"{name} is larger than {limit_bytes >> 20} MiB")


@contextmanager
def _archive(content: bytes, name: str) -> Iterator[zipfile.ZipFile]:
    if content.count(MEMBER_START) > MEMBER_LIMIT:
        raise Unreadable(f"{name} is a zip archive of more than {MEMBER_LIMIT} files")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield archive
    except Unreadable:
        raise
    except Exception:  # zipfile raises many kinds for a damaged file
        raise Unreadable(f"{name} is a damaged zip archive") from None


def _is_notebook(member: zipfile.ZipInfo) -> bool:
    return _is_plain(member) and notebook_stem(parts_of_member(member.filename)[-1]) is not None


def _is_plain(member: zipfile.ZipInfo) -> bool:
    """Whether it is a file that somebody meant to hand in."""
    if len(member.filename) > PATH_LIMIT:
        return False
    parts = parts_of_member(member.filename)
    return (
        bool(parts)
        and not member.is_dir()
        and not stat.S_ISLNK(member.external_attr >> 16)
        and not any(is_clutter(part) or is_hidden(part) for part in parts)
    )


def _read_member(archive: zipfile.ZipFile, member: str, limit_bytes: int) -> bytes:
    """The content of a file in an archive, whatever size the archive says it has."""
    name = printable_name(parts_of_member(member)[-1])
    info = archive.getinfo(member)
    if info.flag_bits & 1:
        raise Unreadable(f"{name} is locked by a password in its zip archive")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unreadable(f"{name} is packed in its zip archive in a way that we don't read")
    with archive.open(info) as file:
        content = file.read(limit_bytes + 1)
    _check_size(name, len(content), limit_bytes)
    return content
