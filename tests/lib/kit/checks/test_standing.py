"""A check looks at the code as it stands, however a student came there: in a real kernel."""

from collections.abc import Iterator

import pytest

from lib.kit.checks.runs import Runs
from lib.kit.checks.standing import Standing

from .desk import Desk, lay_out, opened_desk

CHECKS = '''
from lib.kit.checks import assert_equal, question

@question("ex1-double", points=1)
def test_doubles(submission):
    """Doubles a number."""
    assert_equal(submission.double(4), 8)

@question("ex2-four", points=1)
def test_four(submission):
    """Four times."""
    assert_equal(submission.four(3), 12)

@question("ex3-made", points=1)
def test_size(submission):
    """Has a size."""
    assert_equal(submission.made.size, 12)
'''
DOUBLE, FOUR, MADE = "ex1-double-answer-double", "ex2-four-answer-four", "ex3-made-answer-made"
RIGHT = "def double(x):\n    return 2 * x"
BUILDS_ON = "def four(x):\n    return double(double(x))"
BLANK = "def double(x):\n    raise NotImplementedError('Double it.')"


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, Desk]]:
    """A kernel that is told which cell runs, as by JupyterLab, and one that is not."""
    folders = [tmp_path_factory.mktemp("desk") for _ in range(2)]
    for folder in folders:
        lay_out(folder, CHECKS)
    with opened_desk(folders[0], ids=True) as one, opened_desk(folders[1], ids=False) as other:
        yield {True: one, False: other}


@pytest.fixture(params=[True, False], ids=["with ids", "without ids"])
def desk(request: pytest.FixtureRequest, desks: dict[bool, Desk]) -> Desk:
    desk = desks[request.param]
    begin(desk)
    return desk


@pytest.fixture
def desk_with_ids(desks: dict[bool, Desk]) -> Desk:
    begin(desks[True])
    return desks[True]


def begin(desk: Desk) -> None:
    """As after a restart, in no time."""
    (desk.folder / "lab.ipynb").unlink(missing_ok=True)
    done = desk.run(
        "%reset -f\nfrom lib.kit.checks import check, progress\n"
        "from lib.kit.checks.selfcheck import RUNS\nRUNS._runs.clear()"
    )
    assert not done.error


def checked(desk: Desk, question: str = "ex1-double") -> str:
    """The row of a question's check, and what the cell ended in."""
    shown = desk.run(f"check('{question}')", question)
    return f"{shown.table}{shown.error}"


def test_a_cell_that_has_not_run(desk: Desk) -> None:
    text = checked(desk)
    assert "○ open" in text and "`double` is not defined yet: run" in text
    assert "ChecksFailed" not in text


def test_an_open_blank(desk: Desk) -> None:
    desk.run(BLANK, DOUBLE)
    text = checked(desk)
    assert "○ open" in text and "this blank is still open: Double it." in text
    assert "ChecksFailed" not in text


@pytest.mark.parametrize(
    ("edited", "said"),
    [
        (
            "def double(x):\n    return 2 * (x",
            "SyntaxError: '(' was never closed at `return 2 * (x`",
        ),
        ("def double(x)\n    return 2 * x", "SyntaxError: expected ':' at `def double(x)`"),
        ("deff double(x):\n    return 2 * x", "SyntaxError: invalid syntax"),
        ("def double(x):\nreturn 2 * x", "IndentationError"),
        (f"1 / 0\n{RIGHT}", "ZeroDivisionError: division by zero at `1 / 0`"),
        (f"{RIGHT}\nprint(double(None))", "TypeError"),
        (f"{RIGHT}\nraise KeyboardInterrupt", "KeyboardInterrupt"),
    ],
)
def test_an_answer_whose_last_run_failed(desk: Desk, edited: str, said: str) -> None:
    desk.run(RIGHT, DOUBLE)
    assert "✓ passed" in checked(desk)
    assert desk.run(edited, DOUBLE).error
    text = checked(desk)
    assert "↻ run again" in text and "✓" not in text
    assert said in text and "its last run ended in" in text
    assert "ChecksFailed: ex1-double was not checked" in text
    assert "0 of 3 questions pass" in desk.run("progress()").table
    desk.run(RIGHT, DOUBLE)
    assert "✓ passed" in checked(desk)


