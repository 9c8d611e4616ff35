"""Which lines are tags, what they make of a cell, and which mistakes are named where."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.compiler.tags import (
    Block,
    Hint,
    Question,
    Tag,
    TagError,
    TaggedCell,
    Task,
    Text,
    read_code,
    read_markdown,
    recognise,
    stripped,
)


def shape(cell: TaggedCell) -> list[object]:
    """A cell's parts in plain data."""
    parts: list[object] = []
    for part in cell.parts:
        match part:
            case Text(lines=lines):
                parts.append([line.text for line in lines])
            case Block(messages=messages, solution=solution):
                parts.append((messages, [line.text for line in solution]))
            case Question(id=question_id, points=points):
                parts.append({question_id: points})
            case Task(minutes=minutes, difficulty=difficulty):
                parts.append((minutes, difficulty))
            case Hint(text=text):
                parts.append(text)
    return parts


@pytest.mark.parametrize(
    ("line", "tag"),
    [
        ("#!TAG HWBEGIN", Tag("HWBEGIN")),
        ("        #!TAG HWEND", Tag("HWEND")),
        ("\t#!TAG  HWEND  ", Tag("HWEND")),
        ("#!TAG SKIPQUESTEXEC'", Tag("SKIPQUESTEXEC")),
        ('#!TAG SKIPGRADEEXEC"', Tag("SKIPGRADEEXEC")),
        ("#!TAG HWBEGIN`'", Tag("HWBEGIN")),
        ("#!MSG TODO: it's `x`.", Tag("MSG", "TODO: it's `x`.")),
        ("#!MSG", Tag("MSG")),
        ("#!TAG QUESTION ex1-a 2.5", Tag("QUESTION", "ex1-a 2.5")),
        ("  #!TAG TASK 10 easy", Tag("TASK", "10 easy")),
        ("#!HINT Look at `x`.", Tag("HINT", "Look at `x`.")),
        ("#!HINT", Tag("HINT")),
    ],
)
def test_tags(line: str, tag: Tag) -> None:
    assert recognise(line) == tag


@pytest.mark.parametrize(
    "line",
    [
        "",
        "x = 1",
        "# the line #!TAG HWBEGIN opens a block",
        "Write #!TAG HWBEGIN above and #!TAG HWEND below.",
        "`#!TAG HWBEGIN`",
        "'#!TAG HWBEGIN'",
        "#!/usr/bin/env python",
        "# !pip install torch",
        "# !tar xf data.tar",
        "#!ls",
        "# !mv a b",
        "!ls",
        "# TODO: message",
        "## Tag question",
        "# Question",
        "# Task",
        "## TASK",
        "# Tag tasks",
        "# Hint",
        "# HINT: begin at the end",
        "# hint",
        "# tag the images",
        "#tags = 3",
        "# MSG types of the protocol",
        "![image](figure.png)",
        "!!! note",
        "# ! important",
        "########",
        "#!!!!",
    ],
)
def test_text(line: str) -> None:
    assert recognise(line) is None


@pytest.mark.parametrize(
    "line",
    [
        "#!TAG HWBEGN",
        "#!TAG HWBEGIN:",
        "#!TAG HWBEGIN now",
        "#!TAG hwbegin",
        "#!tag hwbegin",
        "#!Tag HWEND",
        "# !TAG HWBEGIN",
        "#! TAG HWEND",
        "# ! TAG HWEND",
        "! #TAG HWEND",
        "!TAG HWBEGIN",
        "!#TAG HWEND",
        "#TAG HWBEGIN",
        "# tag hwend",
        "#!TGA HWBEGIN",
        "#!TAGS HWEND",
        "#!TAB HWBEGIN",
        "#!TAG",
        "#!TAGHWBEGIN",
        "#!TAG_HWBEGIN",
        "#!TAG-HWEND",
        "#!TAG HW BEGIN",
        "#!TAG SKIPQUESTEXE",
        "#!TAG SKIP",
        "#!TAG FOO",
        "#!HWBEGIN",
        "#!HWEND",
        "#HWBEGIN",
        "# HWEND",
        "#!BEGIN",
        "## #!TAG HWBEGIN",
        "# #!TAG HWEND",
        "#!MGS text",
        "#!msg text",
        "# !MSG text",
        "#!MSG: text",
        "#!MSGG text",
        "#!SMG",
        "#!QUESTION ex1",
        "#!TAG QUESTON ex1",
        "# TAG QUESTION ex1",
        "# TAG TASK 5 easy",
        "#!TASK 5 easy",
        "#!TAG TAKS 5 easy",
        "#!task 5 easy",
        "#!HNIT text",
        "#!HINTS text",
        "#!HINT: text",
        "# !HINT text",
        "#!hint text",
        "#!TAG HWBEGIN\u200b",
    ],
)
def test_near_misses_are_errors(line: str) -> None:
    with pytest.raises(TagError, match=r".+; .+"):
        recognise(line)


