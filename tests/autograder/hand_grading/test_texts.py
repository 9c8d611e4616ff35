"""Texts on a sheet: rendered, harmless, and of nobody."""

from collections.abc import Iterator

import pytest

from autograder.course.notebook import CELL_LIMIT
from autograder.hand_grading.texts import Texts
from autograder.judge.submission import StudentCell

DATA = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg"
    "=="
)


@pytest.fixture(scope="module")
def texts() -> Iterator[Texts]:
    with Texts() as texts:
        yield texts


def html(texts: Texts, source: str, kind: str = "markdown") -> str:
    pictures = {"ana.png": {"image/png": DATA}}
    return texts.html(StudentCell("a", kind, source, attachments=pictures))


def test_markdown_is_rendered_and_code_is_not(texts: Texts) -> None:
    assert html(texts, "**a** $x$").startswith("<p><strong>a</strong> <math")
    assert html(texts, "**a**", "code") == "<pre>**a**</pre>"


def test_nothing_acts(texts: Texts) -> None:
    shown = html(texts, "<script>x</script></div></section>\n\n<form>\n\n[a](javascript:x)")
    assert "<script" not in shown and "</div" not in shown and "<form" not in shown
    assert "href" not in shown


def test_pictures_do_not_tell_what_they_are_called(texts: Texts) -> None:
    shown = html(texts, "![ana.png](attachment:ana.png) ![ana](/data/ana/x.png) ![](ana.png)")
    assert "ana" not in shown and shown.count("<img") == 1


def test_long_ones_are_cut(texts: Texts) -> None:
    shown = html(texts, "word " * CELL_LIMIT)
    assert len(shown) < 1.1 * CELL_LIMIT and "cut here" in shown


def test_a_page_has_room_for_so_many_pictures() -> None:
    picture = StudentCell(
        "a", "markdown", "![](attachment:a)", attachments={"a": {"image/png": DATA}}
    )
    with Texts(limit=150) as texts:
        assert "<img" in texts.html(picture)
        assert "too large" in texts.html(picture)
