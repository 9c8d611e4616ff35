"""What students hand in is read under limits, and never through a link."""

import io
import os
import socket
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from autograder.course.notebook_file import (
    MEMBER_LIMIT,
    PATH_LIMIT,
    SIZE_LIMIT_BYTES,
    NotebookFile,
    archive_stem,
    is_clutter,
    notebook_stem,
    notebooks_in,
)
from autograder.errors import Unreadable

NOTEBOOK = b'{"cells": []}'


Member = tuple[str | zipfile.ZipInfo, bytes]


def zipped(*members: Member, kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", kind) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def put(folder: Path, name: str, content: bytes) -> NotebookFile:
    (folder / name).write_bytes(content)
    return NotebookFile(folder, (name,))


def why_unreadable(folder: Path, name: str) -> str:
    """What reading says, which is the same as listing says."""
    with pytest.raises(Unreadable) as listed:
        for one in notebooks_in(folder, (name,)):
            one.read()
    return str(listed.value)


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("lab09.ipynb", "lab09"),
        ("LAB09.IPYNB", "LAB09"),
        ("lab09 (1).ipynb", "lab09 (1)"),
        ("lab09.ipynb (2)", "lab09"),
        ("lab09.ipynb.txt", "lab09"),
        ("lab09.ipynb.json", "lab09"),
        ("lab09.ipynb (1).txt", "lab09"),
        ("lab09.ipynb.download", "lab09"),
        ("a\nb.ipynb", "a\nb"),
        ("lab09.ipynb.zip", None),
        ("lab09.pdf", None),
        ("lab09.ipynb~", None),
        (".ipynb", None),
        ("lab09", None),
    ],
)
def test_names_of_notebooks(name: str, stem: str | None) -> None:
    assert notebook_stem(name) == stem


@pytest.mark.parametrize(
    ("name", "stem"),
    [("lab09.zip", "lab09"), ("Lab09.ZIP", "Lab09"), ("lab09.ipynb.zip", "lab09"), ("zip", None)],
)
def test_names_of_archives(name: str, stem: str | None) -> None:
    assert archive_stem(name) == stem


def test_clutter() -> None:
    clutter = [".DS_Store", "._lab09.ipynb", ".ipynb_checkpoints", "__MACOSX", "Thumbs.db"]
    assert all(map(is_clutter, clutter))
    assert not any(map(is_clutter, ["lab09.ipynb", ".lab09.ipynb", ".ana", "."]))


def test_a_notebook_is_read_as_it_is(tmp_path: Path) -> None:
    notebook = put(tmp_path, "lab09.ipynb", NOTEBOOK)
    assert notebooks_in(tmp_path, ("lab09.ipynb",)) == [notebook]
    assert notebook.read() == NOTEBOOK
    assert (notebook.name, notebook.path) == ("lab09.ipynb", tmp_path / "lab09.ipynb")


def test_the_root_may_be_a_link_and_nothing_below_it(tmp_path: Path) -> None:
    inner = tmp_path / "real" / "ana"
    inner.mkdir(parents=True)
    put(inner, "lab09.ipynb", NOTEBOOK)
    (tmp_path / "root").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "ben").symlink_to("ana")
    (inner / "linked.ipynb").symlink_to("lab09.ipynb")
    assert NotebookFile(tmp_path / "root", ("ana", "lab09.ipynb")).read() == NOTEBOOK
    for parts in [("ben", "lab09.ipynb"), ("ana", "linked.ipynb"), ("ana", "no.ipynb"), ("ana",)]:
        with pytest.raises(Unreadable):
            NotebookFile(tmp_path / "root", parts).read()
    assert "is a link" in why_unreadable(inner, "linked.ipynb")


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ipynb")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket.ipynb"))
        (tmp_path / "folder.ipynb").mkdir()
        for name in ("pipe.ipynb", "socket.ipynb", "folder.ipynb"):
            assert name in why_unreadable(tmp_path, name)


def test_nothing_stays_open_of_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    (tmp_path / "link.ipynb").symlink_to("folder.ipynb")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for name in ("pipe.ipynb", "folder.ipynb", "link.ipynb", "none.ipynb"):
        why_unreadable(tmp_path, name)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_sizes(tmp_path: Path) -> None:
    put(tmp_path, "empty.ipynb", b"")
    assert why_unreadable(tmp_path, "empty.ipynb") == "empty.ipynb is empty"
    with (tmp_path / "large.ipynb").open("wb") as file:
        file.truncate(SIZE_LIMIT_BYTES)
    assert len(NotebookFile(tmp_path, ("large.ipynb",)).read()) == SIZE_LIMIT_BYTES
    os.truncate(tmp_path / "large.ipynb", 2**36)
    assert why_unreadable(tmp_path, "large.ipynb") == "large.ipynb is larger than 20 MiB"


