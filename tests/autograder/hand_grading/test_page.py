"""The page: escaped, with a policy of its own, complete without a script."""

import re
from dataclasses import replace

from autograder.hand_grading.page import SheetPage, ShownAnswer, render_sheet
from autograder.page_template import policy_of
from autograder.rubric import Rubric, RubricItem

PAGE = SheetPage(
    lab="lab",
    question="q",
    title="A lab <b>",
    question_title="Why `x` <i>",
    task="<p>Why?</p>",
    solution="",
    max_score=2.5,
    is_extra=False,
    rubric=Rubric((RubricItem("a", "has <u> & `code`", 2.5), RubricItem("b", "lacks", -1.0))),
    answers=[ShownAnswer("bcdf", "<p>It is so.</p>", "stand", True)],
    num_untouched=1,
    only_waiting=False,
    comments=["</option><script>x</script>"],
    key="key",
)


def test_texts_are_escaped() -> None:
    page = render_sheet(PAGE)
    assert "<b>" not in page and "<i>" not in page and "<u>" not in page
    assert "has &lt;u&gt; &amp; <code>code</code>" in page and "<p>It is so.</p>" in page
    assert page.count("<script>") == 1 and "&lt;script&gt;x" in page
    assert "−1" in page and "of 2.5" in page and "1 student left" in page


def test_the_policy_allows_what_is_ours_by_its_hash() -> None:
    page = render_sheet(PAGE)
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert policy == policy_of(style, script, shows_pictures=True)


def test_what_is_not_there_is_not_shown() -> None:
    bare = render_sheet(
        replace(PAGE, rubric=Rubric(), answers=[], comments=[], task="", num_untouched=0)
    )
    assert "There is nothing to grade." in bare and 'type="checkbox" ' not in bare
    for words in ("The rubric", "The task", "A solution", "as it was released", "Used before"):
        assert words not in bare


def test_points_that_are_taken_off_are_told() -> None:
    page = render_sheet(replace(PAGE, rubric=Rubric((RubricItem("b", "lacks", -1.0),))))
    assert "from 2.5 points are taken off" in page and 'data-begin="2.5"' in page
    extra = render_sheet(replace(PAGE, is_extra=True, only_waiting=True, max_score=1.0))
    assert "1 point of extra credit · 1 answer that waits for a person" in extra
