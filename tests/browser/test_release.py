"""A student's hour with the released folder in JupyterLab, in a real browser."""

import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

from autograder.assignment import is_answer, question_id
from autograder.compiler.notebooks import read_pieces
from autograder.judge.content import read_content
from autograder.judge.ingest import ingest
from autograder.judge.submission import compose

from .conftest import Show
from .notebook_page import NotebookPage, is_folded
from .server import Server, jupyter

PROJECT = Path(__file__).resolve().parents[2]
LAB = "lab09"
BEGINNING = ("ex1-decode", "ex1-filter", "ex1-padding")  # the questions up to the first plots
LATER = ("ex3-by-hand", "ex4-positions")  # need nothing of what lies between
PASSED, FAILED = "✓", "✗"  # the first sign of a row in a check cell's table
WRONG_ANSWER = "def decode_review(review, rank_to_word):\nreturn 'cinema'"  # Jupyter indents

CODE = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$]+\$", re.DOTALL)
RUN_ALL_MS = 240_000
VALIDATE_MS = 90_000  # runs the whole notebook, without the trainings


class Lab:
    """The released lab, and the answers that its author would give."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / f"{LAB}.ipynb"
        self.notebook: Any = nbformat.read(self.file, as_version=4)
        pieces = read_pieces(PROJECT / "source" / LAB / f"{LAB}.md").pieces
        self.solution = {piece.cell_id: piece.solution for piece in pieces}
        code = [cell for cell in self.notebook.cells if cell.cell_type == "code"]
        self.code = [cell for cell in code if not is_folded(cell)]

    def source(self, cell_id: str) -> str:
        """The text of a cell as it was released."""
        return next(str(cell.source) for cell in self.code if cell.id == cell_id)

    def check(self, question: str) -> str:
        """The id of a question's check cell."""
        return next(str(cell.id) for cell in self.code if question_id(cell) == question)

    def answers(self, question: str) -> list[str]:
        """The ids of the cells with the question's blanks: those since the check before."""
        pending: list[str] = []
        for cell in self.code:
            if question_id(cell) == question:
                break
            if question_id(cell):
                pending = []
            elif is_answer(cell):
                pending.append(cell.id)
        return pending

    def given_after(self, question: str) -> list[str]:
        """The ids of the given cells between the question's check and the next blank."""
        ids = [cell.id for cell in self.code]
        start = ids.index(self.check(question)) + 1
        rest = range(start, len(ids))
        end = next((number for number in rest if is_answer(self.code[number])), len(ids))
        return ids[start:end]

    def from_the_top(self) -> list[str]:
        """The ids of the code cells from the first to the first plots."""
        ids = [cell.id for cell in self.code]
        return ids[: ids.index(self.given_after(BEGINNING[-1])[-1]) + 1]


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A copy of the release, somewhere else and with a blank in its path."""
    folder = tmp_path / "my labs" / LAB
    ignored = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", ".data")
    shutil.copytree(PROJECT / "release" / LAB, folder, ignore=ignored)
    return Lab(folder)


@pytest.fixture
def server(lab: Lab, tmp_path: Path) -> Iterator[Server]:
    command = [sys.executable, "-m", "jupyterlab", "--allow-root"]
    with jupyter(command, lab.file.parent, tmp_path) as server:
        yield server


def test_a_student_works_through_it(lab: Lab, server: Server, page: Page, show: Show) -> None:
    """One long test: starting JupyterLab and a kernel costs more than all its steps."""
    notebook = NotebookPage(page, server, lab.file.name, lab.notebook.cells)
    formulas_are_typeset(page, lab)
    show("opened")
    given_cells_are_locked(notebook, lab)

    for cell_id in lab.from_the_top():
        notebook.run(cell_id)
    blanks_say_what_is_open(notebook, lab, show)
    a_wrong_answer_gets_hints(notebook, lab, show)

    for question in (*BEGINNING, *LATER):
        for cell_id in lab.answers(question):
            notebook.paste(cell_id, lab.solution[cell_id])
    first_blank = lab.from_the_top().index(lab.answers(BEGINNING[0])[0])
    for cell_id in lab.from_the_top()[first_blank:]:
        notebook.run(cell_id)
    for question in LATER:
        for cell_id in [*lab.answers(question), lab.check(question)]:
            notebook.run(cell_id)
    checks_are_green(notebook, lab, show)
    a_plot_appears(notebook, lab, show)

    notebook.save()
    answers_are_in_the_file(lab)
    validate_agrees(notebook, lab, show)


def formulas_are_typeset(page: Page, lab: Lab) -> None:
    texts = [cell.source for cell in lab.notebook.cells if cell.cell_type == "markdown"]
    formulas = sum(len(FORMULA.findall(CODE.sub("", text))) for text in texts)
    expect(page.locator(".jp-RenderedMarkdown mjx-container")).to_have_count(formulas)
    expect(page.locator("mjx-merror")).to_have_count(0)
    expect(page.locator(".jp-RenderedMarkdown", has_text="$")).to_have_count(0)


def given_cells_are_locked(notebook: NotebookPage, lab: Lab) -> None:
    for cell in lab.code:
        assert notebook.is_read_only(cell.id) is not is_answer(cell), cell.id
    # A short one: of a long cell the editor holds only the lines that are seen.
    given = min((c for c in lab.code if not is_answer(c)), key=lambda c: len(c.source))
    for cell_id in (given.id, lab.check("ex1-decode")):
        before = notebook.editor(cell_id).text_content()
        notebook.type(cell_id, "0")
        assert notebook.editor(cell_id).text_content() == before


def blanks_say_what_is_open(notebook: NotebookPage, lab: Lab, show: Show) -> None:
    (decode,) = lab.answers("ex1-decode")
    (todo,) = re.findall(r'raise NotImplementedError\("(.+)"\)', lab.source(decode))
    expect(rows(notebook, lab, "ex1-decode").first).to_contain_text(todo)
    show("check-of-an-open-blank", notebook.cell(lab.check("ex1-decode")))
    user = notebook.output(lab.given_after("ex1-decode")[0])
    expect(user).to_contain_text(f"NotImplementedError: {todo}")
    show("use-of-an-open-blank", user)

    device = lab.answers("ex1-padding")[0]
    (name,) = re.findall(r"TODO_\w+", lab.source(device))
    expect(notebook.output(device)).to_contain_text(f"NameError: name '{name}' is not defined")
    show("open-value", notebook.cell(device))


def a_wrong_answer_gets_hints(notebook: NotebookPage, lab: Lab, show: Show) -> None:
    (decode,) = lab.answers("ex1-decode")
    notebook.clear(decode)
    notebook.type(decode, WRONG_ANSWER)
    notebook.run(decode)
    notebook.run(lab.check("ex1-decode"))
    for row in rows(notebook, lab, "ex1-decode").all():
        expect(row).to_contain_text(FAILED)
        red, green, _ = ground(row.locator("td span").first)
        assert red > green
    hints = rows(notebook, lab, "ex1-decode").first.locator("td").nth(2)
    expect(hints).to_contain_text("the text has the wrong value")
    expect(notebook.output(lab.check("ex1-decode"))).to_contain_text("ChecksFailed: 2 of 2 checks")
    expect(notebook.output(lab.check("ex1-decode"))).not_to_contain_text("Traceback")
    show("wrong-answer", notebook.cell(lab.check("ex1-decode")))


def checks_are_green(notebook: NotebookPage, lab: Lab, show: Show) -> None:
    for question in (*BEGINNING, *LATER):
        found = rows(notebook, lab, question)
        assert found.count() > 0
        for row in found.all():
            expect(row).to_contain_text(PASSED)
            red, green, _ = ground(row.locator("td span").first)
            assert green > red
        expect(notebook.output(lab.check(question))).not_to_contain_text("ChecksFailed")
        show(f"{question}-right", notebook.cell(lab.check(question)))


def a_plot_appears(notebook: NotebookPage, lab: Lab, show: Show) -> None:
    shown = [notebook.output(cell_id) for cell_id in lab.given_after(BEGINNING[-1])]
    images = [image for output in shown for image in output.locator("img").all()]
    assert images
    for image in images:
        image.scroll_into_view_if_needed()
        assert image.evaluate("image => image.complete && image.naturalWidth") > 100
    show("plot", images[0])


def answers_are_in_the_file(lab: Lab) -> None:
    saved = nbformat.read(lab.file, as_version=4)
    for given, cell in zip(lab.notebook.cells, saved.cells, strict=True):
        assert (cell.id, cell.metadata.nbgrader) == (given.id, given.metadata.nbgrader)
    answered = {cell_id for question in (*BEGINNING, *LATER) for cell_id in lab.answers(question)}
    handed_in = ingest(lab.notebook, read_content("student", lab.file))
    assert handed_in.notes == ()
    graded = compose(lab.notebook, handed_in.cells)
    # The cell for Colab, which is folded, is not graded.
    released = [cell for cell in lab.notebook.cells if not is_folded(cell)]
    for given, cell in zip(released, graded.cells, strict=True):
        expected = lab.solution[cell.id] if cell.id in answered else given.source
        assert cell.source == expected


def validate_agrees(notebook: NotebookPage, lab: Lab, show: Show) -> None:
    """nbgrader's own button: what is answered passes, and what is open is listed."""
    notebook.page.get_by_role("button", name="Validate").click()
    dialog = notebook.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Validation Results", timeout=VALIDATE_MS)
    show("validate")
    listed = dialog.inner_text()
    questions = filter(None, map(question_id, lab.code))
    passing = {question for question in questions if f'check("{question}")' not in listed}
    assert passing == {*BEGINNING, *LATER}


