"""The colours can be told apart, also by those who see fewer of them."""

import itertools

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex, to_rgb

from lib.kit.figures.show import CSS_PIXELS_PER_INCH
from lib.kit.figures.style import (
    ALWAYS_BLACK,
    ALWAYS_WHITE,
    BLUE,
    FULL_WIDTH_IN,
    GREEN,
    GREY,
    GROUND,
    INK,
    ORANGE,
    THEMES,
    subplots,
)

# Machado, Oliveira & Fernandes (2009): severity 1, on linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protan": [[0.152, 1.053, -0.205], [0.115, 0.786, 0.099], [-0.004, -0.048, 1.052]],
    "deutan": [[0.367, 0.861, -0.228], [0.280, 0.673, 0.047], [-0.012, 0.043, 0.969]],
    "tritan": [[1.256, -0.077, -0.179], [-0.078, 0.931, 0.148], [0.005, 0.691, 0.304]],
}
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of linear red, green and blue


def linear(color: str) -> np.ndarray:
    rgb = np.array(to_rgb(color))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_colours_differ(deficiency: str, theme: str) -> None:
    shades = [getattr(THEMES[color], theme) for color in (BLUE, ORANGE, GREEN, GREY)]
    seen = [DEFICIENCIES[deficiency] @ linear(shade) for shade in shades]
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(np.clip(one, 0, 1) - np.clip(other, 0, 1)) > 0.05


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_colour_can_be_read_on_its_ground(theme: str) -> None:
    """As WCAG 2 asks for: 4.5 for letters, 3 for lines and bars."""
    shades = {color: getattr(themed, theme) for color, themed in THEMES.items()}
    for color, least in ((INK, 10), (GREY, 4.5), (BLUE, 3), (ORANGE, 3), (GREEN, 3)):
        assert contrast(shades[color], shades[GROUND]) >= least


def contrast(one: str, other: str) -> float:
    dark, light = sorted(0.05 + float(LUMINANCE @ linear(color)) for color in (one, other))
    return light / dark


def test_a_figure_is_no_wider_than_a_page() -> None:
    """JupyterLab leaves about 760 pixels to an output in a window of 900."""
    assert FULL_WIDTH_IN * CSS_PIXELS_PER_INCH <= 760


def test_what_is_black_or_white_on_every_page_has_a_colour_of_its_own() -> None:
    assert not {ALWAYS_BLACK, ALWAYS_WHITE} & set(THEMES)


def test_axes_come_row_by_row() -> None:
    with subplots(1, 2, (3, 1)) as (figure, axes):
        pass
    assert to_hex(figure.get_facecolor()) == GROUND
    assert len(axes) == 2
    plt.close(figure)
