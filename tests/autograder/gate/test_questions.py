"""Points that don't add up and questions without tests are found at their tags."""

from pathlib import Path

import pytest

from autograder.gate.bench import Bench, Finding, Subject
from autograder.gate.questions import check_points, check_tests


def points_of(subject: Subject) -> list[Finding]:
    return check_points(Bench(subject, Path(), None)).findings  # type: ignore[arg-type]


def untested_of(subject: Subject) -> list[Finding]:
    return check_tests(Bench(subject, Path(), None)).findings  # type: ignore[arg-type]


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_sound_lab(subject: Subject) -> None:
    assert points_of(subject) == untested_of(subject) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("source/small/hidden/test_double.py", "points=1", "points=5", "its tests give 7"),
        (
            "source/small/small.md",
            "ex1-why 3",
            "ex1-why 4",
            "3 points in the release, its tag gives 4",
        ),
        ("source/small/small.md", "ex1-why 3", "ex1-how 3", "the release asks ex1-why"),
        ("release/small/checks.py", '"ex1-double"', '"ex1-treble"', "belongs to no question"),
    ],
)
def test_points_that_do_not_add_up(
    subject: Subject, file: str, old: str, new: str, words: str
) -> None:
    replace(subject.project / file, old, new)
    assert any(words in finding.what for finding in points_of(subject))


TESTS = ("release/small/checks.py", "source/small/hidden/test_double.py")


@pytest.mark.parametrize("file", TESTS)
def test_a_question_has_hidden_or_public_tests(subject: Subject, file: str) -> None:
    (subject.project / file).unlink()
    assert untested_of(subject) == []


def test_a_question_without_tests(subject: Subject) -> None:
    for file in TESTS:
        (subject.project / file).unlink()
    (finding,) = untested_of(subject)
    assert "ex1-double has no test; write a hidden one" in finding.what
    assert finding.place.endswith("small.md:17")


def test_extra_credit_is_told_apart(subject: Subject) -> None:
    text = "[questions.ex1-double]\nextra = true\n"
    (subject.source.parent / "lab.toml").write_text(text, "utf-8")
    seen = check_points(Bench(subject, Path(), None))  # type: ignore[arg-type]
    assert (seen.looked_at, seen.findings) == ("2 questions, 3 points, 3 extra", [])
