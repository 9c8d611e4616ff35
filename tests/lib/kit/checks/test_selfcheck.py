"""Self-checks in a real Jupyter kernel, as a student sees them."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from lib.kit.checks.selfcheck import Submission, load_checks, names_asked, run_checks

PROJECT = Path(__file__).resolve().parents[4]
CHECKS = '''
from lib.kit.checks import assert_equal, question

@question("ex1-double", points=1)
def test_doubles(submission):
    """Doubles a number."""
    assert_equal(submission.double(4), 8, hint="is it a product?")

@question("ex1-double", points=1)
def test_keeps_zero(submission):
    """Zero stays zero."""
    assert_equal(submission.setup("y = f(0)", f=submission.double).y, 0)

@question("ex1-name", points=1)
def test_name(submission):
    """Has a name."""
    assert_equal(submission.name, "lab")
'''


# What a student's notebook holds when the check is run.
SCENARIOS = {
    "undefined": "pass",
    "right": "def double(x): return 2 * x",
    "wrong": "def double(x): return 1 // x",
    "open": "def double(x): raise NotImplementedError('Double it.')",
    "long": "def double(x): raise ValueError('9' * 10_000)",
    "exits": "def double(x): raise SystemExit(3)",
    "stopped": "def double(x): raise KeyboardInterrupt",
    "own assert": "def double(x):\n    assert x > 9\n    return 2 * x",
    "no return": "def double(x): 2 * x",
    "answered": "def double(x):\n    y = 2 * x\n    raise NotImplementedError('Double it.')",
    "endless": (
        "import threading, _thread, lib.kit.checks.selfcheck as selfcheck\n"
        "selfcheck.PATIENCE_S = 0.01\n"
        "def double(x):\n"
        "    threading.Timer(0.5, _thread.interrupt_main).start()\n"
        "    while x:\n        x = x\n"
        "try:\n    check('ex1-double')\n"
        "finally:\n    double, selfcheck.PATIENCE_S = None, 15"
    ),
    "mistyped": "def double(x): return 2 * x\ncheck('ex1-duoble')",
    "unknown": "check('ex5-written')",
    "taken name": "taken, check = check, 3",
    "taken name back": "check = taken",
    "mute": (
        "class Mute(Exception):\n    def __str__(self): return 1 / 0\ndef double(x): raise Mute"
    ),
    "elsewhere": "import os, tempfile\nos.chdir(tempfile.mkdtemp())\ndef double(x): return 2 * x",
    "progress": "name = None\nprogress()",
    "draws": (
        "import random, numpy, torch\n"
        "def double(x): return random.random() + numpy.random.rand() + torch.rand(1).item()\n"
        "def draw(): return random.random(), numpy.random.rand(), torch.rand(1).item()\n"
        "random.seed(1), numpy.random.seed(1), torch.manual_seed(1)\n"
        "without = draw()\n"
        "random.seed(1), numpy.random.seed(1), torch.manual_seed(1)\n"
        "try:\n    check('ex1-double')\nexcept Exception: pass\n"
        "print(draw() == without)"
    ),
    "other settings": (
        "import builtins, torch, warnings, numpy as np\n"
        "torch.set_default_dtype(torch.float64)\n"
        "np.seterr(all='raise')\n"
        "warnings.simplefilter('error', UserWarning)\n"
        "real_sum, builtins.sum = sum, max\n"
        "def double(x):\n"
        "    warnings.warn('careful')\n"
        "    np.array([5e-324]) / 3\n"
        "    assert torch.ones(1).dtype is torch.float32\n"
        "    return sum([x, x])"
    ),
    "own settings": (
        "print(torch.get_default_dtype(), np.geterr()['under'], sum is max)\n"
        "print(warnings.filters[0][0])\n"
        "torch.set_default_dtype(torch.float32)\n"
        "builtins.sum = real_sum\n"
        "warnings.resetwarnings()"
    ),
    "broken file": "from pathlib import Path\nimport lib\n"
    "Path(lib.__file__).parents[1].joinpath('checks.py').write_text('x = (')",
    "no file": "Path(lib.__file__).parents[1].joinpath('checks.py').unlink()",
}
Outputs = list[nbformat.NotebookNode]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Outputs, Outputs]]:
    """What each scenario's cell shows, and what the check after it shows; one kernel for all."""
    folder = tmp_path_factory.mktemp("release")
    shutil.copytree(PROJECT / "lib" / "kit" / "checks", folder / "lib" / "kit" / "checks")
    for name in ("lib/__init__.py", "lib/kit/__init__.py"):
        shutil.copy(PROJECT / name, folder / name)
    (folder / "checks.py").write_text(CHECKS, "utf-8")
    sources = ["from lib.kit.checks import check, progress"]
    for source in SCENARIOS.values():
        sources += [source, "check('ex1-double')"]
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    NotebookClient(
        notebook, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    ).execute()
    found = [cell.outputs for cell in notebook.cells[1:]]
    return dict(zip(SCENARIOS, zip(found[::2], found[1::2], strict=True), strict=True))


