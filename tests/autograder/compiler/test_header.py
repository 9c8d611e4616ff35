"""The header: what it takes, what is wrong with it, and which language it names."""

from pathlib import Path

import pytest

from autograder.compiler.header import Header, is_python, read_header
from autograder.errors import UserError

PATH = Path("lab.md")
KERNEL = "jupyter:\n  kernelspec:\n    {}: {}"


def read(text: str) -> Header:
    return read_header(PATH, text.split("\n"))


@pytest.mark.parametrize(
    ("text", "num_lines"),
    [
        ("# Title", 0),
        ("", 0),
        ("---\n---\n# Title", 2),
        ("---\n\n---\n# Title", 3),
        ("\n\n---\ntitle: x\n---\n# Title", 5),
        ("---  \ntitle: x\n--- \n# Title", 3),
        ("<!--\n\n---\ntitle: x\n---\n\n-->\n# Title", 7),
        ("<!-- a remark -->\n# Title", 0),
        ("---\n\n# Title under a line", 0),
        ("---\njupyter:\n---", 3),
        ("---\n# only a comment\n---", 3),
    ],
)
def test_how_many_lines_it_takes(text: str, num_lines: int) -> None:
    assert read(text).num_lines == num_lines


def test_what_it_says_of_the_format() -> None:
    text = "jupytext:\n  split_at_heading: true\n  text_representation:\n    format_name: myst"
    for written in (text, "jupyter:\n  " + text.replace("\n", "\n  ")):
        header = read(f"---\n{written}\n---")
        assert header.format_name == "myst"
        assert header.jupytext["split_at_heading"] is True
    assert read("---\njupytext: nonsense\n---").format_name == ""


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("---\njupyter: {\n---", 2, "no YAML"),
        ("---\na: 1\nb: [1,\nc: 2\n---", 4, "no YAML"),
        ("---\n\ttitle: x\n---", 2, "no YAML"),
        ("---\ntitle: x\n\n# Title\n", 1, "never ends"),
        ("\n---\njupyter:\n  kernelspec:\n", 2, "never ends"),
        ("---\nSome text.\n---", 1, "holds no keys"),
        ("---\n- a\n- b\n---", 1, "holds no keys"),
        ("---\nText\n\n```python\nx = 1\n```\n\n---", 1, "holds no keys"),
        ("---\na: b\n\n```python\nx = 1\n```\n\n---", 4, "no YAML"),
        (f"---\n{KERNEL.format('language', 'R')}\n---", 4, "`language: R` is another"),
        (f"---\n{KERNEL.format('name', 'ir')}\n---", 4, "`name: ir` is another"),
        (f"---\n{KERNEL.format('name', 'julia-1.9')}\n---", 4, "`name: julia-1.9`"),
        (f"---\n{KERNEL.format('display_name', 'Julia 1.9')}\n---", 4, "Julia 1.9"),
        ("---\nkernelspec: ir\n---", 2, "`kernelspec: ir`"),
        ("---\njupyter:\n  kernelspec: ir\n---", 3, "`kernelspec: ir`"),
        ("---\njupyter: julia-1.10\n---", 2, "`jupyter: julia-1.10`"),
        ("---\ntitle: x\nlanguage: R\n---", 3, "`language: R`"),
        ("---\nengine: knitr\n---", 2, "`engine: knitr`"),
        ("---\nkernelspec:\n  language: julia\n---", 3, "`language: julia`"),
        ("---\njupyter:\n  jupytext:\n    main_language: R\n---", 4, "`main_language: R`"),
        ("---\njupyter:\n  jupytext:\n    default_lexer: julia\n---", 4, "`default_lexer: julia`"),
        ("---\nlanguage_info:\n  name: C++\n---", 3, "`name: C++`"),
    ],
)
def test_headers_that_are_refused(text: str, line: int, words: str) -> None:
    with pytest.raises(UserError) as caught:
        read(text)
    assert caught.value.message.startswith(f"lab.md:{line}: ")
    assert words in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((name, True) for name in ("python", "Python 3 (ipykernel)", "python3", "ipython3")),
        *((name, True) for name in (".venv", "torch-gpu", "conda-env-r-py", "xpython", "my env")),
        *((name, True) for name in ("en", "de", "Group C", "pyodide", "")),
        *((name, False) for name in ("R", "ir", "julia", "Julia 1.9", "bash", "C++", "xcpp17")),
        *((name, False) for name in (".net-csharp", "scala212", "SageMath 10", "javascript")),
    ],
)
def test_names_of_languages(name: str, expected: bool) -> None:
    assert is_python(name) is expected


def test_a_language_says_more_than_a_name() -> None:
    kernel = "kernelspec:\n  language: python\n  name: r-and-python-course\n  display_name: R"
    assert read(f"---\n{kernel}\n---").num_lines == 6
