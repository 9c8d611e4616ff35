"""Variants: what they put where, and one clear line where they do not fit the lab."""

import re
from pathlib import Path

import pytest

from autograder.errors import UserError, shown
from autograder.variants.solution import Solution, read_solution
from autograder.variants.variant import Variant, read_variant, read_variants

from .counting import write_lab

GENERATOR = """# A generator expression
#!BLANK ex2-share.1
    return sum(number < limit for number in numbers) / len(numbers)
"""


@pytest.fixture
def read(tmp_path: Path, solution: Solution):  # type: ignore[no-untyped-def]
    def from_text(text: str) -> Variant:
        (tmp_path / "variant.txt").write_text(text, "utf-8")
        return read_variant(tmp_path / "variant.txt", solution)

    return from_text


def test_replaces_a_blank(read, solution: Solution) -> None:  # type: ignore[no-untyped-def]
    variant = read(GENERATOR)
    assert variant.title == "A generator expression"
    assert variant.questions == ("ex2-share",)
    (source,) = variant.sources.values()
    assert source == (
        "def share_below(numbers, limit):\n"
        "    return sum(number < limit for number in numbers) / len(numbers)"
    )


def test_replaces_several_blanks_and_given_lines(read) -> None:  # type: ignore[no-untyped-def]
    variant = read(
        "# Counts backwards\n"
        "#!BLANK ex1-count.1\n        found -= number < limit\n"
        "#!BLANK ex1-count.2\n    99\n"
        "#!GIVEN ex1-count\n     found = 0\n-    for number in numbers:\n"
        "+    for number in reversed(numbers):\n"
        "#!GIVEN ex1-count\n-    return found\n+    return -found\n"
    )
    assert variant.questions == ("ex1-count",)
    assert list(variant.sources.values()) == [
        "def count_below(numbers, limit):\n"
        '    """How many of the numbers are below the limit."""\n'
        "    found = 0\n"
        "    for number in reversed(numbers):\n"
        "        found -= number < limit\n"
        "    return -found",
        "LIMIT = (\n    99\n)",
    ]


def test_answers_left_open(read, solution: Solution) -> None:  # type: ignore[no-untyped-def]
    released = {piece.cell_id: piece.student for piece in solution.lab.pieces}
    one = read("# A\n#!OPEN ex2-why\n#!OPEN ex2-share\n#!BLANK ex1-count.2\n    11\n")
    assert one.questions == ("ex1-count", "ex2-share", "ex2-why")
    (limit,) = [cell for cell in solution.answers["ex1-count"] if cell in one.sources]
    assert one.sources.pop(limit) == "LIMIT = (\n    11\n)"
    cells = (*solution.answers["ex2-share"], *solution.answers["ex2-why"])
    assert one.sources == {cell: released[cell] for cell in cells}
    assert "NotImplementedError" in one.sources[cells[0]]
    assert one.sources[cells[1]].endswith("> Your explanation here.")


def test_all_answers_left_open(read, solution: Solution) -> None:  # type: ignore[no-untyped-def]
    released = {piece.cell_id: piece.student for piece in solution.lab.pieces}
    cells = [cell for cells in solution.answers.values() for cell in cells]
    assert read("# Blank\n#!OPEN *\n").sources == {cell: released[cell] for cell in cells}


def test_an_open_answer_with_something_added(read) -> None:  # type: ignore[no-untyped-def]
    variant = read(
        "# Hides the blank\n#!OPEN ex2-share\n#!GIVEN ex2-share\n"
        " def share_below(numbers, limit):\n+    return 0.5\n"
    )
    (source,) = variant.sources.values()
    assert source.startswith("def share_below(numbers, limit):\n    return 0.5\n")
    assert "NotImplementedError" in source


def test_what_a_message_must_say(read) -> None:  # type: ignore[no-untyped-def]
    variant = read("# A\n#!SAYS is it <?\n#!SAYS  the `limit`: 1; 2 \n#!BLANK ex1-count.2\n    9\n")
    assert variant.says == ("is it <?", "the `limit`: 1; 2")


def test_what_it_is_worth(read) -> None:  # type: ignore[no-untyped-def]
    assert read("# A\n#!WORTH 2.5\n#!BLANK ex1-count.2\n    9\n").worth == 2.5
    assert read("# A\n#!BLANK ex1-count.2\n    9\n").worth is None


def test_what_it_deserves_to_lose(read) -> None:  # type: ignore[no-untyped-def]
    assert read("# A\n#!LOSS 1.5\n#!BLANK ex1-count.2\n    9\n").loss == 1.5
    assert read("# A\n#!WORTH 1.5\n#!BLANK ex1-count.2\n    9\n").loss is None


@pytest.mark.parametrize(("header", "line"), [("", 1), ("#!SAYS no\n#!LOSS 0\n", 3)])
def test_a_wrong_answer_has_to_lose(
    header: str, line: int, tmp_path: Path, solution: Solution
) -> None:
    path = tmp_path / "wrong.txt"
    path.write_text(f"# A\n{header}#!BLANK ex1-count.2\n    9\n", "utf-8")
    with pytest.raises(UserError, match=r"write `#!LOSS points`, more than 0") as caught:
        read_variant(path, solution, must_lose=True)
    assert caught.value.message.startswith(f"{shown(path)}:{line}: ")
    assert caught.value.exit_code == 1


