"""Cells with their lines in the file, whatever the file's oddities."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jupytext
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.compiler.source import read_lab
from autograder.errors import UserError

WriteLab = Callable[..., Path]

LAB = """\
---
jupyter:
  kernelspec:
    display_name: any
    language: python
    name: python3
---

# Title

Text.


More text.
```python tags=["a"] pycharm={"name": "x"}

x = 1
```

```bash
ls it's
```
<!-- #region slideshow={"slide_type": "slide"} -->
In a


region.
<!-- #endregion -->

```python
```

<!-- #raw -->
raw
<!-- #endraw -->
```
plain fence
```

```python
x = 1
```
"""


def test_each_cell_has_its_line(write_lab: WriteLab) -> None:
    found = [(cell.kind, cell.line, cell.source) for cell in read_lab(write_lab(LAB))]
    assert found == [
        ("markdown", 9, "# Title\n\nText."),
        ("markdown", 14, "More text."),
        ("code", 16, "\nx = 1"),
        ("code", 20, "%%bash\nls it's"),
        ("markdown", 24, "In a\n\n\nregion."),
        ("code", 31, ""),
        ("raw", 34, "raw"),
        ("markdown", 36, "```\nplain fence\n```"),
        ("code", 41, "x = 1"),
    ]


def test_metadata_of_a_cell_is_kept(write_lab: WriteLab) -> None:
    cells = read_lab(write_lab(LAB))
    assert cells[2].metadata["tags"] == ["a"]
    assert cells[4].metadata["slideshow"] == {"slide_type": "slide"}


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_any_newline_reads_the_same(write_lab: WriteLab, newline: str) -> None:
    expected = read_lab(write_lab(LAB))
    assert read_lab(write_lab(LAB.replace("\n", newline).encode())) == expected


def test_a_byte_order_mark_is_no_text(write_lab: WriteLab) -> None:
    assert read_lab(write_lab(b"\xef\xbb\xbf# Title"))[0].source == "# Title"


def test_characters_that_split_lines_elsewhere_stay(write_lab: WriteLab) -> None:
    code = 'x = "a\u2028b\x85c"\x0c\ny = 2'
    (cell,) = read_lab(write_lab(f"```python\n{code}\n```"))
    assert (cell.source, cell.line) == (code, 2)


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"", 1, "empty"),
        (b" \n\n", 1, "empty"),
        (b"\xef\xbb\xbf", 1, "empty"),
        (b"# Title\n\nnot \0 text", 3, "binary"),
        (b"# Title\nnot \xff\xfe text", 2, "not UTF-8"),
        ("# Tïtle".encode("utf-16"), 1, "binary"),
        (b"---\njupyter: {\n---\n# Title", 2, "the header is no YAML"),
        (b"---\njupyter:\n  jupytext:\n    cell_metadata_filter: -all\n---\n", 1, "no cells"),
        (b"```python\n```", 1, "no cells"),
    ],
)
def test_files_that_are_no_lab(
    write_lab: WriteLab, content: bytes, line: int, message: str
) -> None:
    path = write_lab(content)
    with pytest.raises(UserError, match=message) as caught:
        read_lab(path)
    assert caught.value.exit_code == 1
    assert caught.value.message.startswith(f"{path}:{line}: ")
    assert "\n" not in caught.value.message


def test_a_path_that_is_no_file(tmp_path: Path) -> None:
    for path in (tmp_path / "missing.md", tmp_path):
        with pytest.raises(UserError, match=re.escape(str(path))) as caught:
            read_lab(path)
        assert caught.value.exit_code == 2


def test_a_notebook_under_another_name(write_lab: WriteLab) -> None:
    with pytest.raises(UserError, match=r"mv .*lab\.md .*lab\.ipynb && jupytext --to md"):
        read_lab(write_lab('{"cells": [], "nbformat": 4}'))


def test_a_notebook_is_no_source(write_lab: WriteLab) -> None:
    with pytest.raises(UserError, match="jupytext --to md"):
        read_lab(write_lab("{}", "lab.ipynb"))


CODE_LINES = st.text(st.characters(exclude_categories=["Cs", "Co"], exclude_characters="\r\n\0`"))


@settings(deadline=None, max_examples=50)
@given(st.lists(st.lists(CODE_LINES, min_size=1, max_size=3), min_size=1, max_size=4))
def test_code_comes_back_as_written(
    tmp_path_factory: pytest.TempPathFactory, codes: list[list[str]]
) -> None:
    cells = ["\n".join(["```python", *code, "x = 1", "```"]) for code in codes]
    path = tmp_path_factory.mktemp("lab") / "lab.md"
    path.write_bytes("\n\n".join(["# Title", *cells]).encode())
    read = read_lab(path)[1:]
    assert [cell.source.split("\n")[:-1] for cell in read] == codes
    lines = path.read_bytes().decode().split("\n")
    assert all(lines[cell.line - 2] == "```python" for cell in read)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        # otherwise written than a cell
        ("~~~python\nx = 1\n~~~", 1, "begin the line with ```python"),
        ("# T\n\n```py\nx = 1\n```", 3, "`"),
        ("```Python\nx = 1\n```", 1, "not a cell"),
        ("```{python}\nx = 1\n```", 1, "R Markdown's or Quarto's"),
        ("```{r}\nx <- 1\n```", 1, "R Markdown's or Quarto's"),
        ("```{.python .numberLines}\nx = 1\n```", 1, "not a cell"),
        ("text\n ```python\nx = 1\n```", 2, "not a cell"),
        ("   ```python\n   x = 1\n   ```", 1, "not a cell"),
        ("1. first\n   ```python\n   x = 1\n   ```", 2, "inside a list"),
        ("- ```python\n  x = 1\n  ```", 1, "inside a list"),
        ("> ```python\n> x = 1\n> ```", 1, "quotation"),
        ("text\n\n    ```python\n    x = 1\n    ```", 3, "indented text"),
        ("\t```python\n\tx = 1\n\t```", 1, "indented text"),
        ("```python3\nx = 1\n```", 1, "a process of its own"),
        ("```BASH\nls\n```", 1, "write ```bash"),
        ("::: {.cell .code}\nx = 1\n:::", 1, "between colons"),
        ("::: {#a .cell .code n=1}\nx = 1\n:::", 1, "between colons"),
        (":::{code-cell}\nx = 1\n:::", 1, "between colons"),
        ("'''python\nx = 1\n'''", 1, "begins no cell"),
        ('"""python\nx = 1\n"""', 1, "begins no cell"),
        ("``python\nx = 1\n``", 1, "begins no cell"),
        ("\u00b4\u00b4\u00b4python\nx = 1\n\u00b4\u00b4\u00b4", 1, "begins no cell"),
        ("a\n\u200b```python\nx = 1", 2, "begins no cell"),
        ("a\n\u00a0```python\nx = 1", 2, "begins no cell"),
        ("```python\u200b\nx = 1\n```", 1, "not a cell"),
        ("# T\n\n---\njupyter:\n  kernelspec: x\n---\n", 3, "at the top of the file"),
        ("<!-- by me -->\n---\njupytext:\n---\n", 2, "at the top of the file"),
        ("# %% [markdown]\n# # Title\n\n# %%\nx = 1\n", 1, "lab.py && jupytext --to md"),
        ("```python\nx = '''\n```\n'''\n```\n", 2, "begin the cell with ````python"),
        ("```{code-cell}\nx = '''\n```\n'''\n```\n", 2, "the cell with ````{code-cell}"),
        ("a\n\n```R\nx <- 1\n```\n\n```julia\nx\n```", 3, "all cells are in other languages, R"),
        # never closed, or closed elsewhere
        ("# T\n\n```python\nx = 1\n", 3, "never ends"),
        ("```text\nx", 1, "never ends"),
        ("```python\nx = 1\n\ntext\n\n```python\ny = 2\n```", 1, "open in line 6"),
        ("```text\na\n\n```python\ny = 2\n```", 1, "open in line 4"),
        ("- ```text\n  a\n\n```python\nx = 1\n```", 1, "open in line 4"),
        ("- ~~~text\n  a\n\n```python\nx = 1\n```\n~~~", 1, "open in line 4"),
        ("````python\nx = 1\n```\n", 1, "never ends"),
        ("<!-- #region -->\ntext\n\n```python\nx = 1\n```\n", 4, "inside a region"),
        ("<!-- #region -->\ntext\n", 1, "this region never ends"),
        ("<!-- #raw -->\ntext\n<!-- #endregion -->", 3, "the region of line 1 is still open"),
        ("<!-- #region -->\na\n<!-- #region -->\nb\n<!-- #endregion -->", 3, "still open"),
        ("<!-- #region -->\n```text\n<!-- #endregion -->", 2, "never ends"),
        ("text\n<!-- #endregion -->", 2, "no region is open here"),
        ("<!-- #Region -->\ntext\n<!-- #endregion -->", 1, "nearly a region"),
        ("  <!-- #region -->\ntext\n<!-- #endregion -->", 1, "nearly a region"),
        ("<!-- region -->\ntext\n<!-- endregion -->", 1, "nearly a region"),
        ("<!-- #region -->\na\n<!-- #end region -->\n<!-- #endregion -->", 3, "still open"),
        ("<!-- #region\n-->", 1, "nearly a region"),
        # comments
        ("<!--\n```python\nx = 1\n```\n-->", 1, "still open in line 2"),
        ("<!-- to do:\n\n<!-- #region -->\na\n<!-- #endregion -->", 1, "still open in line 3"),
        ("text\n\n<!-- to do", 3, "never ends"),
        # tags in text
        ("```\n#!TAG HWBEGIN\nx = 1\n#!TAG HWEND\n```", 2, "a tag inside a block that is text"),
        ("```text\nx\n  #!MSG Do it.\n```", 3, "a tag inside a block that is text"),
        ("<!-- #region -->\n~~~\n#!TAG QUESTION x\n~~~\n<!-- #endregion -->", 3, "a tag inside"),
        # MyST
        ("```{code-cell}\nx = 1\n```\n\n```python\ny = 2\n```", 5, "in MyST Markdown"),
        ("````{note}\n```{code-cell}\nx\n```\n````\n```{code-cell}\nx\n```", 2, "move it out"),
        ("```{code-cell} julia\nx = 1\n```", 1, "julia"),
        ("```{code-cell}\n:tags: [a\nx = 1\n```", 2, "no YAML"),
        ("```{code-cell}\n---\ntags: [a]\nx = 1\n```", 2, "never end"),
        ("```{code-cell}\n:tags\nx = 1\n```", 2, "`:key: value`"),
        ("```{code-cell}\nx = 1\n", 1, "never ends"),
        ("- ```{code-cell}\n  x = 1\n  ```\n\n```{code-cell}\nx\n```", 1, "inside a list"),
        ("text\n\n+++ {a}\n\n```{code-cell}\nx\n```", 3, "no JSON object"),
        ("<!--\n```{code-cell}\nx\n```\n-->\n```{code-cell}\nx\n```", 1, "still open in line 2"),
        ("```{code-cell}\nx\n```\n:::{code-cell}\ny\n:::", 4, "between colons"),
    ],
)
def test_code_never_becomes_text_silently(
    write_lab: WriteLab, text: str, line: int, words: str
) -> None:
    for above in ("", "---\ntitle: x\n---\n\n"):
        path = write_lab(above + text)
        with pytest.raises(UserError) as caught:
            read_lab(path)
        place = f"{path}:{line + above.count(chr(10))}: "
        assert caught.value.message.startswith(place)
        assert "\n" not in caught.value.message
        if not above:
            assert words in caught.value.message


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("```text\n```", ["markdown"]),
        ("```console\n$ python x.py\n```", ["markdown"]),
        ("```python .noeval\nx = 1\n```", ["markdown"]),
        ("1. so:\n   ```python .noeval\n   x = 1\n   ```", ["markdown"]),
        ("````text\n```python\nx = 1\n```\n````", ["markdown"]),
        (
            '```python\ndef f():\n    """A\n\n    ```python\n    f()\n    ```\n    """\n```',
            ["code"],
        ),
        ("Quotes: '''python''' and ``python``.", ["markdown"]),
        ("Title\n---\ntext", ["markdown"]),
        ("~~~markdown\n```python\nx = 1\n```\n~~~", ["markdown"]),
        ("Write ```` ```python ```` there.", ["markdown"]),
        ("<!-- a remark\n\n\nover lines -->\ntext", ["markdown"]),
        ("<!-- raw data -->", ["markdown"]),
        ("text <!-- #region", ["markdown"]),
        ("<!-- #region title x=1 -->\n```text\na\n```\n<!-- #endregion -->", ["markdown"]),
        ("<!-- #raw -->\n```python\n<!-- #endraw -->", ["raw"]),
        ("<!-- #md -->\na\n<!-- #endmd -->\nb", ["markdown", "markdown"]),
        ("````python\ns = '''\n```\n'''\n````", ["code"]),
        ("``` python\nx = 1\n```", ["code"]),
        ('```python active="py"\nx = 1\n```', ["raw"]),
        ("```bash\nls\n```", ["code"]),
        ("---\n---\n\n```python\nx = 1\n```\n", ["code"]),
        ("```R\nx <- 1\n```\n\n```python\nx = 1\n```", ["code", "code"]),
        ("```html\n<b>x</b>\n```\n```bash\nls\n```", ["code", "code"]),
        ("```bash\nls\n```\n```bash\nls\n```\n```python\nx = 1\n```", ["code"] * 3),
        ("::: {.note}\ntext\n:::\n\n```python\nx = 1\n```", ["markdown", "code"]),
    ],
)
def test_what_is_a_cell(write_lab: WriteLab, text: str, cells: list[str]) -> None:
    read = read_lab(write_lab(text))
    assert [cell.kind for cell in read] == cells
    assert not any(cell.source.startswith("%%python") for cell in read)


MYST = """\
---
kernelspec:
  display_name: Python 3
  name: python3