@pytest.mark.parametrize(
    ("line", "suggestion"),
    [
        ("#!TAG HWBEGN", "did you mean `#!TAG HWBEGIN`?"),
        ("#!tag hwend", "did you mean `#!TAG HWEND`?"),
        ("#!TAG SKIPQUEST", "did you mean `#!TAG SKIPQUESTEXEC`?"),
        ("#!MGS text", "`#!MSG text`"),
    ],
)
def test_near_misses_get_a_suggestion(line: str, suggestion: str) -> None:
    with pytest.raises(TagError, match=re.escape(suggestion)):
        recognise(line)


def test_a_code_cell_taken_apart() -> None:
    cell = read_code(
        "#!TAG SKIPQUESTEXEC\n"
        "a = 1\n"
        "#!TAG HWBEGIN\n"
        "#!MSG TODO: do it\n"
        "    #!MSG in two lines\n"
        "b = 2\n"
        "   #!TAG HWEND\n"
        "c = 3\n"
        "#!TAG SKIPGRADEEXEC'"
    )
    assert shape(cell) == [["a = 1"], (["TODO: do it", "in two lines"], ["b = 2"]), ["c = 3"]]
    assert cell.skips == {"SKIPQUESTEXEC", "SKIPGRADEEXEC"}
    assert cell.blocks[0].line == 3
    assert cell.blocks[0].solution[0].number == 6


def test_a_markdown_cell_taken_apart() -> None:
    cell = read_markdown(
        "Why?\n#!TAG QUESTION ex1-why 2\n#!TAG HWBEGIN\nSo.\n  #!TAG HWEND\nAnd?\n"
        "#!TAG HWBEGIN\nNo.\n#!TAG HWEND"
    )
    assert shape(cell) == [["Why?"], {"ex1-why": 2.0}, ([], ["So."]), ["And?"], ([], ["No."])]


def test_a_hint_goes_on_until_the_next_tag() -> None:
    cell = read_markdown(
        "Do.\n#!HINT Look\n  at it.\n\n  ```\n  x = 1\n  ```\n#!TAG TASK 10 easy\nWhy?\n  #!HINT\n"
        "\nBecause.\n#!TAG QUESTION why 1\n#!TAG HWBEGIN\nSo.\n#!TAG HWEND\nAnd."
    )
    assert shape(cell) == [
        ["Do."],
        "Look\nat it.\n\n```\nx = 1\n```",
        (10, "easy"),
        ["Why?"],
        "Because.",
        {"why": 1.0},
        ([], ["So."]),
        ["And."],
    ]
    assert [part.line for part in cell.helps] == [2, 8, 10]


def test_tags_inside_strings_are_text_and_noted() -> None:
    text = 's = """\n#!TAG HWBEGIN\n#!MGS\n"""\nt = \'#!TAG HWEND\''
    cell = read_code(text)
    assert shape(cell) == [text.split("\n")]
    assert cell.quoted == [2]


def test_inside_brackets_a_tag_is_a_tag() -> None:
    cell = read_code("x = f(\n#!TAG HWBEGIN\n1,\n#!TAG HWEND\n)")
    assert shape(cell) == [["x = f("], ([], ["1,"]), [")"]]


def test_quotes_in_a_shell_line_open_no_string() -> None:
    cell = read_code("!echo it's\n#!TAG HWBEGIN\nx = 1\n#!TAG HWEND\ny = !echo 'a")
    assert shape(cell) == [["!echo it's"], ([], ["x = 1"]), ["y = !echo 'a"]]


def test_in_another_language_every_tag_line_is_a_tag() -> None:
    cell = read_code("#!TAG SKIPQUESTEXEC\n%%bash\necho it's\n#!TAG HWBEGIN\nls\n#!TAG HWEND")
    assert shape(cell) == [["%%bash", "echo it's"], ([], ["ls"])]


