"""formgrader's page for a submission: safe with our settings, and without them, too."""

from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from nbconvert.filters import strings
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from pygments.lexer import RegexLexer
from pygments.lexers import TextLexer

from autograder.assignment import Assignment
from autograder.course.formgrader import markdown2html, strip_files_prefix
from autograder.course.frames import OURS
from autograder.course.notebook import CELL_LIMIT, graded_notebook, with_cells
from autograder.judge.submission import StudentCell
from tests.attacks.formgrader_page import formgrader_page

from .conftest import result_of

SCRIPT = "<script>alert(1)</script>"
LOCKED = {"nbgrader": {"locked": True}}
HOSTILE = [
    f"```mermaid\n{SCRIPT}\n```",
    "# ex1-double\n\n# ex1-why-comment\n\nex1-double\n===",
    f'{SCRIPT}<form><input name="x"></form>\n\n<p id="ex1-double">x</p>\n\n\n- a\n\n      b',
    "$$x$$ \\begin{align}x\\end{align} $\\href{javascript:alert(1)}{x}$ \\\\(y\\\\) `a",
    "![a](http://evil.example/x.png)\n\n[b](javascript:alert(1))\n\n<div>\n\n" + SCRIPT,
    "    code\n\n\n    " + SCRIPT + "\n\n```\n\n\n" + SCRIPT,
]


def page_of(notebook: Any, is_ours: bool = True) -> str:
    """As nbgrader's extension makes it for a browser."""
    return formgrader_page(notebook, is_ours)


def graded(small: Assignment, why: str) -> Any:
    """The notebook for graders of a student who wrote this."""
    result = result_of(small, "ann", why=why)
    return graded_notebook(with_cells(small.notebook, result.cells), result)


def cells_of(page: str) -> str:
    return page[page.index('id="notebook-container"') :]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("is_ours", [True, False])
def test_nothing_of_a_students_is_alive(small: Assignment, text: str, is_ours: bool) -> None:
    honest, hostile = (Page(page_of(graded(small, why), is_ours)) for why in ("So.", text))
    assert hostile.ids == honest.ids
    assert hostile.alive == honest.alive
    assert hostile.classes <= honest.classes
    assert not [url for url in hostile.urls if url not in honest.urls]


