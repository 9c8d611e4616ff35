"""Fenced blocks, as Markdown readers see them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from autograder.compiler.fences import Fence, opening


def fence(line: str) -> Fence:
    found = opening(line)
    assert found is not None, line
    return found


@pytest.mark.parametrize(
    "line", ["```", "~~~", "  ````text", "> ```x", "- ~~~", "10. ```", "\t```", " > - ```"]
)
def test_lines_that_begin_a_block(line: str) -> None:
    assert opening(line) is not None


@pytest.mark.parametrize("line", ["``", "`` ` ``", "``` a ` b", "x ```", "-```", "``~", ""])
def test_lines_that_begin_none(line: str) -> None:
    assert opening(line) is None


@pytest.mark.parametrize(
    ("line", "is_cell"),
    [
        *((f"{marks}python", True) for marks in ("```", "````", "`````")),
        *((line, True) for line in ("``` python", '```python tags=["a"]', "```bash", "```html")),
        *((line, False) for line in ("```Python", "```py", "~~~python", " ```python", "```")),
        *((line, False) for line in ("```{python}", "```python .noeval", "```text", "```pythonic")),
    ],
)
def test_jupytexts_cells(line: str, is_cell: bool) -> None:
    assert fence(line).is_jupytext_cell is is_cell


@pytest.mark.parametrize(
    "info",
    [
        "python",
        "Python",
        "PYTHON",
        "py",
        "py3",
        "python3",
        "python3.11",
        "ipython",
        "{python}",
        "{python, echo=FALSE}",
        "{.python .numberLines}",
        "python=",
        "python:title",
        "python,x",
        "{r}",
        "{R}",
        "{julia}",
        "{bash}",
        "{code-cell}",
        "{code-cell} ipython3",
        "{raw-cell}",
        "{jupyter-execute}",
        " python ",
        "python {.line}",
        "{ .python }",
        "{py}",
        "{code_cell}",
    ],
)
def test_what_is_meant_as_code(info: str) -> None:
    for line in (f"```{info}", f"~~~~{info}", f"   ```{info}", f"> ```{info}", f"1. ```{info}"):
        assert fence(line).means_code, line


@pytest.mark.parametrize(
    "info",
    [
        "",
        "text",
        "bash",
        "console",
        "json",
        "pycon",
        "yaml",
        "c++",
        "{note}",
        "{code-block} python",
        "{figure} x.png",
        "{math}",
        "{mermaid}",
        "python .noeval",
        "pytest",
        "{.text}",
        "pyproject",
        "pyx",
        "plain python",
        "{.bash}",
    ],
)
def test_what_is_meant_as_text(info: str) -> None:
    assert not fence(f"```{info}").means_code


@pytest.mark.parametrize(
    ("line", "end", "closes"),
    [
        ("```", "```", True),
        ("```", "`````  ", True),
        ("````", "```", False),
        ("~~~", "```", False),
        ("```", "``` x", False),
        ("```", "   ```", True),
        ("```", "    ```", False),
        ("- ```", "     ```", True),
        ("> ```", "> ```", True),
        ("```", "> ```", False),
        ("```", "", False),
    ],
)
def test_what_ends_a_block(line: str, end: str, closes: bool) -> None:
    assert fence(line).is_closed_by(end) is closes


LINES = st.sampled_from(
    [
        "```",
        "````",
        "~~~",
        "~~~~",
        "```text",
        "~~~text",
        " ```",
        "   ~~~",
        "    ```",
        "",
        "word",
        "```  ",
        "``` `",
        "> quoted",
        "1. item",
    ]
)


@given(st.lists(LINES, max_size=8))
def test_blocks_are_markdowns(lines: list[str]) -> None:
    """Outside of lists and quotations a block reaches as far as a Markdown reader says."""
    lines = [*lines, "last"]
    tokens = MarkdownIt("commonmark").parse("\n".join(lines))
    theirs = [token.map for token in tokens if token.type == "fence" and not token.level]
    ours, position = [], 0
    while position < len(lines):
        found = opening(lines[position])
        first, position = position, position + 1
        if found is None or found.is_nested:
            continue
        while position < len(lines) and not found.is_closed_by(lines[position]):
            position += 1
        position = min(position + 1, len(lines))
        ours.append([first, position])
    nested = any(token.type in ("fence", "code_block") and token.level for token in tokens)
    if not nested and not any(line.startswith("1.") for line in lines):
        assert ours == theirs
