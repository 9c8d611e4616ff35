"""What was downloaded: a zip archive or a folder, looked at with care before anything is written.

An archive is refused as a whole, in one line, only for what is its own fault: it is damaged, or
locked, or lists more than it holds. What one student put into it stops nobody else's: a link, a
device, an unsafe name or too much of it is known before the first file is read, and never opened.
Names in it are compared, never used as paths.
"""

import hashlib
import io
import os
import re
import stat
import time
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Protocol

from ..course.notebook_file import SIZE_LIMIT_BYTES, archive_stem, is_clutter, notebook_stem
from ..errors import UserError, shown
from ..printable import UNSEEN, printable_name

FILES_LIMIT = 500_000
TOTAL_LIMIT_BYTES = 20 * 2**30
DEPTH_LIMIT = 8  # folders that hold all, one in the other
BESIDE_LIMIT = 2  # files that may lie beside such folders
PATH_LIMIT = 1_000  # characters; of a longer one the middle is left out
BESIDE = "../"  # begins the path of what lies beside the folders that hold all
UNREADABLE = "not readable for you, or in too many folders"
_BLOCK = 2**20
_DRIVE = re.compile(r"[A-Za-z]:")
_ESCAPE = re.compile(r"\\(?:x[0-9a-f]{2}|u(?!d[89a-f])[0-9a-f]{4}|U000[0-9a-f]{5})")
_UNICODE_PATH = 0x7075  # an extra field: the name once more, in UTF-8


@dataclass(frozen=True)
class Member:
    """A file of an archive or a folder."""

    path: str  # below the folder that holds all, with "/"
    raw: str  # as it stands in the archive; what acts instead of being seen is escaped
    size_bytes: int
    key: str  # how it is opened
    wrong: str = ""  # why it is never opened

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
        left = [one for one in self.members if not one.is_clutter and not one.wrong]
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
        digest, left = hashlib.sha256(), SIZE_LIMIT_BYTES
        with self._open(member) as file:
            while block := file.read(_BLOCK):
                left -= len(block)
                if left < 0:
                    raise _refused(self.path, f"{printable_name(member.raw)} grows as it is read")
                digest.update(block)
                if target is not None:
                    target.write(block)
        return digest.hexdigest()

    def text(self, member: Member, limit_bytes: int) -> str:
        """A member's text.

        Raises:
            UserError: if it is damaged.
        """
        with self._open(member) as file:
            return file.read(limit_bytes).decode("utf-8-sig", "replace")

    @contextmanager
    def _open(self, member: Member) -> Iterator[BinaryIO]:
        name = printable_name(member.raw)
        if member.wrong:
            raise _refused(self.path, f"{name} in it is {member.wrong}; download it again")
        try:
            with self.opener(member.key) as file:
                yield file
        except Exception as error:  # zipfile raises many kinds for a damaged file
            if isinstance(error, UserError) or getattr(error, "filename", None):
                raise
            what = f"{name} in it is damaged; download it again"
            raise _refused(self.path, what) from None

    def check_total(self, members: Iterable[Member]) -> None:
        """Refuse to read more than a disk may take.

        Raises:
            UserError: if it is more (exit code 2).
        """
        if sum(one.size_bytes for one in members if not one.wrong) > TOTAL_LIMIT_BYTES:
            raise _refused(self.path, f"more than {TOTAL_LIMIT_BYTES >> 30} GiB to read in it")


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
    if len(infos) > FILES_LIMIT:
        raise _refused(path, f"more than {FILES_LIMIT} files in it")
    if sum(info.compress_size for info in infos) > path.stat().st_size:
        raise _refused(path, "its files overlap, as those of a zip bomb do")
    by_key = {
        str(number): info
        for number, info in enumerate(infos)
        if not _name(info).replace("\\", "/").endswith("/")
    }
    locks = {_lock(info) for info in by_key.values()}
    if len(locks) == 1 and (lock := locks.pop()):
        raise _refused(path, f"all files in it are {lock}")
    members = [_member(_name(i), i.file_size, key, _wrong(i)) for key, i in by_key.items()]

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


def _wrong(info: zipfile.ZipInfo) -> str:
    mode = info.external_attr >> 16
    return (_kind(mode) if stat.S_IFMT(mode) else "") or _lock(info)


def _lock(info: zipfile.ZipInfo) -> str:
    """Why nobody can read it without more than the archive."""
    if info.flag_bits & 1:
        return "locked by a password"
    is_known = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    return "" if is_known else "packed in a way that we don't read"


