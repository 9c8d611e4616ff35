"""What is downloaded is looked at before anything is written; what could do harm isn't opened."""

import io
import os
import re
import stat
import struct
import subprocess
import time
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory, mkdtemp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import UserError
from autograder.platforms import archive as module
from autograder.platforms.archive import PATH_LIMIT, Archive, opened

from .downloads import write_zip, zip_bytes


def refusal(path: Path) -> str:
    with pytest.raises(UserError) as error, opened(path) as archive:
        for member in archive.members:
            archive.read(member)
    assert error.value.exit_code == 2 and "\n" not in error.value.message
    return error.value.message


def wrong_in(path: Path) -> dict[str, str]:
    """What is never opened, and why; the rest is read."""
    with opened(path) as archive:
        for member in archive.members:
            if member.wrong:
                with pytest.raises(UserError, match=re.escape(member.wrong)):
                    archive.read(member)
            else:
                archive.read(member)
        return {member.path: member.wrong for member in archive.members if member.wrong}


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../x.ipynb", "(..)/x.ipynb"),
        ("ana/../../x.ipynb", "ana/(..)/(..)/x.ipynb"),
        ("ana\\..\\..\\x.ipynb", "ana/(..)/(..)/x.ipynb"),
        ("ana/a\\..\\x.ipynb", "ana/a/(..)/x.ipynb"),
        ("/etc/passwd", "etc/passwd"),
        ("\\\\server\\share\\x", "server/share/x"),
        ("C:\\x.ipynb", "C:/x.ipynb"),
        ("c:x.ipynb", "c:x.ipynb"),
        ("ana/x\0.ipynb", "ana/x_.ipynb"),
    ],
)
def test_names_that_lead_elsewhere_are_not_opened(tmp_path: Path, name: str, path: str) -> None:
    content = zip_bytes({"ana/lab.ipynb": b"{}", name.replace("\0", "@"): b"{}"})
    (tmp_path / "a.zip").write_bytes(content.replace(b"x@.", b"x\0."))
    assert wrong_in(tmp_path / "a.zip") == {path: "an unsafe name"}


@pytest.mark.parametrize("name", ["con/aux.ipynb", "a..b/x", "...", "nul", "Lab 9: a/c:d.ipynb"])
def test_names_that_only_look_alike_are_not(tmp_path: Path, name: str) -> None:
    with opened(write_zip(tmp_path / "a.zip", {name: b"{}"})) as archive:
        assert [member.path for member in archive.members] == [name]


@pytest.mark.parametrize(
    ("mode", "words"),
    [(stat.S_IFLNK | 0o777, "a link"), (stat.S_IFIFO, "a device"), (stat.S_IFCHR, "a device")],
)
def test_links_and_devices_are_not_opened(tmp_path: Path, mode: int, words: str) -> None:
    info = zipfile.ZipInfo("ana/data")
    info.external_attr = mode << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
        archive.writestr("ana/lab.ipynb", "{}")
    (wrong,) = wrong_in(tmp_path / "a.zip").values()
    assert words in wrong


def test_a_large_file_that_packs_well_is_one_student_s(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"ana/zeros.npy": bytes(21 << 20), "ben/b.ipynb": b"{}"})
    with opened(path) as archive:
        assert [member.size_bytes for member in archive.members] == [21 << 20, 2]


def test_of_a_very_long_path_the_middle_is_left_out(tmp_path: Path) -> None:
    start, end = "Ana Silva_12_assignsubmission_file/", "lab.ipynb"
    names = [f"{start}{letter * 500}/{letter * 700}/{end}" for letter in "ab"]
    with opened(write_zip(tmp_path / "a.zip", dict.fromkeys(names, b"{}"))) as archive:
        assert len({member.path for member in archive.members}) == 2
        for member in archive.members:
            assert len(member.path) == len(member.raw) == PATH_LIMIT + 1
            assert member.path.startswith(start) and member.path.endswith(end)
            assert len(archive.read(member)) == 64


@given(st.lists(st.sampled_from(["a", "a (2)", "a (3)", "a.b", "a (2).b", "c/.b", "c/.b (2)"])))
def test_no_file_hides_another(names: list[str]) -> None:
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of names that come twice
        path = Path(folder) / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for number, name in enumerate(names):
                archive.writestr(name, str(number))
        with opened(path) as read:
            paths = [member.path for member in read.members]
            assert len({*paths}) == len(names) == len({member.raw for member in read.members})
            assert {*names} <= {*paths}
            assert sorted(PurePath(one).suffix for one in paths) == sorted(
                PurePath(one).suffix for one in names
            )


