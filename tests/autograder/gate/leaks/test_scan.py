"""Whatever kind of secret lies in a release, wherever and however, is found at its line."""

import base64
import bz2
import gzip
import io
import json
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable

import pytest

from .conftest import HIDDEN_TEST, PROOF, REFERENCE, SOURCE, Course

SECRET_LINE = "    outcome = number // 2\n"
REWRAPPED = "if 1:\n        remainder = number - \\\n   2 * outcome\n   assert   remainder in(0,1)"
BASE64 = base64.b64encode(SECRET_LINE.encode()).decode()
BLOCK = re.compile(r"(?:    )?#!TAG HWBEGIN\n(.*?#!MSG.*?\n).*?#!TAG HWEND", re.DOTALL)
RELEASED = BLOCK.sub(r"\1", SOURCE)


def notebook(**cell: object) -> str:
    whole = {"cells": [{"id": "a", "source": ["x = 1\n"]}, {"id": "b", **cell}], "nbformat": 4}
    return json.dumps(whole, indent=1)


def line_of(text: str, content: str) -> int:
    return content[: content.index(text)].count("\n") + 1


def zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return buffer.getvalue()


def tarred(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def png(kind: bytes, text: bytes) -> bytes:
    """An image that says something about itself."""
    return b"\x89PNG\r\n\x1a\n" + len(text).to_bytes(4, "big") + kind + text + b"\0\0\0\0"


# -- what leaks ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("x = 1\n\n  outcome  =  number // 2", 3, "a line of a solution, {}/lab.md:10"),
        (f"x = 1\n{REWRAPPED}", 5, "in a row of a solution, {}/lab.md:11"),
        ("# their Remainder", 1, "`remainder`, a name that only a solution uses, {}/lab.md:11"),
        (
            "> Whatever remains after\n> the division is\n> SMALLER than **the** divisor!",
            3,
            "in a row of a written solution, {}/lab.md:23",
        ),
        (HIDDEN_TEST.split("\n")[-2], 1, "a line of a hidden test, {}/hidden/test_half.py:7"),
        (
            HIDDEN_TEST.split('"""')[-1].replace(", ", ",\n  "),
            2,
            "a line of a hidden test, {}/hidden/test_half.py:7",
        ),
        (REFERENCE.split("\n")[4], 1, "a line of a reference, {}/lib/reference/halves.py:5"),
        (
            "return  (number\n-number%2)>>1 if (number)",
            2,
            "in a row of a reference, {}/lib/reference/halves.py:5",
        ),
    ],
)
def test_each_kind_of_secret(course: Course, content: str, line: int, words: str) -> None:
    course.plant("notes/more.txt", content)
    (what,) = [leak.what for leak in course.leaks() if leak.line == line]
    assert words.format(course.project) in what


def test_a_statement_in_another_style(course: Course) -> None:
    secret = HIDDEN_TEST.split("\n")[-2].strip().replace('"', "'").replace(", ", ",\n        ")
    course.plant("checks.py", f"def check():\n    {secret.replace('7)', '7,)')}\n    return 1\n")
    (leak,) = course.leaks()
    assert (leak.file, leak.line) == ("checks.py", 2)
    assert leak.text.startswith("assert_equal(submission.half(")
    assert "a line of a hidden test" in leak.what


def test_a_minified_notebook(course: Course) -> None:
    cells = [{"source": ["x = 1\n", SECRET_LINE, "y = (\n"]}]
    course.plant("lab.ipynb", json.dumps({"cells": cells}))
    (leak,) = course.leaks()
    assert leak.text == "outcome = number // 2"


def test_a_figure_that_only_a_solution_shows(course: Course) -> None:
    course.plant("pictures/1.dat", PROOF)
    course.plant("pictures/2.dat", (course.project / "figures/question.png").read_bytes())
    (leak,) = course.leaks()
    assert leak.file == "pictures/1.dat"
    assert "a figure that only a solution shows" in leak.what
    assert leak.what.endswith("lab.md:23")


