"""Pages with all attacks of the corpus on them, in a real browser: no script runs, nothing is
fetched from elsewhere, no score changes but the one that a grader clicks."""

import sys
from pathlib import Path
from typing import Any

import pytest
from nbformat.v4 import new_markdown_cell, new_output
from playwright.sync_api import Page, expect

from autograder.course.course import load_course
from tests.attacks.page import HEAVY, OWN, WRITTEN
from tests.attacks.recipe import CENTRE, POSITIVE

from .conftest import Show
from .course import LAB, Course
from .formgrader_page import FormgraderPage
from .server import Server, jupyter

# As a script on formgrader's page gives its student all points.
TAKES_ALL = """<script>
window.alert("LOOT");
fetch(base_url + "/api/grades?submission_id=" + submission_id).then(told => told.json()).then(
  grades => grades.forEach(grade => fetch(base_url + "/api/grade/" + grade.id, {
    method: "PUT", headers: {"X-CSRFToken": document.cookie.match("_xsrf=([^;]*)")[1]},
    body: JSON.stringify({manual_score: 99})})))
</script>"""
RAISES = f"def double(number):\n    raise ValueError({TAKES_ALL!r} + '$x$ # double')"
NAMED_LIKE_MARKUP = "<img src=x onerror=alert('LOOT')>"
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJg"
    "gg=="
)
FAKE = "## Feedback at a glance\n\n| question | points |\n|---|---|\n| double | 2.5 / 2.5 |"
BEFORE = {"double": (0, None), "why-even": (None, None)}

# What the frame around an element says: the words that stand above the box that it is in.
FRAME = "one => one.closest('.tex2jax_ignore').parentElement.previousElementSibling.textContent"


def all_attacks(notebook: Any) -> None:
    """Every text of the corpus in a cell of its own, and many in the written answer."""
    texts = [
        FAKE,
        *WRITTEN.values(),
        *OWN.values(),
        *HEAVY.values(),
        TAKES_ALL,
        f"```mermaid\n{TAKES_ALL}\n```",
    ]
    names = {CENTRE: "double", POSITIVE: "why-even", "ex4-why": "why-even"}
    for theirs, ours in names.items():
        texts = [text.replace(theirs, ours) for text in texts]
    answer = next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get(
        "grade_id") == "why-even")  # fmt: skip
    answer.source = "\n\n".join(text for text in texts[1:] if len(text) < 500)
    for number, text in enumerate(texts):
        notebook.cells.append(new_markdown_cell(text, id=f"attack-{number}"))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [new_output("display_data", {"text/html": TAKES_ALL})]


class Witness:
    """What a page did that it shouldn't: dialogs, and requests for what attacks name."""

    def __init__(self, page: Page) -> None:
        self.saw: list[str] = []
        page.on("dialog", self._dialog)
        page.context.on("request", lambda request: self._request(request.url))

    def _dialog(self, dialog: Any) -> None:
        self.saw.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, url: str) -> None:
        if "LOOT" in url or "logout" in url:
            self.saw.append(f"request: {url}")


@pytest.fixture
def witness(page: Page) -> Witness:
    return Witness(page)


