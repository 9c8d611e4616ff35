"""Messages that can hold an expected value are found, with a line; all others are let be."""

from pathlib import Path

import pytest

from autograder.gate.messages import WAIVER, tellings_in

TELLING = {
    "the value": 'assert_equal(f(1), wanted, f"should be {wanted}")',
    "in a hint": 'assert_close(f(1), wanted, hint=f"it is {wanted:.2f}")',
    "in the words before": 'assert_equal(f(1), expected=wanted, what=f"{wanted}")',
    "by its name": 'fail(f"it is {expected_sum}")',
    "as a text": 'fail("it is " + str(expected), "look")',
    "formatted": 'fail("it is {}".format(expected))',
    "with a percent sign": 'fail("it is %s" % expected)',
    "in a hint of fail": 'fail("wrong", f"not {reference}")',
    "by position": 'assert_above(gap, 1, f"not {solution}")',
    "of a part": 'assert_equal(f(1), wanted, f"{wanted[0]} comes first")',
    "of an attribute": 'assert_equal(f(1), wanted, f"{wanted.value}")',
    "an input": 'assert_equal(f(n), 2 * n, f"twice {n}")',
    "while it is taken": 'take_number(f(1), f"not {expected}"); take_text(x, what=f"{expected}")',
    "of a failure": 'raise CheckFailure(f"{expected}")',
    "of another module": 'checks.fail(f"{expected}")',
    "of a frame": 'assert_frame_equal(f(1), frame, f"like {frame}")',
    "written down alone": 'for a, b in ((1, 2),): assert_equal(f(a), b, f"f({a}) is {b}")',
}
SILENT = {
    "no message": "assert_equal(f(1), wanted)",
    "words": 'assert_equal(f(1), wanted, "the sum", hint="look at the axis")',
    "the name of a part": 'assert_equal(one[name], wanted[name], f"the gradient of {name}")',
    "the number of a part": 'assert_equal(one[n], wanted[n], f"element {n}")',
    "an attribute by name": 'assert_equal(one, getattr(ours, name), f"the {name}")',
    "the form": 'assert_equal(x, wanted, f"the {len(wanted)} values of shape {wanted.shape}")',
    "the student's own": 'assert_equal(actual, wanted, f"what {actual} gives")',
    "a plain assert, which the door stops": 'assert f(1) == wanted, f"it is {wanted}"',
    "inputs that are written down": 'for n in (1, 2): assert_close(f(n), g(n), f"f of {n}")',
    "no comparison of ours": 'log(1, wanted, f"{wanted}")',
}


@pytest.mark.parametrize(
    ("mark", "words", "is_found"),
    [
        ("'n', [1, 2]", "f of {n}", False),
        ("('n', 'm'), [(1, 2)]", "f of {m}", False),
        ("'n', [make()]", "f of {n}", True),
        ("'n, expected', [(1, 2)]", "it is {expected}", True),
    ],
)
def test_cases_that_are_written_down_are_like_loops(
    tmp_path: Path, mark: str, words: str, is_found: bool
) -> None:
    path = tmp_path / "test_lab.py"
    test = f'assert_equal(f(n, m), g(n, m), f"{words}")'
    path.write_text(f"@parametrize({mark})\ndef test_one(submission): {test}\n", "utf-8")
    assert bool(tellings_in(path)) is is_found


def written(tmp_path: Path, line: str) -> Path:
    path = tmp_path / "test_lab.py"
    path.write_text(f"def test_one(submission):\n    {line}\n", "utf-8")
    return path


@pytest.mark.parametrize("name", TELLING)
def test_what_can_tell_is_found(tmp_path: Path, name: str) -> None:
    (telling, *_) = tellings_in(written(tmp_path, TELLING[name]))
    assert telling.line == 2 and not telling.waived


@pytest.mark.parametrize("name", SILENT)
def test_what_tells_nothing_is_let_be(tmp_path: Path, name: str) -> None:
    assert tellings_in(written(tmp_path, SILENT[name])) == []


def test_a_reason_waives_it(tmp_path: Path) -> None:
    line = f'fail(f"not {{expected}}")  {WAIVER} it is in the text of the question'
    (telling,) = tellings_in(written(tmp_path, line))
    assert telling.waived == "it is in the text of the question"
    (telling,) = tellings_in(written(tmp_path, f'fail(f"{{expected}}")  {WAIVER}'))
    assert not telling.waived