def test_a_notebook_that_packs_well_is_none(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "a.zip", {"ana/lab.ipynb": b"loading ...\n" * 500_000})
    with opened(path) as archive:
        assert len(archive.read(archive.members[0])) == 64


def test_files_that_overlap_are_refused(tmp_path: Path) -> None:
    """As in a bomb that is one piece, listed many times."""
    content = zip_bytes({"a.ipynb": bytes(range(256)) * 8})
    start = content.index(b"PK\x01\x02")
    end = content.index(b"PK\x05\x06")
    entry = content[start:end]
    many = entry * 50
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 50, 50, len(many), start, 0)
    (tmp_path / "a.zip").write_bytes(content[:start] + many + tail)
    assert "overlap" in refusal(tmp_path / "a.zip")


@pytest.mark.parametrize("form", ["zip", "folder"])
def test_limits_hold(tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"ana/{n}.ipynb": b"x" * 100 for n in range(5)}
    path = tmp_path / "a"
    if form == "zip":
        write_zip(path, files)
    else:
        for name, content in files.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
    monkeypatch.setattr(module, "TOTAL_LIMIT_BYTES", 499)
    with opened(path) as archive:
        assert len(archive.members) == 5
        archive.check_total(archive.members[:4])
        with pytest.raises(UserError, match="to read in it; nothing was written"):
            archive.check_total(archive.members)
    monkeypatch.setattr(module, "FILES_LIMIT", 4)
    assert "more than 4 files" in refusal(path)


def test_many_files_whose_names_are_the_same_once_read_take_no_time(tmp_path: Path) -> None:
    names = ["a" + "/" * n + "b" for n in range(1, 120)] * 100
    path = tmp_path / "a.zip"
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as archive:
        warnings.simplefilter("ignore")
        for name in names:
            archive.writestr(name, "")
    start_s = time.monotonic()
    assert len({*names_of(path)}) == len(names)
    assert time.monotonic() - start_s < 10


def encrypted(content: bytes) -> bytes:
    """The same with the flag of a password on the first file, in both places."""
    both = bytearray(content)
    for start, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        both[content.index(start) + offset] |= 1
    return bytes(both)


def test_one_locked_file_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(encrypted(zip_bytes({"a.ipynb": b"1", "b.ipynb": b"2"})))
    assert wrong_in(tmp_path / "a.zip") == {"a.ipynb": "locked by a password"}


def broken_inside(content: bytes) -> bytes:
    at = content.index(b'{"cells"')  # a brace alone may stand in the time
    return content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :]


def stored(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("ana/lab.ipynb", content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (encrypted, "locked by a password"),
        (broken_inside, "damaged"),
        (lambda content: content[: len(content) // 2], "a damaged zip archive"),
        (lambda content: content[:-30], "a damaged zip archive"),
        (lambda content: b"", "not a zip archive"),
        (lambda content: b"\x1f\x8b\x08" + content[3:20], "not a zip archive"),
        (lambda content: b"Rar!" + content[4:20], "not a zip archive"),
    ],
)
def test_what_is_locked_or_damaged_is_refused(
    tmp_path: Path, change: Callable[[bytes], bytes], words: str
) -> None:
    (tmp_path / "a.zip").write_bytes(change(stored(b'{"cells": []}' * 9)))
    assert words in refusal(tmp_path / "a.zip")


@given(st.binary(max_size=300), st.integers(0, 200))
def test_any_damage_is_one_line_or_nothing(noise: bytes, at: int) -> None:
    content = stored(b'{"cells": []}')
    damaged = content[:at] + noise + content[at + len(noise) :]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.zip"
        path.write_bytes(damaged)
        try:
            with opened(path) as archive:
                for member in archive.members:
                    archive.read(member)
        except UserError as error:
            assert "\n" not in error.message and error.exit_code == 2


def names_of(path: Path) -> list[str]:
    with opened(path) as archive:
        return [member.path for member in archive.members]


NAME = "Müller é_12_assignsubmission_file/Lösung.ipynb"


def named(raw: bytes, flags: int = 0, extra: bytes = b"") -> bytes:
    """An archive whose only file has these bytes as its name."""
    content, start = (
        b"{}",
        struct.pack("<HHHHHLLL", 20, flags, 0, 0, 0x5AF4, zlib.crc32(b"{}"), 2, 2),
    )
    local = b"PK\x03\x04" + start + struct.pack("<HH", len(raw), len(extra)) + raw + extra + content
    central = (
        b"PK\x01\x02\x14\0" + start + struct.pack("<HHHHHLL", len(raw), len(extra), 0, 0, 0, 0, 0)
        + raw + extra
    )  # fmt: skip
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def unicode_extra(raw: bytes, name: str) -> bytes:
    field = b"\x01" + struct.pack("<L", zlib.crc32(raw)) + name.encode()
    return struct.pack("<HH", 0x7075, len(field)) + field


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (named(NAME.encode(), flags=0x800), NAME),
        (named(NAME.encode()), NAME),  # as PHP and macOS write it
        (named(NAME.encode("cp437")), NAME),  # as Windows does
        (named(b"L?sung", extra=unicode_extra(b"L?sung", "Lösung")), "Lösung"),
        (named(b"L?sung", extra=unicode_extra(b"other", "Lösung")), "L?sung"),
        (named(unicodedata.normalize("NFD", NAME).encode()), unicodedata.normalize("NFD", NAME)),
        (named(b"ana\\lab.ipynb"), "ana/lab.ipynb"),
        (named(b"./ana//lab.ipynb"), "ana/lab.ipynb"),
    ],
)
def test_names_are_read_whatever_wrote_them(tmp_path: Path, content: bytes, name: str) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    assert names_of(tmp_path / "a.zip") == [name]