def rows(notebook: NotebookPage, lab: Lab, question: str) -> Locator:
    """The rows of a check cell's table, one per check."""
    return notebook.output(lab.check(question)).locator("tr")


def ground(badge: Locator) -> tuple[int, int, int]:
    """Red, green and blue of what lies behind a sign, from 0 to 255."""
    shown = badge.evaluate("element => getComputedStyle(element).backgroundColor")
    red, green, blue = re.findall(r"\d+", shown)[:3]
    return int(red), int(green), int(blue)


HALF_DONE = ("ex1-decode", "ex1-padding")
UNFINISHED = "def filter_word_ids(ids, max_id=10_000, max_seq_len=250):\n    return ["


def test_run_all_on_a_half_done_notebook_comes_to_its_end(
    lab: Lab, tmp_path: Path, page: Page, show: Show
) -> None:
    """Open blanks, a cell that is no Python, and what fails because of them stop nothing."""
    for cell in lab.code:
        if any(cell.id in lab.answers(question) for question in HALF_DONE):
            cell.source = lab.solution[cell.id]
    (unfinished,) = lab.answers("ex1-filter")
    next(cell for cell in lab.code if cell.id == unfinished).source = UNFINISHED
    nbformat.write(lab.notebook, lab.file)
    command = [sys.executable, "-m", "jupyterlab", "--allow-root"]
    with jupyter(command, lab.file.parent, tmp_path) as server:
        notebook = NotebookPage(page, server, lab.file.name, lab.notebook.cells)
        notebook.run_all()
        summary = notebook.output(lab.code[-1].id).locator("tr")
        expect(summary.first).to_be_visible(timeout=RUN_ALL_MS)
        show("run-all", notebook.cell(lab.code[-1].id))
        for question, badge in (
            ("ex1-decode", "passed"),
            ("ex1-filter", "run again"),
            ("ex1-padding", "passed"),
            ("ex3-flash", "open"),
            ("ex4-setup", "open"),
        ):
            expect(summary.filter(has_text=question).first).to_contain_text(badge)
        expect(notebook.output(unfinished)).to_contain_text("SyntaxError")  # errors stay seen
        stale = notebook.output(lab.check("ex1-filter"))
        expect(stale).to_contain_text("run the cell above again, corrected")
        expect(stale).to_contain_text("was never closed")
        expect(notebook.output(lab.check("ex3-flash"))).not_to_contain_text("ChecksFailed")

        # Text that was changed and saved, but not run.
        (decode,) = lab.answers("ex1-decode")
        notebook.type(decode, " ")
        notebook.page.keyboard.press("Control+Home")
        notebook.page.keyboard.type("# to be tried later\n")
        notebook.save()
        notebook.run(lab.check("ex1-decode"))
        changed = notebook.output(lab.check("ex1-decode"))
        expect(changed).to_contain_text("run the cell above: its text has changed since it ran")
        show("changed-text", notebook.cell(lab.check("ex1-decode")))