def table(shown: Outputs) -> str:
    """The table as HTML; code in a message between backticks."""
    text: str = shown[0].data["text/html"]
    return re.sub(r"(?<!<br>)<code>(.*?)</code>", r"`\1`", text)


@pytest.mark.parametrize("scenario", ["right", "elsewhere"])
def test_right_code_shows_a_green_table(
    outputs: dict[str, tuple[Outputs, Outputs]], scenario: str
) -> None:
    assert len(outputs[scenario][1]) == 1
    assert table(outputs[scenario][1]).count("✓ passed") == 2


def test_wrong_code_ends_in_one_line(outputs: dict[str, tuple[Outputs, Outputs]]) -> None:
    shown = outputs["wrong"][1]
    assert "the result has the wrong value. is it a product?" in table(shown)
    assert "your code raised ZeroDivisionError" in table(shown)
    assert "<code>in double: def double(x): return 1 // x</code>" in table(shown)
    assert shown[1].traceback == ["ChecksFailed: 2 of 2 checks of ex1-double failed"]


def test_wrong_values_are_shown_with_the_call(
    outputs: dict[str, tuple[Outputs, Outputs]],
) -> None:
    text = table(outputs["wrong"][1])
    for line in ("double(4)", "expected 8", "got      0"):
        assert f"<code>{line}</code>" in text


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        ("undefined", "`double` is not defined yet: run the cell that defines `double`"),
        ("open", "this blank is still open: Double it.</td>"),
        (
            "answered",
            "blank is still open: Double it. (Answered? Then delete the line with `raise`.)</td>",
        ),
    ],
)
def test_what_is_open_is_not_called_wrong(
    outputs: dict[str, tuple[Outputs, Outputs]], scenario: str, message: str
) -> None:
    shown = outputs[scenario][1]
    assert table(shown).count("○ open") == table(shown).count(message) == 2
    assert "✗" not in table(shown)
    assert len(shown) == 1  # no error below the table


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        ("long", "9 …"),
        ("exits", "your code raised SystemExit: 3"),
        ("no return", "not NoneType. It is None, which a function without `return` gives"),
        ("own assert", "your code raised AssertionError<br><code>in double: assert x &gt; 9"),
        ("mute", "your code raised Mute: its message can&#x27;t be read"),
    ],
)
def test_strange_errors_stay_in_the_table(
    outputs: dict[str, tuple[Outputs, Outputs]], scenario: str, message: str
) -> None:
    assert message in table(outputs[scenario][1])
    assert len(table(outputs[scenario][1])) < 3000


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        (
            "stopped",
            "Does a loop of yours never end? It was in double: def double(x): raise",
        ),
        ("broken file", "take a fresh copy"),
        ("no file", "is missing: open the notebook in the folder it was released in"),
    ],
)
def test_checks_that_cannot_run_say_so_in_one_line(
    outputs: dict[str, tuple[Outputs, Outputs]], scenario: str, message: str
) -> None:
    (error,) = outputs[scenario][1]
    (line,) = error.traceback
    assert message in line and "\n" not in line


