"""Exercises 3 and 4: a plot, judged by its data and words, and the module that is handed in."""

import pandas as pd

from lib.kit.checks import (
    assert_close,
    assert_equal,
    fail,
    question,
    take_dict,
    take_list,
    take_text,
)

RAISED = """
raised = []
for days, temps in lists:
    try:
        fit_line(days, temps)
        raised.append("")
    except Exception as error:
        raised.append(type(error).__name__)
"""


def random_means(rng):
    """Means as `monthly_means` gives them: two to four stations, each with months of its own."""
    names = sorted(rng.sample(["harbour", "hilltop", "marsh", "mill", "weir"], rng.randrange(2, 5)))
    rows = [
        (name, month, rng.uniform(-9, 30))
        for name in names
        for month in sorted(rng.sample(range(1, 13), rng.randrange(3, 9)))
    ]
    return pd.DataFrame(rows, columns=["station", "month", "temp"])


def axes_of(submission, means, keys, title="Weather"):
    figure = submission.content_of(submission.plot_means(means, title))
    (axes,) = take_list(take_dict(figure, ["axes"])["axes"], 1, "the axes")
    return take_dict(axes, keys, "the axes")


@question("ex3-plot", points=2)
def test_lines(submission, rng):
    """A line for each station, through its means."""
    means = random_means(rng)
    stations = means.groupby("station")
    lines = take_list(axes_of(submission, means, ["lines"])["lines"], len(stations), "the lines")
    drawn = {}
    for line in lines:
        line = take_dict(line, ["label", "x", "y"], "a line")
        drawn[take_text(line["label"], "the label of a line")] = line
    assert_equal(sorted(drawn), sorted(stations.groups), "the labels of the lines")
    for station, rows in stations:
        assert_close(drawn[station]["x"], rows["month"].to_numpy("float64"), "the months of a line")
        assert_close(drawn[station]["y"], rows["temp"].to_numpy(), "the means of a line")


@question("ex3-plot", points=1)
def test_labels(submission, rng):
    """The plot has its title, the axes have their names."""
    title = f"Year {rng.randrange(1900, 2100)}"
    axes = axes_of(submission, random_means(rng), ["title", "x_label", "y_label"], title)
    assert_equal(axes["title"], title, "the title")
    assert_equal(axes["x_label"], "month", "the label of the x axis")
    assert_equal(axes["y_label"], "mean temperature / °C", "the label of the y axis")


@question("ex3-plot", points=1)
def test_legend(submission, rng):
    """The legend names each station."""
    means = random_means(rng)
    names = sorted(set(means["station"]))
    legend = axes_of(submission, means, ["legend"])["legend"]
    entries = take_list(legend, len(names), "the legend")
    assert_equal(sorted(take_text(entry, "an entry") for entry in entries), names, "the legend")


def random_readings(rng, count):
    days = rng.sample(range(100), count)
    return days, [rng.uniform(-9, 30) for _ in days]


def least_squares(days, temps):
    mean_day, mean_temp = sum(days) / len(days), sum(temps) / len(temps)
    both = sum((day - mean_day) * temp for day, temp in zip(days, temps, strict=True))
    slope = both / sum((day - mean_day) ** 2 for day in days)
    return slope, mean_temp - slope * mean_day


@question("ex4-line", points=2)
def test_least_squares(submission, rng):
    """`fit_line` gives the line with the least squares."""
    days, temps = random_readings(rng, 12)
    actual = take_list(submission.fit_line(days, temps), 2, "the line")
    assert_close(list(actual), list(least_squares(days, temps)), "slope and height")


@question("ex4-line", points=1)
def test_forecast(submission, rng):
    """`forecast` gives the height of the line on a day."""
    days, temps = random_readings(rng, 9)
    day = rng.uniform(100, 400)
    slope, height = least_squares(days, temps)
    assert_close(submission.forecast(days, temps, day), slope * day + height, "the forecast")


@question("ex4-line", points=1)
def test_one_day_raises(submission, rng):
    """One day alone raises a `ValueError`, two days do not."""
    day = rng.randrange(100)
    lists = [([day, day], [1.0, 2.0]), ([day], [4.0])]
    lists += [([day, day + gap], [1.0, 2.0]) for gap in rng.sample(range(1, 9), 4)]
    rng.shuffle(lists)
    probe = submission.setup(RAISED, fit_line=submission.fit_line, lists=lists)
    names = take_list(probe.raised, 6, "the exceptions")
    for (days, _), name in zip(lists, names, strict=True):
        expected = "ValueError" if len(set(days)) == 1 else ""
        if take_text(name, "an exception") != expected:
            fail("it raises where it should not, or nothing where it should")
