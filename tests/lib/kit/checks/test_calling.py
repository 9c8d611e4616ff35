"""A public check calls in the same way as a hidden test; the call itself is tested in the engine's
`test_calling.py`, for both."""

from pathlib import Path

from lib.kit.checks.selfcheck import Submission

PROJECT = Path(__file__).resolve().parents[4]


def test_it_is_the_graders_own() -> None:
    ours = PROJECT / "autograder" / "engine" / "untrusted" / "calling.py"
    assert (PROJECT / "lib" / "kit" / "checks" / "calling.py").resolve() == ours
    shipped = list((PROJECT / "release").glob("*/lib/kit/checks/calling.py"))
    assert shipped
    for file in shipped:
        assert file.read_text("utf-8") == ours.read_text("utf-8")


def test_a_check_sees_what_is_printed() -> None:
    called = Submission({}).call(print, "a", "b", sep="-")
    assert (called.printed, called.result, called.raised) == ("a-b\n", None, [])
