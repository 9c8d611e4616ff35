"""Formulas as MathML, which browsers draw without a script and without a network.

They may be a student's, on a page that a grader opens: what comes out can't be anything but a
formula, and what would take long to read is not read.
"""

import functools
import html
import re
from typing import Any
from xml.etree import ElementTree

from latex2mathml.converter import Converter

LENGTH_LIMIT = 4_000  # characters
DEPTH_LIMIT = 30  # elements in one another; the time that a browser takes grows with its square
CACHED = 512  # formulas
DEFINES = re.compile(r"\\(g|x|e)?def|\\let|\\(re)?new|\\DeclareMathOperator")  # can grow for ever
CONTROLS = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML can't hold them
UNSAFE_ATTRIBUTES = frozenset({"href", "src", "style", "class", "id"})


@functools.lru_cache(CACHED)  # a class writes the same symbols again and again
def as_mathml(formula: str, display: str) -> str | None:
    """A TeX formula, "inline" or "block", as MathML; None if it can't be read (soon)."""
    if len(formula) > LENGTH_LIMIT or DEFINES.search(formula) or CONTROLS.search(formula):
        return None
    try:
        # Text comes half escaped, and `convert` would let `<script>` out of it.
        math = Converter(display=display).convert_to_element(formula.strip())
    except Exception:  # of many kinds, RecursionError among them
        return None
    if _is_deep(math):
        return None
    for element in math.iter():
        _defuse(element)
    return ElementTree.tostring(math, encoding="unicode")


def num_elements(mathml: str) -> int:
    """How many elements a formula is made of."""
    return mathml.count("<") - mathml.count("</")


def _is_deep(math: Any) -> bool:
    level = [math]
    for _ in range(DEPTH_LIMIT):
        level = [child for element in level for child in element]
    return bool(level)


def _defuse(element: Any) -> None:
    element.text = html.unescape(element.text or "")
    element.tail = html.unescape(element.tail or "")
    for name in UNSAFE_ATTRIBUTES & set(element.attrib):
        del element.attrib[name]
