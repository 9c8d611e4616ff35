"""The format of variant files: every section comes back, every mistake has its line."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.errors import UserError, shown
from autograder.variants.format import USAGES, Kind, Section, parse, read_variant_file

PATH = Path("variant.txt")
ALL_KINDS = """# Counts the limit too,
# as many do

#!SAYS is it < or <=?
#!WORTH 2.5
#!LOSS 3
#!BLANK ex1-count.1
        if number <= limit:

            found += 1

#!GIVEN ex1-count
-    return found
+    return int(found)
#!OPEN ex2-why
#!MUTANT ex1-count.2
-    10
+    11
#!FILE nets/model.py
x = 1

y = 2
"""


def test_all_kinds_of_sections() -> None:
    file = parse(ALL_KINDS, PATH)
    assert file.title == "Counts the limit too, as many do"
    assert file.sections == (
        Section(Kind.SAYS, "is it < or <=?", 4),
        Section(Kind.WORTH, "2.5", 5),
        Section(Kind.LOSS, "3", 6),
        Section(
            Kind.BLANK,
            "ex1-count.1",
            7,
            ("        if number <= limit:", "", "            found += 1"),
        ),
        Section(Kind.GIVEN, "ex1-count", 12, ("-    return found", "+    return int(found)")),
        Section(Kind.OPEN, "ex2-why", 15),
        Section(Kind.MUTANT, "ex1-count.2", 16, ("-    10", "+    11")),
        Section(Kind.FILE, "nets/model.py", 19, ("x = 1", "", "y = 2")),
    )
    assert [section.line for section in file.of_kind(Kind.GIVEN)] == [12]


def test_a_title_is_enough() -> None:
    assert parse("# The solution, word for word", PATH).sections == ()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "what it is"),
        ("\n# Late\n", 1, "what it is"),
        ("# \n", 1, "what it is"),
        ("#!BLANK ex1.1\n    return 0\n", 1, "what it is"),
        ("# Lost\n\n    return 0\n", 3, "before the first section"),
        ("# A\n#!BLANKS ex1.1\n    return 0\n", 2, "is no header"),
        ("# A\n#!blank ex1.1\n    return 0\n", 2, "is no header"),
        ("# A\n#!BLANK ex1.1\n    #!BLANK ex1.2\n", 3, "is no header"),
        ("# A\n#!BLANK ex1.1\n1\n# !GIVEN ex1\n", 4, "is no header"),
        ("# A\n#!GIVEN ex1\n-#!BLANK ex1.1\n", 3, "is no header"),
        ("# A\n#!TAG HWBEGIN\n", 2, "is no header"),
        ("# A\n#!BLANK\n    return 0\n", 2, "write `#!BLANK question.n`"),
        ("# A\n#!OPEN ex1 ex2\n", 2, "write `#!OPEN question`"),
        ("# A\n#!SAYS \n", 2, "write `#!SAYS words`"),
        ("# A\n\n#!BLANK ex1.1\n\n", 3, "nothing stands below"),
        ("# A\n#!GIVEN ex1\n", 2, "nothing stands below"),
        ("# A\n#!OPEN ex1\n\n    return 0\n", 4, "nothing belongs below"),
        ("# A\n#!SAYS this\nand that\n", 3, "nothing belongs below"),
        ("# A\n#!LOSS 2\npoints\n", 3, "nothing belongs below"),
        ("# A\n#!LOSS\n", 2, "write `#!LOSS points`"),
    ],
)
def test_mistakes_have_their_line(text: str, line: int, message: str) -> None:
    with pytest.raises(UserError) as caught:
        parse(text, PATH)
    assert caught.value.exit_code == 1
    assert caught.value.message.startswith(f"variant.txt:{line}: ")
    assert message in caught.value.message


def test_files_of_other_systems(tmp_path: Path) -> None:
    path = tmp_path / "variant.txt"
    path.write_bytes(b"\xef\xbb\xbf" + ALL_KINDS.replace("\n", "\r\n").encode())
    assert read_variant_file(path).sections == parse(ALL_KINDS, PATH).sections


def test_a_file_that_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "variant.txt"
    path.write_bytes(b"# A\n#!SAYS caf\xe9\n")
    with pytest.raises(UserError) as caught:
        read_variant_file(path)
    assert caught.value.message == f"{shown(path)}:2: not UTF-8; save it as UTF-8"
    assert caught.value.exit_code == 2


def test_a_file_that_the_system_refuses(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="can't be read") as caught:
        read_variant_file(tmp_path / f"{'long' * 100}.txt")
    assert caught.value.exit_code == 2


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file") as caught:
        read_variant_file(tmp_path / "missing.txt")
    assert caught.value.exit_code == 2


# -- any sections, any text ------------------------------------------------------------------------

# What the format is made of, and what other programs take for the end of a line.
_LINE = st.text("aB1 #!-+*.;:\t\r\v\f\0\x1c\x85\u2028\ufeffé😀", max_size=12)
_CODE = _LINE.filter(lambda line: not re.match(r"[-+\s]*#\s*!", line))
_BODY = st.lists(_CODE, max_size=4).flatmap(
    lambda lines: _CODE.filter(str.strip).map(lambda last: (*lines, last))
)
_ARGUMENTS = {
    Kind.SAYS: _LINE.map(str.strip).filter(bool),
    Kind.OPEN: st.sampled_from(["*", "ex1-count"]),
    Kind.WORTH: st.sampled_from(["0", "2.5"]),
    Kind.LOSS: st.sampled_from(["0", "2.5"]),
}
_NAME = st.from_regex(r"[a-z0-9-]+(\.[1-9])?", fullmatch=True)


@st.composite
def sections(draw: st.DrawFn) -> tuple[Kind, str, tuple[str, ...]]:
    kind = draw(st.sampled_from(Kind))
    argument = draw(_ARGUMENTS.get(kind, _NAME))
    return kind, argument, () if kind in _ARGUMENTS else draw(_BODY)


@given(st.lists(sections(), max_size=5), st.integers(0, 2))
def test_sections_come_back(
    written: list[tuple[Kind, str, tuple[str, ...]]], empty_lines: int
) -> None:
    text = "# What it is\n"
    lines_of_headers = []
    for kind, argument, lines in written:
        lines_of_headers.append(text.count("\n") + 1)
        text += "\n".join([f"#!{kind} {argument}", *lines]) + "\n" * (1 + empty_lines)
    read = parse(text, PATH).sections
    assert [(section.kind, section.argument, section.lines) for section in read] == written
    assert [section.line for section in read] == lines_of_headers


_FRAGMENTS = st.sampled_from(
    ["#", "# A", "#!", "# !", "\n", "\n\n", " ", "-", "+", "*", "ex1.1", *Kind, *USAGES.values()]
)


@given(st.lists(_FRAGMENTS | _LINE, max_size=12).map("".join), st.booleans())
def test_any_text_is_read_or_refused_with_a_line(text: str, titled: bool) -> None:
    text = "# A\n" + text if titled else text
    try:
        parse(text, PATH)
    except UserError as error:
        found = re.fullmatch(r"variant\.txt:(\d+): .+; .+", error.message, re.DOTALL)
        assert found, error.message
        assert 1 <= int(found[1]) <= text.count("\n") + 1
        assert "\n" not in error.message
