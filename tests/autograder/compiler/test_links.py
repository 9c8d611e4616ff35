"""Links are found where readers of Markdown find them, and nothing else changes."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from autograder.compiler.links import BadLink, Link, find_links, with_targets


def targets(text: str) -> list[str]:
    return [link.target for link in find_links(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("![a](a.png)", ["a.png"]),
        ("[a](a.pdf)", ["a.pdf"]),
        ("![a [b]](a.png) ![c](b.png)", ["a.png", "b.png"]),
        ("[![a](a.png)](b.html)", ["a.png", "b.html"]),
        ("![a](<a b.png>)", ["a b.png"]),
        ("![a](a%20b.png)", ["a%20b.png"]),
        ("![a](a.png 'title') ![b](b.png \"t\") ![c](c.png (t))", ["a.png", "b.png", "c.png"]),
        ("![a](  a.png\n'a title'  )", ["a.png"]),
        ("![a](f(1).png)", ["f(1).png"]),
        (r"![a](f\(1\).png) ![b](a\_b.png)", ["f(1).png", "a_b.png"]),
        ("![a](a&amp;b.png)", ["a&b.png"]),
        ("![a](a.png?raw=true#top)", ["a.png?raw=true#top"]),
        ("![d][D]\n\n[d]: d.gif", ["d.gif"]),
        ("![d][]\n\n[D]: <d e.gif> 'title'", ["d e.gif"]),
        ("![d]\n\n  [d]:\n  d.gif", ["d.gif"]),
        ("> ![d][d]\n>\n> [d]: d.gif", ["d.gif"]),
        ("<img alt='' src=\"a.png\" width=3>", ["a.png"]),
        ("<IMG\nSRC='a.png'/> <img src=b.png>", ["a.png", "b.png"]),
        ('<a href="a.pdf">x</a> <video poster="p.png"><source src="v.mp4"></video>',
         ["a.pdf", "p.png", "v.mp4"]),
        ('<img srcset="a.png 1x, b.png 2x" src="a.png">', ["a.png", "b.png", "a.png"]),
        ('<object data="a.svg"></object> <b data="x">', ["a.svg"]),
        ('<img src="a&amp;b.png"> <img alt="a > b" src="c.png">', ["a&b.png", "c.png"]),
        ("| ![a](a.png) |\n|---|", ["a.png"]),
        ("$5 and ![a](a.png) for $6", ["a.png"]),
        ("```{figure} a.png\n:name: x\n```", ["a.png"]),
        (":::{image} a b.png\n:::", ["a b.png"]),
        ("````text\n```{figure} a.png\n```\n````", []),
        ("<div style=\"background: url('a.png')\">", ["a.png"]),
        ("It is $3 [a](a.pdf) $4.", ["a.pdf"]),
        # text
        ("$ f[x](y) $ and $f[x](y)\n[z](w)$", []),
        ("`![a](a.png)` ``![b](`b.png)``", []),
        ("```\n![a](a.png)\n```", []),
        ("- ~~~\n  ![a](a.png)\n  ~~~", []),
        ("text\n\n    ![a](a.png)", []),
        ("<!-- ![a](a.png) <img src='b.png'> -->", []),
        ("<!--\n\n![a](a.png)\n\n-->", []),
        (r"\![a]\(a.png) \[a](b.png)", []),
        ("$f[x](y)$ and $$g[x](y)$$", []),
        ("[a] (b.png) [x](a b) [^1]: note", []),
        ("a](b.png)", []),
        ("x[0][1] and x[0]", []),
        ("<b src", []),
        ("[a](<>) []()", []),
    ],
)  # fmt: skip
def test_what_is_a_link(text: str, expected: list[str]) -> None:
    assert targets(text) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("![a](my figure.png)", "a blank as %20"),
        ("![a](a.png 'title)", "no reader shows"),
        ("![a]()", "has no path"),
        ("![a](<>)", "has no path"),
        ("![a][b]", "`[b]: path`"),
        ("![a][]\n\n[b]: x.png", "`[a]: path`"),
    ],
)
def test_pictures_that_nobody_sees(text: str, words: str) -> None:
    with pytest.raises(BadLink) as caught:
        find_links(f"Text.\n\n{text}")
    assert words in caught.value.message
    assert caught.value.start >= 7


def test_only_targets_change() -> None:
    text = "![a](a.png 't') `![a](a.png)` <img src='a.png'>\n[r]: <a.png> \"t\"\n"
    changed = with_targets(text, lambda link: f"new/{link.target}")
    assert changed == (
        "![a](new/a.png 't') `![a](a.png)` <img src='new/a.png'>\n[r]: <new/a.png> \"t\"\n"
    )
    assert with_targets(text, lambda link: None) == text


PIECES = st.sampled_from(
    [
        "![",
        "[",
        "]",
        "](",
        "(",
        ")",
        "a.png",
        "b c",
        "<",
        ">",
        " 't'",
        ' "t"',
        " ",
        "\n",
        "\n\n",
        "`",
        "\\",
        "x",
        "]: d.png\n\n",
        "[d]",
        "![d][d]",
        "<img src='e.png'>",
        "    ",
        "- ",
        "> ",
        "!",
        "``",
        "```\n",
        "<!--",
        "-->",
        "# ",
        "f(1).png",
        "&amp;",
        "*",
    ]
)


@settings(deadline=None, max_examples=1500)
@given(st.lists(PIECES, max_size=14))
@example(["# ", "```\n", "![", "<img src='e.png'>", "```\n"])
@example(["``", "<img src='e.png'>", "\n", "<!--", "``"])
@example(["`", "<img src='e.png'>", "\n", "# ", "`"])
@example(["`", "<img src='e.png'>", "\n", "- ", "`"])
def test_readers_of_markdown_find_the_same(pieces: list[str]) -> None:
    """Whatever a reader shows or follows is found; the few more that are found do no harm.

    A backtick in a target counts as code's, which no author means otherwise.
    """
    text = "".join(pieces)
    try:
        ours = {unquote(target) for target in targets(text)}
    except BadLink:
        return
    theirs = {unquote(one) for one in seen_by_a_reader(text) if "`" not in unquote(one)}
    assert theirs <= ours
    assert with_targets(text, lambda link: text[link.start : link.end]) == text


@settings(deadline=None, max_examples=300)
@given(st.lists(PIECES, max_size=14))
def test_new_targets_are_what_readers_see(pieces: list[str]) -> None:
    text = "".join(pieces)
    try:
        changed = with_targets(text, lambda link: "new.png")
    except BadLink:
        return
    assert set(seen_by_a_reader(changed)) <= {"new.png"}


def seen_by_a_reader(text: str) -> list[str]:
    found: list[str] = []
    for block in MarkdownIt("commonmark").parse(text):
        for token in (block, *(block.children or ())):
            found += _targets_of(token)
    return found


def _targets_of(token: Any) -> list[str]:
    written = [token.attrGet(name) for name in ("src", "href")]
    found = [target for target in written if target]
    if token.type in ("html_block", "html_inline"):
        page = _Html()
        page.feed(token.content)
        found += page.found
    for child in token.children or ():
        if token.type == "image":  # its description holds links of its own
            found += _targets_of(child)
    return found


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("src", "href") and value]


def test_a_link_knows_where_it_stands() -> None:
    text = "é ![a](a.png)"
    (link,) = find_links(text)
    assert link == Link("a.png", 7, 12, is_picture=True)
