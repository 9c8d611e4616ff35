"""What was downloaded: a zip archive or a folder, looked at with care before anything is written.

An archive is refused as a whole, in one line, if it could do harm or is not whole. What is in it is
known to be so before the first file is written. Names in it are compared, never used as paths; how
a student calls a file, and how large it is, stops nobody else's.
"""

import hashlib
import os
import re
import stat
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Protocol

from ..course.notebook_file import archive_stem, is_clutter, notebook_stem
from ..errors import UserError, shown
from ..printable import UNSEEN, printable_name

ENTRY_LIMIT = 50_000
ENTRY_LIMIT_BYTES = 2 * 2**30
TOTAL_LIMIT_BYTES = 20 * 2**30
SUSPICIOUS_BYTES = 2**30  # from here on, all together must not pack too well
RATIO_LIMIT = 100  # unpacked to packed
DEPTH_LIMIT = 8  # folders that hold all, one in the other
BESIDE_LIMIT = 2  # files that may lie beside such folders
PATH_LIMIT = 1_000  # characters; of a longer one the middle is left out
BESIDE = "../"  # begins the path of what lies beside the folders that hold all
_BLOCK = 2**20
_DRIVE = re.compile(r"[A-Za-z]:")
_UNICODE_PATH = 0x7075  # an extra field: the name once more, in UTF-8


@dataclass(frozen=True)
class Member:
    """A file of an archive or a folder."""

    path: str  # below the folder that holds all, with "/"
    raw: str  # as it stands in the archive; what acts instead of being seen is escaped
    size_bytes: int
    key: str  # how it is opened

    @property
    def name(self) -> str:
        """Without folders."""
        return self.path.rpartition("/")[2]

    @property
    def entry(self) -> str:
        """The folder at the top that it lies in, or itself."""
        return self.path if self.path.startswith(BESIDE) else self.path.partition("/")[0]

    @property
    def may_hold_a_notebook(self) -> bool:
        """Whether it is called as a notebook, or as an archive of one."""
        return bool(notebook_stem(self.name) or archive_stem(self.name))

    @property
    def is_clutter(self) -> bool:
        """Whether a computer left it there by itself."""
        return any(is_clutter(part) for part in self.path.split("/"))


class Opener(Protocol):
    """Opens a member by its key."""

    def __call__(self, key: str) -> AbstractContextManager[BinaryIO]: ...


