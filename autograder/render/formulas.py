"""Formulas as MathML, which browsers draw without a script and without a network.

They may be a student's, on a page that a grader opens: what comes out can't be anything but a
formula, and what would take long to read is shown as it was typed.
"""

import html
import re
from typing import Any
from xml.etree import ElementTree

from latex2mathml.converter import Converter
from nbconvert.filters.markdown_mistune import IPythonRenderer

LENGTH_LIMIT = 4_000  # characters
DEFINES = re.compile(r"\\(g|x|e)?def|\\let|\\(re)?new|\\DeclareMathOperator")  # can grow for ever
CONTROLS = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML can't hold them
UNSAFE_ATTRIBUTES = frozenset({"href", "src", "style", "class", "id"})


class FormulaRenderer(IPythonRenderer):
    """Markdown to HTML as nbconvert does it, except for formulas."""

    def inline_math(self, body: str) -> str:
        """A formula between single dollars."""
        return as_mathml(body, "inline") or super().inline_math(body)

    def block_math(self, body: str) -> str:
        """A formula between double dollars, on a line of its own."""
        return as_mathml(body, "block") or super().block_math(body)

    def latex_environment(self, name: str, body: str) -> str:
        """A bare environment, such as `align`."""
        whole = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return as_mathml(whole, "block") or super().latex_environment(name, body)


def as_mathml(formula: str, display: str) -> str | None:
    """A TeX formula, "inline" or "block", as MathML; None if it can't be read (soon)."""
    if len(formula) > LENGTH_LIMIT or DEFINES.search(formula) or CONTROLS.search(formula):
        return None
    try:
        # Text comes half escaped, and `convert` would let `<script>` out of it.
        math = Converter(display=display).convert_to_element(formula.strip())
    except Exception:  # of many kinds, RecursionError among them
        return None
    for element in math.iter():
        _defuse(element)
    return ElementTree.tostring(math, encoding="unicode")


def _defuse(element: Any) -> None:
    element.text = html.unescape(element.text or "")
    element.tail = html.unescape(element.tail or "")
    for name in UNSAFE_ATTRIBUTES & set(element.attrib):
        del element.attrib[name]
