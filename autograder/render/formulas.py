"""Markdown of our own with formulas that need no script; what can't be read stays as typed."""

from nbconvert.filters.markdown_mistune import IPythonRenderer

from .mathml import as_mathml


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