def test_the_solution_where_it_may_be(tmp_path: Path, solution: Solution) -> None:
    (tmp_path / "right.txt").write_text("# Word for word\n", "utf-8")
    (right,) = read_variants(tmp_path, solution, may_be_the_solution=True)
    assert (right.sources, right.questions) == ({}, ())


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("# A\n#!BLANK ex2-share.7\n    return 0\n", 2, "those of ex2-share are ex2-share.1"),
        ("# A\n#!BLANK ex9.1\n    return 0\n", 2, "no blank is called ex9.1"),
        ("# A\n#!BLANK ex2-share.1\n    return (\n", 2, "the cell does not compile"),
        ("# A\n#!BLANK ex1-count.2\n9\n#!BLANK ex1-count.2\n9\n", 4, "twice"),
        ("# A\n#!GIVEN ex1-count\n-    found = 1\n+    found = 2\n", 2, "stand 0 times"),
        ("# A\n#!GIVEN ex2-why\n-Because\n+Why\n", 2, "stand 0 times"),
        ("# A\n#!GIVEN ex1-count\n    found = 0\n", 2, "mark each line"),
        ("# A\n#!GIVEN ex1-count\n-    found = 0\n+    found =\n", 2, "does not compile"),
        ("# A\n#!OPEN ex9\n", 2, "there are ex1-count, ex2-share, ex2-why"),
        ("# A\n#!BLANK ex1-count.2\n9\n#!OPEN ex1-count\n", 2, "ex1-count stays open"),
        ("# A\n#!OPEN *\n#!BLANK ex1-count.2\n9\n", 3, "ex1-count stays open"),
        ("# A\n#!BLANK ex1-count.2\n    10\n", 1, "it is the solution"),
        ("# Nothing\n", 1, "it is the solution"),
        ("# A\n#!WORTH much\n#!BLANK ex1-count.2\n9\n", 2, "much is no number of points"),
        ("# A\n#!LOSS -1\n#!BLANK ex1-count.2\n9\n", 2, "-1 is no number of points"),
        ("# A\n#!LOSS much\n#!BLANK ex1-count.2\n9\n", 2, "much is no number of points"),
        ("# A\n#!MUTANT ex1-count.2\n-    10\n+    11\n", 2, "variants/equivalent/"),
    ],
)
def test_mistakes_are_named(  # type: ignore[no-untyped-def]
    text: str, line: int, message: str, read, tmp_path: Path
) -> None:
    with pytest.raises(UserError) as caught:
        read(text)
    assert caught.value.exit_code == 1
    assert caught.value.message.startswith(f"{shown(tmp_path / 'variant.txt')}:{line}: ")
    assert message in caught.value.message
    assert "\n" not in caught.value.message


def test_no_such_file(tmp_path: Path, solution: Solution) -> None:
    with pytest.raises(UserError, match="no such file") as caught:
        read_variant(tmp_path / "missing.txt", solution)
    assert caught.value.exit_code == 2


def test_a_folder_is_read_by_name(tmp_path: Path, solution: Solution) -> None:
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_text(GENERATOR, "utf-8")
    (tmp_path / "notes.md").write_text("not a variant", "utf-8")
    assert [variant.name for variant in read_variants(tmp_path, solution)] == ["a", "b"]


# -- files besides the notebook --------------------------------------------------------------------


@pytest.fixture
def asking(tmp_path: Path) -> Solution:
    """The solution of a lab that asks for a module."""
    lab = write_lab(tmp_path / "lab")
    (lab.folder / "lab.toml").write_text("files = ['model.py', 'a.png']", "utf-8")
    lab.files_dir.mkdir()
    (lab.files_dir / "a.png").write_bytes(b"1")
    (lab.files_dir / "model.py").write_text("x = [\n    #!TAG HWBEGIN\n    1\n    #!TAG HWEND\n]\n")
    return read_solution(lab.source)


def of_text(solution: Solution, folder: Path, text: str) -> Variant:
    (folder / "variant.txt").write_text(text, "utf-8")
    return read_variant(folder / "variant.txt", solution)


def test_a_file_in_place_of_the_solutions(asking: Solution, tmp_path: Path) -> None:
    variant = of_text(asking, tmp_path, "# Two\n#!FILE model.py\nx = [\n    2\n]\n\n")
    assert variant.files == {"model.py": b"x = [\n    2\n]\n"}
    assert (variant.sources, variant.questions) == ({}, ("ex2-share",))  # nobody mentions it
    variant = of_text(asking, tmp_path, "# All open\n#!OPEN *\n")
    assert list(variant.files) == ["model.py"] and b"TODO_" in variant.files["model.py"]


def test_a_blank_of_a_file_is_filled_like_one_of_a_cell(asking: Solution, tmp_path: Path) -> None:
    variant = of_text(asking, tmp_path, "# Two\n#!BLANK model.py.1\n    2\n")
    assert (variant.sources, variant.files) == ({}, {"model.py": b"x = [\n    2\n]\n"})
    assert [blank.name for blank in asking.blanks.values()][-1] == "model.py.1"
    assert asking.blanks["model.py.1"].lines == ("    1",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#!BLANK model.py.2\n    2\n", "no blank is called model.py.2; those of model.py are"),
        ("#!BLANK model.py.1\n    2 3\n", "the cell does not compile"),
        ("#!OPEN *\n#!BLANK model.py.1\n    2\n", "stays open; keep one of the two"),
        ("#!FILE modle.py\nx = 1\n", "does not ask for modle.py; it asks for model.py, a.png"),
        ("#!FILE ../model.py\nx = 1\n", "does not ask for ../model.py"),
        ("#!FILE model.py\n", "nothing stands below `#!FILE model.py`"),
        ("#!FILE\nx = 1\n", "names nothing; write `#!FILE name`"),
        ("#!FILE model.py\nx = [\n    1\n]\n", "it is the solution"),
    ],
)
def test_a_file_that_will_not_do(asking: Solution, tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(UserError, match=re.escape(words)):
        of_text(asking, tmp_path, f"# A\n{text}")


def test_a_lab_that_asks_for_none(read) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UserError, match="it asks for no files"):
        read("# A\n#!FILE a.py\nx = 1\n")
