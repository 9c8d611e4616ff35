"""A page printed by Chromium: one PDF with an outline and page numbers."""

from pathlib import Path

from playwright.sync_api import sync_playwright

from ..errors import UserError
from .chromium import HOW_TO_GET_IT, find_chromium, launch_flags

TIMEOUT_S = 120
SCALE = 0.75  # a line of code fits into a line of the page
FOOTER = (
    '<div style="width: 100%; text-align: center; font: 8px sans-serif; color: #555">'
    '<span class="pageNumber"></span> / <span class="totalPages"></span></div>'
)


def print_pdf(page: Path, target: Path, unfold: bool) -> None:
    """Print an HTML page; with `unfold`, what readers would have to open is open.

    Raises:
        UserError: there is no Chromium.
    """
    chromium = find_chromium()
    if chromium is None:
        raise UserError(f"{target}: not printed: {HOW_TO_GET_IT}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=launch_flags())
        sheet = browser.new_page()
        sheet.set_default_timeout(TIMEOUT_S * 1000)
        sheet.goto(page.resolve().as_uri())
        if unfold:
            sheet.eval_on_selector_all("details", "all => all.forEach(one => one.open = true)")
        sheet.pdf(
            path=target,
            prefer_css_page_size=True,
            scale=SCALE,
            print_background=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=FOOTER,
            outline=True,
            tagged=True,
        )
        browser.close()
