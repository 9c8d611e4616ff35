"""nbgrader's formgrader in a tab of JupyterLab, handled as a grader does."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, Response, expect

from .notebook_page import START_MS
from .server import Server

GRADE_MS = 90_000  # a submission, with the start of the engine


def _saves(what: str) -> Callable[[Response], bool]:
    """The server's answer that a grade or a comment is in the gradebook: the page may say so
    before."""
    return lambda one: one.request.method == "PUT" and f"/api/{what}/" in one.url


class FormgraderPage:
    """The formgrader of the course that the server stands in."""

    def __init__(self, page: Page, server: Server) -> None:
        self.page = page
        self.server = server
        self.frame = page.frame_locator("iframe")
        self.open()

    def open(self) -> None:
        """Open it from JupyterLab's menu."""
        self.page.goto(self.server.lab())
        self.page.get_by_role("menuitem", name="Nbgrader").click(timeout=START_MS)
        self.page.get_by_role("menuitem", name="Formgrader", exact=True).click()
        expect(self._link("Manage Assignments")).to_be_visible()

    def autograde(self, lab: str, student: str) -> str:
        """Press a submission's autograde button; what formgrader then says."""
        self.open_submissions(lab)
        self._row(student).locator(".autograde a").click()
        return self._dialog()

    def generate_feedback(self, lab: str) -> str:
        """Press the button for a lab's feedback; what formgrader then says."""
        self.open()  # a submission's page has no way back to the assignments
        self._row(lab).locator(".generate-feedback a").click()
        return self._dialog()

    def open_submissions(self, lab: str) -> None:
        """Open the list of who handed in a lab."""
        self._follow(self._link("Manage Assignments"))
        self._follow(self._row(lab).locator(".num-submissions a"))
        expect(self.frame.locator(".student-id").first).to_be_visible()

    def open_submission(self, lab: str, student: str) -> None:
        """Open what a student handed in, for grading by hand."""
        self._follow(self._link("Manual Grading"))
        self._follow(self._row(lab).get_by_role("link", name=lab))
        self._follow(self._row(lab).get_by_role("link", name=lab))  # its only notebook
        expect(self.frame.locator("a.name-hidden").first).to_be_visible()
        self.frame.get_by_text("Show All Names").click()
        self._follow(self.frame.locator("a.name-shown", has_text=student))
        expect(self.frame.locator("#notebook-container").first).to_be_visible()

    def give_points(self, question: str, points: str) -> None:
        """Type the points of a question, and wait until they are saved."""
        cell = self.frame.locator(".nbgrader_cell", has=self.points(question))
        with self.page.expect_response(_saves("grade")):
            self._type(self.points(question), points)
        expect(cell.locator(".score-saved")).to_be_visible()

    def full_credit(self, question: str) -> None:
        """Press the button for all points of a question, and wait until they are saved."""
        cell = self.frame.locator(".nbgrader_cell", has=self.points(question))
        with self.page.expect_response(_saves("grade")):
            cell.locator(".full-credit").click()
        expect(cell.locator(".score-saved")).to_be_visible()

    def comment(self, question: str, text: str) -> None:
        """Type a comment on a question, and wait until it is saved."""
        comment = self.frame.locator(f"#{question}-comment")
        cell = self.frame.locator(".nbgrader_cell", has=comment)
        with self.page.expect_response(_saves("comment")):
            self._type(comment, text)
        expect(cell.locator(".comment-saved")).to_be_visible()

    def points(self, question: str) -> Locator:
        """The field with the points of a question."""
        return self.frame.locator(f"#{question}")

    def _follow(self, link: Locator) -> None:
        """Click a link and wait for its page: the page before may have links of the same name."""
        with self.page.expect_event("framenavigated", timeout=START_MS):
            link.click()

    def _type(self, field: Locator, text: str) -> None:
        field.fill(text)
        field.press("Tab")

    def _link(self, name: str) -> Locator:
        return self.frame.get_by_role("link", name=name).first

    def _row(self, name: str) -> Locator:
        return self.frame.locator(f"tbody tr:has(:text-is('{name}'))")

    def _dialog(self) -> str:
        dialog = self.frame.get_by_role("dialog")
        expect(dialog).to_be_visible(timeout=GRADE_MS)
        said = dialog.inner_text()
        dialog.get_by_role("button", name="OK").click()
        expect(dialog).to_have_count(0)
        return said
