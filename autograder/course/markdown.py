"""What students write in Markdown, as HTML that is shown and never alive.

HTML in it is text like all other text, and so are its links to anything but pages, pictures that
would have to be fetched, forms and diagrams. Texts can be made to take long: who renders them does
so in a process with limits.
"""

import base64
import html
import io
import re
import warnings
from collections.abc import Collection, Mapping
from typing import Any

import mistune
from mistune.renderers.html import HTMLRenderer

from ..printable import printable
from ..render.mathml import as_mathml, num_elements
from .sanitise import clean_text

PICTURES_LIMIT = 3 * 2**19  # characters of all pictures of one student, as they are stored
ANONYMOUS_SIDE = 1_600  # pixels of a picture that is drawn again, at most
PIXELS_LIMIT = 25_000_000  # of a picture; a browser holds each in four bytes
ALL_PIXELS_LIMIT = 60_000_000  # of all pictures of one student
SIDE_LIMIT = 10_000  # pixels
LEAST_WIDTH = 500  # what a narrow picture counts as, as it makes a page as long
ELEMENTS_LIMIT = 4_000  # of all formulas of a text, or of a student's page
PLUGINS = ["strikethrough", "table", "url", "def_list", "math"]
ENVIRONMENT = (
    r"^ {0,3}(?P<bare_formula>\\begin\{(?P<bare_formula_name>[a-z]{1,20}\*?)\}"
    r"[\s\S]*?\\end\{(?P=bare_formula_name)\})[ \t]*(?:\n|$)"
)
EMBEDDED = re.compile(r"data:image/(?:png|jpeg|gif);base64,(?P<data>[A-Za-z0-9+/=\s]*)")
ATTACHED = "attachment:"
KINDS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif"}


class Pictures:
    """The pictures that are shown of one student, each once, as long as there is room.

    Args:
        released: the names of those that came with the lab, which students may show, too.
        anonymous: whether what pictures are called, where they lie, and what is said in them of
            who made them stays untold.
        room: characters of all pictures, as they are stored.
    """

    def __init__(
        self,
        released: Collection[str] = (),
        anonymous: bool = False,
        room: int = PICTURES_LIMIT,
    ) -> None:
        self._released = frozenset(released)
        self._anonymous = anonymous
        self._shown: set[int] = set()
        self._room = room
        self._pixels_left = ALL_PIXELS_LIMIT

    def show(self, url: str, alt: str, attached: Mapping[str, Any]) -> str:
        """A picture as HTML; in place of one that can't be shown, why not."""
        alt = "picture" if self._anonymous else alt
        if url in self._released:
            if hash(url) in self._shown:
                return _instead(alt, "the same as above")
            self._shown.add(hash(url))
            return _picture(url, alt)
        data = _stored(url, attached)
        if data is None:
            where = "" if self._anonymous else f": {printable(url, 100)}"
            return _instead(alt, f"not shown, as it lies elsewhere{where}")
        key = hash(data)
        if key in self._shown:
            return _instead(alt, "the same as above")
        if len(data) > self._room:
            return _instead(alt, "not shown, as it is too large")
        kind, pixels = _measured(data)
        if pixels > self._pixels_left:
            return _instead(alt, "not shown, as all pictures together are too large")
        if kind is not None and self._anonymous:
            kind, data = _redrawn(data)
        if kind is None:
            return _instead(alt, "not shown, as it can't be read or is too large")
        self._pixels_left -= pixels
        self._shown.add(key)
        self._room -= len(data)
        return _picture(f"data:{kind};base64,{data}", alt)


class Formulas:
    """The formulas that are shown, as long as there is room; the others stay as they were typed.

    Args:
        room: elements of MathML. A browser takes seconds for a hundred thousand.
    """

    def __init__(self, room: int = ELEMENTS_LIMIT) -> None:
        self._room = room

    def show(self, formula: str, display: str) -> str | None:
        """A formula, "inline" or "block", as MathML."""
        made = as_mathml(formula, display)
        size = num_elements(made or "")
        if size > self._room:
            return None
        self._room -= size
        return made


