"""The public checks of weather: small examples that the notebook itself states."""

import numpy as np
import pandas as pd

from lib.kit.checks import assert_close, assert_equal, axes_of, question, take_dict, take_list

RAISES = """
raised = ""
try:
    monthly_means(table)
except Exception as error:
    raised = type(error).__name__
"""


@question("ex1-clean", points=1)
def test_a_name(submission):
    """ " Harbour" is "harbour"."""
    table = pd.DataFrame({"station": [" Harbour"], "date": ["2029-01-02"], "temp": [1.5]})
    probe = submission.setup(
        'names = clean(table)["station"].tolist()', clean=submission.clean, table=table
    )
    assert_equal(probe.names, ["harbour"], "the names", hint="No spaces, no capital letters")


@question("ex2-means", points=1)
def test_empty(submission):
    """A table without rows raises a `ValueError`."""
    dates = pd.to_datetime(["2029-01-02"])
    table = pd.DataFrame({"station": ["mill"], "date": dates, "temp": [1.5]}).head(0)
    probe = submission.setup(RAISES, monthly_means=submission.monthly_means, table=table)
    assert_equal(probe.raised, "ValueError", "the exception")


@question("ex2-fill", points=1)
def test_one_gap(submission):
    """[1.0, None] becomes [1.0, 1.0]."""
    readings = [1.0, None]
    probe = submission.setup("fill(readings)", fill=submission.fill_gaps, readings=readings)
    assert_equal(probe.readings, [1.0, 1.0], "the list after the call")


@question("ex3-plot", points=1)
def test_one_line(submission):
    """One station gives one line."""
    means = pd.DataFrame({"station": ["mill", "mill"], "month": [1, 2], "temp": [0.5, 2.5]})
    (axes,) = axes_of(submission.content_of(submission.plot_means(means, "Two months")))
    (line,) = take_list(take_dict(axes, ["lines"])["lines"], 1, "the lines")
    assert_close(take_dict(line, ["y"])["y"], np.array([0.5, 2.5]), "the line")


@question("ex4-line", points=1)
def test_two_points(submission):
    """The line through (0, 1) and (2, 5) is at 3 on day 1."""
    assert_close(submission.forecast([0, 2], [1, 5], 1), 3, "the forecast")