---

# Title


Text.

+++ {"tags": ["aside"]}

More text.

```{note}
A note.
```

```{code-cell} ipython3
:tags: [setup]

x = 1
```
  ~~~{code-cell}
  ---
  tags:
    - b
  ---
  def f():
      return 1
  ~~~

````{code-cell}

s = '''
```
'''
````

```{raw-cell}
raw
```
```{code-block} python
shown = True
```
"""


def test_myst_cells_have_their_lines(write_lab: WriteLab) -> None:
    cells = read_lab(write_lab(MYST))
    found = [(cell.kind, cell.line, cell.source, cell.metadata.get("tags")) for cell in cells]
    assert found == [
        ("markdown", 7, "# Title\n\n\nText.", None),
        ("markdown", 14, "More text.\n\n```{note}\nA note.\n```", ["aside"]),
        ("code", 23, "x = 1", ["setup"]),
        ("code", 30, "def f():\n    return 1", ["b"]),
        ("code", 36, "s = '''\n```\n'''", None),
        ("raw", 42, "raw", None),
        ("markdown", 44, "```{code-block} python\nshown = True\n```", None),
    ]


TEXTS = [
    "word",
    "# Heading",
    "- item",
    "",
    "",
    "",
    "word\n\n    indented",
    "> quoted",
    "```text\na\n\n\nb\n```",
]
BLOCKS = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(
        [
            '```python tags=["a"]\nx = 1\n\n\ny = 2\n```',
            "```python\n\nx = 1\n```",
            "````python\nx = 1\n````",
            "```bash\nls\n```",
            '```javascript magic_args="-x"\n1\n```',
            '```python active="py"\n1\n```',
            "<!-- #region -->\na\n\n\nb\n<!-- #endregion -->",
            '<!-- #region a title tags=["b"] -->\n<!-- #endregion -->',
            "<!-- #raw -->\nraw\n<!-- #endraw -->",
        ]
    ),
)
MYST_BLOCKS = st.one_of(
    st.sampled_from(TEXTS),
    st.sampled_from(
        [
            "```{code-cell}\nx = 1\n\n\ny = 2\n```",
            "```{code-cell} ipython3\n:tags: [a]\n:b: c\n\nx = 1\n```",
            "~~~{code-cell}\n---\ntags: [a]\n---\nx = 1\n~~~",
            "````{code-cell}\n\nx = 1\n````",
            "```{raw-cell}\nraw\n```",
            "+++",
            '+++ {"tags": ["a"]}',
        ]
    ),
)
HEADER = (
    "---\njupyter:\n  kernelspec:\n    display_name: x\n    language: python\n    name: x\n---\n"
)


def seen(cells: Iterable[tuple[str, str, dict[str, Any]]]) -> list[tuple[str, str, Any]]:
    """What matters of cells: blank lines around text don't, nor do cells without text."""
    texts = [(kind, source.strip("\n") if kind == "markdown" else source, metadata.get("tags"))
             for kind, source, metadata in cells]  # fmt: skip
    return [cell for cell in texts if cell[0] == "code" or cell[1].strip()]


