"""The page says all there is, escapes what others wrote, and needs nothing from elsewhere."""

import re

import pytest

from autograder.class_report.page import render_report
from autograder.class_report.summary import summarise
from tests.autograder.class_report.made_class import made_class, question, result


@pytest.mark.parametrize("number", [1, 3, 40, 300])
def test_a_page_for_each_size_of_class(number: int) -> None:
    page = render_report(summarise("lab", "The lab", {}, made_class(number), {}))
    assert ("No verdict: it takes 30 students." in page) == (number < 30)
    assert page.count("<h2 ") == 10
    ids = re.findall(r'id="(\w+)"', page)
    assert len(set(ids)) == len(ids)


def test_nothing_is_fetched_or_run() -> None:
    page = render_report(summarise("lab", "The lab", {}, made_class(40), {}))
    assert "<script" not in page and "http:" not in page and "https:" not in page
    assert "default-src 'none'" in page


def test_what_others_wrote_is_escaped() -> None:
    bad = "<img src=x onerror=alert(1)>"
    results = [result(bad, question("ex1-a", "ff", bad)), result("b", question("ex1-a", "ff", bad))]
    page = render_report(summarise("lab", bad, {}, results, {}))
    assert "<img" not in page and "&lt;img" in page
