"""Heads, hints and fields: each belongs to the question below it, and browsers show it folded."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from autograder.compiler.help import Helps, answer_field, folded, give_to_questions, head
from autograder.compiler.notebooks import read_pieces
from autograder.compiler.tags import Hint, Line, Task
from autograder.errors import UserError

WriteLab = Callable[..., Path]
CHECK = "```python\n#!TAG QUESTION {}\n```\n"


def cells(path: Path, points: float = 2) -> dict[str, str]:
    """The texts of the student's notebook by cell id; those of the solution are the same."""
    hidden = path.parent / "hidden"
    hidden.mkdir(exist_ok=True)
    test = f'@question("ex1-a", points={points})\ndef test_a(submission):\n    pass\n'
    (hidden / "test_a.py").write_text(test, "utf-8")
    pieces = read_pieces(path).pieces
    assert all(piece.student == piece.solution or piece.role == "written" for piece in pieces)
    return {piece.cell_id: piece.student for piece in pieces}


@pytest.mark.parametrize(
    ("points", "minutes", "line"),
    [
        (4, 10, "**Your task** (4 points, about 10 minutes, easy)"),
        (1, 1, "**Your task** (1 point, about 1 minute, easy)"),
        (2.5, 5, "**Your task** (2.5 points, about 5 minutes, easy)"),
        (0, 5, "**Your task** (about 5 minutes, easy)"),
    ],
)
def test_the_head_of_a_task(points: float, minutes: int, line: str) -> None:
    assert head(Task(1, minutes, "easy"), points) == line


def test_points_are_those_of_the_tests(write_lab: WriteLab) -> None:
    path = write_lab("Intro.\n\n#!TAG TASK 5 easy\nDo.\n" + CHECK.format("ex1-a"))
    for points in (2, 3.5):
        intro, task, check = cells(path, points).values()
        assert intro == "Intro."
        assert task == f"**Your task** ({points:g} points, about 5 minutes, easy)\n\nDo."
        assert check == 'check("ex1-a")'


def test_help_changes_no_id(write_lab: WriteLab) -> None:
    text = "#!TAG TASK {}\nDo.\n\n{}\n" + CHECK.format("ex1-a") + "\nMore.\n"
    plain = cells(write_lab(text.format("5 easy", "")))
    helped = cells(write_lab(text.format("10 hard", "#!HINT a\n#!HINT b")), points=7)
    assert list(plain) == list(helped)
    assert list(plain.values()) != list(helped.values())


def test_hints_are_counted_by_question(write_lab: WriteLab) -> None:
    path = write_lab(
        "Do.\n#!HINT one\n```python\nx = 1\n```\nAnd.\n#!HINT two\n" + CHECK.format("ex1-a")
        + "#!HINT only\n\n#!TAG QUESTION why 1\n#!TAG HWBEGIN\nSo.\n#!TAG HWEND\n"
    )  # fmt: skip
    texts = list(cells(path).values())
    assert [text.count("<details>") for text in texts] == [1, 0, 1, 0, 1, 0]
    assert "<summary>Hint 1 of 2</summary>\n\none\n\n</details>" in texts[0]
    assert "<summary>Hint 2 of 2</summary>\n\ntwo\n\n</details>" in texts[2]
    assert "<summary>Hint</summary>\n\nonly\n\n</details>" in texts[4]


def test_a_head_and_hints_without_a_text_are_named_by_their_question(write_lab: WriteLab) -> None:
    one = "#!TAG TASK 5 easy\n#!HINT a\n" + CHECK.format("ex1-a")
    other = "#!TAG TASK 5 easy\n" + CHECK.format("ex1-b")
    first, _ = cells(write_lab(one))
    assert list(cells(write_lab(other + one)))[2] == first


def test_a_link_in_a_hint_is_followed(write_lab: WriteLab) -> None:
    path = write_lab("Do.\n\n#!HINT\n\nSee ![it](a.png).\n" + CHECK.format("ex1-a"))
    with pytest.raises(UserError, match=r"lab\.md:\d+: .*a\.png"):
        read_pieces(path)
    (path.parent / "a.png").write_bytes(b"a picture")
    assert "a.png" in read_pieces(path).linked


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("Do.\n#!HINT a", 2, "no question follows this HINT"),
        ("Do.\n\n#!TAG TASK 5 easy\nNow.", 3, "no question follows this TASK"),
        (
            "#!TAG TASK 5 easy\nDo.\n\n\n#!TAG TASK 6 hard\nMore.\n" + CHECK.format("ex1-a"),
            5,
            "`ex1-a` has a TASK in line 1 already; keep one",
        ),
        (
            "```python\n#!HINT a\n```\n" + CHECK.format("ex1-a"),
            2,
            "help stands in a text cell; move the tag above the code",
        ),
        (
            "```python\n#!TAG TASK 5 easy\nx = 1\n```\n" + CHECK.format("ex1-a"),
            2,
            "help stands in a text cell",
        ),
        ("<!-- #raw -->\n#!HINT a\n<!-- #endraw -->\n", 2, "no help"),
        (
            "#!TAG QUESTION why 1\n#!HINT late\n#!TAG HWBEGIN\nSo.\n#!TAG HWEND",
            1,
            "no answer follows this QUESTION",
        ),
    ],
)
def test_misplaced_help_is_an_error(
    write_lab: WriteLab, text: str, line: int, message: str
) -> None:
    path = write_lab(text)
    with pytest.raises(UserError) as caught:
        read_pieces(path)
    assert str(caught.value).startswith(f"{path}:{line}: ")
    assert message in str(caught.value)


WORDS = (
    st.text("ab `*\n", min_size=1, max_size=12)
    .map(str.strip)
    .filter(
        lambda text: text and "```" not in text  # the reader sees to it that blocks of code end
    )
)


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_each_hint_is_a_fold_of_its_own(hints: list[str]) -> None:
    blocks = MarkdownIt("commonmark").parse(folded(hints, 1, len(hints)))
    html = [block.content.strip() for block in blocks if block.type == "html_block"]
    opened = [text for text in html if text.startswith("<details><summary>Hint")]
    assert len(opened) == html.count("</details>") == len(hints)


@given(st.lists(st.sampled_from(["Say it.", "", "- a list", "```", "# Title"]), min_size=1))
def test_a_field_is_one_quotation(lines: list[str]) -> None:
    blocks = MarkdownIt("commonmark").parse(answer_field("\n".join(lines)))
    assert blocks[0].type == "blockquote_open"
    assert blocks[-1].type == "blockquote_close"
    assert [block.level for block in blocks].count(0) == 2


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=8))
def test_every_hint_goes_to_the_next_question(plan: list[tuple[int, bool]]) -> None:
    texts = [Helps(hints=[Hint(1, [Line(1, "a")])] * count) for count, _ in plan]
    questions = [f"ex{n}" if is_question else None for n, (_, is_question) in enumerate(plan)]
    give_to_questions([*zip(texts, questions, strict=True), (Helps(), "last")])
    for place, helps in enumerate(texts):
        if helps.hints:
            following = [name for name in questions[place:] if name]
            assert helps.question == [*following, "last"][0]
    for name in {helps.question for helps in texts if helps.hints}:
        own = [helps for helps in texts if helps.question == name and helps.hints]
        numbers = [n for helps in own for n in range(helps.first, helps.first + len(helps.hints))]
        assert numbers == list(range(1, own[0].of + 1))