@dataclass(frozen=True)
class Archive:
    """All files of a download; `made_ns` is when it came to this computer.

    Dates in it don't count: students write them, and one of them would date everybody's.
    """

    path: Path
    members: tuple[Member, ...]
    opener: Opener
    made_ns: int  # since 1970

    @property
    def name(self) -> str:
        """The file's or folder's own name."""
        return self.path.resolve().name

    def without_folders(self, depth: int) -> "Archive":
        """The same below the folders that hold all of it, and what lies beside them."""
        kept = []
        for member in self.members:
            if member.path.count("/") >= depth:
                kept.append(replace(member, path=member.path.split("/", depth)[depth]))
            elif not member.is_clutter:
                kept.append(replace(member, path=f"{BESIDE}{member.path}"))
        return replace(self, members=tuple(kept))

    @property
    def depth(self) -> int:
        """How many folders hold all of it, one in the other; a file or two may lie beside them."""
        left = [one for one in self.members if not one.is_clutter]
        beside = 0
        for depth in range(DEPTH_LIMIT):
            here = [one for one in left if one.path.count("/") == depth]
            left = [one for one in left if one.path.count("/") > depth]
            beside += len(here)
            is_one = len({one.path.split("/", depth + 1)[depth] for one in left}) == 1
            if not is_one or beside > BESIDE_LIMIT or any(m.may_hold_a_notebook for m in here):
                return depth
        return DEPTH_LIMIT

    def read(self, member: Member, target: BinaryIO | None = None) -> str:
        """Read a member whole, which says whether it is whole, and copy it to a file.

        Returns:
            Its SHA-256.

        Raises:
            UserError: if it is damaged.
        """
        digest, left = hashlib.sha256(), ENTRY_LIMIT_BYTES
        try:
            with self.opener(member.key) as file:
                while block := file.read(_BLOCK):
                    left -= len(block)
                    if left < 0:
                        raise _refused(self.path, f"{printable_name(member.raw)} is too large")
                    digest.update(block)
                    if target is not None:
                        target.write(block)
        except Exception as error:  # zipfile raises many kinds for a damaged file
            if isinstance(error, UserError) or getattr(error, "filename", None):
                raise
            what = f"{printable_name(member.raw)} in it is damaged; download it again"
            raise _refused(self.path, what) from None
        return digest.hexdigest()

    def text(self, member: Member, limit_bytes: int) -> str:
        """A member's text."""
        with self.opener(member.key) as file:
            return file.read(limit_bytes).decode("utf-8-sig", "replace")


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open a zip archive or a folder.

    Raises:
        UserError: if it is none, or not one to unpack; nothing was written then (exit code 2).
    """
    if path.is_dir():
        yield _folder(path)
        return
    if not path.exists():
        wrong = f"{shown(path)}: no such file or folder; name what you downloaded"
        raise UserError(wrong, exit_code=2)
    try:
        archive = zipfile.ZipFile(path)
    except Exception as error:  # of many kinds, for a damaged file
        if getattr(error, "filename", None):
            raise
        with path.open("rb") as file:
            is_zip = file.read(2) == b"PK"
        reason = (
            "a damaged zip archive; download it again"
            if is_zip
            else "not a zip archive; if it is one of another kind, unpack it and name the folder"
        )
        raise _refused(path, reason) from None
    with archive:
        yield _zip(path, archive)


# -- zip -------------------------------------------------------------------------------------------


def _zip(path: Path, archive: zipfile.ZipFile) -> Archive:
    infos = archive.infolist()
    if len(infos) > ENTRY_LIMIT:
        raise _refused(path, f"more than {ENTRY_LIMIT} files in it")
    members, packed, total = [], 0, 0
    by_key = {}
    for number, info in enumerate(infos):
        name = _name(info)
        _check_name(path, name)
        _check_kind(path, name, info)
        packed, total = packed + info.compress_size, total + info.file_size
        if total > TOTAL_LIMIT_BYTES:
            raise _refused(path, f"more than {TOTAL_LIMIT_BYTES >> 30} GiB when it is unpacked")
        if not name.replace("\\", "/").endswith("/"):
            by_key[str(number)] = info
            members.append(_member(name, info.file_size, str(number)))
    if total > SUSPICIOUS_BYTES and total > RATIO_LIMIT * path.stat().st_size:
        raise _refused(path, "it unpacks to far more than it is: a zip bomb")
    if packed > path.stat().st_size:
        raise _refused(path, "its files overlap, as those of a zip bomb do")

    @contextmanager
    def opener(key: str) -> Iterator[BinaryIO]:
        with archive.open(by_key[key]) as file:
            yield file  # type: ignore[misc]

    return Archive(path, _with_own_paths(members), opener, _past(path.stat().st_mtime_ns))


def _past(time_ns: int) -> int:
    """A time that is not after now."""
    return min(time_ns, time.time_ns())


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name, whatever wrote it: many write UTF-8 and don't say so."""
    name = info.orig_filename
    if info.flag_bits & 0x800:
        return name
    raw = name.encode("cp437")
    extra = info.extra
    while len(extra) >= 4:
        kind, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_PATH and len(field) > 5 and field[1:5] == _crc(raw):
            return field[5:].decode("utf-8", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return name


def _crc(raw: bytes) -> bytes:
    return zlib.crc32(raw).to_bytes(4, "little")


def _check_kind(path: Path, name: str, info: zipfile.ZipInfo) -> None:
    shown_name, mode = printable_name(name), info.external_attr >> 16
    if stat.S_ISLNK(mode):
        raise _refused(path, f"{shown_name} in it is a link")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused(path, f"{shown_name} in it is no file, but a device or the like")
    if info.flag_bits & 1:
        raise _refused(path, f"{shown_name} in it is locked by a password")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _refused(path, f"{shown_name} in it is packed in a way that we don't read")
    if info.file_size > ENTRY_LIMIT_BYTES:
        raise _refused(path, f"{shown_name} in it has more than {ENTRY_LIMIT_BYTES >> 30} GiB")


# -- folder ----------------------------------------------------------------------------------------


def _folder(path: Path) -> Archive:
    members: list[Member] = []
    newest_ns, total = 0, 0
    for place, folders, names in os.walk(path, onerror=_raise):
        folders.sort()
        for name in sorted(names) + [one for one in folders if (Path(place) / one).is_symlink()]:
            file = Path(place) / name
            status = file.lstat()
            relative = str(file.relative_to(path))
            if stat.S_ISLNK(status.st_mode):
                raise _refused(path, f"{printable_name(relative)} in it is a link")
            if not stat.S_ISREG(status.st_mode):
                raise _refused(
                    path, f"{printable_name(relative)} in it is no file, but a device or the like"
                )
            total += status.st_size
            if len(members) >= ENTRY_LIMIT:
                raise _refused(path, f"more than {ENTRY_LIMIT} files in it")
            if status.st_size > ENTRY_LIMIT_BYTES or total > TOTAL_LIMIT_BYTES:
                raise _refused(path, f"more than {TOTAL_LIMIT_BYTES >> 30} GiB in it")
            # When it was written here, which the date in it doesn't change.
            newest_ns = max(newest_ns, status.st_ctime_ns)
            members.append(_member(relative, status.st_size, str(file)))

    @contextmanager
    def opener(key: str) -> Iterator[BinaryIO]:
        with os.fdopen(os.open(key, os.O_RDONLY | os.O_NOFOLLOW), "rb") as file:
            yield file

    return Archive(path, _with_own_paths(members), opener, _past(newest_ns))


def _raise(error: OSError) -> None:
    raise error


# -- names -----------------------------------------------------------------------------------------


def _member(name: str, size_bytes: int, key: str) -> Member:
    if len(name) > PATH_LIMIT:
        name = f"{name[: PATH_LIMIT // 2]}…{name[-PATH_LIMIT // 2 :]}"
    parts = [part for part in re.split(r"[/\\]", name) if part not in ("", ".")]
    path = "/".join(parts)
    return Member(path, _escaped(name), size_bytes, key)


def _with_own_paths(members: list[Member]) -> tuple[Member, ...]:
    """Of two files with one name, the second has another path: none may hide the other."""
    taken = {member.path for member in members}
    seen: set[str] = set()
    kept = []
    for member in members:
        path, raw, count = member.path, member.raw, 1
        while path in seen:
            count += 1
            if (path := _numbered(member.path, count)) in taken:
                path = member.path
            raw = _numbered(member.raw, count)
        seen.add(path)
        kept.append(replace(member, path=path, raw=raw))
    return tuple(sorted(kept, key=lambda member: (member.path, member.raw)))


def _numbered(path: str, number: int) -> str:
    """With a number before its extension: what it is, it stays."""
    found = re.fullmatch(r"(.*[^/\\])(\.[^./\\]*)", path, re.DOTALL)
    return f"{found[1]} ({number}){found[2]}" if found else f"{path} ({number})"


def _escaped(name: str) -> str:
    name = os.fsencode(name).decode("utf-8", "backslashreplace")
    return "".join(ascii(one)[1:-1] if UNSEEN.match(one) or one in "\n\t" else one for one in name)


def _check_name(path: Path, name: str) -> None:
    parts, shown_name = re.split(r"[/\\]", name), printable_name(name)
    if "\0" in name or (not {*parts} - {"", "."} and parts[-1]) or not name:
        raise _refused(path, f"a file in it has no proper name: {shown_name}")
    if ".." in parts:
        raise _refused(path, f"{shown_name} in it leads out of the folder")
    if name[0] in "/\\" or _DRIVE.match(name):
        raise _refused(path, f"{shown_name} in it is an absolute path")


def nfc(text: str) -> str:
    """A name as one compares it: computers write an accent as one character or as two."""
    return unicodedata.normalize("NFC", text)


def _refused(path: Path, reason: str) -> UserError:
    return UserError(f"{shown(path)}: {reason}; nothing was written", exit_code=2)
