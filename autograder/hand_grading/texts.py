"""A text on a sheet: rendered and sanitised as for feedback, and nothing in it names its author."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..course.markdown import PICTURES_LIMIT, Pictures, as_html, as_typed
from ..course.notebook import shown_text
from ..course.press import Jammed, Press
from ..course.sanitise import KEPT
from ..judge.submission import StudentCell

PAGE_LIMIT = 64 * 2**20  # characters of all answers; past it, pictures are left out


@dataclass(frozen=True)
class TextWork:
    """To render one text, in a process with limits."""

    kind: str
    source: str
    attachments: Mapping[str, Any] = field(default_factory=dict)
    room: int = PICTURES_LIMIT  # characters of its pictures

    def run(self, edition: Any) -> str:
        """The text as HTML."""
        source = shown_text(self.source)
        if self.kind != "markdown":
            return _inner(as_typed(source))
        pictures = Pictures(anonymous=True, room=self.room)
        return _inner(as_html(source, pictures, self.attachments))


class Texts:
    """Renders texts for one page, a context manager."""

    def __init__(self, limit: int = PAGE_LIMIT) -> None:
        self._press = Press(None)
        self._left = limit

    def __enter__(self) -> "Texts":
        self._press.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._press.__exit__()

    def html(self, cell: StudentCell) -> str:
        """An answer as HTML; as it was typed, if rendering it takes too much."""
        room = max(0, min(PICTURES_LIMIT, self._left))
        try:
            made = self._press.make(TextWork(cell.kind, cell.source, cell.attachments, room))
        except Jammed:
            made = _inner(as_typed(shown_text(cell.source)))
        self._left -= len(made)
        return str(made)


def _inner(html: str) -> str:
    """Without the frame that formgrader needs; the page has one of its own."""
    return html.removeprefix(KEPT).removesuffix("</div>")