def test_progress_counts_questions_and_never_raises(
    outputs: dict[str, tuple[Outputs, Outputs]],
) -> None:
    (shown,) = outputs["progress"][0]
    rows = re.sub(r"<[^>]+>", " ", shown.data["text/html"])
    assert "1 of 2 questions pass their public checks" in rows
    assert re.search(r"✓ passed\s+ex1-double\s+2 of 2 checks", rows)
    assert re.search(r"✗ failed\s+ex1-name\s+0 of 1 checks", rows)


def test_a_check_leaves_the_students_random_numbers_alone(
    outputs: dict[str, tuple[Outputs, Outputs]],
) -> None:
    assert outputs["draws"][0][-1].text == "True\n"


def test_a_check_runs_under_the_usual_settings_and_puts_the_students_back(
    outputs: dict[str, tuple[Outputs, Outputs]],
) -> None:
    *_, shown = outputs["other settings"][1]  # the warning may come before it
    assert shown.data["text/html"].count("✓ passed") == 2
    assert outputs["own settings"][0][0].text == "torch.float64 raise True\nerror\n"


OF_THE_CHECK = '''
from lib.kit.checks import question

@question("ex1", points=1)
def test_own_line(submission):
    """The check's own line fails on what it got."""
    submission.nothing() + 1

@question("ex1", points=1)
def test_set_up(submission):
    """So does its set-up code."""
    submission.setup("nothing() + 1", nothing=submission.nothing)

@question("ex1", points=1)
def test_edited(submission):
    """A name is gone from this file."""
    submission.nothing(no_such_name)

@question("ex1", points=1, if_raises="Look at it")
def test_student(submission):
    """Here the student's own code fails."""
    submission.broken()
'''


def test_what_a_check_raises_itself_is_not_blamed_on_the_student(tmp_path: Path) -> None:
    (tmp_path / "checks.py").write_text(OF_THE_CHECK, "utf-8")

    def broken() -> None:
        raise TypeError("mine")

    notebook = Submission({"nothing": lambda: None, "broken": broken})
    outcomes = run_checks(load_checks(tmp_path / "checks.py"), "ex1", notebook)
    *of_the_check, edited, of_the_student = [outcome.message for outcome in outcomes]
    assert edited.startswith("checks.py is not as it was released (NameError: name 'no_such_name'")
    start = "the check can't go on with what your code gave it: TypeError: unsupported operand"
    assert all(message.startswith(start) for message in of_the_check)
    assert of_the_student == "your code raised TypeError: mine. Look at it"


HELPED = '''
from lib.kit.checks import question

class Runs:
    def go(self, submission):
        return submission.loop

def helped(submission):
    return Runs().go(submission), [submission.inner for _ in "ab"]

@question("ex1", points=1)
def test_with_helpers(submission):
    """Helpers ask for names, too."""
    helped(submission)
    submission.outer()
'''


def test_the_names_that_checks_ask_for_are_found_in_helpers_too(tmp_path: Path) -> None:
    (tmp_path / "checks.py").write_text(HELPED, "utf-8")
    checks = load_checks(tmp_path / "checks.py")
    assert {"loop", "inner", "outer"} <= names_asked(checks, "ex1")
    assert "loop" not in names_asked(checks, "ex2")


def test_a_loop_that_never_ends_is_told_of_and_named(
    outputs: dict[str, tuple[Outputs, Outputs]],
) -> None:
    told, error = outputs["endless"][0]
    assert "ex1-double is still being checked. Does a loop of your code never end?" in told.text
    assert re.search(r"never end\? It was in double: (while x:|x = x)", error.traceback[0])


def test_a_mistyped_question_is_named(outputs: dict[str, tuple[Outputs, Outputs]]) -> None:
    (error,) = outputs["mistyped"][0]
    says = "ChecksFailed: no question is called ex1-duoble; did you mean ex1-double?"
    assert error.traceback == [says]
    (printed,) = outputs["unknown"][0]
    assert "has no public checks" in printed.text


def test_who_took_the_name_of_check_is_told(outputs: dict[str, tuple[Outputs, Outputs]]) -> None:
    error, told = outputs["taken name"][1]
    assert error.ename == "TypeError"
    assert "`check` is a name of the lab's, and a cell of yours sets it" in told.text
