"""Lines, statements, tokens and runs of tokens, whatever a formatter did to them."""

import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.gate.leaks.text import (
    Line,
    Token,
    code,
    normalised,
    numbered,
    runs,
    statements,
    words,
)

PROJECT = Path(__file__).resolve().parents[4]


def texts(source: str) -> list[str]:
    return [token.text for token in code(numbered(source))]


def joined(source: str) -> list[str]:
    lines = numbered(source)
    return ["".join(one.tokens) for one in statements(lines, code(lines))]


def test_tokens_know_their_line_and_no_blanks() -> None:
    lines = numbered("  Ab(c,\n\n d.e)")
    assert lines[2] == Line(3, " d.e)")
    found = code(lines)
    assert "".join(token.text for token in found) == "ab(c,d.e)"
    assert found[4] == Token("d", 3, 0)
    assert words(lines) == [Token(*one) for one in (("ab", 1, 0), ("c", 1, 0), ("d", 3, 2),
                                                    ("e", 3, 2))]  # fmt: skip


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("f(a, b)", "f(\n    a,\n    b,\n)"),
        ("x = 'a'", 'x = "a"'),
        ("x = 'say \"no\"'", 'x = "say \\"no\\""'),
        ("x = a + b", "x = (\n    a + b\n)"),
        ("x = a + \\\n    b", "x = (a\n    + b)"),
        ("return a, b", "return (\n    a,\n    b,\n)"),
        ("assert a, b", "assert a, (\n    b\n)"),
        ("for x in a, b:", "for x in (a, b):"),
        ("from a import b, c", "from a import (\n    b,\n    c,\n)"),
        ("with a as b, c as d:", "with (\n    a as b,\n    c as d,\n):"),
        ("x = 'a' 'b'", "x = (\n    'a'\n    'b'\n)"),
        ("x = 'a b' ' c d'", "x = 'a b c d'"),
        ("a = 1; b = 2", "a = 1\nb = 2"),
        ("x = 0XFF", "x = 0xff"),
        ("x = U'a'", "x = 'a'"),
        ("x = [1, 2]", "x = [\n    1,\n    2,\n]"),
    ],
)
def test_style_is_nothing(left: str, right: str) -> None:
    assert texts(left) == texts(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("f(a, b)", "f(a b)"),
        ("f(a)", "f[a]"),
        ("f(a)", "f a"),
        ("'a'", "a"),
        ("'(a)'", "'a'"),
        ("'a,'", "'a'"),
        ("f()(a)", "f()a"),
        ("'{}'(a)", "'{}' a"),
        ("''", ""),
    ],
)
def test_what_is_said_is_no_style(left: str, right: str) -> None:
    assert texts(left) != texts(right)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a = 1\n\nb = 2", ["a=1", "b=2"]),
        ("f(\n    a,\n)\nb", ["f(a)", "b"]),
        ("x = [\n    '(',\n]\nb", ['x=["("]', "b"]),
        ("x = 1  # see (\ny = 2", ["x=1#see(", "y=2"]),
        ("x = a \\\n  + b\nc", ["x=a+b", "c"]),
        ('x = """(\n  it\'s (\n"""\ny', ['x="(', 'it"s(', '"', "y"]),
        # no Python: what never ends takes nothing along
        ("see (above\nand below", ["see(above", "andbelow"]),
        ("it's\nours", ['it"s', "ours"]),
        ('a """\nb\nc', ['a"""', "b", "c"]),
        (") ] x\ny", [")]x", "y"]),
        ("#!TAG", ["#!tag"]),
        ("", []),
    ],
)
def test_statements(source: str, expected: list[str]) -> None:
    assert joined(source) == expected


def test_a_statement_has_its_first_line_and_its_text() -> None:
    lines = numbered("\nx = f(\n    a,\n)\n\ny")
    first, second = statements(lines, code(lines))
    assert (first.line, first.text) == (2, "x = f( a, )")
    assert (second.line, second.text) == (6, "y")


def test_strings_of_json_may_all_stand_on_one_line() -> None:
    lines = [Line(1, "f(a)"), Line(1, "f(b)")]
    assert [one.text for one in statements(lines, code(lines))] == ["f(a)", "f(b)"]


FILES = [
    *("autograder/gate/leaks/text.py", "autograder/compiler/blanks.py", "lib/kit/checks/take.py"),
    *("lib/kit/figures/tiles.py", "tests/autograder/gate/leaks/test_text.py"),
]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(("length", "quotes"), [(50, "double"), (180, "single")])
def test_a_formatter_changes_nothing(file: str, length: int, quotes: str) -> None:
    source = (PROJECT / file).read_text("utf-8")
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent))
    assert ruff is not None
    style = [f"format.quote-style='{quotes}'", "format.skip-magic-trailing-comma=true"]
    options = [part for one in style for part in ("--config", one)]
    command = [ruff, "format", "--isolated", "--line-length", str(length), *options, "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
    assert done.stdout != source
    assert texts(done.stdout) == texts(source)
    assert sorted(joined(done.stdout)) == sorted(joined(source))


PIECES = st.sampled_from(["(", ")", "[", "'", '"', '"""', "#", "\\", "\n", " ", ",", ";", "a", "f"])


@settings(deadline=None)
@given(st.lists(PIECES, max_size=20))
def test_any_text_can_be_read(pieces: list[str]) -> None:
    lines = numbered("".join(pieces))
    found = code(lines)
    assert [token.line for token in found] == sorted(token.line for token in found)
    assert all(0 <= token.statement < token.line for token in found)
    made = statements(lines, found)
    assert [text for one in made for text in one.tokens] == [token.text for token in found]
    assert all(left.start < right.start for left, right in pairwise(made))


def test_runs() -> None:
    sequence = [Token(letter, 1, 0) for letter in "abcd"]
    assert list(runs(sequence, 3)) == [(0, ("a", "b", "c")), (1, ("b", "c", "d"))]
    assert list(runs(sequence, 5)) == []


def test_normalised() -> None:
    assert normalised("\t a   b ") == "a b"