def test_the_plainest_leak_of_a_line_is_told(course: Course) -> None:
    course.plant("a.py", SECRET_LINE + "    remainder = number - 2 * outcome\n")
    assert [leak.what.split(",")[0] for leak in course.leaks()] == ["a line of a solution"] * 2


# -- where it leaks -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [
        {"source": ["y = 2\n", SECRET_LINE]},
        {"source": f"y = 2\n{SECRET_LINE}"},
        {"outputs": [{"text": [SECRET_LINE]}]},
        {"outputs": [{"data": {"text/html": "<b>outcome</b> = <i>number</i> // 2"}}]},
        {"outputs": [{"data": {"text/html": "<pre>remainder &#61; number - 2 * outcome</pre>"}}]},
        {"metadata": {"tags": ["outcome = number // 2"]}},
        {"metadata": {"outcome = number // 2": True}},
        {"attachments": {"a.txt": {"text/plain": BASE64}}},
        {"attachments": {"a.png": {"image/png": base64.encodebytes(PROOF).decode()}}},
        {"source": f"![x](data:text/plain;base64,{BASE64})"},
    ],
    ids=lambda cell: next(iter(cell)),
)  # fmt: skip
def test_anywhere_in_a_notebook(course: Course, cell: dict[str, object]) -> None:
    content = notebook(**cell)
    course.plant("lab.ipynb", content)
    (leak,) = course.leaks()
    assert leak.file == "lab.ipynb"
    inner = json.dumps(cell, indent=1).split("\n")
    assert line_of('"id": "b"', content) < leak.line <= line_of('"id": "b"', content) + len(inner)


@pytest.mark.parametrize(
    ("name", "pack", "place"),
    [
        ("a.zip", lambda text: zipped("in/x.py", text), "a.zip!in/x.py"),
        ("a.tar.gz", lambda text: tarred("x.py", text), "a.tar.gz!x.py"),
        ("a.py.gz", gzip.compress, "a.py.gz!.gz"),
        ("a.bz2", bz2.compress, "a.bz2!.bz2"),
        ("a.zip", lambda text: zipped("b.zip", zipped("x.py", text)), "a.zip!b.zip!x.py"),
        ("a.png", lambda text: png(b"tEXt", b"Comment\0x\n" + text), "a.png"),
        ("a.png", lambda text: png(b"zTXt", b"Comment\0\0" + zlib.compress(text)), "a.png"),
        ("a.txt", lambda text: text.decode().encode("utf-16"), "a.txt"),
        ("a.b64", lambda text: base64.encodebytes(text * 9), "a.b64"),
    ],
)
def test_packed(course: Course, name: str, pack: Callable[[bytes], bytes], place: str) -> None:
    course.plant(name, pack(f"x = 1\n{SECRET_LINE}".encode()))
    assert {leak.file for leak in course.leaks()} == {place}


def test_in_the_name_of_a_file(course: Course) -> None:
    course.plant("remainder.txt", "x")
    (leak,) = course.leaks()
    assert (leak.file, leak.line) == ("remainder.txt", 1)


def test_what_cannot_be_looked_into(course: Course) -> None:
    archive = bytearray(zipped("x.py", SECRET_LINE.encode() * 50))
    archive[40] ^= 255
    course.plant("broken.zip", bytes(archive))
    (leak,) = course.leaks()
    assert "can't be unpacked" in leak.what


# -- what does not leak -------------------------------------------------------------------------


def test_what_students_are_given_is_no_leak(course: Course) -> None:
    course.plant("lab.ipynb", notebook(source=RELEASED.split("\n")))
    course.plant("lib/kit/data/numbers.py", "SEVEN_TIMES_ELEVEN = 7 * 11\nimport torch\n)\n")
    course.plant("notes.txt", "number // 2\nA division is smaller than the others.\n")
    assert course.leaks() == []
