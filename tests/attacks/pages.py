"""Whether what a student wrote is alive in a page or a terminal, instead of shown as text."""

import re
from html.parser import HTMLParser

MARK = "LOOT"  # in whatever an attack wants to bring to life
NEVER = {"iframe", "object", "embed", "form", "meta", "base", "link", "frame", "style"}
URLS = {"href", "src", "action", "data", "formaction", "xlink:href", "srcdoc"}
SIZE_LIMIT = 2_000_000  # characters, of which a page without submission has about 300,000


def alive_in_page(html: str) -> list[str]:
    """What a browser would run or load for the student."""
    page = _Page()
    page.feed(html)
    page.close()
    found = sorted(set(page.found))
    if _CONTROL.search(html):
        found.append("control characters in a page")
    if len(html) > SIZE_LIMIT:
        found.append(f"a page of {len(html):,} characters")
    return found


def alive_in_terminal(text: str) -> list[str]:
    """What a terminal would take for a command."""
    return ["control characters in the terminal"] if _CONTROL.search(text) else []


_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if MARK not in (value or ""):
                continue
            if name.startswith("on"):
                self.found.append(f"a handler {name} in a page")
            elif tag in NEVER or (name in URLS and _is_active(value or "")):
                self.found.append(f"<{tag} {name}> in a page")
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in ("script", "style") and MARK in data:
            self.found.append(f"<{self._inside}> in a page")


def _is_active(url: str) -> bool:
    return re.sub(r"\s", "", url).lower().startswith(("javascript:", "data:text", "vbscript:", "<"))
