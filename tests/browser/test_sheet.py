"""A sheet in a browser: filled in, saved, read back; readable everywhere; nobody's text acts."""

import functools
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import ConsoleMessage, Page, expect

from autograder.hand_grading.codes import Codes
from autograder.hand_grading.page import SheetPage, ShownAnswer, render_sheet
from autograder.hand_grading.table import SheetFile, read_sheet
from autograder.hand_grading.texts import Texts
from autograder.judge.submission import StudentCell
from autograder.rubric import Rubric, RubricItem

from .conftest import Show
from .test_feedback import CONTRASTS

DESK, PHONE = 1200, 390
CODES = Codes(b"secret", "lab", "ex1-why")
RUBRIC = Rubric(
    (
        RubricItem("order", "The order of the words is lost", 1.0),
        RubricItem(
            "meaning", "So it is lost who does what to whom: both sentences look alike", 2.0
        ),
        RubricItem("no-reason", "Says it without a reason, in `code` or in words", -0.5),
    )
)
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg"
    "=="
)
CODE = "for word in sorted(counts, key=lambda word: (-counts[word], word))[:most]: print(word)"
TEXTS = (
    "It loses the order of the words, and with it **who did what to whom**.\n\n"
    "* First, $\\sum_j a_{ij} v_j$\n* then `count_words`\n\n$$\\frac{a}{b} = \\int_0^1 x\\,dx$$",
    "Nothing.",
    "# A heading\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
    f"![ana.png](data:image/png;base64,{PIXEL})\n\n```python\n{CODE}\n```\n"
    + "A sentence that goes on and on. "
    * 12,
)
HOSTILE = (
    "</section></main></script><script>document.title = 'gone'</script>\n\n"
    "<form action='https://evil.example'><input name='points' value='3'><button>x</form>\n\n"
    "<h1 id='bar'>Answer 1: graded</h1>\n\n# Points 3 of 3\n\n"
    "<style>* { display: none }</style>\n\n<img src=x onerror=\"document.title = 'gone'\">\n\n"
    "[a](javascript:document.title='gone')\n\n<section class='answer' data-code='x'>\n\n"
    "~~~~\n</textarea></label>\n~~~~"
)


def answers_of(texts: Sequence[str]) -> list[ShownAnswer]:
    with Texts() as rendered:
        html = {text: rendered.html(StudentCell("a", "markdown", text)) for text in {*texts}}
    shown = [
        ShownAnswer(CODES.code(f"student {number}", text), html[text], "stand", number % 7 == 6)
        for number, text in enumerate(texts)
    ]
    return sorted(shown, key=lambda one: one.code)


def sheet_of(texts: Sequence[str], comments: Sequence[str] = ("Well done.",)) -> str:
    with Texts() as rendered:
        task = rendered.html(StudentCell("", "markdown", "What does a computer *lose*?"))
    page = SheetPage(
        lab="lab",
        question="ex1-why",
        title="Lab 0: A tour",
        question_title="Say it in words",
        task=task,
        solution=task,
        max_score=3.0,
        is_extra=False,
        rubric=RUBRIC,
        answers=answers_of(texts),
        num_untouched=2,
        only_waiting=False,
        comments=comments,
        key="key",
    )
    return render_sheet(page)


@functools.cache
def made(number: int) -> str:
    return sheet_of([f"{TEXTS[n % 3]}\n\n({n})" for n in range(number)])


@pytest.fixture
def said(page: Page) -> list[str]:
    """What the browser complains about."""
    complaints: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def open_sheet(page: Page, folder: Path, html: str) -> None:
    file = folder / "sheet.html"
    file.write_text(html, "utf-8")
    page.goto(file.as_uri())


@pytest.fixture
def opened(page: Page, tmp_path: Path, said: list[str]) -> Iterator[Page]:
    open_sheet(page, tmp_path, made(3))
    yield page
    assert said == []


def saved(page: Page, folder: Path) -> SheetFile:
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return read_sheet(path, RUBRIC, 3.0)


COMMENT = '=1+1, "quoted"; =2; \uff1d3; \'-4; ß\n@5\nשלום 1,5'


def test_what_is_filled_in_is_saved_and_read_back(opened: Page, tmp_path: Path) -> None:
    first, second, third = opened.locator(".answer").all()
    first.get_by_label("The order of the words").check()
    first.get_by_label("Says it without").check()
    first.get_by_label("Comment").fill(COMMENT)
    expect(first.locator("output")).to_have_text("= 0.5")
    second.get_by_label("Points").fill("2,5")
    second.locator("select").select_option("Well done.")
    opened.get_by_label("Your name").fill("@Kim Ünal")
    expect(opened.locator("#done")).to_have_text("2 of 3 graded")
    opened.reload()  # what was filled in is still there
    expect(third.get_by_label("Points")).to_have_value("")
    file = saved(opened, tmp_path)
    assert (file.refused, file.notes, file.num_open) == ([], [], 1)
    given = {row.code: row for row in file.rows}
    codes = [one.get_attribute("data-code") or "" for one in (first, second)]
    one, two = (given[code] for code in codes)
    assert (one.mark.points, dict(one.mark.items)) == (0.5, {"order": 1.0, "no-reason": -0.5})
    assert (one.mark.comment, one.grader, one.stand) == (COMMENT, "@Kim Ünal", "stand")
    assert (two.mark.points, two.mark.comment) == (2.5, "Well done.")
    assert (tmp_path / "sheet-lab-ex1-why-Kim-Ünal.csv").is_file()


