"""Markdown of ours, its formulas as MathML."""

from nbconvert.filters.markdown_mistune import MarkdownWithMath

from autograder.render.formulas import FormulaRenderer


def test_markdown_with_formulas_of_all_kinds() -> None:
    source = (
        "Let $d_k$ be\n\n$$\nK^\\top\n$$\n\nand\n\n\\begin{align}x &= 1\\end{align}\n\nfor `$5`."
    )
    page = MarkdownWithMath(renderer=FormulaRenderer(escape=False)).render(source)
    assert page.count("<math") == 3
    assert page.count('display="block"') == 2
    assert "$5" in page and "$$" not in page and "\\begin" not in page


def test_what_cannot_be_read_stays_as_typed() -> None:
    assert FormulaRenderer(escape=False).inline_math("x^") == "$x^$"
