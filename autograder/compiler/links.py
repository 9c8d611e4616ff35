"""Finds the targets of links and pictures in a Markdown cell, and writes others in their place.

Links of Markdown (inline, with titles, in angle brackets, by reference) and of HTML in it. What
stands in code, in comments and in formulas is text.
"""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise

from markdown_it import MarkdownIt

_CODE_OR_COMMENT = re.compile(
    r"(?<![`\\])(?P<ticks>`+)(?!`)(?:(?!\n\s*\n).)+?(?<!`)(?P=ticks)(?!`)"
    r"|^ {0,3}<!--(?:-?>|.*?(?:-->|\Z))(?P<raw>[^\n]*)"  # the rest of its line is HTML, too
    r"|(?<!\\)<!--(?:-?>|(?:(?!\n\s*\n)(?:[^-]|-[^-]|--[^>]))*-->)",
    re.DOTALL | re.MULTILINE,
)
_INNER = r"(?:\\.|[^$\\\n]|\n(?!\s*\n))"
_FORMULA = re.compile(
    rf"\$\$.*?\$\$|(?<![\\$])\$(?:{_INNER}+(?<!\s)|\s{_INNER}+)\$|\\\\\(.*?\\\\\)|\\\\\[.*?\\\\\]"
    r"|\\begin\{(?P<env>\w+\*?)\}.*?\\end\{(?P=env)\}",
    re.DOTALL,
)
_PARENTHESES = r"\((?:\\.|[^\s()\\]|\((?:\\.|[^\s()\\])*\))*\)"
_TARGET = rf"(?:<(?P<angled>(?:\\.|[^<>\n\\])*)>|(?P<plain>(?!<)(?:\\.|[^\s()\\]|{_PARENTHESES})+))"
_TITLE = r"(?:\s+(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|\((?:\\.|[^()\\])*\)))?"
_INLINE = re.compile(rf"\(\s*(?:{_TARGET}{_TITLE})?\s*\)", re.DOTALL)
_DEFINITION = re.compile(
    r"^ {0,3}(?:(?:[>*+-]|\d+[.)]) ?)* {0,3}\[(?!\^)(?P<label>(?:\\.|[^\[\]\\])+)\]:[ \t]*\n?[ \t]*"
    rf"(?:<(?P<angled>(?:\\.|[^<>\n\\])*)>|(?P<plain>(?!<)\S+)){_TITLE}[ \t]*$",
    re.MULTILINE,
)
_REFERENCE = re.compile(r"\[(?P<label>(?:\\.|[^\[\]\\])*)\]")
_TAG = re.compile(r"<(?P<name>[A-Za-z][\w-]*)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
_ATTRIBUTE = re.compile(
    r"(?<![\w-])(?P<name>src|href|poster|data|srcset)\s*=\s*"
    r"(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'<>=]+))",
    re.IGNORECASE,
)
_CSS = re.compile(r"\burl\(\s*[\"']?(?P<url>[^\"')]+?)[\"']?\s*\)", re.IGNORECASE)
_CANDIDATE = re.compile(r"(?P<url>[^\s,]+)(?:\s[^,]*)?")  # of a `srcset`
_DIRECTIVE = re.compile(
    r"[ \t>]*(?:`{3,}|~{3,}|:{3,})\{(?:figure|image)\}[ \t]+(?P<path>\S(?:.*\S)?)[ \t]*"
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_BLOCKS = MarkdownIt("commonmark").disable("inline")


@dataclass(frozen=True)
class Link:
    """Where a link or a picture leads."""

    target: str  # without Markdown's and HTML's escapes
    start: int  # of what is written, in the text
    end: int
    is_picture: bool


class BadLink(Exception):
    """A picture that no reader of Markdown shows; `start` is its place in the text."""

    def __init__(self, start: int, message: str) -> None:
        super().__init__(message)
        self.start = start
        self.message = message


@lru_cache(maxsize=1024)  # of one lab: its cells are asked for what they need, and then changed
def find_links(text: str) -> tuple[Link, ...]:
    """All links and pictures of a cell, in order.

    Raises:
        BadLink: what looks like a picture is none.
    """
    if not re.search(r"[\]<}]", text):
        return ()
    shown = _without_code(text)
    labels = {_label(found["label"]) for found in _DEFINITION.finditer(shown)}
    found = [*_inline(shown, labels), *_definitions(shown), *_html(shown), *_directives(text)]
    formulas = [formula.span() for formula in _FORMULA.finditer(shown)]
    kept = {
        link.start: link
        for link in found
        if link.is_picture or not any(start < link.start < end for start, end in formulas)
    }
    return tuple(kept[start] for start in sorted(kept))


def with_targets(text: str, new_target: Callable[[Link], str | None]) -> str:
    """The text with other targets; where there is no new one, the old one stays."""
    for link in reversed(find_links(text)):
        target = new_target(link)
        if target is not None:
            text = text[: link.start] + target + text[link.end :]
    return text


def _without_code(text: str) -> str:
    """The text, blanks in place of its code and its comments."""
    lines = text.split("\n")
    for first, end in _blocks(text, "fence", "code_block"):
        for number in range(first, min(end, len(lines))):
            lines[number] = " " * len(lines[number])
    # No code reaches from one paragraph, or one heading, into another.
    bounds = {0, len(lines), *chain.from_iterable(_blocks(text, "inline"))}
    parts = ("\n".join(lines[first:end]) for first, end in pairwise(sorted(bounds)))
    return "\n".join(_CODE_OR_COMMENT.sub(_blanked, part) for part in parts)


def _blanked(found: re.Match[str]) -> str:
    raw = found["raw"] or ""
    return re.sub(r"[^\n]", " ", found.group().removesuffix(raw)) + raw


def _inline(text: str, labels: set[str]) -> Iterator[Link]:
    for close in (found.start() for found in re.finditer(r"\](?=[(\[])", text)):
        start = _opening_bracket(text, close)
        if start is None or _is_escaped(text, close):
            continue
        is_picture = text[start - 1 : start] == "!" and not _is_escaped(text, start - 1)
        if text[close + 1] == "[":
            if is_picture:
                _check_reference(text, start, close, labels)
            continue
        found = _INLINE.match(text, close + 1)
        if found is None:
            if is_picture:
                wrong = "no reader shows this picture; write its path in <>, or a blank as %20"
                raise BadLink(close + 2, wrong)
            continue
        if link := _link(found, is_picture):
            yield link
        elif is_picture:
            raise BadLink(close + 2, "this picture has no path; write one")


def _check_reference(text: str, start: int, close: int, labels: set[str]) -> None:
    reference = _REFERENCE.match(text, close + 1)
    label = _label((reference and reference["label"]) or text[start + 1 : close])
    if label not in labels:
        wrong = f"`[{label}]: path` isn't in the same cell as this picture; put it there"
        raise BadLink(start, wrong)


def _opening_bracket(text: str, close: int) -> int | None:
    """The `[` that belongs to a `]`, in the same paragraph."""
    depth = 0
    for position in range(close - 1, -1, -1):
        letter = text[position]
        if letter == "\n" and text[position - 1 : position] == "\n":
            return None
        if letter in "[]" and not _is_escaped(text, position):
            if letter == "[" and not depth:
                return position
            depth += 1 if letter == "]" else -1
    return None


def _is_escaped(text: str, position: int) -> bool:
    start = position
    while start and text[start - 1] == "\\":
        start -= 1
    return (position - start) % 2 == 1


def _definitions(text: str) -> Iterator[Link]:
    for found in _DEFINITION.finditer(text):
        if link := _link(found, is_picture=True):
            yield link


def _link(found: re.Match[str], is_picture: bool) -> Link | None:
    group = "angled" if found["angled"] is not None else "plain"
    if not found[group]:
        return None
    target = html.unescape(_ESCAPE.sub(r"\1", found[group]))
    return Link(target, *found.span(group), is_picture)


def _html(text: str) -> Iterator[Link]:
    for tag in _TAG.finditer(text):
        for found in _ATTRIBUTE.finditer(text, tag.start(), tag.end()):
            name = found["name"].lower()
            if name == "data" and tag["name"].lower() != "object":
                continue
            group = next(g for g in ("double", "single", "bare") if found[g] is not None)
            pattern = _CANDIDATE if name == "srcset" else re.compile(r"(?P<url>.+)", re.DOTALL)
            for url in pattern.finditer(text, *found.span(group)):
                target = html.unescape(url["url"]).strip()
                yield Link(target, *url.span("url"), is_picture=name != "href")
        for found in _CSS.finditer(text, tag.start(), tag.end()):
            yield Link(html.unescape(found["url"]), *found.span("url"), is_picture=True)


def _directives(text: str) -> Iterator[Link]:
    """Pictures that a block of MyST shows, ```{figure} path, unless it is shown itself."""
    lines = text.split("\n")
    inside = {
        number
        for first, end in _blocks(text, "fence", "code_block")
        for number in range(first + 1, end)
    }
    start = 0
    for number, line in enumerate(lines):
        found = _DIRECTIVE.fullmatch(line)
        if found and number not in inside:
            where = [start + position for position in found.span("path")]
            yield Link(found["path"], where[0], where[1], is_picture=True)
        start += len(line) + 1


def _blocks(text: str, *kinds: str) -> list[tuple[int, int]]:
    """The first line of each, from 0, and the line after its last."""
    return [
        (token.map[0], token.map[1])
        for token in _BLOCKS.parse(text)
        if token.type in kinds and token.map
    ]


def _label(text: str) -> str:
    return " ".join(text.split()).casefold()