def test_a_failed_cell_elsewhere_changes_nothing(desk_with_ids: Desk) -> None:
    desk_with_ids.run(RIGHT, DOUBLE)
    for source in ("1 / 0", "double = 1 / 0", "double(3"):
        desk_with_ids.run(source, "own")
    assert "✓ passed" in checked(desk_with_ids)


def test_a_function_defined_again_in_another_cell(desk_with_ids: Desk) -> None:
    desk_with_ids.run("def double(x):\n    return x", DOUBLE)
    desk_with_ids.run(RIGHT, "own")
    text = checked(desk_with_ids)
    assert "↻ run again" in text and "in another cell of yours" in text
    desk_with_ids.run("def double(x):\n    return x", DOUBLE)
    assert "✗ failed" in checked(desk_with_ids)


def test_an_answer_that_was_split_is_not_stuck(desk_with_ids: Desk) -> None:
    desk_with_ids.run(f"import math\n{RIGHT}", DOUBLE)
    desk_with_ids.run("import math", DOUBLE)
    desk_with_ids.run(RIGHT, "new")
    assert "✓ passed" in checked(desk_with_ids)


def test_a_function_that_was_renamed(desk_with_ids: Desk) -> None:
    desk_with_ids.run(RIGHT, DOUBLE)
    desk_with_ids.run(RIGHT.replace("double", "duble"), DOUBLE)
    assert "the cell above does not define `double` any more" in checked(desk_with_ids)


def test_text_that_changed_in_the_saved_file(desk_with_ids: Desk) -> None:
    desk = desk_with_ids
    cells = [(DOUBLE, "answer", RIGHT), ("ex1-double", "check", "check('ex1-double')")]
    desk.save("lab.ipynb", cells)
    desk.run("def double(x):\n    return x + x", DOUBLE)  # newer than the file
    assert "✓ passed" in checked(desk)
    desk.save("lab.ipynb", cells)  # written later, with another text
    text = checked(desk)
    assert "run the cell above: its text has changed since it ran" in text
    desk.run(RIGHT, DOUBLE)
    assert "✓ passed" in checked(desk)
    desk.save("lab.ipynb", [(DOUBLE, "answer", f"{RIGHT}  \n\n"), cells[1]])  # spaces only
    assert "✓ passed" in checked(desk)


def test_a_cell_below_the_check_is_not_what_grading_takes(desk_with_ids: Desk) -> None:
    desk = desk_with_ids
    answer = (DOUBLE, "answer", "def double(x):\n    return x")
    desk.save("lab.ipynb", [answer, ("ex1-double", "check", "check()"), ("below", "", RIGHT)])
    desk.run(RIGHT, "below")
    assert "in another cell of yours. Grading takes the cell above: put" in checked(desk)


def test_an_answer_whose_cell_was_deleted(desk_with_ids: Desk) -> None:
    desk = desk_with_ids
    checks = [(name, "check", f"check('{name}')") for name in ("ex1-double", "ex2-four")]
    desk.save("lab.ipynb", [(DOUBLE, "answer", RIGHT), *checks])
    desk.run(RIGHT, DOUBLE)
    desk.save("lab.ipynb", checks)
    text = checked(desk)
    assert "○ open" in text and "no cell of the saved notebook defines `double`" in text
    desk.run("del double; RUNS._runs.clear()")  # as after a restart
    assert "no cell of the saved notebook defines `double`: was its cell deleted" in checked(desk)


TAKEN = "is a name of Python's own, and your notebook sets it: take another name"
USES = "def double(x):\n    return sum([x, x]) * FACTOR"