@pytest.mark.parametrize(
    ("cell", "line", "message"),
    [
        ("x\n#!TAG HWBEGIN\ny", 2, "not closed"),
        ("x\n#!TAG HWEND", 2, "HWEND without a HWBEGIN"),
        (
            "#!TAG HWBEGIN\nx\n#!TAG HWBEGIN\ny\n#!TAG HWEND\n#!TAG HWEND",
            3,
            "a block inside a block",
        ),
        ("#!MSG hello", 1, "stray #!MSG"),
        ("#!TAG HWBEGIN\n#!TAG HWEND\n\n#!MSG hello", 4, "stray #!MSG"),
        ("x\n#!TAG HWBEGN", 2, "is not a tag"),
        ("#!TAG HWBEGIN\n#!TAG QUESTION a\n#!TAG HWEND", 2, "inside a block"),
        ("\n#!TAG QUESTION", 2, "write `#!TAG QUESTION id"),
        ("#!TAG QUESTION a b c", 1, "write `#!TAG QUESTION id"),
        ("#!TAG QUESTION ex.1", 1, "letters, digits"),
        ("#!TAG QUESTION a zero", 1, "no number of points"),
        ("#!TAG QUESTION a 0", 1, "no number of points"),
        ("#!TAG QUESTION a -1", 1, "no number of points"),
        ("#!TAG QUESTION a nan", 1, "no number of points"),
        ("#!TAG TASK", 1, "write `#!TAG TASK minutes difficulty`"),
        ("#!TAG TASK 10", 1, "write `#!TAG TASK minutes difficulty`"),
        ("x\n#!TAG TASK easy 10", 2, "write `#!TAG TASK minutes difficulty`"),
        ("#!TAG TASK 10 easy now", 1, "write `#!TAG TASK minutes difficulty`"),
        ("#!TAG TASK ten easy", 1, "write `#!TAG TASK minutes difficulty`"),
        ("#!TAG TASK \u0661 easy", 1, "write `#!TAG TASK minutes difficulty`"),
        ("#!TAG TASK 0 easy", 1, "a number from 1 to 600"),
        ("#!TAG TASK 601 easy", 1, "a number from 1 to 600"),
        ("#!TAG TASK 10 simple", 1, "one of easy, medium, hard"),
        ("#!TAG TASK 10 Easy", 1, "one of easy, medium, hard"),
        ("#!HINT", 1, "an empty hint"),
        ("x\n#!HINT\n\n#!HINT b", 2, "an empty hint"),
        ("#!TAG HWBEGIN\n#!HINT a\n#!TAG HWEND", 2, "HINT inside a block"),
        ("#!TAG HWBEGIN\n#!TAG TASK 1 easy\n#!TAG HWEND", 2, "TASK inside a block"),
        ("#!TAG HWBEGIN\n#MSG TODO: x\n#!TAG HWEND", 2, "is not a tag"),
        ("#!TAG HWBEGIN\nx\n  #!MG TODO: x\n#!TAG HWEND", 3, "is not a tag"),
    ],
)
def test_mistakes_are_named_with_their_line(cell: str, line: int, message: str) -> None:
    for read in (read_code, read_markdown):
        with pytest.raises(TagError, match=re.escape(message)) as caught:
            read(cell)
        assert caught.value.line == line


@pytest.mark.parametrize(
    ("cell", "line", "message"),
    [
        ("x = 1  #!TAG HWBEGIN", 1, "alone on its line"),
        ("f(\n1, #!MSG text\n)", 2, "alone on its line"),
        ("x = 1\ns = '''\n#!TAG HWEND", 2, "never ends"),
    ],
)
def test_mistakes_of_code(cell: str, line: int, message: str) -> None:
    with pytest.raises(TagError, match=message) as caught:
        read_code(cell)
    assert caught.value.line == line


@pytest.mark.parametrize(
    "line",
    [
        "- #!TAG HWBEGIN",
        "> #!MSG text",
        "- #!HINT text",
        "* #!TAG TASK",
        "1. #!TAG HWEND",
        "<!-- #!TAG HWBEGIN -->",
        "**#!TAG HWEND**",
    ],
)
def test_markup_around_a_tag_is_an_error(line: str) -> None:
    with pytest.raises(TagError, match="alone on its line"):
        read_markdown(line)


def test_stripped() -> None:
    (text,) = read_code("\n \na\n\nb\n\n").parts
    assert isinstance(text, Text)
    assert [line.number for line in stripped(text.lines)] == [3, 4, 5]


LINES = [
    *("#!TAG HWBEGIN", "#!TAG HWEND", "#!MSG text", "#!TAG QUESTION q 1", "#!TAG SKIPQUESTEXEC"),
    *("#!TAG TASK 5 hard", "#!HINT text", "#!HINT"),
    *("x = 1", "'''", '"', "(", "%%bash", "!ls '", "", "# note", "\\", "#!TAG"),
]


@given(st.lists(st.sampled_from(LINES), max_size=10).map("\n".join))
def test_any_cell_is_read_or_refused_with_a_line_of_it(cell: str) -> None:
    for read in (read_code, read_markdown):
        try:
            tagged = read(cell)
        except TagError as error:
            assert 1 <= error.line <= cell.count("\n") + 1
        else:
            texts = [part.lines for part in tagged.parts if isinstance(part, Text)]
            lines = cell.split("\n")
            assert all(lines[line.number - 1] == line.text for text in texts for line in text)