@pytest.fixture(params=["our settings", "none of our settings"])
def settings(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def known_hosts(settings: str) -> set[str]:
    """Without our settings, nbgrader's page asks for MathJax and for what that needs."""
    return set() if settings == "our settings" else {"cdnjs.cloudflare.com"}


@pytest.fixture
def course(tmp_path: Path, settings: str) -> Course:
    course = Course(tmp_path / "my course")
    course.hand_in("hostile", "solution", RAISES, all_attacks)
    course.hand_in("honest", "solution")
    course.hand_in(NAMED_LIKE_MARKUP, "solution")
    course.grade()
    if settings != "our settings":
        (course.folder / "nbgrader_config.py").write_text("c = get_config()\n", "utf-8")
    return course


@pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own
def test_formgrader_does_what_its_grader_does(
    course: Course, server: Server, page: Page, witness: Witness, show: Show
) -> None:
    formgrader = FormgraderPage(page, server)
    formgrader.open_submissions(LAB)
    show("submissions")
    formgrader.open_submission(LAB, "hostile")
    expect(formgrader.points("double")).to_have_attribute("placeholder", "0")
    expect(formgrader.frame.locator(".tex2jax_ignore").first).to_be_visible()
    show("hostile", formgrader.points("double"))
    for question in ("double", "why-even"):
        assert formgrader.frame.locator(f"[id='{question}']").count() == 1
        assert formgrader.frame.locator(f"[id='{question}-comment']").count() <= 1
    for said, frames in (("From the autograder", 2), ("From the student", 20)):
        assert formgrader.frame.get_by_text(said, exact=True).count() >= frames
    summary, fake = (one.evaluate(FRAME) for one in formgrader.frame.get_by_role(
        "heading", name="Feedback at a glance").all())  # fmt: skip
    assert (summary, fake) == ("From the autograder", "From the student")
    page.wait_for_timeout(1_000)  # for whatever would come
    assert (course.scores("hostile"), witness.saw) == (BEFORE, [])

    formgrader.full_credit("double")
    assert course.scores("hostile") == {**BEFORE, "double": (0, 2.5)}
    formgrader.full_credit("why-even")
    assert course.scores("hostile") == {"double": (0, 2.5), "why-even": (None, 3)}
    assert course.scores("honest") == {**BEFORE, "double": (2.5, None)}
    assert witness.saw == []


@pytest.mark.parametrize("settings", ["our settings"], indirect=True)
def test_feedback_only_shows(
    course: Course, page: Page, witness: Witness, show: Show, settings: str
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(load_course(course.folder).feedback_page("hostile", LAB).as_uri())
    show("feedback")
    expect(page.locator("details", has_text="why-even")).to_contain_text("mermaid")
    page.wait_for_timeout(500)
    assert (witness.saw, said) == ([], [])
    # The page's own style is in force.
    assert page.locator("body").evaluate("body => getComputedStyle(body).maxWidth") != "none"
    assert page.locator("script, img, iframe, form, input").count() == 0
    assert not (course.folder / "feedback" / NAMED_LIKE_MARKUP).exists()


@pytest.mark.filterwarnings("ignore")  # nbgrader's and SQLAlchemy's own
@pytest.mark.parametrize("settings", ["our settings"], indirect=True)
def test_an_honest_grader_misses_nothing(
    tmp_path: Path, page: Page, show: Show, settings: str
) -> None:
    """Formulas, a pasted picture, the lab's own figures, and nbgrader's keys and tips."""
    course = Course(tmp_path / "honest course")

    def answer(notebook: Any) -> None:
        cell = next(c for c in notebook.cells if "why-even" in str(c.metadata))
        cell.source = "# Because\n\n- $2n$ and *whole*\n\n![mine](attachment:a.png)"
        cell.attachments = {"a.png": {"image/png": PIXEL}}

    course.hand_in("ann", "solution", change=answer)
    course.grade()
    command = [sys.executable, "-m", "jupyterlab", "--allow-root"]
    with jupyter(command, course.folder, tmp_path) as server:
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        formgrader = FormgraderPage(page, server)
        formgrader.open_submission(LAB, "ann")
        shown = formgrader.frame.locator(".tex2jax_ignore", has_text="Because")
        expect(shown.locator("math").first).to_be_visible()
        expect(shown.locator("em")).to_have_text("whole")
        assert shown.locator("img").evaluate("picture => picture.naturalWidth") == 1
        figure = formgrader.frame.get_by_alt_text("a triangle").first  # one more is in a hint
        assert figure.evaluate("picture => picture.naturalWidth") > 0
        show("honest", shown)
        formgrader.frame.locator(".help").click()
        expect(formgrader.frame.get_by_text("Keyboard shortcuts")).to_be_visible()
        assert [text for text in said if "Content Security Policy" in text] == []
