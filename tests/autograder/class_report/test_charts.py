"""Plots are well-formed, name what they show, and stay small for a large class."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.class_report.charts import (
    difficulty_and_discrimination,
    histogram,
    outcome_map,
    pass_bars,
)
from autograder.class_report.summary import summarise
from tests.autograder.class_report.made_class import made_class, question, result

SMALL_BYTES = 250_000


@pytest.mark.parametrize("number", [1, 3, 40, 300])
def test_plots_are_well_formed_and_described(number: int) -> None:
    report = summarise("lab", "The lab", {}, made_class(number), {})
    plots = [
        pass_bars(report.questions),
        histogram(report.scores, report.max_score),
        difficulty_and_discrimination(report.tests),
        outcome_map(report.outcomes),
    ]
    for plot in plots:
        root = ElementTree.fromstring(plot)
        assert root.get("role") == "img" and root.get("aria-label")
        assert not any(name in plot for name in report.students)


def test_the_map_of_thousands_stays_small() -> None:
    assert len(outcome_map(["pfo" * 50] * 3_000)) < SMALL_BYTES
    assert 'class="open"' in outcome_map(["o"] * 300)


def test_names_are_escaped() -> None:
    rows = summarise("lab", "The lab", {}, [result("a", question("ex1-<b>", "p"))], {}).questions
    assert "<b>" not in pass_bars(rows)
    ElementTree.fromstring(pass_bars(rows))


@given(st.lists(st.floats(-5, 200), max_size=60), st.floats(0, 150))
def test_each_score_is_in_one_column(scores: list[float], most: float) -> None:
    root = ElementTree.fromstring(histogram(scores, most))
    titles = [title.text or "" for title in root.findall("rect/title")]
    assert sum(int(title.split()[0]) for title in titles) == len(scores)
