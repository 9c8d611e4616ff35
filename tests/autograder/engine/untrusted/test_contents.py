"""What a plot, a dataclass or an error holds, as plain data, in a worker and at the desk."""

import enum
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from autograder.engine.untrusted.contents import NoContent, content_of

from .crossing import through


def plot() -> Figure:
    figure = Figure()
    left, right = figure.subplots(1, 2)
    left.plot([1, 2, 3], [1.0, 4.0, 9.0], "r--", marker="o", label="squares")
    left.plot([0, 1], [np.nan, 1])
    left.set(title="Squares", xlabel="x", ylabel="y", yscale="log", xlim=(0, 5), ylim=(1, 10))
    left.legend()
    left.text(1, 1, "here")
    right.bar(["a", "b"], [3, 5], label="counts")
    right.scatter([1, 2], [3, 4], label="points")
    right.imshow(np.arange(6).reshape(2, 3))
    figure.suptitle("Both")
    return figure


def test_a_figure_tells_what_is_drawn() -> None:
    content = content_of(plot())
    assert content["title"] == "Both" and len(content["axes"]) == 2
    left, right = content["axes"]
    assert (left["title"], left["x_label"], left["y_label"]) == ("Squares", "x", "y")
    assert (left["x_scale"], left["y_scale"]) == ("linear", "log")
    assert (left["x_limits"], left["y_limits"]) == ([0.0, 5.0], [1.0, 10.0])
    assert (left["legend"], right["legend"]) == (["squares"], None)
    assert left["texts"] == ["here"]
    line, other = left["lines"]
    assert (line["label"], line["style"], line["marker"], line["colour"]) == (
        *("squares", "--", "o"),
        "#ff0000",
    )
    np.testing.assert_array_equal(line["y"], [1, 4, 9])
    assert other["label"] == "" and np.isnan(other["y"][0])
    (bars,), (points,), (image,) = right["bars"], right["points"], right["images"]
    assert (bars["label"], bars["height"], bars["bottom"]) == ("counts", [3.0, 5.0], [0.0, 0.0])
    np.testing.assert_array_equal(points["places"], [[1, 3], [2, 4]])
    assert image["shape"] == [2, 3] and image["values"].sum() == 15


def test_a_legend_of_the_figure_is_that_of_axes_without_one() -> None:
    figure = plot()
    figure.legend(["all"])
    left, right = content_of(figure)["axes"]
    assert (left["legend"], right["legend"]) == (["squares"], ["all"])


def test_a_histogram_is_bars() -> None:
    axes = Figure().subplots()
    axes.hist([1, 1, 2], bins=2)
    (bars,) = content_of(axes)["bars"]
    assert (bars["height"], bars["width"]) == ([2.0, 1.0], [0.5, 0.5])


def test_all_of_a_plot_can_cross() -> None:
    def is_plain(value: Any) -> bool:
        if isinstance(value, dict):
            return all(map(is_plain, value.values()))
        if isinstance(value, list):
            return all(map(is_plain, value))
        return value is None or isinstance(value, str | float | int | np.ndarray)

    assert is_plain(through(content_of(plot())))


@dataclass
class Point:
    x: int
    y: list[int]


class Colour(enum.Enum):
    RED = 1


class Plain:
    def __init__(self) -> None:
        self.size = 3


class Slotted:
    __slots__ = ("size",)


@pytest.mark.parametrize(
    ("thing", "content"),
    [
        (Point(1, [2]), {"x": 1, "y": [2]}),
        (Colour.RED, {"name": "RED", "value": 1}),
        (ValueError("no"), {"type": "ValueError", "text": "no"}),
        (Plain(), {"size": 3}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_other_objects_tell_their_fields(thing: Any, content: dict[str, Any]) -> None:
    assert content_of(thing) == content


@pytest.mark.parametrize("thing", [1, Slotted(), Point, "text", print])
def test_what_has_no_content_says_so(thing: Any) -> None:
    with pytest.raises(NoContent, match="which is no plot and has no fields"):
        content_of(thing)
