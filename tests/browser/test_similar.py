"""The page of likenesses in Chromium: readable on a phone and on a screen, and nothing acts."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from autograder.similarity.page import render_likenesses
from tests.autograder.similarity.made_texts import (
    COUNTING,
    PROSE,
    RENAMED,
    document,
    made,
    own_code,
    prose,
)
from tests.autograder.similarity.test_page import HOSTILE, likeness_of

WIDE = "x = " + "a" * 400 + "\n"


@pytest.fixture
def page_file(tmp_path: Path) -> Path:
    class_of = [[document(COUNTING + WIDE + f"# {HOSTILE}"), prose(PROSE + HOSTILE)]]
    class_of += [[document(RENAMED + WIDE), prose(PROSE)]]
    class_of += [[document(own_code(at // 3)), prose("Short.")] for at in range(9)]
    file = tmp_path / "page.html"
    page = render_likenesses(likeness_of(made(*class_of), "ex1", "ex1-why"))
    file.write_text(page, "utf-8")
    return file


@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_readable(page_file: Path, browser: Browser, width: int, theme: str) -> None:
    tab = browser.new_page(viewport={"width": width, "height": 1400}, color_scheme=theme)  # type: ignore[arg-type]
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("dialog", lambda dialog: said.append(dialog.message))
    tab.goto(page_file.as_uri())
    left, right = (figure.bounding_box() for figure in tab.locator("figure").all()[:2])
    assert left is not None and right is not None
    beside = left["y"] == right["y"] and left["x"] < right["x"]
    assert beside == (width == 1200)
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    colours = tab.locator("mark").first.evaluate(
        "one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).color]"
    )
    assert colours[0] != colours[1] and said == []
    tab.close()
