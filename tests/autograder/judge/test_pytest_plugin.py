"""Hidden tests against real workers: what passes, what fails and what students read."""

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.assignment import Assignment
from autograder.engine import Cause, Zygote
from autograder.errors import HiddenTestsBroken
from autograder.judge.content import Content
from autograder.judge.grade import Grading
from autograder.judge.pool import Pool
from autograder.judge.pytest_plugin import MESSAGE_LIMIT, run_tests
from autograder.judge.results import Verdict
from autograder.judge.session import SOURCE_LIMIT, Session
from autograder.judge.warm import Grader

from .notebooks import answer, given, notebook, question

HIDDEN_TESTS = '''
import pytest
import torch
from lib.kit.checks import assert_equal, question

@question("ex2-half", points=1)
def test_half(submission):
    """Halves."""
    assert_equal(submission.half(4), 2)

@question("ex1-double", points=2, if_raises="does it take every number?")
def test_double(submission):
    """Doubles."""
    assert_equal(submission.double(4), 8, hint="is it a product?")

@question("ex1-double", points=1)
@pytest.mark.parametrize("number", [0, 3])
def test_fresh(submission, rng, number):
    """Doubles anything."""
    drawn = int(torch.randint(100, (1,), generator=rng)) + number
    assert_equal(submission.double(drawn), 2 * drawn)

@question("ex1-double", points=1)
def test_silent_assert(submission):
    assert submission.double(1) == 2
'''

Grade = Callable[..., dict[str, dict[str, Verdict]]]