@pytest.mark.parametrize("source", ["sum = 3", "for sum in range(3): pass", "def sum(x): return x"])
def test_a_name_of_pythons_own_that_another_cell_sets(desk_with_ids: Desk, source: str) -> None:
    desk_with_ids.run("FACTOR = 1", DOUBLE)
    desk_with_ids.run(source, "own")
    desk_with_ids.run(USES, DOUBLE)
    text = checked(desk_with_ids)
    assert "↻ run again" in text and f"`sum` {TAKEN}, and run `del sum`" in text
    desk_with_ids.run("del sum; max = 3", "own")  # which the answer does not use
    desk_with_ids.run(f"FACTOR = 1\n{USES}", DOUBLE)
    assert "✓ passed" in checked(desk_with_ids)


def test_a_name_of_pythons_own_that_the_answer_sets(desk: Desk) -> None:
    desk.run(f"sum = 3\nFACTOR = 1\n{USES}", DOUBLE)
    text = checked(desk)
    assert "✗ failed" in text and "'int' object is not callable" in text and TAKEN in text


def test_a_name_of_the_labs_that_another_cell_sets(desk_with_ids: Desk) -> None:
    desk = desk_with_ids
    given = "import math as FACTOR\nFACTOR = 1"
    check = ("ex1-double", "check", "check('ex1-double')")
    desk.save("lab.ipynb", [("given", "given", given), (DOUBLE, "answer", USES), check])
    desk.run(given, "given")
    desk.run(USES, DOUBLE)
    assert "✓ passed" in checked(desk)
    desk.run("FACTOR = 1 / 0", "own")  # has set nothing
    assert "✓ passed" in checked(desk)
    desk.run("FACTOR = 3", "own")
    text = checked(desk)
    assert "↻ run again" in text and "`FACTOR` is a name of the lab's, and a cell of yours" in text
    desk.run(given, "given")
    assert "✓ passed" in checked(desk)
    desk.run(given, "copied")
    assert "✓ passed" in checked(desk)
    desk.run("print(FACTOR)", "copied")  # a cell to try things out, used again
    assert "✓ passed" in checked(desk)


def test_a_cell_to_try_things_out_that_is_used_again(desk_with_ids: Desk) -> None:
    desk = desk_with_ids
    desk.run(RIGHT, DOUBLE)
    desk.run("double = 3", "own")
    desk.run("print(double)", "own")
    assert "`double` was defined again in another cell of yours" in checked(desk)


def test_what_is_imported_once_more_is_no_change(desk_with_ids: Desk) -> None:
    desk = desk_with_ids
    desk.run("from math import floor", "given")
    desk.run("class Made:\n    size = floor(12.5)\nmade = Made()", MADE)
    desk.run("from math import ceil, floor", "own")
    assert "✓ passed" in checked(desk, "ex3-made")


def test_a_program_that_tells_other_ids_is_believed(desk: Desk) -> None:
    """VS Code's cells have ids of their own, in the kernel."""
    check = ("ex1-double", "check", "check('ex1-double')")
    desk.save("lab.ipynb", [("given", "given", "FACTOR = 1"), (DOUBLE, "answer", USES), check])
    desk.run("FACTOR = 1\n", "vscode-notebook-cell:/lab.ipynb#W1")
    desk.run("FACTOR = 1  # mine", "vscode-notebook-cell:/lab.ipynb#W2")
    desk.run(USES, "vscode-notebook-cell:/lab.ipynb#W3")
    assert "✓ passed" in checked(desk)


def test_an_object_made_by_an_earlier_class(desk: Desk) -> None:
    desk.run("class Made:\n    size = 11", "ex2-four-answer-Made")
    desk.run("made = Made()", MADE)
    assert "✗ failed" in checked(desk, "ex3-made")
    desk.run("class Made:\n    size = 12", "ex2-four-answer-Made")
    assert "`made` was made before you changed `Made`" in checked(desk, "ex3-made")
    desk.run("made = Made()", MADE)
    assert "✓ passed" in checked(desk, "ex3-made")
    desk.run("class Made:\n    size = 12", "ex2-four-answer-Made")  # the same text again
    assert "✓ passed" in checked(desk, "ex3-made")