class Page(HTMLParser):
    """What a browser makes of the cells of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.alive: list[str] = []
        self.classes: set[str] = set()
        self.urls: list[str] = []
        self.feed(cells_of(page))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.ids += [given[name] for name in ("id", "name") if name in given]
        self.urls += [given[name] for name in ("href", "src") if name in given]
        self.classes |= set(given.get("class", "").split())
        if tag in ("script", "input", "form", "textarea", "iframe", "style", "button"):
            self.alive.append(tag)
        self.alive += [name for name in given if name.startswith("on") or name == "data-link"]


def test_both_ways_show_the_same(small: Assignment) -> None:
    text = "1. *a*\n\n   b `c` $x$\n\n       code\n\n" + "\n\n".join(HOSTILE[3:])
    notebook = graded(small, text)
    shown = [cells_of(page_of(notebook, is_ours)) for is_ours in (True, False)]
    ours, theirs = (one[one.index("<ol>") : one.index("</ol>")] for one in shown)
    assert ours == theirs


def test_the_labs_own_text_is_rendered_there() -> None:
    cell = new_markdown_cell("# Why\n\n<details>\n\n*a*\n\n</details>\n\n$x$", metadata=LOCKED)
    page = page_of(new_notebook(cells=[cell]))
    assert "<details>" in page and "<em>a</em>" in page and "<math" in page
    assert "<pre># A &lt;b&gt;" in markdown2html(
        {"cell": {"metadata": LOCKED}}, "# A <b>\n\n![a](attachment:none.png)"
    )


def test_what_was_changed_since_is_sanitised() -> None:
    assert "<script" not in markdown2html({"cell": {"metadata": {}}}, SCRIPT)
    assert "<script" not in markdown2html({}, SCRIPT)


def test_scripts_have_to_be_nbgraders() -> None:
    code = new_code_cell("1")
    code.outputs = [{"output_type": "display_data", "metadata": {}, "data": {"text/html": SCRIPT}}]
    page = page_of(new_notebook(cells=[code]))
    head, _, body = page.partition("</head>")
    nonces = {part[:36] for part in head.split('<script nonce="')[1:]}
    assert len(nonces) == 1 and "nonce" not in body and SCRIPT in body
    assert f"'nonce-{nonces.pop()}'" in head and "script-src 'self'" not in head
    assert page_of(new_notebook()).partition("nonce-")[2][:36] != page.partition("nonce-")[2][:36]
    assert 'src="https:' not in page.replace("data-src", "")
    for rule in (
        "default-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "connect-src 'self'",
    ):
        assert rule in head


# Each takes pygments' Python lexer seconds or minutes, at this length.
SLOW_CODE = [" \n" * (CELL_LIMIT // 2), "a." * (CELL_LIMIT // 2), "%%perl\n" + "m{" * 9_000]


@pytest.mark.parametrize("is_ours", [True, False])
def test_the_server_looks_for_no_pattern_in_a_students_code(
    small: Assignment, lexed: list[str], is_ours: bool
) -> None:
    cells = [StudentCell(f"own-{n:03}", "code", code) for n, code in enumerate(SLOW_CODE)]
    result = result_of(small, "ann", SLOW_CODE[0])
    result = replace(result, cells=(*result.cells, *cells))
    notebook = graded_notebook(with_cells(small.notebook, result.cells), result, (), 0)
    page = page_of(notebook, is_ours)
    lab = {cell.source.strip() for cell in small.notebook.cells}
    assert not [text for text in lexed if text.strip() not in lab]
    assert bool(lexed) is is_ours  # the lab's own code has colours
    assert not issubclass(TextLexer, RegexLexer)
    assert "m{m{m{" in page


@pytest.mark.parametrize("is_ours", [True, False])
def test_the_server_looks_for_no_link_in_a_students_text(
    small: Assignment, monkeypatch: pytest.MonkeyPatch, is_ours: bool
) -> None:
    """nbconvert's pattern takes time by the cube of such a text's length."""
    looked_at: list[str] = []

    class Pattern:
        def sub(self, by: str, text: str) -> str:
            looked_at.append(text)
            return text

    monkeypatch.setattr(strings, "markdown_url_pattern", Pattern())
    page = page_of(graded(small, "[" * 50 + "](files/" * 50), is_ours)
    assert looked_at and "[[[[" in page
    assert not [text for text in looked_at if "[[[[" in text]


def test_the_labs_own_links_are_as_nbgrader_has_them() -> None:
    link = '<img src="files/a.png">'
    assert strip_files_prefix({"cell": {"metadata": LOCKED}}, link) == '<img src="a.png">'
    assert strip_files_prefix({"cell": {"metadata": {}}}, link) == link


@pytest.mark.parametrize("is_ours", [True, False])
def test_what_a_student_added_stands_in_a_frame_of_its_own(
    small: Assignment, is_ours: bool
) -> None:
    fake = f"{OURS}\n\n## Feedback at a glance\n\n| ex1 | 3 / 3 |\n|---|---|\n| FAKE | |"
    result = result_of(small, "ann")
    cells = (StudentCell("own-000", "markdown", fake), StudentCell("own-001", "code", "# FAKE"))
    result = replace(result, cells=(*cells, *result.cells))
    notebook = graded_notebook(with_cells(small.notebook, result.cells), result)
    framed = Framed(page_of(notebook, is_ours))
    assert framed.around["FAKE"] == ["From the student"]
    assert framed.around["Feedback at a glance"][0] == "From the autograder"
    assert "From the autograder" not in framed.around["Feedback at a glance"][1:]
    if is_ours:
        assert framed.around["# FAKE"] == ["From the student"]


class Framed(HTMLParser):
    """For each text of a page, what the frames around it say."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.around: dict[str, list[str]] = {}
        self._open: list[str] = []  # a frame's first words stand for it
        self.feed(cells_of(page))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "div":
            style = dict(attrs).get("style") or ""
            kinds = (("2px solid", "From the autograder"), ("2px dashed", "From the student"))
            self._open.append(next((said for border, said in kinds if border in style), ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "div" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self.around.setdefault(data.strip(), []).extend(one for one in self._open if one)