@pytest.fixture
def grade(zygote: Zygote, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Grade:
    """Grade an answer to ex1 (and one to ex2) with tests: question -> test name -> result."""
    # The outer pytest's import hook would rewrite the inner one's asserts.
    hooks = [hook for hook in sys.meta_path if "assertion" not in type(hook).__module__]
    monkeypatch.setattr(sys, "meta_path", hooks)

    def run(
        double: str,
        half: str = "half = lambda x: x // 2",
        tests: str = HIDDEN_TESTS,
        file: str = "test_lab.py",
    ) -> dict[str, dict[str, Verdict]]:
        path = tmp_path / file
        path.write_text(tests, "utf-8")
        cells = notebook(
            given("c0", "import os, sys, time"),
            answer("c1", double),
            question("ex1-double", 5),
            given("c2", "while True: pass", tags=["skip-grading"]),
            answer("c3", half),
            question("ex2-half", 1),
        ).cells
        session = Session(zygote, cells, seed=1)
        try:
            found = run_tests((path,), session)
        finally:
            session.close()
        return {name: {test.name: test for test in tests} for name, tests in found.items()}

    return run


def outcomes(results: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    return {name: [t.outcome for t in tests.values()] for name, tests in results.items()}


OPEN = "def double(x):\n    raise NotImplementedError('TODO: double it')"
ALL_PASS = {"ex1-double": ["passed"] * 4, "ex2-half": ["passed"]}
FIRST_LOST = {"ex1-double": ["failed"] * 4, "ex2-half": ["passed"]}


def test_what_a_message_repeats_is_short_and_seen(grade: Grade) -> None:
    tests = (
        HIDDEN_TESTS
        + '''
@question("ex2-half", points=1)
def test_name(submission):
    """Repeats."""
    from lib.kit.checks import fail
    fail(submission.half(4))
'''
    )
    half = "half = lambda x: 'a\\u202e\\x1b[2J\\n' + 'x' * 10**6"
    message = grade("double = abs", half, tests)["ex2-half"]["test_name"].message
    assert message == "a…\ufffd[2J\n…"


def test_right_answers_pass_in_the_order_of_the_notebook(grade: Grade) -> None:
    results = grade("def double(x): return 2 * x")
    assert outcomes(results) == ALL_PASS
    assert list(results) == ["ex1-double", "ex2-half"]
    assert results["ex1-double"]["test_fresh[2]"].checked == "Doubles anything (case 2 of 2)"


def test_a_wrong_answer_is_told_what_to_look_at(grade: Grade) -> None:
    results = grade("def double(x): return x + 4")["ex1-double"]
    assert results["test_double"].outcome == "passed"  # by chance: 4 + 4
    assert results["test_fresh[1]"].message == "the result has the wrong value"
    assert results["test_silent_assert"].message == "not as asked"


def test_a_message_that_quotes_an_answer_has_an_end(grade: Grade) -> None:
    plain = "    assert submission.double(1) == 2"
    fails = "    from lib.kit.checks import fail; fail(submission.double(1))"
    quoting = HIDDEN_TESTS.replace(plain, fails)
    results = grade("def double(x): return 'x' * 10**6", tests=quoting)["ex1-double"]
    assert len(results["test_silent_assert"].message) < MESSAGE_LIMIT + 9


@pytest.mark.parametrize(
    ("double", "cause", "words"),
    [
        (OPEN, Cause.OPEN_BLANK, "blank is still open"),
        ("double = TODO_double_it", Cause.MISSING_NAME, "`double` is not defined"),
        ("def double(x): return TODO_twice", Cause.OPEN_BLANK, "blank is still open"),
        ("def double(x): return 1 / 0", Cause.RAISED, "raised ZeroDivisionError: division by zero"),
        ("def double(x): return 1 / 0", Cause.RAISED, "does it take every number?"),
        ("def double(x): return bytearray(2**42)", Cause.MEMORY, "does it take every number?"),
        ("def double(x): return bytes(2**27)", Cause.UNSENDABLE, "can't be checked: it is too"),
        ("def double(x): return str(2 * x)", Cause.COMPARISON, "should be of type int"),
        ("def double(x): os._exit(0)", Cause.ENDED, "the check ended the program"),
        ("def double(x): os.abort()", Cause.CRASHED, "the check crashed the program"),
        ("def double(x): sys.exit(0)", Cause.RAISED, "SystemExit"),
        ("def double(x):\n    while True: pass", Cause.TIME, "time limit"),
        ("while True: pass", Cause.MISSING_NAME, "`double` is not defined"),
        ("os._exit(0)", Cause.MISSING_NAME, "`double` is not defined"),
        ("def double(x: return", Cause.MISSING_NAME, "`double` is not defined"),
    ],
)
def test_a_failure_costs_its_question_only(
    grade: Grade, double: str, cause: Cause, words: str
) -> None:
    results = grade(double)
    assert outcomes(results) == FIRST_LOST
    verdict = results["ex1-double"]["test_double"]
    assert verdict.cause is cause
    assert words in verdict.message
    assert results["ex2-half"]["test_half"].cause is None


def test_what_the_system_refused_is_told_by_its_number(grade: Grade) -> None:
    verdict = grade("def double(x): return open('nothing')")["ex1-double"]["test_double"]
    assert (verdict.error_name, verdict.errno) == ("FileNotFoundError", 2)
    verdict = grade("def double(x): return 'no'")["ex1-double"]["test_double"]
    assert (verdict.error_name, verdict.errno) == ("", 0)


def test_an_object_that_lacks_something_is_told_the_hint_too(grade: Grade) -> None:
    """An object of another class is wrong in the same way as one that raises."""
    tests = HIDDEN_TESTS.replace("submission.double(4), 8", "submission.double.twice, 8")
    verdict = grade("class Once: pass\ndouble = Once()", tests=tests)["ex1-double"]["test_double"]
    assert verdict.cause is Cause.MISSING_ATTRIBUTE
    assert verdict.message == "`Once` has no attribute `twice`. does it take every number?"


def test_a_check_that_breaks_is_told_from_one_that_finds_fault(grade: Grade) -> None:
    tests = HIDDEN_TESTS + (
        '@question("ex1-double", points=1)\n'
        "def test_breaks(submission):\n    submission.double(1) + 1\n"
    )
    results = grade("def double(x): return None", tests=tests)["ex1-double"]
    assert results["test_breaks"].cause is Cause.CHECK_BROKEN
    assert results["test_silent_assert"].cause is Cause.COMPARISON


BROKEN_TESTS = """
@question("ex1-double", points=1)
def test_unknown_name(submission):
    undefined(submission.double(1))

@question("ex1-double", points=1)
def test_sends_a_function(submission):
    submission.double(lambda: 987654)

@question("ex1-double", points=1)
def test_loops_over_an_object(submission):
    for item in submission.double(1):
        pass

@question("ex1-double", points=1)
def test_compares_an_object(submission):
    assert submission.double(1) == 987654
"""


def test_a_broken_test_blames_itself_and_tells_its_author_where(grade: Grade) -> None:
    results = grade("def double(x): return print", tests=HIDDEN_TESTS + BROKEN_TESTS)
    verdicts = results["ex1-double"]
    for name, error in (("unknown_name", "NameError"), ("sends_a_function", "Misuse")):
        verdict = verdicts[f"test_{name}"]
        assert verdict.cause is Cause.TEST_BROKEN
        assert verdict.message == (
            f"the check itself is broken here ({error}); your grader is told"
        )
        assert f": {error}: " in verdict.detail and "test_lab.py:" in verdict.detail
    assert "can't be sent to the worker" in verdicts["test_sends_a_function"].detail
    for name, words in (("loops_over", "looped over"), ("compares", "compared")):
        verdict = verdicts[f"test_{name}_an_object"]
        assert verdict.cause is Cause.CHECK_BROKEN
        assert "(an object of type builtin_function_or_method)" in verdict.message
        assert f"can't be {words}: have `submission.setup` make plain values" in verdict.detail


LIBRARIES_COMPARE = """
import unittest
import numpy as np
import pandas as pd

@question("ex1-double", points=1)
def test_of_numpy(submission):
    np.testing.assert_array_equal(submission.double(np.array([1, 2])), np.array([987654, 4]))

@question("ex1-double", points=1)
def test_of_pandas(submission):
    expected = pd.DataFrame({"a": [987654, 4]})
    pd.testing.assert_frame_equal(submission.double(pd.DataFrame({"a": [1, 2]})), expected)

@question("ex1-double", points=1)
def test_plain(submission):
    assert submission.double(3) == 987654, f"it is {987654}"

@question("ex1-double", points=1)
def test_in_words(submission):
    assert submission.double(3) == 987654, "is it a product?"

@question("ex1-double", points=1)
def test_of_unittest(submission):
    unittest.TestCase().assertEqual(submission.double(4), 987654)
"""


def test_no_expected_value_reaches_a_student_whoever_compares(grade: Grade) -> None:
    verdicts = grade("def double(x): return 2 * x", tests=HIDDEN_TESTS + LIBRARIES_COMPARE)
    failed = {name: one.message for name, one in verdicts["ex1-double"].items() if not one.passed}
    assert failed == {
        "test_of_numpy": "not as asked: 1 of 2 values differ",
        "test_of_pandas": "not as asked: 50.0 % of the values differ",
        "test_plain": "not as asked",
        "test_in_words": "is it a product?",
        "test_of_unittest": "not as asked",
    }


FRAMES_COME_AND_GO = """
import datetime
import pandas as pd
from lib.kit.checks import assert_frame_equal, take_frame

@question("ex1-double", points=1)
def test_frames(submission):
    frame = pd.DataFrame({"a": [1, 2], "b": ["x", None]})
    assert_frame_equal(submission.double(frame), pd.concat([frame, frame]))
    taken = take_frame(submission.double(frame), {"a": "int64"}, 4)
    assert_equal(int(taken["a"].sum()), 6)

@question("ex1-double", points=1)
def test_other_values(submission):
    assert_equal(submission.double([datetime.date(2020, 1, 1), {1, 2}]),
                 [datetime.date(2020, 1, 1), {1, 2}] * 2)
"""
DOUBLE_FRAMES = """
def double(x):
    if isinstance(x, (list, int)):
        return 2 * x
    import pandas
    return pandas.concat([x, x])
"""


def test_frames_and_dates_come_and_go(grade: Grade) -> None:
    verdicts = grade(DOUBLE_FRAMES, tests=HIDDEN_TESTS + FRAMES_COME_AND_GO)["ex1-double"]
    assert {name: one.message for name, one in verdicts.items() if not one.passed} == {}
    wrong = DOUBLE_FRAMES.replace("[x, x]", "[x, x.assign(a=7)]")
    verdicts = grade(wrong, tests=HIDDEN_TESTS + FRAMES_COME_AND_GO)["ex1-double"]
    assert verdicts["test_frames"].message == (
        "column 'a' of the data frame: 2 of 4 values wrong, off by up to 10"
    )


def test_a_test_can_note_what_it_knows_of_an_exception(grade: Grade) -> None:
    tests = HIDDEN_TESTS + (
        '@question("ex1-double", points=1)\n'
        "def test_noted(submission):\n"
        "    try:\n        submission.double(0)\n"
        "    except AssertionError as error:\n"
        '        error.add_note("other numbers are doubled")\n        raise\n'
    )
    verdict = grade("def double(x): return 2 * x / x", tests=tests)["ex1-double"]["test_noted"]
    assert verdict.message.startswith("your code raised ZeroDivisionError: division by zero")
    assert verdict.message.endswith(". other numbers are doubled")
    assert verdict.cause is Cause.RAISED


REPEATS = """
seen = []
def double(x):
    seen.append(x)
    raise {name}(f"{{seen}} are too many: '{{seen}}'")
"""


@pytest.mark.parametrize(
    "name", ["ValueError", "NotImplementedError", "type(repr(seen), (Exception,), {})"]
)
def test_what_an_exception_says_repeats_no_hidden_input(grade: Grade, name: str) -> None:
    results = grade(REPEATS.format(name=name), "raise ValueError(f'{seen} and `{seen}`')")
    told = [verdict.message for one in results.values() for verdict in one.values()]
    assert len(told) == 5 and all(told)
    for message in told:
        place = re.sub(r"line \d+|cell c\d", "", message)
        assert not re.search(r"\d", place), message
    assert "are too many: '…' (line 4 of its cell, in double)" in told[0]
    assert "ValueError: […, …, …, …] and `…`" in told[-1]


def test_what_is_raised_in_a_public_check_is_told_as_it_is(grade: Grade) -> None:
    tests = HIDDEN_TESTS.partition('@question("ex1-double", points=1)')[0]
    results = grade(REPEATS.format(name="ValueError"), tests=tests, file="checks.py")
    assert "[4] are too many: '[4]'" in results["ex1-double"]["test_double"].message


def test_hints_for_exceptions_are_not_given_for_open_blanks(grade: Grade) -> None:
    results = grade(OPEN)
    assert "every number" not in results["ex1-double"]["test_double"].message


def test_a_missing_name_is_blamed_on_the_cell_that_names_it(grade: Grade) -> None:
    results = grade("def double(x: return", "1 / 0\nhalf = None")
    message = results["ex2-half"]["test_half"].message
    assert message.startswith("`half` is not defined; cell c3 failed: this cell raised ZeroDiv")
    message = grade("1 / 0", "half = double")["ex1-double"]["test_double"].message
    assert message.startswith("`double` is not defined; cell c1 failed")


def test_after_a_lost_worker_the_rest_of_the_question_says_why(grade: Grade) -> None:
    results = grade("def double(x):\n    while True: pass")["ex1-double"]
    assert results["test_fresh[1]"].message.startswith("not run, because a check before it")
    assert results["test_fresh[1]"].cause is Cause.NOT_RUN


def test_a_question_sees_nothing_of_later_cells(grade: Grade) -> None:
    results = grade("def double(x): return half(x) * 4")["ex1-double"]
    assert "NameError" in results["test_double"].message


def test_each_failed_cell_has_its_cause(zygote: Zygote) -> None:
    cells = notebook(
        given("c0", "1 / 0"),
        given("c1", "import os; os._exit(0)"),
        given("c2", "open('nothing')"),
        answer("c3", "#" * (SOURCE_LIMIT + 1)),
        answer("c4", "raise NotImplementedError('TODO: double it')"),
        question("ex1-double", 1),
    ).cells
    session = Session(zygote, cells, seed=1)
    with session.at_question("ex1-double", "a test"):
        pass
    session.close()
    found = {name: (one.cause, one.name, one.errno) for name, one in session.failures.items()}
    assert found == {
        "c0": (Cause.RAISED, "ZeroDivisionError", 0),
        "c1": (Cause.ENDED, "", 0),
        "c2": (Cause.RAISED, "FileNotFoundError", 2),
        "c3": (Cause.TOO_LONG, "", 0),
        "c4": (Cause.OPEN_BLANK, "NotImplementedError", 0),
    }
    assert session.remarks == ["cell c1: this cell ended the program (exit code 0)"]


def test_skips_and_exits_count_as_failed(grade: Grade) -> None:
    tests = HIDDEN_TESTS + (
        '@question("ex1-double", points=1)\n'
        "def test_skipped(submission):\n    pytest.skip('no')\n"
        '@question("ex1-double", points=1)\n'
        "@pytest.mark.xfail\n"
        "def test_expected(submission):\n    assert False\n"
        '@question("ex2-half", points=1)\n'
        "def test_leaves(submission):\n    pytest.exit('bye', returncode=0)\n"
        '@question("ex2-half", points=1)\n'
        "def test_after(submission):\n    pass\n"
    )
    results = grade("def double(x): return 2 * x", tests=tests)
    assert outcomes(results) == {
        "ex1-double": ["passed"] * 4 + ["failed"] * 2,
        "ex2-half": ["passed", "failed", "failed"],
    }


FIXTURES = """
import pytest
from lib.kit.checks import fail, question

log = []

@pytest.fixture(scope="module")
def shared():
    log.append("shared")
    yield 1
    log.append("shared is gone")

@pytest.fixture
def own(submission, shared):
    log.append("own")
    yield
    log.append("own is gone")

@pytest.fixture
def bad_start():
    raise ValueError

@pytest.fixture
def bad_end():
    yield
    assert False, "something is left behind"

@question("ex1-double", points=1)
def test_a(own): pass

@question("ex1-double", points=1)
@pytest.mark.parametrize("x", [1, 2])
def test_b(own, x):
    if x != 1: fail(str(log))

@question("ex1-double", points=1)
def test_c(bad_start): pass

@question("ex1-double", points=1)
def test_d(bad_end): pass

@question("ex1-double", points=1)
def test_e(bad_end): assert False, "this first"

@question("ex1-double", points=1)
def test_f(submission): pass
"""


def test_fixtures_are_set_up_and_torn_down_as_pytest_does(grade: Grade) -> None:
    tests = grade("", tests=FIXTURES)["ex1-double"]
    assert [name for name, test in tests.items() if test.passed] == [
        "test_a",
        "test_b[1]",
        "test_f",
    ]
    log = ["shared", "own", "own is gone", "own", "own is gone", "own"]
    assert tests["test_b[2]"].message == str(log)
    assert "(ValueError)" in tests["test_c"].message
    assert tests["test_c"].detail.endswith("test_lab.py:21: ValueError")
    assert tests["test_d"].message == "something is left behind"
    assert tests["test_e"].message == "this first"


PYTESTS_OWN = """
import unittest
from lib.kit.checks import question

@question("ex1-double", points=1)
def test_paths(tmp_path, tmpdir):
    assert tmp_path.is_dir()

@question("ex1-double", points=1)
def test_output(capsys):
    print("x")
    assert capsys.readouterr().out == "x\\n"

@question("ex1-double", points=1)
def test_settings(monkeypatch):
    monkeypatch.setenv("SET", "1")

class TestCase(unittest.TestCase):
    @question("ex1-double", points=1)
    def test_equal(self):
        self.assertEqual(1, 1)

    @question("ex1-double", points=1)
    def test_unequal(self):
        self.assertEqual(1, 3)

@question("ex1-double", points=1)
def test_parts(subtests):
    with subtests.test():
        assert False
"""


def test_what_pytest_brings_works_and_nothing_passes_by_not_raising(grade: Grade) -> None:
    tests = grade("", tests=PYTESTS_OWN)["ex1-double"]
    failed = {name: test.message for name, test in tests.items() if not test.passed}
    assert set(failed) == {"test_unequal", "test_parts"}, failed


RNG_TESTS = """
import random
from lib.kit.checks import question

@question("ex1-double", points=1)
def test_loads_a_library_late(submission, rng):
    import torch
    assert type(rng) is random.Random

@question("ex1-double", points=1)
def test_draws(submission, rng):
    assert type(rng) is random.Random, "another kind than the test before had"
"""


def test_the_kind_of_generator_does_not_depend_on_what_other_tests_load(tmp_path: Path) -> None:
    (tmp_path / "test_lab.py").write_text(RNG_TESTS, "utf-8")
    cells = notebook(answer("a", "double = 0"), question("ex1-double", 2))
    assignment = Assignment("lab", tmp_path, cells, (tmp_path / "test_lab.py",))
    grading = Grading(Content("ann", "lab.ipynb", nbformat.writes(cells).encode()))
    with Pool(Grader(assignment), jobs=1) as pool:  # a process that has not loaded it
        tests = pool.judge(grading)["questions"][0]["tests"]
    assert [(test["outcome"], test["message"]) for test in tests] == [("passed", "")] * 2


def test_broken_hidden_tests_are_nobodys_zero(grade: Grade) -> None:
    with pytest.raises(HiddenTestsBroken, match="no_such_module"):
        grade("double = None", tests="import no_such_module")
