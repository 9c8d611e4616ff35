"""The last step over all HTML that we write: an allow-list, applied by a library that is kept up.

Whatever came before, no script, form, frame, style, name, id or address gets past it that is not
listed here. Pages are made so that they are safe without it, too.
"""

import functools
import re
from typing import Any

import nh3

TEXT_TAGS = {
    *("a", "blockquote", "br", "code", "dd", "del", "div", "dl", "dt", "em", "h1", "h2", "h3"),
    *("h4", "h5", "h6", "hr", "img", "li", "ol", "p", "pre", "strong", "table", "tbody", "td"),
    *("th", "thead", "tr", "ul"),
}
FORMULA_TAGS = {
    *("math", "menclose", "mfrac", "mi", "mmultiscripts", "mn", "mo", "mover", "mpadded"),
    *("mphantom", "mroot", "mrow", "mspace", "msqrt", "mstyle", "msub", "msubsup", "msup"),
    *("mtable", "mtd", "mtext", "mtr", "munder", "munderover", "mprescripts", "none"),
}
# Of a formula, besides lengths.
FORMULA_ATTRIBUTES = {
    *("accent", "accentunder", "columnalign", "columnlines", "display", "displaystyle", "fence"),
    *("form", "largeop", "linethickness", "mathvariant", "movablelimits", "notation", "rowlines"),
    *("separator", "stretchy", "symmetric", "xmlns"),
}
FORMULA_LENGTHS = {
    *("columnspacing", "depth", "height", "lspace", "maxsize", "minsize", "rowspacing", "rspace"),
    "width",  # no "voffset": steps up add up
}
SHORT = re.compile(r"-?[0-2]?(\.\d{1,3})?(em|ex|pt|px)|[a-z]{1,20}")  # so it moves over nothing
ELSEWHERE = re.compile(r"(https?://|mailto:)", re.IGNORECASE)
PICTURE = re.compile(
    r"data:image/(png|jpeg|gif);base64,[A-Za-z0-9+/]+=*"
    # or a file that was released with the notebook
    r"|(?!.*\.\.)[\w][\w. -]*(/[\w][\w. -]*)*\.(png|jpe?g|gif|svg)"
)

PAGE_TAGS = {
    *("a", "code", "details", "div", "h1", "h2", "h3", "header", "li", "main", "mark", "nav"),
    *("ol", "p", "pre", "progress", "section", "span", "strong", "summary", "table", "tbody"),
    *("td", "th", "thead", "tr", "ul"),
}
PAGE_CLASSES = {
    "div": {"column", "columns", "hint", "reason", "said", "top"},
    "p": {"label"},
    "pre": {"text"},
    "section": {"next"},
    "span": {"full", "lead", "no", "none", "open", "part", "points", "sign", "waits", "worth"},
    "tr": {"sum"},
    "ul": {"checks"},
}
KEPT = '<div class="tex2jax_ignore" style="contain: content; overflow: auto">'
COUNTED_ID = re.compile(r"#?[eq]\d{1,4}")  # of an exercise or a question


def clean_text(html: str) -> str:
    """What stands in the notebook for graders: text, tables, formulas, pictures that lie in the
    text, and links that lead elsewhere. It is kept in its place, and MathJax leaves it alone.
    """
    return f"{KEPT}{_text().clean(_whole(html))}</div>"


def clean_page(body: str) -> str:
    """The body of a feedback page, which has ids and classes of its own."""
    return _page().clean(_whole(body))


def _whole(html: str) -> str:
    """Without halves of characters, which no file can hold."""
    return html.encode("utf-8", "replace").decode()


@functools.cache
def _text() -> Any:
    return nh3.Cleaner(
        tags=TEXT_TAGS | FORMULA_TAGS,
        attributes={
            **dict.fromkeys(FORMULA_TAGS, FORMULA_ATTRIBUTES | FORMULA_LENGTHS),
            "a": {"href"},
            "img": {"src", "alt"},
            "ol": {"start"},
        },
        attribute_filter=_attribute_of_text,
        allowed_classes={"table": {"table"}},  # as formgrader styles ours
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


@functools.cache
def _page() -> Any:
    return nh3.Cleaner(
        tags=PAGE_TAGS,
        attributes={
            "a": {"href"},
            "details": {"id", "open"},
            "nav": {"aria-label"},
            "pre": {"tabindex"},
            "progress": {"aria-label", "max", "value"},
            "section": {"id"},
            "th": {"scope"},
        },
        attribute_filter=_attribute_of_page,
        allowed_classes=PAGE_CLASSES,
        url_schemes=set(),
        link_rel=None,
    )


def _attribute_of_text(tag: str, name: str, value: str) -> str | None:
    if tag == "a" and name == "href" and not ELSEWHERE.match(value):
        return None
    if tag == "img" and name == "src" and not PICTURE.fullmatch(value):
        return None
    if name == "start" and not re.fullmatch(r"\d{1,6}", value):
        return None
    if name in FORMULA_LENGTHS and not SHORT.fullmatch(value):
        return None
    return value


def _attribute_of_page(tag: str, name: str, value: str) -> str | None:
    if name == "tabindex":
        return value if value == "0" else None
    return value if name not in ("id", "href") or COUNTED_ID.fullmatch(value) else None
