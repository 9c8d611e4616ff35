"""Files that students hand in besides the notebook: what they get, and what the solution has."""

import ast
from pathlib import Path

import pytest

from autograder.compiler.build import build_labs
from autograder.compiler.extra_files import ExtraFiles, read_extra_files
from autograder.errors import UserError
from autograder.lab import read_lab_folder

MODULE = b'''\
"""Squares."""


def square(x):
    """The square."""
    #!TAG HWBEGIN
    #!MSG TODO: Multiply it by itself.
    return x * x
    #!TAG HWEND
'''
TEXT = b"# Why?\n\n#!TAG HWBEGIN\n#!MSG *Yours.*\nBecause.\n#!TAG HWEND\nEnd.\n"


def lab(folder: Path, asked: list[str], **files: bytes) -> Path:
    """A lab's Markdown file, with these files; `_` stands for a slash, `__` for a dot."""
    source = folder / "lab1" / "lab1.md"
    source.parent.mkdir()
    source.write_text("# Lab\n", "utf-8")
    (source.parent / "lab.toml").write_text(f"files = {asked}", "utf-8")
    for name, content in files.items():
        path = source.parent / "files" / name.replace("__", ".").replace("_", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return source


def read(source: Path) -> ExtraFiles:
    return read_extra_files(read_lab_folder(source))


def test_a_module_has_blanks_and_a_solution(tmp_path: Path) -> None:
    files = read(lab(tmp_path, ["model.py"], model__py=MODULE))
    student, solution = (f["model.py"].decode() for f in (files.release, files.solution))
    assert "x * x" not in student and "#!TAG" not in student + solution
    assert "# TODO: Multiply it by itself.\n    raise NotImplementedError(" in student
    names: dict[str, object] = {}
    exec(compile(ast.parse(solution), "model", "exec"), names)
    assert names["square"](3) == 9  # type: ignore[operator]


def test_texts_have_messages_and_anything_else_a_solution_only(tmp_path: Path) -> None:
    asked = ["why.md", "plots/loss.png", "plain.py", "never.txt"]
    source = lab(tmp_path, asked, why__md=TEXT, plots_loss__png=b"\x89PNG", plain__py=b"x = 1\n")
    files = read(source)
    assert files.release == {"why.md": b"# Why?\n\n*Yours.*\nEnd.\n", "plain.py": b"x = 1\n"}
    assert files.solution["why.md"] == b"# Why?\n\nBecause.\nEnd.\n"
    assert files.solution["plots/loss.png"] == b"\x89PNG"
    (notice,) = files.notices
    assert "lab.toml: asks for never.txt, which the solution has not" in notice


def test_they_are_built_beside_the_notebooks(tmp_path: Path) -> None:
    source = lab(tmp_path, ["nets/model.py", "a.png"], nets_model__py=MODULE, a__png=b"1")
    build_labs([source], tmp_path / "release", tmp_path / "solution")
    released, solved = tmp_path / "release" / "lab1", tmp_path / "solution" / "lab1"
    assert b"x * x" not in (released / "nets" / "model.py").read_bytes()
    assert b"x * x" in (solved / "nets" / "model.py").read_bytes()
    assert (solved / "a.png").is_file() and not (released / "a.png").exists()


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"#!TAG HWBEGIN\nx = 1\n", 1, "this block is not closed"),
        (b"x = 1\n#!TAG HWEND\n", 2, "HWEND without a HWBEGIN"),
        (b"#!TAG HWBEGIN\nx = = 1\n#!TAG HWEND\n", 2, "the solution does not compile"),
        (b"def f(:\n    pass\n", 1, "the solution does not compile"),
        (b"x = 1\n%matplotlib inline\n", 2, "as a module has to be"),
        (b"#!TAG QUESTION ex1-a\n", 1, "a file holds no question"),
        (b"#!TAG TASK 5 easy\n", 1, "a file holds no task and no hint"),
        (b"#!HINT Look.\n", 1, "a file holds no task and no hint"),
        (b"#!TAG SKIPGRADEEXEC\n", 1, "SKIPGRADEEXEC is for cells"),
        (b"x = 1\n# \xff\n", 2, "not UTF-8 text"),
    ],
)
def test_a_mistake_in_a_module_is_one_line(
    tmp_path: Path, content: bytes, line: int, words: str
) -> None:
    with pytest.raises(UserError, match=words) as caught:
        read(lab(tmp_path, ["model.py"], model__py=content))
    assert f"files/model.py:{line}: " in caught.value.message
    assert "\n" not in caught.value.message


def test_what_nobody_asks_for_and_what_is_there_twice(tmp_path: Path) -> None:
    source = lab(tmp_path, ["model.py"], modle__py=MODULE)
    with pytest.raises(UserError, match=r"modle\.py:1: lab\.toml does not ask for it"):
        read(source)
    (source.parent / "files" / "modle.py").rename(source.parent / "files" / "model.py")
    (source.parent / "student").mkdir()
    (source.parent / "student" / "model.py").touch()
    with pytest.raises(
        UserError, match=r"model\.py:1: such a file also lies in student/; keep one"
    ):
        read(source)