@pytest.mark.parametrize("name", ["lab09.zip", "lab09.ipynb"])
def test_the_content_says_that_it_is_an_archive(tmp_path: Path, name: str) -> None:
    put(tmp_path, name, zipped(("work/lab09.ipynb", NOTEBOOK), ("data.csv", b"1")))
    [notebook] = notebooks_in(tmp_path, (name,))
    assert (notebook.name, notebook.path) == ("lab09.ipynb", tmp_path / name)
    assert notebook.read() == NOTEBOOK
    put(tmp_path, "text.zip", NOTEBOOK)
    assert why_unreadable(tmp_path, "text.zip") == "text.zip is not a zip archive"


def test_clutter_and_links_in_an_archive_are_no_notebooks(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    clutter = ["__MACOSX/._lab09.ipynb", "._lab09.ipynb", ".ipynb_checkpoints/lab09.ipynb"]
    members: list[Member] = [(name, b"x") for name in clutter]
    members += [(link, b"/etc/passwd"), ("folder.ipynb/", b""), (r"work\lab09.ipynb", NOTEBOOK)]
    put(tmp_path, "a.zip", zipped(*members))
    assert [one.name for one in notebooks_in(tmp_path, ("a.zip",))] == ["lab09.ipynb"]
    put(tmp_path, "b.zip", zipped(*members[:-1]))
    assert "without a notebook" in why_unreadable(tmp_path, "b.zip")


def test_no_path_of_an_archive_touches_the_disk(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    outside = str(tmp_path / "absolute.ipynb")
    put(tmp_path / "in", "a.zip", zipped(("../../climbed.ipynb", NOTEBOOK), (outside, NOTEBOOK)))
    found = notebooks_in(tmp_path / "in", ("a.zip",))
    assert [one.read() for one in found] == [NOTEBOOK, NOTEBOOK]
    assert [path.name for path in tmp_path.rglob("*")] == ["in", "a.zip"]


def test_an_archive_in_an_archive_is_named(tmp_path: Path) -> None:
    put(tmp_path, "a.zip", zipped(("inner.zip", zipped(("lab09.ipynb", NOTEBOOK)))))
    assert why_unreadable(tmp_path, "a.zip").endswith("only another archive: inner.zip")


def damaged(content: bytes) -> bytes:
    middle = content.index(b"lab09.ipynb") + len(b"lab09.ipynb") + 3
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


def locked(content: bytes) -> bytes:
    """Marked as encrypted, in its own header and in the list of contents."""
    flags = struct.pack("<H", 1)
    start = content.index(b"PK\x01\x02")
    content = content[:6] + flags + content[8:]
    return content[: start + 8] + flags + content[start + 10 :]


GOOD_ARCHIVE = zipped(("lab09.ipynb", NOTEBOOK * 100))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (damaged(GOOD_ARCHIVE), "a.zip is a damaged zip archive"),
        (GOOD_ARCHIVE[:-30], "a.zip is a damaged zip archive"),
        (b"PK", "a.zip is a damaged zip archive"),
        (locked(GOOD_ARCHIVE), "lab09.ipynb is locked by a password in its zip archive"),
        (zipped(), "a.zip is a zip archive without a notebook in it"),
        (zipped(("lab09.ipynb", b"")), "lab09.ipynb is empty"),
        (zipped(("lab09.ipynb", bytes(2**27))), "lab09.ipynb is larger than 20 MiB"),
        (
            zipped(("lab09.ipynb", NOTEBOOK), kind=zipfile.ZIP_LZMA),
            "lab09.ipynb is packed in its zip archive in a way that we don't read",
        ),
        (
            b"PK\x03\x04" + b"PK\x01\x02" * (MEMBER_LIMIT + 1),
            f"a.zip is a zip archive of more than {MEMBER_LIMIT} files",
        ),
        (
            zipped(("n" * 60_000 + ".ipynb", NOTEBOOK)),
            "a.zip is a zip archive without a notebook in it, but a path of more than "
            f"{PATH_LIMIT} characters",
        ),
        (
            zipped(("d/" * 30_000 + "lab09.ipynb", NOTEBOOK)),
            "a.zip is a zip archive without a notebook in it, but a path of more than "
            f"{PATH_LIMIT} characters",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_archives_that_cant_be_read_say_why(tmp_path: Path, content: bytes, reason: str) -> None:
    put(tmp_path, "a.zip", content)
    assert why_unreadable(tmp_path, "a.zip") == reason


def test_a_file_that_changed_since_it_was_listed(tmp_path: Path) -> None:
    put(tmp_path, "a.zip", GOOD_ARCHIVE)
    [notebook] = notebooks_in(tmp_path, ("a.zip",))
    put(tmp_path, "a.zip", zipped(("other.ipynb", NOTEBOOK)))
    with pytest.raises(Unreadable):
        notebook.read()
    (tmp_path / "a.zip").unlink()
    with pytest.raises(Unreadable, match="No such file"):
        notebook.read()
