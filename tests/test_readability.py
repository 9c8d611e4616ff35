"""Our prose is for second-language readers: short sentences, and words that they know."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.readability import readability, sentences

PROJECT = Path(__file__).resolve().parents[1]
LABS = sorted(PROJECT.glob("source/*/*.md"))
PAGES = [*LABS, *PROJECT.glob("source/*/student/README.md"), *sorted(PROJECT.glob("docs/*.md"))]
PAGES += [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md"]
MESSAGES = sorted(
    file
    for pattern in ("source/*/hidden/*.py", "source/*/student/checks.py", "lib/kit/checks/*.py")
    for file in PROJECT.glob(pattern)
)
# A word that is hard to read, and a plain one.
HARD = {
    r"\bmend(s|ed)?\b": "fix",
    r"\banew\b": "again",
    r"\bwhoever\b": "who, people who",
    r"\bshall\b": "will",
    r"\b(joined|filled|separated) by blanks\b": "spaces",
    r"\bwithout a blank\b": "a space",
    r"\bMind the\b": "think of, look at",
    r"\bbut for\b": "except",
    r"\bcomes? out (right|worse|better)\b": "is",
    r"\badvisable\b": "use",
    r"\b(lest|whence|hence|thereby|upon|albeit)\b": "so, from where, on …",
}


@pytest.mark.parametrize(
    ("markdown", "found"),
    [
        ("One. Two words! And three words?", ["Two words!", "And three words?"]),
        ("# A title\n\nSome *bold\ntext*: it goes on.", ["Some bold text:", "it goes on."]),
        ("- one item\n- another one\n  goes on", ["one item", "another one goes on"]),
        ("Use `a.b(c)` for $x + y$.", ["Use code for x."]),
        ("See [the page](https://a.org/b.html).", ["See the page."]),
        ("| a table | is none |\n\nSo it is.", ["So it is."]),
        ("Text here.\n\n```text\nno prose here\n```\n\nAnd here.", ["Text here.", "And here."]),
        ("#!TAG TASK 5 easy\nDo this.\n#!HINT Look\nat it.", ["Do this.", "Look at it."]),
        ("#!TAG HWBEGIN\nThe answer is this.\n#!TAG HWEND\nWell done.", ["Well done."]),
    ],
)
def test_sentences(markdown: str, found: list[str]) -> None:
    assert list(sentences(markdown)) == found


def test_figures() -> None:
    found = readability(["Two words. And four words now.", "w " * 21])
    assert (found.sentences, found.mean_words, found.share_long) == (3, 9, 1 / 3)


@pytest.mark.parametrize("lab", LABS, ids=lambda path: path.stem)
def test_labs_are_easy_to_read(lab: Path) -> None:
    found = readability([lab.read_text("utf-8")])
    assert found.mean_words < 11
    assert found.share_long < 0.04


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_pages_use_plain_words(page: Path) -> None:
    prose = list(sentences(page.read_text("utf-8")))
    wrong = {word: one for one in prose for word in HARD if re.search(word, one, re.IGNORECASE)}
    assert wrong == {}


@pytest.mark.parametrize("file", MESSAGES, ids=lambda path: path.name)
def test_messages_use_plain_words(file: Path) -> None:
    text = file.read_text("utf-8")
    wrong = {word: instead for word, instead in HARD.items() if re.search(word, text)}
    assert wrong == {}


def test_it_is_a_command() -> None:
    command = [sys.executable, "-m", "tests.readability", str(LABS[0])]
    made = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    assert re.search(r"\d+ sentences, [\d.]+ words on average, \d+% have more", made.stdout)
