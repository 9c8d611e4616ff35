"""Figures of labs in the colours of the page they are shown on."""

import importlib
from io import BytesIO
from typing import Any, Literal

import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from playwright.sync_api import Browser

from lib.kit.figures import show
from lib.kit.figures.style import GROUND, THEMES

PAGES = {
    '<body data-jp-theme-light="true">': "light",
    '<body data-jp-theme-light="false">': "dark",
    '<body class="vscode-light">': "light",
    '<body class="vscode-dark">': "dark",
    '<html theme="dark"><body>': "dark",  # Colab
    "<body>": "",  # nothing is known
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_pages_theme_counts_and_else_the_systems(
    page: str, system: Literal["light", "dark"], browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[Any] = []
    monkeypatch.setattr(importlib.import_module("lib.kit.figures.show"), "display", shown.append)
    show(plt.figure(figsize=(1, 1), facecolor=GROUND), "a ground and nothing on it")
    tab = browser.new_page(color_scheme=system)
    tab.set_content(page + shown[0]._repr_mimebundle_()["text/html"])
    screenshot = tab.locator("img").screenshot()
    tab.close()
    pixels = plt.imread(BytesIO(screenshot), format="png")
    red, green, blue = (float(channel) for channel in pixels[40, 40, :3])
    assert to_hex((red, green, blue)) == getattr(THEMES[GROUND], PAGES[page] or system)
