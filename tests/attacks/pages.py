"""Whether what a student wrote is alive in a page or a terminal, instead of shown as text."""

import re
from collections import Counter
from html.parser import HTMLParser

MARK = "LOOT"  # in whatever an attack wants to bring to life
NEVER = {
    *("iframe", "object", "embed", "form", "meta", "base", "link", "frame", "style", "svg"),
    *("input", "button", "textarea", "select", "video", "audio", "source", "area"),
}
URLS = {"href", "src", "action", "data", "formaction", "xlink:href", "srcdoc"}
QUIET = {"script", "style", "pre", "code", "textarea"}  # what MathJax leaves alone
LEFT_ALONE = "tex2jax_ignore"  # a class for what it is to leave alone as well
FORMULA = "a formula for MathJax in a page"
THEIRS = {"notebook", "notebook-container"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
SIZE_LIMIT = 2_000_000  # characters, of which a page without submission has about 300,000


def alive_in_page(html: str) -> list[str]:
    """What a browser would run or load for the student."""
    page = _Page()
    page.feed(html)
    page.close()
    if "mathjax" not in html.lower():
        page.found = [what for what in page.found if what != FORMULA]
    found = sorted({*page.found, *(f"an id twice: {name}" for name in page.twice)})
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
        self._ids: Counter[str] = Counter()
        self._open: list[tuple[str, bool]] = []  # tags, and whether MathJax looks into them

    @property
    def twice(self) -> list[str]:
        """The ids that more than one element has; nbgrader itself gives some to two."""
        return [name for name, many in self._ids.items() if many > 1 + (name in THEIRS)]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._ids.update(given[name] for name in ("id", "name") if name in given)
        for name, value in given.items():
            if MARK not in value:
                continue
            if name.startswith("on") or name in ("style", "ping", "srcset"):
                self.found.append(f"a handler {name} in a page")
            elif tag in NEVER or (name in URLS and _is_active(value)):
                self.found.append(f"<{tag} {name}> in a page")
            elif tag == "img" and name == "src" and not value.startswith("data:image/"):
                self.found.append("a picture from elsewhere in a page")
        if tag not in VOID:
            seen = tag not in QUIET and LEFT_ALONE not in given.get("class", "")
            self._open.append((tag, seen))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            continue

    def handle_data(self, data: str) -> None:
        inside = self._open[-1][0] if self._open else ""
        if MARK not in data:
            return
        if inside in ("script", "style"):
            self.found.append(f"<{inside}> in a page")
        if re.search(r"\$|\\\(|\\\[|\\begin", data) and all(seen for _, seen in self._open):
            self.found.append(FORMULA)


def _is_active(url: str) -> bool:
    return re.sub(r"\s", "", url).lower().startswith(("javascript:", "data:text", "vbscript:", "<"))
