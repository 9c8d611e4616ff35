"""What questions and exercises are called on a page: by the headings of the released notebook."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ..assignment import nbgrader_tag

TITLE_LIMIT = 120  # characters
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t#]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_LINK = re.compile(r"\[([^\]\n]*)\]\([^)\n]*\)")
_EMPHASIS = re.compile(r"(\*{1,3})(?=\S)([^*\n]*\S)\1")


class Heading(NamedTuple):
    """A heading, without its marks; the highest level is 1."""

    text: str
    level: int


def exercise_of(question: str) -> str:
    """What stands before the "-" in a question's id."""
    return question.partition("-")[0]


def exercise_titles(release: Any, named: Mapping[str, str]) -> dict[str, str]:
    """Those that `lab.toml` gives, by the start of an id; without one, the heading of the highest
    level above the exercise's first question, if it is not the lab's own title."""
    titles: dict[str, str] = {}
    lab_title, above = _lab_title(release), ""
    for heading, question in _walk(release):
        if heading and heading.level == 1 and heading.text != lab_title:
            above = heading.text
        if question:
            exercise = exercise_of(question)
            titles.setdefault(exercise, named.get(exercise) or above or exercise)
    return titles


def question_titles(release: Any, exercises: Mapping[str, str]) -> dict[str, str]:
    """For each question the heading above it; where several share one, with words of their ids.

    The lab's title and an exercise's are no titles of a question.
    """
    above, titles = "", {}
    for heading, question in _walk(release):
        above = heading.text if heading else above
        if question:
            titles[question] = above
    shared = Counter(titles.values())
    lab_title = _lab_title(release)
    return {
        question: _title(
            question,
            "" if heading == lab_title or _names(heading, exercises, question) else heading,
            shared[heading],
        )
        for question, heading in titles.items()
    }


def _names(heading: str, exercises: Mapping[str, str], question: str) -> bool:
    """Whether a heading is that of the question's exercise."""
    return (exercises.get(exercise_of(question)) or heading + "…") in heading


def _title(question: str, heading: str, count: int) -> str:
    words = question.partition("-")[2].replace("-", " ") or question
    if not heading:
        return words[:1].upper() + words[1:]
    return f"{heading}: {words}" if count > 1 else heading


def _lab_title(release: Any) -> str:
    return next((heading.text for heading, _ in _walk(release) if heading), "")


def _walk(release: Any) -> Iterator[tuple[Heading | None, str]]:
    """Headings and questions, in the order in which they are read."""
    for cell in release["cells"]:
        if cell["cell_type"] == "markdown":
            for heading in _of_text(cell["source"]):
                yield heading, ""
        tag = nbgrader_tag(cell)
        if tag.get("grade"):
            yield None, tag["grade_id"]


def _of_text(text: str) -> Iterator[Heading]:
    fence = ""
    for line in text.splitlines():
        if mark := _FENCE.match(line):
            if not fence:
                fence = mark[1]
            elif mark[1].startswith(fence):
                fence = ""
        elif not fence and (found := _HEADING.match(line)) and found[2]:
            yield Heading(_plain(found[2])[:TITLE_LIMIT], len(found[1]))


def _plain(heading: str) -> str:
    """Without links and stars; code keeps its marks."""
    return _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", heading)).strip()