def as_html(
    source: str,
    pictures: Pictures,
    attached: Mapping[str, Any],
    formulas: Formulas | None = None,
) -> str:
    """A text rendered and sanitised; as it was typed, if it is nested too deeply to be rendered."""
    try:
        return clean_text(_Renderer(pictures, attached, formulas or Formulas()).render(source))
    except RecursionError:
        return as_typed(source)


def as_typed(source: str) -> str:
    """A text as it is."""
    return clean_text(f"<pre>{html.escape(source)}</pre>")


class _Renderer(HTMLRenderer):
    """Markdown with formulas; HTML in it stays text."""

    def __init__(self, pictures: Pictures, attached: Mapping[str, Any], formulas: Formulas) -> None:
        super().__init__(escape=True, allow_harmful_protocols=False)
        self._pictures = pictures
        self._attached = attached
        self._formulas = formulas

    def render(self, source: str) -> str:
        markdown = mistune.create_markdown(renderer=self, plugins=PLUGINS)
        assert isinstance(markdown, mistune.Markdown)
        markdown.block.register("environment", ENVIRONMENT, _take_environment, before="list")
        self.register("block_math", lambda _, formula: self._block_math(formula))
        self.register("inline_math", lambda _, formula: self._inline_math(formula))
        return str(markdown(source))

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return self._pictures.show(url, html.unescape(text), self._attached)

    def _block_math(self, formula: str) -> str:
        return self._formulas.show(formula, "block") or f"<p>{html.escape(f'$${formula}$$')}</p>"

    def _inline_math(self, formula: str) -> str:
        return self._formulas.show(formula, "inline") or html.escape(f"${formula}$")


def _take_environment(block: Any, match: re.Match[str], state: Any) -> int:
    """A bare environment, such as `align`, is a formula."""
    state.append_token({"type": "block_math", "raw": match["bare_formula"]})
    return match.end()


def _stored(url: str, attached: Mapping[str, Any]) -> str | None:
    """The data of a picture that lies in the text or in its cell."""
    if embedded := EMBEDDED.fullmatch(url):
        return "".join(embedded["data"].split())
    versions = attached.get(url.removeprefix(ATTACHED)) if url.startswith(ATTACHED) else None
    if not isinstance(versions, dict):
        return None
    data = next(iter(versions.values()), None)
    return "".join(data.split()) if isinstance(data, str) else None


def _measured(data: str) -> tuple[str | None, int]:
    """What a picture really is, if a browser can bear it, and the pixels that it counts as."""
    from PIL import Image  # most students show none

    damaged = (ValueError, OSError, SyntaxError, Warning, Image.DecompressionBombError)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of too many pixels
        try:
            content = io.BytesIO(base64.b64decode(data, validate=True))
            with Image.open(content, formats=[*KINDS]) as picture:
                width, height = picture.size
                kind = KINDS[str(picture.format)]
        except damaged:
            return None, 0
    if width * height > PIXELS_LIMIT or max(width, height) > SIDE_LIMIT:
        return None, 0
    return kind, max(width, LEAST_WIDTH) * height


def _redrawn(data: str) -> tuple[str | None, str]:
    """Kind and data of a picture that `_measured` knows, with nothing in it but what is seen.

    No kind, if it is damaged.
    """
    from PIL import Image, ImageOps

    drawn = io.BytesIO()
    try:
        with Image.open(io.BytesIO(base64.b64decode(data)), formats=[*KINDS]) as picture:
            form = "JPEG" if picture.format == "JPEG" else "PNG"
            plain = ImageOps.exif_transpose(picture).convert("RGB" if form == "JPEG" else "RGBA")
            plain.thumbnail((ANONYMOUS_SIDE, ANONYMOUS_SIDE))
            plain.info.clear()
            plain.save(drawn, form)
    except Exception:  # of many kinds
        return None, ""
    return KINDS[form], base64.b64encode(drawn.getvalue()).decode()


def _picture(url: str, alt: str) -> str:
    return f'<img src="{html.escape(url)}" alt="{html.escape(printable(alt))}">'


def _instead(alt: str, why: str) -> str:
    return html.escape(f"(picture “{printable(alt, 80)}”: {why})")
