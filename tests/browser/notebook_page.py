"""A notebook in JupyterLab, handled as a student does: by clicks, keys and the clipboard."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, Response, expect

from .server import Server

START_MS = 90_000  # JupyterLab's first load, on a busy machine
RUN_MS = 60_000  # for a cell that imports torch
HAS_RUN = re.compile(r"^\[\d+\]:$")


class NotebookPage:
    """An open notebook; its cells are named by their ids in the file."""

    def __init__(self, page: Page, server: Server, name: str, cells: list[Any]) -> None:
        self.page = page
        self._places = {cell.id: number for number, cell in enumerate(cells)}
        self._cells = page.locator(".jp-Notebook .jp-Notebook-cell")
        page.goto(server.lab(name))
        expect(self._cells).to_have_count(len(cells), timeout=START_MS)

    def cell(self, cell_id: str) -> Locator:
        """The cell as it stands on the page."""
        return self._cells.nth(self._places[cell_id])

    def editor(self, cell_id: str) -> Locator:
        """Where a code cell's text is."""
        return self.cell(cell_id).locator(".cm-content")

    def is_read_only(self, cell_id: str) -> bool:
        """Whether JupyterLab refuses changes to the cell."""
        return self.editor(cell_id).get_attribute("aria-readonly") == "true"

    def output(self, cell_id: str) -> Locator:
        """What lies below a code cell."""
        return self.cell(cell_id).locator(".jp-OutputArea")

    def run(self, cell_id: str) -> None:
        """Press Ctrl+Enter in a code cell and wait until it has run."""
        prompt = self.cell(cell_id).locator(".jp-InputPrompt")
        before = prompt.text_content() or ""
        self._enter(cell_id)
        self.page.keyboard.press("Control+Enter")
        expect(prompt).not_to_have_text(before, timeout=RUN_MS)
        expect(prompt).to_have_text(HAS_RUN, timeout=RUN_MS)

    def run_all(self) -> None:
        """Choose "Run All Cells" from the menu, which returns at once."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()

    def clear(self, cell_id: str) -> None:
        """Delete a cell's text."""
        self._enter(cell_id)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Delete")

    def paste(self, cell_id: str, text: str) -> None:
        """Replace a cell's text by the clipboard's."""
        self.clear(cell_id)
        self.page.evaluate("text => navigator.clipboard.writeText(text)", text)
        self.page.keyboard.press("Control+v")

    def type(self, cell_id: str, text: str) -> None:
        """Type into a cell; JupyterLab may not let us."""
        self._enter(cell_id)
        self.page.keyboard.type(text)

    def save(self) -> None:
        """Press Ctrl+S; the file is written once the server has answered."""
        with self.page.expect_response(_is_saving) as answer:
            self.page.keyboard.press("Control+s")
        assert answer.value.ok

    def _enter(self, cell_id: str) -> None:
        self.editor(cell_id).scroll_into_view_if_needed()
        self.editor(cell_id).click()


def _is_saving(response: Response) -> bool:
    return response.request.method == "PUT" and "/api/contents/" in response.url


def is_folded(cell: Any) -> bool:
    """Whether JupyterLab shows no editor for a cell until it is asked to."""
    return bool(cell.metadata.get("jupyter", {}).get("source_hidden"))