def test_what_acts_in_a_name_is_escaped_and_two_of_one_name_are_told_apart(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a\x1b[2J\u202e.ipynb", "1")
        archive.writestr("b.ipynb", "1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("b.ipynb", "2")
    with opened(tmp_path / "a.zip") as read:
        assert [m.raw for m in read.members] == [r"a\x1b[2J\u202e.ipynb", "b (2).ipynb", "b.ipynb"]
        digests = {read.read(member) for member in read.members}
        assert len(digests) == 2


def test_a_folder_is_read_like_an_archive(tmp_path: Path) -> None:
    (tmp_path / "in" / "ana").mkdir(parents=True)
    (tmp_path / "in" / "ana" / "lab.ipynb").write_bytes(b"{}")
    with opened(tmp_path / "in") as archive:
        (member,) = archive.members
        assert (member.path, member.raw, archive.name) == ("ana/lab.ipynb", "ana/lab.ipynb", "in")
        assert archive.read(member) == (
            "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        )


def test_what_is_no_file_in_a_folder_is_not_opened(tmp_path: Path) -> None:
    home = tmp_path / "in" / "ana"
    home.mkdir(parents=True)
    (tmp_path / "secret").write_bytes(b"x")
    (home / "lab.ipynb").write_bytes(b"{}")
    (home / "file").symlink_to(tmp_path / "secret")
    (home / "folder").symlink_to(tmp_path)
    os.mkfifo(home / "pipe")
    assert wrong_in(tmp_path / "in") == {
        "ana/file": "a link",
        "ana/folder": "a link",
        "ana/pipe": "no file, but a device or the like",
    }


@pytest.mark.parametrize(("name", "number"), [("d", 1_200), ("d" * 200, 25)])
def test_folders_in_folders_without_end(name: str, number: int) -> None:
    """More than calls go deep, or than a path is long; pytest's own folders could not hold them."""
    top = Path(mkdtemp())
    (top / "lab.ipynb").write_bytes(b"{}")
    place = os.open(top, os.O_RDONLY)
    try:
        for _ in range(number):
            os.mkdir(name, dir_fd=place)
            place, above = os.open(name, os.O_RDONLY, dir_fd=place), place
            os.close(above)
        wrong = {*wrong_in(top).values()}
        assert wrong == ({module.UNREADABLE} if len(name) > 1 else set())
        assert "lab.ipynb" in names_of(top)
    finally:
        os.close(place)
        subprocess.run(["rm", "-rf", top], check=True)


def test_nothing_there(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "none.zip")


def test_folders_that_hold_all_are_left_out(tmp_path: Path) -> None:
    files = {"top/in/ana/lab.ipynb": b"1", "top/in/ben/lab.ipynb": b"2", "__MACOSX/._x": b"3"}
    with opened(write_zip(tmp_path / "a.zip", files)) as archive:
        assert archive.depth == 2
        inner: Archive = archive.without_folders(2)
        assert [one.path for one in inner.members] == ["ana/lab.ipynb", "ben/lab.ipynb"]
        assert [one.raw for one in inner.members] == [
            "top/in/ana/lab.ipynb",
            "top/in/ben/lab.ipynb",
        ]


@pytest.mark.parametrize(
    "name", ["a/b.ipynb", "a\\b.ipynb", "\u200fa/b", "a\u202e/\U000e0041.py", "a\\x41"]
)
def test_a_name_of_a_table_is_the_name_of_the_file(name: str) -> None:
    member = module._member(name, 0, "", "")
    assert module.archive_of(member.raw).members == (member,)
