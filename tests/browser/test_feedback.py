"""The feedback page in a browser: short, wide where there is room, complete in print, readable."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from autograder.assignment import Assignment, load_assignment
from autograder.course.outline import Outline
from autograder.course.page import render_page
from autograder.course.recorded import RecordedSubmission
from autograder.engine import Cause
from autograder.judge.results import HandedFile, QuestionResult, SubmissionResult, Verdict
from autograder.judge.submission import StudentCell

from .conftest import Show

PROJECT = Path(__file__).resolve().parents[2]
LAB = "lab09"
TESTS = 12  # of a question: more than most have
DESK, PHONE = 1200, 390
DESK_LIMIT, PHONE_LIMIT = 5_159, 10_000  # px: a tenth of what the page once was, and readable

CONTRASTS = """() => {
  const channels = color => (color.match(/[\\d.]+/g) || []).map(Number)
  const light = color => channels(color).slice(0, 3).map(c => c / 255)
    .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0)
  const ground = one => {
    for (; one; one = one.parentElement) {
      const color = getComputedStyle(one).backgroundColor
      if (channels(color).length < 4 || channels(color)[3] > 0) return color
    }
    return "rgb(255, 255, 255)"
  }
  return [...document.querySelectorAll("body *")]
    .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .map(one => {
      const [a, b] = [light(getComputedStyle(one).color), light(ground(one))]
      return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), one.outerHTML.slice(0, 80)]
    })
}"""
HIDDEN = """() => [...document.querySelectorAll("li, pre, p, td")]
  .filter(one => !one.checkVisibility()).map(one => one.outerHTML.slice(0, 80))"""
CUT_OFF = """() => [...document.querySelectorAll("*")]
  .filter(one => getComputedStyle(one).overflow !== "visible")
  .filter(one => one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1)
  .filter(one => one.tagName !== "PROGRESS").map(one => one.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def lab() -> Assignment:
    return load_assignment(LAB, PROJECT / "release")


def failing(kind: str) -> tuple[Verdict, ...]:
    """Tests of a question that are all open, or fail for three reasons."""
    for_open = ("this blank is still open: …", Cause.OPEN_BLANK)
    words = "the logits have the wrong shape. " + "Look at `dim`, which is counted from 0. " * 4
    tests = []
    for number in range(TESTS):
        for_wrong = (f"`part_{number % 3}`: {words}", Cause.COMPARISON)
        why, cause = for_open if kind == "open" else for_wrong
        tests.append(Verdict(f"t{number}", "One thing is as asked.", 1, "failed", why, cause))
    return tuple(tests)


def half_done(lab: Assignment, wrong: int = 0) -> SubmissionResult:
    """Every second question has full points; of the others some are wrong, the rest is open."""
    questions, cells = [], []
    passed = tuple(replace(test, outcome="passed", message="") for test in failing("open"))
    for number, question in enumerate(lab.questions):
        tests = passed
        if number % 2:
            tests = failing("wrong" if number < 2 * wrong else "open")
        tests = () if question.written else tests
        questions.append(QuestionResult(question.id, TESTS, tests))
    open_ones = {q.id for q in questions if q.tests and q.tests[0].cause is Cause.OPEN_BLANK}
    for cell_id, name in Outline(lab.notebook, {}).answers.items():
        if not any(name.startswith(question) for question in open_ones):
            code = "def answer(x):\n" + "    x = f(x)  # and so on, to the end of the line\n" * 30
            cells.append(StudentCell(cell_id, "code", code))
    files = (HandedFile("model.py", 600, "x = 1\n" * 60),)
    return SubmissionResult(
        "ann", "graded", "none", 0, 0.0, 0.0, tuple(questions), cells=tuple(cells), files=files
    )


@pytest.fixture
def opened(page: Page, lab: Assignment, tmp_path: Path, request: pytest.FixtureRequest) -> Page:
    """The page of a half-done lab, some of it wrong."""
    result = half_done(lab, wrong=getattr(request, "param", 2))
    outline = Outline(lab.notebook, lab.exercises)
    file = tmp_path / "page.html"
    file.write_text(render_page(result, outline, RecordedSubmission(), lab.title), "utf-8")
    page.goto(file.as_uri())
    return page


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest, opened: Page) -> Iterator[str]:
    opened.emulate_media(color_scheme=request.param)
    yield str(request.param)


def height(page: Page, width: int) -> int:
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    return int(page.evaluate("document.documentElement.scrollHeight"))


@pytest.mark.parametrize("opened", [0, 2], indirect=True)
def test_a_half_done_lab_is_a_short_page(opened: Page, show: Show) -> None:
    assert height(opened, DESK) < DESK_LIMIT
    show("desk")
    assert height(opened, PHONE) < PHONE_LIMIT
    show("phone")


def test_code_stands_beside_the_message_where_there_is_room(opened: Page) -> None:
    columns = opened.locator("details[open] .columns").first
    left, right = columns.locator("> div").nth(0), columns.locator("> div").nth(1)
    opened.set_viewport_size({"width": DESK, "height": 900})
    boxes = left.bounding_box(), right.bounding_box()
    assert boxes[0] and boxes[1] and boxes[1]["x"] > boxes[0]["x"] + boxes[0]["width"]
    opened.set_viewport_size({"width": PHONE, "height": 900})
    boxes = left.bounding_box(), right.bounding_box()
    assert boxes[0] and boxes[1] and boxes[1]["y"] >= boxes[0]["y"] + boxes[0]["height"]


def test_a_step_leads_to_its_question(opened: Page) -> None:
    link = opened.locator(".next a").first
    title = link.inner_text()
    link.click()
    target = opened.locator(":target")
    expect(target.locator("h3").first).to_have_text(title)
    expect(target).to_be_in_viewport()


def test_in_print_all_is_shown_and_nothing_is_cut(opened: Page, scheme: str, show: Show) -> None:
    opened.set_viewport_size({"width": 720, "height": 1000})
    assert opened.evaluate(HIDDEN) != []  # what is folded on the screen
    opened.emulate_media(media="print", color_scheme=scheme)  # type: ignore[arg-type]
    show("print")
    assert opened.evaluate(HIDDEN) == []
    assert opened.evaluate(CUT_OFF) == []
    ground = opened.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"


@pytest.mark.parametrize("media", ["screen", "print"])
def test_all_text_has_contrast(opened: Page, scheme: str, media: str) -> None:
    opened.emulate_media(media=media, color_scheme=scheme)  # type: ignore[arg-type]
    found = opened.evaluate(CONTRASTS)
    assert len(found) > 100
    assert [one for one in found if one[0] < 4.5] == []


def test_headings_and_landmarks_are_in_order(opened: Page) -> None:
    levels = opened.evaluate(
        "[...document.querySelectorAll('h1, h2, h3')].map(one => Number(one.tagName[1]))"
    )
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(below - above <= 1 for above, below in itertools.pairwise(levels))
    for landmark in ("header", "main", "nav[aria-label]"):
        assert opened.locator(landmark).count() == 1
    assert opened.locator("td, th:not([scope])").count() == opened.locator("td").count()
    signs = opened.locator(".sign").all_text_contents()
    assert signs and all(re.search("[a-z]{4}", sign) for sign in signs)  # a word, not colour alone