def test_what_can_not_be_taken_is_told_at_once(opened: Page) -> None:
    first = opened.locator(".answer").first
    first.get_by_label("Points").fill("4")
    expect(first.locator("output")).to_have_text("write a number from 0 to 3")
    first.get_by_label("Points").fill("1")
    first.get_by_label("So it is lost").check()
    expect(first.locator("output")).to_have_text("the ticks come to 2; correct one")
    opened.get_by_role("button", name="Save as CSV").click()
    expect(opened.get_by_role("alert")).to_contain_text("Write your name first")
    opened.get_by_role("button", name="Next open answer").click()
    expect(first.get_by_label("The order of the words")).to_be_focused()


def test_nothing_that_students_wrote_acts(page: Page, tmp_path: Path, said: list[str]) -> None:
    open_sheet(page, tmp_path, sheet_of([HOSTILE, *TEXTS], ["</option></select><b>x</b>"]))
    assert said == [] and page.title().startswith("Sheet: ex1-why")
    assert page.locator(".answer").count() == 4 and page.locator("form").count() == 0
    assert page.locator("#bar").count() == page.locator("script").count() == 1
    page.locator(".answer").last.get_by_label("Points").fill("1")
    page.get_by_label("Your name").fill("Kim")
    assert len(saved(page, tmp_path).rows) == 1
    assert page.locator("h1").first.inner_text() == "Say it in words"


@pytest.mark.parametrize("number", [3, 240])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [DESK, PHONE])
def test_it_is_readable(
    page: Page, tmp_path: Path, show: Show, said: list[str], number: int, scheme: str, width: int
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": width, "height": 900})
    open_sheet(page, tmp_path, made(number))
    show("top")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if number == 3:
        low = [found for found in page.evaluate(CONTRASTS) if found[0] < 4.5]
        assert low == []
    answer = page.locator(".answer").nth(1)
    text, marks = answer.locator("> .text").bounding_box(), answer.locator(".marks").bounding_box()
    assert text and marks
    beside = marks["x"] > text["x"] + text["width"]
    assert beside == (width == DESK)
    page.locator(".answer").last.scroll_into_view_if_needed()
    show("end")
    assert said == []


def test_printed_it_is_a_form_for_a_pen(opened: Page, show: Show) -> None:
    opened.emulate_media(media="print", color_scheme="dark")
    opened.set_viewport_size({"width": 720, "height": 1000})
    show("print")
    assert (
        not opened.locator("#bar").is_visible() and not opened.locator("select").first.is_visible()
    )
    answer = opened.locator(".answer").first
    text, marks = answer.locator("> .text").bounding_box(), answer.locator(".marks").bounding_box()
    assert text and marks and marks["x"] > text["x"] + text["width"]
    assert (
        opened.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    )


VISIBLE = [0] * 48 + [255] * 208  # less is how a browser draws a line twice
SPREADING = [
    r"$\text{" + "\u2588" * 400 + "}$",
    "$" + r"\raise{2em}{" * 6 + r"\text{FAKE}" + "}" * 6 + "$",
    "$" + r"\lower{2em}{" * 6 + r"\text{FAKE}" + "}" * 6 + "$",
    r"$\smash{\begin{matrix}" + r"a\\" * 60 + r"\end{matrix}}$",
    "$" + r"\hspace{-2em}" * 60 + r"\text{FAKE}$",
    "x" + "\u0657" * 300,
    "| a |\n|---|\n| " + "\u2588" * 300 + " |",
]


@pytest.mark.parametrize("media", ["screen", "print"])
def test_an_answer_stays_in_its_place(page: Page, tmp_path: Path, media: str) -> None:
    """On paper, too: what it draws elsewhere would be on another student's answer."""
    page.emulate_media(media="print" if media == "print" else "screen")
    page.set_viewport_size({"width": 900, "height": 1000})
    open_sheet(page, tmp_path, sheet_of(["So.", *SPREADING, "Because."], []))
    places = [one.bounding_box() for one in page.locator(".answer > .text").all()]
    assert len(places) == len(SPREADING) + 2
    shown = _picture(page)
    page.evaluate(
        "document.querySelectorAll('.answer > .text > *').forEach("
        "one => { one.style.visibility = 'hidden'; })"
    )
    differs = ImageChops.difference(shown, _picture(page)).convert("L").point(VISIBLE)
    assert differs.getbbox()
    for place in places:
        assert place
        box = (place["x"], place["y"], place["x"] + place["width"], place["y"] + place["height"])
        differs.paste(0, (int(box[0]), int(box[1]), int(box[2]) + 1, int(box[3]) + 1))
    assert differs.getbbox() is None


def _picture(page: Page) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")


def test_long_answers_go_on_on_the_next_sheet_of_paper(page: Page, tmp_path: Path) -> None:
    def num_pages(lines: int) -> int:
        open_sheet(page, tmp_path, sheet_of(["A line.\n\n" * lines], []))
        return page.pdf(format="A4").count(b"/Type /Page\n")

    assert num_pages(300) > num_pages(1) + 3
