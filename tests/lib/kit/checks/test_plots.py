"""Axes are had of a figure and of axes, and what is no plot is refused."""

from typing import Any

import matplotlib.pyplot as plt
import pytest

from lib.kit.checks import CheckFailure, axes_of, take_dict
from lib.kit.checks.contents import content_of
from lib.kit.checks.untaken import Untaken


@pytest.fixture
def figure() -> Any:
    figure, axes = plt.subplots()
    axes.plot([1, 2], [3.0, 4.0], label="a line")
    yield figure
    plt.close(figure)


@pytest.mark.parametrize("is_untaken", [False, True])
def test_of_a_figure_and_of_its_axes_they_are_the_same(figure: Any, is_untaken: bool) -> None:
    for plot in (figure, figure.axes[0]):
        content: Any = content_of(plot)
        if is_untaken:
            content = Untaken(content, lambda value: Untaken(value, lambda inner: inner))
        (axes,) = axes_of(content)
        assert take_dict(axes, ["lines"])["lines"] is not None


def test_another_number_is_told(figure: Any) -> None:
    with pytest.raises(CheckFailure, match=r"^the axes: 1 element where 2 belong\. Draw two$"):
        axes_of(content_of(figure), 2, hint="Draw two")
    with pytest.raises(CheckFailure, match="the panels: 1 element where 2 belong"):
        axes_of(content_of(figure.axes[0]), 2, "the panels")
    assert len(axes_of(content_of(figure), range(1, 3))) == 1


@pytest.mark.parametrize("content", [None, 3, [], {}, {"x": 1}, "axes"])
def test_what_is_no_plot_is_refused(content: Any) -> None:
    with pytest.raises(CheckFailure, match="the plot"):
        axes_of(content)
