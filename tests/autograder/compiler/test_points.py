"""Points are read from test files as they stand; nothing is run."""

from pathlib import Path

import pytest

from autograder.compiler.points import read_lab_tests, read_tests
from autograder.errors import UserError
from autograder.lab import read_lab_folder


def write_tests(folder: Path, text: str) -> Path:
    path = folder / "test_lab.py"
    path.write_text(text, encoding="utf-8")
    return path


def test_marks_are_read_without_running_the_file(tmp_path: Path) -> None:
    path = write_tests(
        tmp_path,
        "raise SystemExit\n"
        "@question('ex1', points=2)\n"
        "def test_a(submission): pass\n\n"
        "@pytest.mark.parametrize('n', [1, 2])\n"
        "@testing.question('ex2', points=0.5, if_raises=HINT)\n"
        "def test_b(submission, n): pass\n\n"
        "@fixture\n"
        "def helper(): pass\n",
    )
    tests = read_tests(path)
    assert [(test.question_id, test.points, test.name, test.line) for test in tests] == [
        ("ex1", 2.0, "test_a", 3),
        ("ex2", 0.5, "test_b[1]", 7),
        ("ex2", 0.5, "test_b[2]", 7),
    ]
    assert [test.function for test in tests] == ["test_a", "test_b", "test_b"]


def test_public_checks_have_no_cases_because_they_run_without_pytest(tmp_path: Path) -> None:
    text = "@parametrize('n', [1])\n@question('a', points=1)\ndef test_a(s, n): pass"
    path = tmp_path / "checks.py"
    path.write_text(text, "utf-8")
    with pytest.raises(UserError, match=r"checks.py:3: public checks have no cases, .*; write"):
        read_tests(path)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("def test_a(:", 1, "not Python"),
        ("@question('a')\ndef test_a(s): pass", 1, "must read"),
        ("@question\ndef test_a(s): pass", 1, "must read"),
        ("@question('a', 2)\ndef test_a(s): pass", 1, "must read"),
        ("@question(ID, points=2)\ndef test_a(s): pass", 1, "must read"),
        ("@question('a', points=N)\ndef test_a(s): pass", 1, "must read"),
        ("@question('a', points=0)\ndef test_a(s): pass", 1, "must read"),
        ("@question('a', points=-1)\ndef test_a(s): pass", 1, "must read"),
        ("@question('a', points=True)\ndef test_a(s): pass", 1, "must read"),
        ("@question('a', points=1e999)\ndef test_a(s): pass", 1, "must read"),
        ("@question('a', points=2)\ndef check_a(s): pass", 2, "isn't called test_"),
        (
            "\ndef test_a(s): pass",
            2,
            "`test_a` has no mark, so it would never run; write `@question",
        ),
        ("@q\ndef test_a(s): pass", 2, "`test_a` has no mark"),
        ("async def test_a(s): pass", 1, "`test_a` has no mark"),
        ("class T:\n @question('a', points=1)\n def test_a(s): pass", 3, "at the top of the file"),
        ("@question('a', points=1)\nasync def test_a(s): pass", 2, "isn't a plain function"),
        ("if 1:\n @question('a', points=1)\n def test_a(s): pass", 3, "isn't a plain function"),
        ("@q\n@question('a', points=1)\ndef test_a(s): pass\n" * 2, 6, "line 3"),
    ],
)
def test_marks_that_cannot_be_read(tmp_path: Path, text: str, line: int, message: str) -> None:
    path = write_tests(tmp_path, text)
    with pytest.raises(UserError, match=message) as caught:
        read_tests(path)
    assert caught.value.message.startswith(f"{path}:{line}: ")
    assert "\n" not in caught.value.message


def test_a_test_in_a_helpers_file_would_never_run(tmp_path: Path) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "probes.py").write_text("def helper(): pass\n", "utf-8")
    lab = read_lab_folder(tmp_path / "lab.md")
    assert read_lab_tests(lab) == []
    (hidden / "mean_test.py").write_text("@question('a', points=1)\ndef test_a(s): pass", "utf-8")
    with pytest.raises(UserError, match=r"mean_test.py:2: holds the test `test_a`, and isn't call"):
        read_lab_tests(lab)
