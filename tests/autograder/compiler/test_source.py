"""Cells with their lines in the file, whatever the file's oddities."""

import re
from collections.abc import Callable
from pathlib import Path

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
        ("code", 28, ""),  # nowhere in particular: after the last line found
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
        (b"---\njupyter: {\n---\n# Title", 1, "not Jupytext Markdown"),
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


def test_a_notebook_is_no_source(write_lab: WriteLab) -> None:
    with pytest.raises(UserError, match=r"name a lab's \.md file"):
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
