"""Cases are counted where they stand; what can't be counted is one clear line."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.compiler.points import read_tests
from autograder.errors import UserError

TEST = "@question('ex1', points=1)\ndef test_a(submission, **case): pass\n"


def names(folder: Path, marks: str, below: str = "") -> list[str]:
    path = folder / "test_lab.py"
    path.write_text(f"{marks}\n{TEST}{below}\n", "utf-8")
    return [test.name for test in read_tests(path)]


@pytest.mark.parametrize(
    ("marks", "number"),
    [
        ("@pytest.mark.parametrize('n', [1, 2, 3])", 3),
        ("@pytest.mark.parametrize('n, m', ((1, 2), (3, 4)))", 2),
        ("@pytest.mark.parametrize(argnames='n', argvalues=[make(), f'{x}', *'']\n)", None),
        ("@mark.parametrize(argnames='n', argvalues=[make(), f'{x}'])", 2),
        ("@parametrize('n', range(4))", 4),
        ("@parametrize('n', range(1, 10, 3))", 3),
        ("@parametrize('n', [1, 2])\n@parametrize('m', [1, 2, 3])", 6),
        ("CASES = [1, 2]\n@parametrize('n', CASES)", 2),
        ("CASES: list[int] = [1, 2]\n@parametrize('n', CASES)", 2),
        ("CASES = range(3)\n@parametrize('n', CASES)", 3),
        ("@parametrize('n', [pytest.param(1, id='one'), 2], ids=None)", 2),
        ("@parametrize('n', [1, 2], False, ['one', None])", 2),
        ("@parametrize('n', [1, 2], indirect=[])", 2),
        ("@parametrize('n', [1, 2], ids=str)", 2),
        ("@fixture('n', [1, 2])", 1),
    ],
)
def test_cases_that_are_written_down_are_counted(
    tmp_path: Path, marks: str, number: int | None
) -> None:
    if number is None:
        with pytest.raises(UserError, match="can't be counted"):
            names(tmp_path, marks)
        return
    found = names(tmp_path, marks)
    one = ["test_a"] if "parametrize" not in marks else []
    assert found == (one or [f"test_a[{n + 1}]" for n in range(number)])


@pytest.mark.parametrize(
    ("marks", "line", "wrong"),
    [
        ("@parametrize('n', make())", 1, "can't be counted without running the file; write them"),
        ("@parametrize('n', [n for n in range(3)])", 1, "can't be counted"),
        ("@parametrize('n', CASES)", 1, "can't be counted"),
        ("from x import CASES\n@parametrize('n', CASES)", 2, "can't be counted"),
        ("CASES = [1]\nCASES += [2]\n@parametrize('n', CASES)", 3, "can't be counted"),
        ("CASES = [1]\nCASES = [2]\n@parametrize('n', CASES)", 3, "can't be counted"),
        ("A = [1]\nB = A\n@parametrize('n', B)", 3, "can't be counted"),
        ("@parametrize('n', {1, 2})", 1, "can't be counted"),
        ("@parametrize('n', range(N))", 1, "can't be counted"),
        ("@parametrize('n', range(1, 2, 0))", 1, "can't be counted"),
        ("@parametrize('n', range())", 1, "can't be counted"),
        ("@parametrize(*CASES)", 1, "can't be counted"),
        ("@parametrize('n')", 1, "can't be counted"),
        ("@parametrize", 1, "can't be counted"),
        ("@parametrize('n', [])", 1, "there are no cases; write some"),
        ("@parametrize('n', range(10**9))", 1, "can't be counted"),
        ("@parametrize('n', range(1001))", 1, "1001 cases, more than 1000; write a loop"),
        ("@parametrize('n', range(32))\n@parametrize('m', range(32))", 1, "1024 cases"),
        ("@parametrize('n', [1], indirect=True)", 1, "`indirect` hands the cases to a fixture"),
        ("@parametrize('n', [1], indirect=['n'])", 1, "`indirect`"),
        ("@parametrize('n', [1], SOME)", 1, "`indirect`"),
        ("@parametrize('n', [1], scope='module')", 1, "`scope` changes the order"),
        ("@parametrize('n', [\n1,\nparam(2, id=f'{x}')])", 3, "students read the id of a case"),
        ("@parametrize('n', [1], ids=[str(1)])", 1, "students read the id of a case; write it"),
        ("IDS = [x]\n@parametrize('n', [1], ids=IDS)", 1, "students read the id"),
    ],
)
def test_what_can_not_be_counted_is_one_line(
    tmp_path: Path, marks: str, line: int, wrong: str
) -> None:
    with pytest.raises(UserError, match=wrong) as caught:
        names(tmp_path, marks)
    assert caught.value.message.startswith(f"{tmp_path / 'test_lab.py'}:{line}: ")
    assert "\n" not in caught.value.message


@given(st.lists(st.lists(st.integers(), min_size=1, max_size=4), min_size=1, max_size=3))
def test_marks_multiply(tmp_path_factory: pytest.TempPathFactory, marks: list[list[int]]) -> None:
    folder = tmp_path_factory.getbasetemp()
    text = "\n".join(f"@parametrize('n{at}', {cases})" for at, cases in enumerate(marks))
    assert len(names(folder, text)) == len(list(itertools.product(*marks)))


def test_a_name_that_a_function_gives_again_is_no_constant(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="can't be counted"):
        names(tmp_path, "CASES = [1]\n@parametrize('n', CASES)", "def f():\n    CASES = 2")
