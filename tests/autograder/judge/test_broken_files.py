"""A file of tests that cannot be imported is named in one line, and nobody gets zero for it."""

from pathlib import Path

import pytest

from autograder.assignment import Assignment
from autograder.errors import HiddenTestsBroken
from autograder.judge.broken_files import ended
from autograder.judge.pool import Pool
from autograder.judge.pytest_plugin import with_tests
from autograder.judge.warm import Grader

from .notebooks import notebook

PASSES = """
from lib.kit.checks import question

@question("ex1", points=1)
def test_passes(submission):
    pass
"""
BROKEN = {
    "x = (\n": ":1: SyntaxError: '(' was never closed; fix",
    "\nimport no_such_module\n": ":2: ModuleNotFoundError: No module named 'no_such_module', so",
    "\n\nprint(undefined)\n": ":3: NameError: name 'undefined' is not defined; fix",
    "def f():\n    raise SystemExit(3)\nf()\n": ":2: it ends the program when it is imported (Syst",
    "import pytest\npytest.exit('enough')\n": ":2: Exit: enough; fix",
    "import pytest\npytest.skip('later', allow_module_level=True)\n": ":2: Skipped: later; fix",
}


@pytest.mark.parametrize("source", BROKEN)
@pytest.mark.parametrize("in_a_helper", [False, True])
def test_the_line_and_what_is_wrong_are_said(
    tmp_path: Path, source: str, in_a_helper: bool
) -> None:
    path, other = tmp_path / "test_lab.py", tmp_path / "test_other.py"
    other.write_text(PASSES, "utf-8")
    helper = tmp_path / f"helper_{abs(hash((source, str(tmp_path))))}.py"
    broken = helper if in_a_helper else path
    path.write_text(f"import {helper.stem}\n", "utf-8")
    broken.write_text(source, "utf-8")
    with pytest.raises(HiddenTestsBroken) as caught:
        with_tests((path, other), lambda tests: None)
    assert f"{broken}{BROKEN[source]}" in str(caught.value)
    assert str(caught.value).endswith("fix the test file")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("statement", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_a_file_that_ends_the_process_is_named(tmp_path: Path, statement: str) -> None:
    good, bad = tmp_path / "test_good.py", tmp_path / "test_lab.py"
    good.write_text(PASSES, "utf-8")
    bad.write_text(f"import os\n{statement}\n", "utf-8")
    lab = Assignment("lab", tmp_path, notebook(), (good, bad))
    with pytest.raises(HiddenTestsBroken) as caught, Pool(Grader(lab), jobs=1) as pool:
        pool.warm_up()
    assert str(caught.value) == ended(str(bad))
