"""Everything that can be read in a release, wherever it stands.

Files as text; of notebooks and other JSON every string, with its line in the file; HTML also
without its tags; members of archives; what is packed as base64 (attachments, images in outputs,
data URLs) or by zlib (texts in PNG and PDF files).
"""

import base64
import binascii
import bz2
import gzip
import html
import io
import json
import lzma
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from .secrets import digest
from .text import Line, numbered

LIMIT_BYTES = 64 * 2**20  # of one packed thing, unpacked
DEEPEST = 5  # archives within archives

_JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_HTML_TAG = re.compile(r"<[^<>]*>")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{16,}\s?)+={0,2}")
_ZLIB_START = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_COMPRESSED: list[tuple[bytes, str, Callable[[bytes], bytes]]] = [
    (b"\x1f\x8b", ".gz", gzip.decompress),
    (b"BZh", ".bz2", bz2.decompress),
    (b"\xfd7zXZ", ".xz", lzma.decompress),
]


@dataclass(frozen=True)
class Item:
    """A file of the release, or something packed into one; `problem` if it can't be looked into."""

    name: str  # within the release; `archive.zip!member` for a member
    digest: str = ""
    texts: list[list[Line]] = field(default_factory=list)  # the ways in which it can be read
    problem: str = ""

    def at(self, line: int) -> "Item":
        """The same, all on one line of the file that it is packed into."""
        return replace(self, texts=[[Line(line, x.text) for x in text] for text in self.texts])


def read_folder(folder: Path) -> Iterator[Item]:
    """All files below a folder and what is packed into them."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield from read(path.relative_to(folder).as_posix(), path.read_bytes())


def read(name: str, content: bytes, depth: int = 0) -> Iterator[Item]:
    """A file and what is packed into it."""
    if depth > DEEPEST:
        yield Item(name, problem=f"is packed more than {DEEPEST} times over")
        return
    text = _decoded(content)
    strings = _json_strings(text) or [Line(1, text)]
    lines = _lines_of(strings)
    texts = [numbered(name)[:1] + numbered(text), lines, _without_tags(lines)]
    yield Item(name, digest(content), [text for text in texts if text])
    try:
        for member, inner in _members(content):
            yield from read(f"{name}!{member}" if member else name, inner, depth + 1)
    except (OSError, ValueError, RuntimeError, EOFError, NotImplementedError, lzma.LZMAError,
            zipfile.BadZipFile, tarfile.TarError, zlib.error) as error:  # fmt: skip
        yield Item(name, problem=f"can't be unpacked ({error})")
    for number, inner in _embedded(strings):
        for item in read(name, inner, depth + 1):
            yield item.at(number)


def _decoded(content: bytes) -> str:
    is_utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    return content.decode("utf-16" if is_utf16 else "utf-8-sig", errors="ignore")


def _json_strings(text: str) -> list[Line]:
    """Every string of a JSON text, keys too, with the line on which it begins; [] if it is none."""
    if not text.lstrip().startswith(("{", "[")):
        return []
    strings, line, position = [], 1, 0
    for literal in _JSON_STRING.finditer(text):
        line += text.count("\n", position, literal.start())
        position = literal.start()
        try:
            strings.append(Line(line, json.loads(literal[0], strict=False)))
        except ValueError:
            return []
    return strings


def _lines_of(strings: list[Line]) -> list[Line]:
    whole_file = len(strings) == 1
    return [
        Line(line.number if whole_file else string.number, line.text)
        for string in strings
        for line in numbered(string.text)
    ]


def _without_tags(lines: list[Line]) -> list[Line]:
    """As it looks in a browser; nothing if that is no different."""
    shown = [Line(n, html.unescape(_HTML_TAG.sub("", text))) for n, text in lines]
    return [] if shown == lines else shown


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """What an archive or a compressed file holds; a compressed text in a binary has no name."""
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist():
                if not info.is_dir():
                    yield info.filename, _limited(info.file_size, partial(archive.read, info))
    elif tarfile.is_tarfile(io.BytesIO(content)):
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            for entry in tar:
                file = tar.extractfile(entry)
                if file is not None:
                    yield entry.name, _limited(entry.size, file.read)
    elif packed := next((p for p in _COMPRESSED if content.startswith(p[0])), None):
        yield packed[1], packed[2](content)
    elif b"\0" in content:
        yield from (("", text) for text in _zlib_streams(content))


def _limited(size_bytes: int, read_all: Callable[[], bytes]) -> bytes:
    if size_bytes > LIMIT_BYTES:
        raise ValueError(f"a member has {size_bytes} bytes")
    return read_all()


def _zlib_streams(content: bytes) -> Iterator[bytes]:
    for start in _ZLIB_START.finditer(content):
        try:
            yield zlib.decompressobj().decompress(content[start.start() :], LIMIT_BYTES)
        except zlib.error:  # two bytes that only look like it
            continue


def _embedded(strings: list[Line]) -> Iterator[tuple[int, bytes]]:
    """What is packed as base64, with its line."""
    is_json = len(strings) != 1
    for number, text in strings:
        for packed in _BASE64.finditer(text):
            line = number if is_json else 1 + text.count("\n", 0, packed.start())
            letters = "".join(packed[0].split()).rstrip("=")
            whole = letters[: len(letters) - (len(letters) % 4 == 1)]
            try:
                yield line, base64.b64decode(whole + "=" * (-len(whole) % 4))
            except binascii.Error:
                continue
