"""The cell for Google Colab: it finds the lab's folder there, and does nothing elsewhere."""

import ast
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.assignment import COLAB_TAG as LEFT_OUT
from autograder.compiler.colab import COLAB_TAG, colab_cell
from autograder.compiler.notebooks import read_pieces
from autograder.errors import UserError

# Colab's own module, with a person who chooses the files that the command line names.
COLAB = """
import sys, types
files = types.ModuleType("google.colab.files")
files.upload = lambda: print("asked") or {name: open(name, "rb").read() for name in sys.argv[1:]}
for name in ("google", "google.colab"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["google.colab.files"] = sys.modules["google.colab"].files = files
"""


def run(code: str, folder: Path, *arguments: Path) -> list[str]:
    """The lines that Python prints, and the folder in which it ends."""
    code += "\nimport os; print(os.getcwd())"
    command = [sys.executable, "-I", "-c", code, *map(str, arguments)]
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=True
    ).stdout.splitlines()


@pytest.mark.parametrize("prefix", ["", "lab1/", "lab1-main/lab1/"])
def test_it_unpacks_the_folder_once_and_goes_there(tmp_path: Path, prefix: str) -> None:
    packed, content = tmp_path / "any name.zip", tmp_path / "content"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{prefix}lab1.ipynb", "{}")
        archive.writestr(f"{prefix}lib/__init__.py", "")
        archive.writestr(f"__MACOSX/{prefix}._lab1.ipynb", "")
    content.mkdir()
    cell = COLAB + colab_cell("lab1").replace("/content", str(content))
    lab = str(content / "lab1" / prefix).rstrip("/")
    words = "Choose lab1.zip: the folder that you received, as a zip file."
    assert run(cell, content, packed) == [words, "asked", lab]
    assert run(cell, content, packed) == [lab]


def test_it_goes_on_if_nobody_chooses_a_file(tmp_path: Path) -> None:
    cell = COLAB + colab_cell("lab1").replace("/content", str(tmp_path))
    assert run(cell, tmp_path)[1:] == ["asked", str(tmp_path)]


def test_elsewhere_it_does_nothing(tmp_path: Path) -> None:
    assert run(colab_cell("lab1"), tmp_path) == [str(tmp_path)]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["lab 1", "a'b", 'a"b', "a\\b", "größe", "{lab}", "a\\"])
def test_any_name_of_a_lab(name: str) -> None:
    strings = [
        node.value
        for node in ast.walk(ast.parse(colab_cell(name)))
        if isinstance(node, ast.Constant)
    ]
    assert {f"/content/{name}", f"{name}.ipynb"} <= set(strings)


def test_the_tag_becomes_the_cell(write_lab: Callable[..., Path]) -> None:
    lab = read_pieces(write_lab("# Lab\n\n```python\n#!TAG COLAB\n```\n\n```python\nx = 1\n```\n"))
    text, colab, code = lab.pieces
    assert (colab.student, colab.solution, colab.role) == (
        colab_cell("lab"),
        colab_cell("lab"),
        "locked",
    )
    assert colab.tags == [LEFT_OUT, "skip-grading"] == [COLAB_TAG, "skip-grading"]
    assert (colab.line, text.tags, code.tags) == (4, [], [])


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("```python\n\n#!TAG COLAB\nx = 1\n```", 3, "stands alone in a code cell"),
        ("```python\n#!TAG SKIPQUESTEXEC\n#!TAG COLAB\n```", 3, "stands alone in a code cell"),
        ("```python\n#!TAG COLAB\n#!TAG HWBEGIN\nx\n#!TAG HWEND\n```", 2, "stands alone"),
        ("```python\n#!TAG QUESTION ex1\n#!TAG COLAB\n```", 3, "stands alone in a code cell"),
        ("Text\n\n#!TAG COLAB", 3, "stands alone in a code cell"),
        ("```python\n#!TAG COLAB\n```\n\n```python\n#!TAG COLAB\n```", 6, "a second COLAB cell"),
        ("```python\n#!TAG COLLAB\n```", 2, "did you mean `#!TAG COLAB`?"),
        ("```python\n#!TAG COLAB 1\n```", 2, "unexpected `1` after the tag COLAB"),
    ],
)
def test_a_tag_in_the_wrong_place(
    write_lab: Callable[..., Path], text: str, line: int, words: str
) -> None:
    with pytest.raises(UserError) as caught:
        read_pieces(write_lab(text))
    assert f"lab.md:{line}: " in caught.value.message and words in caught.value.message