def test_what_an_earlier_question_causes(desk_with_ids: Desk) -> None:
    desk = desk_with_ids
    desk.run(BLANK, DOUBLE)
    desk.run(BUILDS_ON, FOUR)
    text = checked(desk, "ex2-four")
    assert "this builds on ex1-double, which is still open: Double it." in text
    assert "ChecksFailed" not in text
    desk.run("def double(x):\n    return 3 * x", DOUBLE)
    text = checked(desk, "ex2-four")
    assert (
        "✗ failed" in text and "This uses `double` of ex1-double, whose check does not pass" in text
    )
    assert all(shown in text for shown in ("four(3)", "expected 12", "got      27"))
    desk.run("def double(x)\n    return 2 * x", DOUBLE)
    assert "run the cell that defines `double` (ex1-double) again" in checked(desk, "ex2-four")


def test_a_cell_that_ran_before_an_earlier_one(desk_with_ids: Desk) -> None:
    desk = desk_with_ids
    of_double = [(DOUBLE, "answer", RIGHT), ("ex1-double", "check", "check('ex1-double')")]
    of_made = [(MADE, "answer", "made = 0"), ("ex3-made", "check", "check('ex3-made')")]
    desk.save("lab.ipynb", [*of_double, *of_made])
    desk.run("made = double(3)", MADE)
    first = "run the cell that defines `double` (ex1-double) first, and then the cell above"
    assert first in checked(desk, "ex3-made")
    desk.run(RIGHT, DOUBLE)
    again = "run the cell above again: `double`, which it needs, is defined by now"
    assert again in checked(desk, "ex3-made")


def test_an_object_made_with_what_an_earlier_line_made(desk_with_ids: Desk) -> None:
    desk = desk_with_ids
    desk.run("class Sized:\n    size = 12\ndef double(x): return x", DOUBLE)
    made = "made = Sized()\nmade.size = 3\nnumber = double(12)\nmade = Sized()\nmade.size = number"
    desk.run(made.replace("made.size = number", "made = [made, number][0]"), MADE)
    assert "✓ passed" in checked(desk, "ex3-made")
    desk.run("class Sized:\n    size = 12\ndef double(x): return 2 * x", DOUBLE)
    assert "`made` was made before you changed `double`" in checked(desk, "ex3-made")


def test_a_cell_that_stops_because_an_earlier_one_is_open(desk_with_ids: Desk) -> None:
    desk = desk_with_ids
    desk.run(BLANK, DOUBLE)
    desk.run("data = double(3)", "given")
    desk.run("class Made:\n    size = 12\nmade = Made(data)", MADE)
    text = checked(desk, "ex3-made")
    assert "○ open" in text
    assert "this builds on ex1-double, which is still open: Double it." in text


def test_a_blank_in_the_middle_of_a_function(desk: Desk) -> None:
    desk.run("def double(x):\n    return x * (TODO_how_often)", DOUBLE)
    text = checked(desk)
    assert "○ open" in text and "TODO_how_often" in text


def test_a_check_in_the_cell_of_its_answer(desk: Desk) -> None:
    shown = desk.run(f"{RIGHT}\ncheck('ex1-double')", DOUBLE)
    assert "✓ passed" in shown.table


def test_names_that_came_otherwise_are_taken_as_they_are() -> None:
    standing = Standing({"double": abs}, Runs())
    assert standing.reason_against("double", "ex1-double") is None
    reason = standing.reason_against("other", "ex1-double")
    assert reason is not None and reason.is_open


def test_attributes_are_no_names_that_code_needs() -> None:
    names: dict[str, object] = {"__name__": "__main__"}
    exec(
        "def loop(m):\n    m.train()\n    return step()\ndef step(): pass\ndef train(): pass", names
    )
    assert Standing(names, Runs()).needed_by("loop") == ["loop", "step"]
