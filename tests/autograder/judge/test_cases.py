"""Cases are called the same whatever they are given, and students read no input of theirs."""

from pathlib import Path

import pytest

from autograder.errors import HiddenTestsBroken
from autograder.judge.cases import LONGEST_ID, Case
from autograder.judge.pytest_plugin import with_tests

HEAD = '''
import pytest
from lib.kit.checks import question

@question("ex1", points=1)
@pytest.mark.{marks}
def test_stop({names}):
    """Stops."""
{below}
'''


def cases(
    folder: Path, marks: str, names: str = "submission, n", below: str = ""
) -> list[tuple[str, str]]:
    """The name and the title of each case."""
    path = folder / "test_lab.py"
    marks = "\n@pytest.mark.".join(marks.splitlines())
    path.write_text(HEAD.format(marks=marks, names=names, below=below), "utf-8")
    called: list[Case] = []
    with_tests((path,), lambda tests: called.extend(tests._called.values()))
    return [(case.name, case.checked) for case in called]


def numbered(*titles: str) -> list[tuple[str, str]]:
    return [(f"test_stop[{at}]", f"Stops ({title})") for at, title in enumerate(titles, start=1)]


def test_a_case_without_an_id_is_counted_and_shows_no_input(tmp_path: Path) -> None:
    found = cases(tmp_path, "parametrize('n', ['secret', 'Ünï ::[]\\n\\x1b', 'secret'])")
    assert found == numbered("case 1 of 3", "case 2 of 3", "case 3 of 3")


@pytest.mark.parametrize("ids", ["ids=str", "ids=lambda value: f'a{value}'", "ids=[None, None]"])
def test_computed_ids_are_not_shown(tmp_path: Path, ids: str) -> None:
    found = cases(tmp_path, f"parametrize('n', ['secret', 'other'], {ids})")
    assert found == numbered("case 1 of 2", "case 2 of 2")


def test_ids_that_are_written_down_are_shown(tmp_path: Path) -> None:
    marks = "parametrize('n', [pytest.param(1, id='with a comma'), 2], ids=['x', 'ünï ::[y]'])"
    assert cases(tmp_path, marks) == numbered("with a comma", "ünï ::[y]")


def test_odd_ids_are_printable_and_have_an_end(tmp_path: Path) -> None:
    found = cases(tmp_path, f"parametrize('n', [1, 2], ids=['\\x1b[2J', {'x' * 999!r}])")
    (_, first), (_, second) = found
    assert "\x1b" not in first and len(second) < LONGEST_ID + 20


def test_the_same_id_twice_is_told_apart(tmp_path: Path) -> None:
    found = cases(tmp_path, "parametrize('n', [1, 2, 3], ids=['a', 'b', 'a'])")
    assert found == numbered("a, case 1 of 3", "b", "a, case 3 of 3")


def test_marks_one_above_the_other_multiply(tmp_path: Path) -> None:
    marks = "parametrize('n', ['b-c', 'c'], ids=['b-c', 'c'])\nparametrize('m', ['a', 'a-b'])"
    found = cases(tmp_path, marks, "submission, n, m")  # pytest calls two of them `a-b-c`
    assert [name for name, _ in found] == [f"test_stop[{at}]" for at in range(1, 5)]
    titles = ["b-c, case 1 of 4", "c, case 2 of 4", "b-c, case 3 of 4", "c, case 4 of 4"]
    assert found == numbered(*titles)


def test_a_single_case_is_a_case(tmp_path: Path) -> None:
    assert cases(tmp_path, "parametrize(('n', 'm'), [(1, 2)])", "n, m") == numbered("case 1 of 1")


@pytest.mark.parametrize(
    ("marks", "below"),
    [
        ("usefixtures('request')", "@pytest.fixture(params=[1, 2])\ndef n(request): return 1"),
        ("usefixtures('request')", "pytestmark = pytest.mark.parametrize('n', [1, 2])"),
        ("parametrize('m', [1, 2])", "pytestmark = pytest.mark.parametrize('n', [1, 2])"),
        (
            "usefixtures('request')",
            "def pytest_generate_tests(metafunc):\n    metafunc.parametrize('n', [1])",
        ),
    ],
)
def test_cases_that_the_build_did_not_count_are_refused(
    tmp_path: Path, marks: str, below: str
) -> None:
    names = "submission, n, m" if "'m'" in marks else "submission, n"
    wrong = r"test_lab\.py:5: pytest makes \d cases of test_stop, the build .*; write all as"
    with pytest.raises(HiddenTestsBroken, match=wrong):
        cases(tmp_path, marks, names, below)


def test_cases_that_can_not_be_counted_break_the_tests(tmp_path: Path) -> None:
    with pytest.raises(HiddenTestsBroken, match="can't be counted"):
        cases(tmp_path, "parametrize('n', list('ab'))")


def test_a_test_without_cases_keeps_its_name_and_title(tmp_path: Path) -> None:
    assert cases(tmp_path, "usefixtures('request')", "submission") == [("test_stop", "Stops.")]