@settings(deadline=None, max_examples=300)
@given(st.lists(BLOCKS, min_size=1, max_size=9))
def test_jupytext_reads_the_same(blocks: list[str]) -> None:
    check_against_jupytext([*blocks, "last"], "markdown")


@settings(deadline=None, max_examples=200)
@given(st.lists(MYST_BLOCKS, min_size=1, max_size=9))
def test_jupytext_reads_the_same_of_myst(blocks: list[str]) -> None:
    check_against_jupytext([*blocks, "last\n\n```{code-cell}\nlast\n```"], "myst")


def check_against_jupytext(blocks: list[str], form: str) -> None:
    text = HEADER + "\n".join(blocks)
    form_of_text = {"extension": ".md", "format_name": form}
    theirs = jupytext.reads(text, fmt=dict(form_of_text)).cells
    with TemporaryDirectory() as folder:
        path = Path(folder) / "lab.md"
        path.write_text(text, "utf-8")
        ours = read_lab(path)
    assert seen((c.kind, c.source, c.metadata) for c in ours) == seen(
        (c.cell_type, c.source, c.metadata) for c in theirs
    )
    lines = text.split("\n")
    for cell in ours:
        first = cell.source.split("\n")[0]
        assert not first or first.startswith("%%") or lines[cell.line - 1] == first
