"""Secrets are what stands in solutions, hidden tests and the reference, and nowhere else."""

import pytest

from autograder.gate.leaks import find_leaks, read_secrets

from .conftest import Course


def test_lines_runs_names_and_figures(course: Course) -> None:
    of_kind = {
        secrets.kind.name: secrets
        for secrets in read_secrets(course.source, course.project / "hidden", course.project)
    }
    assert list(of_kind) == ["solution", "written solution", "hidden test", "reference"]
    solution = of_kind["solution"]
    assert [" ".join(tokens) for tokens in solution.statements] == [
        "outcome = number / / 2",
        "remainder = number - 2 * outcome",
        "assert remainder in 0 , 1 and torch . tensor ( remainder ) . item ( ) < 2",
    ]  # `import torch` is given
    assert solution.names == {"remainder": f"{course.source}:11"}  # a message says `outcome`
    assert len(solution.figures) == 1
    assert all(len(run) == 8 for run in solution.runs)
    (words,) = of_kind["written solution"].statements
    assert words[:2] == ("whatever", "remains")
    held_back = of_kind["hidden test"].statements | of_kind["reference"].statements
    assert ("import", "torch") not in held_back
    assert not any("seven_times_eleven" in tokens for tokens in held_back)  # ships


@pytest.mark.parametrize(
    ("around", "names"),
    [
        ("{}", ["remainder"]),
        ("total(\n{},\n)", ["remainder"]),
        ("else:\n  {}", ["remainder"]),
        (")\n{}", []),
    ],
)
def test_names_of_blocks_that_are_no_statements(
    course: Course, around: str, names: list[str]
) -> None:
    block = around.format("[remainder for remainder in range(3)]")
    course.source.write_text(f"```python\n#!TAG HWBEGIN\n{block}\n#!TAG HWEND\n```\n", "utf-8")
    solution, *_ = read_secrets(course.source, course.project / "hidden", course.project)
    assert list(solution.names) == names


@pytest.mark.parametrize(
    "hint",
    [
        "#!HINT {}",
        "#!HINT\n{}",
        "#!HINT Nearly:\n\n{}",
        "#!HINT Look.\n#!HINT\n{}",
        "  #!HINT\n  {}",
    ],
)
@pytest.mark.parametrize("end", ["\n\n\n", "\n#!TAG QUESTION why 1", "\n<!-- #endregion -->"])
def test_what_a_hint_gives_away_stays_secret(course: Course, hint: str, end: str) -> None:
    secret = "remainder = number - 2 * outcome"
    text = course.source.read_text("utf-8")
    before, cell, after = text.partition("```python")
    helped = f"{before}{hint.format(f'`{secret}`')}{end}\n{cell}{after}"
    course.source.write_text(helped, "utf-8")
    course.plant("lab.ipynb", f"Nearly: `{secret}`\n")
    (leak,) = course.leaks()
    assert (leak.file, leak.line) == ("lab.ipynb", 1)


def test_what_stands_below_hints_is_given(course: Course) -> None:
    text = course.source.read_text("utf-8")
    helped = "#!HINT Subtract.\n\n```python\nremainder = number - 2 * outcome\n```\n" + text
    course.source.write_text(helped, "utf-8")
    course.plant("lab.ipynb", "remainder = number - 2 * outcome\n")
    assert course.leaks() == []


IMPORTS_AND_MARKS = """\
from somewhere.far.away import (
    a_function_with_a_long_name,
    another_function_with_a_long_name,
)


@question(
    "half",
    points=1,
    if_raises="look at the sign of the number",
)
def test_half(submission):
    assert submission.half(
        1234567,
    ) == 617283
"""


def test_what_all_tests_say_is_no_secret_however_it_is_wrapped(course: Course) -> None:
    (course.project / "hidden/test_half.py").write_text(IMPORTS_AND_MARKS, "utf-8")
    tests = read_secrets(course.source, course.project / "hidden", course.project)[2]
    assert [" ".join(tokens) for tokens in tests.statements] == [
        "def test_half ( submission ) :",
        "assert submission . half ( 1234567 ) = = 617283",
    ]


@pytest.mark.parametrize(
    ("shown", "file"),
    [
        ("![p](figures/a.png)", "figures/a.png"),
        ("![p](../shared/a.png 'title')", "../shared/a.png"),
        ("![p](<a b.png>) and text", "a b.png"),
        ("![p](a%20b.png)", "a b.png"),
        ("<img src='a b.png'>", "a b.png"),
        ("[all data](data.csv)", "data.csv"),
    ],
)
def test_files_that_solutions_show(course: Course, shown: str, file: str) -> None:
    path = course.project / "lab" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("content of it", "utf-8")
    source = course.project / "lab" / "lab.md"
    source.parent.mkdir(exist_ok=True)
    source.write_text(f"Why?\n\n#!TAG HWBEGIN\nSo: {shown}\n#!TAG HWEND\n", "utf-8")
    solution, *_ = read_secrets(source, course.project / "hidden", course.project)
    assert list(solution.figures.values()) == [f"{source}:4"]


@pytest.mark.parametrize(
    "block",
    [
        "~~~~text\n```\n~~~\n~~~~",
        "```text\n~~~\n```",
        "```{code-cell}\nx = 1\n```",
        "````\n```\n````",
    ],
)
def test_blocks_within_blocks_do_not_turn_prose_into_code(course: Course, block: str) -> None:
    course.source.write_text(f"{block}\n\n{course.source.read_text('utf-8')}", "utf-8")
    solution, written, *_ = read_secrets(course.source, course.project / "hidden", course.project)
    assert len(solution.statements) == 3
    assert len(written.statements) == 1


def test_what_students_hand_in_besides_the_notebook(course: Course) -> None:
    files = course.project / "files"
    (files / "plots").mkdir(parents=True)
    block = "#!TAG HWBEGIN\n#!MSG Think.\n{}\n#!TAG HWEND\n"
    module = f"def given(x):\n    return given_helper(x)\n{block.format('leftover_value = 17 * 3')}"
    (files / "model.py").write_text(module, "utf-8")
    text = f"Why?\n{block.format('Because the sun shines upon all of us.')}"
    (files / "why.md").write_text(text, "utf-8")
    (files / "plots" / "loss.png").write_bytes(b"PNG")
    hidden = course.project / "hidden"
    solution, written, *_ = read_secrets(course.source, hidden, course.project, files)
    places = {" ".join(tokens): place for tokens, place in solution.statements.items()}
    assert places["leftover_value = 17 * 3"].endswith("files/model.py:5")
    assert "return given_helper ( x )" not in places
    assert "leftover_value" in solution.names
    assert any(place.endswith("files/why.md:4") for place in written.statements.values())
    without, *_ = read_secrets(course.source, hidden, course.project)
    assert len(solution.figures) == len(without.figures) + 1
    course.plant("plots/loss.png", b"PNG")
    course.plant("model.py", module)
    whats = " ".join(leak.what for leak in find_leaks(course.release, [solution, written]))
    assert "a figure that only a solution shows" in whats and "files/model.py:5" in whats


def test_two_words_that_everybody_writes_are_no_secret(course: Course) -> None:
    code = "if not half:\n    return None\nhalf = leave(half)"
    block = f"```python\n#!TAG HWBEGIN\n{code}\n#!TAG HWEND\n```\n"
    course.source.write_text(f"{course.source.read_text('utf-8')}\n{block}", "utf-8")
    solution, *_ = read_secrets(course.source, course.project / "hidden", course.project)
    said = [" ".join(tokens) for tokens in solution.statements]
    assert "return None" not in said
    assert "half = leave ( half )" in said
