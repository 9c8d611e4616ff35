"""What is no Markdown is refused with a command, and that command makes a lab of it."""

import shlex
import subprocess
import sys
from pathlib import Path

import jupytext
import nbformat
import pytest

from autograder.compiler.notebooks import read_pieces
from autograder.conversion import in_another_format, refuse_other_formats
from autograder.errors import UserError

LAB = """\
---
jupyter:
  kernelspec:
    display_name: Python 3
    language: python
    name: python3
---

# A lab

Text of several

paragraphs.

```python
def half(number):
    #!TAG HWBEGIN
    #!MSG TODO: Halve it.
    return number / 2
    #!TAG HWEND
```

```python
#!TAG QUESTION half
```

```bash
ls -l
```

````python
%matplotlib inline
!pip list
text = '''
```
shown
```
'''
````

<!-- #raw -->
raw
<!-- #endraw -->

<!-- #region -->
* item


  more of it

```text
out
```
<!-- #endregion -->

```html
<b>x</b>
```

Why?

#!TAG QUESTION why 2
#!TAG HWBEGIN
Because.
#!TAG HWEND
"""
SHORT_LAB = """\
# A lab

Text.

```python
#!TAG HWBEGIN
x = 1
#!TAG HWEND
```

Why?

#!TAG QUESTION why 2
#!TAG HWBEGIN
Because.
#!TAG HWEND
"""
BY_HAND = '''\
# %% [markdown]
"""
# A lab

Text.
"""

# %%
#!TAG HWBEGIN
x = 1
#!TAG HWEND

# %% [markdown]
# Why?
#
# #!TAG QUESTION why 2
# #!TAG HWBEGIN
# Because.
# #!TAG HWEND
'''
FORMATS = [
    ("lab.ipynb", "ipynb"),
    ("lab.py", "py:percent"),
    ("lab.py", "py:hydrogen"),
    ("lab.py", "by hand"),
    ("lab.py", "py:light"),
    ("a lab's.py", "py:percent"),
    ("lab.Rmd", "Rmd"),
    ("lab.rmd", "Rmd"),
    ("lab.qmd", "Rmd"),
    ("lab.myst", "md:myst"),
    ("lab.mystnb", "md:myst"),
    ("lab.mnb", "md:myst"),
    ("lab.MD", "md"),
]


def refusal(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        refuse_other_formats(path)
    assert caught.value.exit_code == 2
    assert caught.value.message.startswith(f"{path}:1: ")
    assert "\n" not in caught.value.message
    return caught.value.message


@pytest.mark.parametrize(("name", "form"), FORMATS)
def test_the_command_in_the_message_makes_a_lab(tmp_path: Path, name: str, form: str) -> None:
    path = tmp_path / name
    notebook = jupytext.reads(LAB, "md")
    text = BY_HAND if form == "by hand" else jupytext.writes(notebook, form)
    path.write_text(text, "utf-8")
    command = refusal(path).split("convert it: ")[1]
    words = shlex.split(command)
    if "jupytext" in words:  # as the environment of these tests has it
        own = f"{shlex.quote(sys.executable)} -W ignore -m jupytext"
        command = command.replace("jupytext", own, 1) if words[0] == "jupytext" else command
        command = command.replace("&& jupytext", f"&& {own}")
    subprocess.run(command, shell=True, check=True, capture_output=True)
    lab = SHORT_LAB if form == "by hand" else LAB
    (tmp_path / "wanted.md").write_text(lab, "utf-8")
    wanted, made = read_pieces(tmp_path / "wanted.md"), read_pieces(path.with_suffix(".md"))
    faces = [[(p.role, p.student, p.solution) for p in lab.pieces] for lab in (wanted, made)]
    assert faces[0] == faces[1]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("lab.R", "#+\nx <- 1", "written in R, and a lab is written in Python"),
        ("lab.Rmd", "```{r}\nx <- 1\n```\n", "written in R"),
        ("lab.qmd", "```{julia}\nx = 1\n```\n", "written in Julia"),
        ("lab.Rmd", "```{r}\nx\n```\n```{python, echo=FALSE}\nx\n```\n", "convert it"),
        ("lab.jl", "# %%\n1", "written in Julia"),
        ("lab.txt", "# Lab", "name a lab's .md file"),
        ("lab.rst", "Lab\n===", "name a lab's .md file"),
        ("lab", "# Lab", "name a lab's .md file"),
        ("lab.ipynb", "{}", "a notebook, and a lab is Jupytext's Markdown; convert it"),
        ("lab.ipynb", "not json", "convert it"),
        ("lab.ipynb", "[]", "convert it"),
        ("lab.py", "import marimo\napp = marimo.App()\n", "marimo export ipynb"),
    ],
)
def test_other_files(tmp_path: Path, name: str, content: str, words: str) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    assert words in refusal(tmp_path / name)


@pytest.mark.parametrize(("kernel", "language"), [("ir", "R"), ("julia-1.9", "julia")])
def test_a_notebook_of_another_language(tmp_path: Path, kernel: str, language: str) -> None:
    spec = {"name": kernel, "language": language, "display_name": language}
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": spec})
    nbformat.write(notebook, tmp_path / "lab.ipynb")
    assert f"written in {language}" in refusal(tmp_path / "lab.ipynb")


def test_a_conversion_that_is_done_is_not_done_again(tmp_path: Path) -> None:
    for name in ("lab.py", "lab.md"):
        (tmp_path / name).write_text("# %%\n", "utf-8")
    message = refusal(tmp_path / "lab.py")
    assert "name lab.md, which lies beside it" in message


@pytest.mark.parametrize("name", ["lab.md", "lab.markdown"])
def test_markdown_passes(tmp_path: Path, name: str) -> None:
    refuse_other_formats(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content", "is_lab"),
    [
        ("lab1.ipynb", "{}", True),
        ("lab1.Rmd", "# Lab", True),
        ("Lab1.md", "# Lab", True),
        ("lab1.py", "# %% [markdown]\n# # Lab\n", True),
        ("lab1.py", "# ---\n# jupyter:\n# ---\n", True),
        ("lab1.py", "def helper():\n    return 1\n", False),
        ("other.ipynb", "{}", False),
        ("lab1.csv", "a,b", False),
    ],
)
def test_what_stands_where_a_lab_should(
    tmp_path: Path, name: str, content: str, is_lab: bool
) -> None:
    folder = tmp_path / "lab1"
    folder.mkdir()
    (folder / name).write_text(content, "utf-8")
    assert in_another_format(folder) == (folder / name if is_lab else None)