def _kind(mode: int) -> str:
    """What it is instead of a file."""
    if stat.S_ISLNK(mode):
        return "a link"
    is_plain = stat.S_ISREG(mode) or stat.S_ISDIR(mode)
    return "" if is_plain else "no file, but a device or the like"


# -- folder ----------------------------------------------------------------------------------------


def _folder(path: Path) -> Archive:
    members, newest_ns, folders = [], 0, [path]
    while folders:
        place = folders.pop()
        for file, status, wrong in _entries(place, is_top=place == path):
            if status is not None and stat.S_ISDIR(status.st_mode) and not wrong:
                folders.append(file)
                continue
            size_bytes = 0 if status is None else status.st_size
            members.append(_member(str(file.relative_to(path)), size_bytes, str(file), wrong))
            if len(members) > FILES_LIMIT:
                raise _refused(path, f"more than {FILES_LIMIT} files in it")
            # When it was written here, which the date in it doesn't change.
            newest_ns = max(newest_ns, 0 if status is None else status.st_ctime_ns)

    @contextmanager
    def opener(key: str) -> Iterator[BinaryIO]:
        with os.fdopen(os.open(key, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            yield file

    return Archive(path, _with_own_paths(members), opener, _past(newest_ns))


def _entries(place: Path, is_top: bool) -> list[tuple[Path, os.stat_result | None, str]]:
    """What lies in a folder, and why it is never opened; itself, if it can't be read."""
    try:
        files = sorted(place.iterdir())
    except OSError:  # no rights, or folders in folders until no path is long enough
        if is_top:
            raise
        return [(place, None, UNREADABLE)]
    return [_entry(file) for file in files]


def _entry(file: Path) -> tuple[Path, os.stat_result | None, str]:
    try:
        status = file.lstat()
    except OSError:
        return file, None, UNREADABLE
    wrong = _kind(status.st_mode)
    is_readable = wrong or stat.S_ISDIR(status.st_mode) or os.access(file, os.R_OK)
    return file, status, wrong if is_readable else UNREADABLE


# -- names -----------------------------------------------------------------------------------------


def _member(name: str, size_bytes: int, key: str, wrong: str) -> Member:
    wrong = _wrong_name(name) or wrong
    if len(name) > PATH_LIMIT:
        name = f"{name[: PATH_LIMIT // 2]}…{name[-PATH_LIMIT // 2 :]}"
    parts = [part for part in re.split(r"[/\\]", name.replace("\0", "_")) if part not in ("", ".")]
    path = "/".join("(..)" if part == ".." else part for part in parts)
    return Member(path or "_", _escaped(name), size_bytes, key, wrong)


def _with_own_paths(members: list[Member]) -> tuple[Member, ...]:
    """Of two files with one name, the second has another path: none may hide the other."""
    taken = {member.path for member in members}
    seen: set[str] = set()
    counts: dict[str, int] = {}
    kept = []
    for member in members:
        path, raw, count = member.path, member.raw, counts.get(member.path, 1)
        while path in seen:
            count += 1
            if (path := _numbered(member.path, count)) in taken:
                path = member.path
            raw = _numbered(member.raw, count)
        counts[member.path] = count
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


def archive_of(raw: str) -> Archive:
    """An archive of one file without content, named as `Member.raw` has it."""
    name = _ESCAPE.sub(_unescaped, raw)
    return Archive(Path(), (_member(name, 0, "", ""),), lambda _: nullcontext(io.BytesIO()), 0)


def _unescaped(found: re.Match[str]) -> str:
    one = chr(int(found[0][2:], 16))
    return one if UNSEEN.match(one) else found[0]


def _wrong_name(name: str) -> str:
    """Why a name is none to unpack, though names are never used as paths here."""
    parts = re.split(r"[/\\]", name)
    is_none = "\0" in name or not name or (not {*parts} - {"", "."} and bool(parts[-1]))
    is_elsewhere = ".." in parts or name[:1] in ("/", "\\") or _DRIVE.match(name)
    return "an unsafe name" if is_none or is_elsewhere else ""


def nfc(text: str) -> str:
    """A name as one compares it: computers write an accent as one character or as two."""
    return unicodedata.normalize("NFC", text)


def _refused(path: Path, reason: str) -> UserError:
    return UserError(f"{shown(path)}: {reason}; nothing was written", exit_code=2)
