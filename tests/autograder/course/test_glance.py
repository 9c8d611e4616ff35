"""The feedback's first screen: everything is counted, said in words, and escaped."""

from dataclasses import replace
from html.parser import HTMLParser

from autograder.course.glance import ByHand, glance
from autograder.judge.results import QuestionResult, Verdict

from ..judge.test_results import CARRIED, RESULT

HOSTILE = "<script>alert(1)</script>\n\n</div>"


class Text(HTMLParser):
    """What a reader gets to read, and whether every tag is closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.open: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1] != "style":
            self.lines.append(data.strip())


def read(page: str) -> str:
    text = Text(page)
    assert text.open == []
    return " | ".join(line for line in text.lines if line)


def test_points_are_counted_per_exercise_and_signs_have_words() -> None:
    words = read(glance(RESULT, {}))
    assert words.startswith("2 of 3 points, 4 more to be graded by a person | About your file")
    assert "a remark | ex1: 2 of 7 points | ◐ part | ex1-double | 2 / 3" in words
    assert "✓ passed | A. | ✗ failed | B. | look at b" in words
    assert "… open | ex1-why | by hand / 4" in words


def test_what_a_person_gave_counts_and_is_shown() -> None:
    by_hand = {"ex1-why": ByHand(3, "Nearly <all> of it."), "ex1-double": ByHand(3)}
    words = read(glance(RESULT, by_hand))
    assert words.startswith("6 of 7 points | About")
    assert "ex1-why | 3 / 4 | Comment: Nearly <all> of it." in words
    assert "✓ full | ex1-double | 3 / 3" in words
    assert "These points were set by a person." in words


def test_carried_credit_is_said() -> None:
    words = read(glance(replace(RESULT, questions=(CARRIED,)), {}))
    assert "carried, 2 / 2" in words
    assert "with right answers to ex1-double before it" in words


def test_one_cause_of_many_failures_is_told_once() -> None:
    failed = tuple(Verdict(name, f"{name}.", 1, "failed", "a long story") for name in "abc")
    words = read(glance(replace(RESULT, questions=(QuestionResult("ex1-x", 3, failed),)), {}))
    assert words.count("a long story") == 1
    assert words.count("as above") == 2


def test_nothing_is_alive_and_nothing_ends_the_html_early() -> None:
    question = QuestionResult("ex1-x", 1, (Verdict("t", HOSTILE, 1, "failed", HOSTILE),))
    result = replace(RESULT, questions=(question,), remarks=(HOSTILE,))
    page = glance(result, {"ex1-x": ByHand(None, HOSTILE)})
    assert "<script" not in page
    assert "\n\n" not in page
    assert read(page).count("<script>alert(1)</script>") == 4
