"""Formulas become MathML, whoever wrote them, and never anything else."""

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.render.mathml import (
    DEPTH_LIMIT,
    LENGTH_LIMIT,
    UNSAFE_ATTRIBUTES,
    as_mathml,
    num_elements,
)

MATHML = "{http://www.w3.org/1998/Math/MathML}"


def test_a_fraction_is_a_fraction() -> None:
    tree = ElementTree.fromstring(as_mathml(r"\frac{a}{b}", "block") or "")
    assert tree.tag == f"{MATHML}math" and tree.get("display") == "block"
    numerator, denominator = tree.find(f".//{MATHML}mfrac") or []
    assert ["".join(part.itertext()) for part in (numerator, denominator)] == ["a", "b"]


@pytest.mark.parametrize(
    "formula",
    [
        r"\left(a",
        "x^",
        "a" * (LENGTH_LIMIT + 1),
        r"\def\a{\b\b}\def\b{\c\c}\a",
        r"\newcommand{\a}{b}",
    ],
)
def test_what_cannot_be_read_is_no_formula(formula: str) -> None:
    assert as_mathml(formula, "inline") is None


NESTING = [
    *(r"\smash{%s}", r"\boxed{%s}", r"\phantom{%s}", r"\cancel{%s}", r"\raise{1em}{%s}"),
    *(r"\sqrt{%s}", r"\frac{1}{%s}", "x^{%s}", "{%s}", r"\left(%s\right)", r"\overline{%s}"),
    *(r"\begin{matrix}%s\end{matrix}", r"\underbrace{%s}_{a}", r"\color{red}{%s}", r"\bar{%s}"),
]


@pytest.mark.parametrize("nesting", NESTING)
def test_a_deep_formula_is_no_formula(nesting: str) -> None:
    """Browsers take minutes for some, and a page has many."""
    shown = 0
    for times in range(60):
        formula = "a"
        for _ in range(times):
            formula = nesting % formula
        mathml = as_mathml(formula, "inline")
        assert mathml is None or depth(ElementTree.fromstring(mathml)) <= DEPTH_LIMIT
        shown += mathml is not None
    assert 5 <= shown < 60


def depth(element: ElementTree.Element) -> int:
    return 1 + max((depth(child) for child in element), default=0)


def test_elements_are_counted() -> None:
    mathml = as_mathml(r"\frac{a}{b<2} \quad x\text{<b>}", "block") or ""
    assert num_elements(mathml) == len([*ElementTree.fromstring(mathml).iter()])
    assert num_elements("") == 0


@pytest.mark.parametrize(
    "formula",
    [
        "<script>alert(1)</script>",
        r"\text{<img src=x onerror=alert(1)>}",
        r"\text{&lt;script&gt;}",
        r"\href{javascript:alert(1)}{x}",
        r"\style{position:fixed}{x}",
        r"\class{prompt}{x}",
    ],
)
def test_nothing_but_a_formula_comes_out(formula: str) -> None:
    _holds_formula_only(as_mathml(formula, "inline"))


@given(st.text(st.sampled_from("ab1^_{}\\&<>\"'$ \n") | st.characters(codec="utf-8"), max_size=60))
def test_any_text_is_survived(formula: str) -> None:
    _holds_formula_only(as_mathml(formula, "inline"))


def _holds_formula_only(mathml: str | None) -> None:
    if mathml is not None:
        for element in ElementTree.fromstring(mathml).iter():
            assert element.tag.startswith((f"{MATHML}m", f"{MATHML}none"))
            assert not UNSAFE_ATTRIBUTES & set(element.attrib)
            assert not [name for name in element.attrib if name.startswith("on")]
