"""What a worker can choose carries no hidden inputs out of a grading, or hardly any."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.engine import CellError, StudentError
from autograder.judge.hidden_door import MOST_TEXTS, HiddenDoor

NOTEBOOK = "class Adder:\n    def add(self, a, b):\n        raise Odd('no way out')\n# ≈ 3\n"
PLACES = frozenset({"its cell", "own.py", "own.py, which is empty"})
OF_LAB = 'fail(f"{what} has shape {shape}, not as asked; see `m.max()`", "Größe × 2")\nsum total'


@pytest.fixture
def door() -> HiddenDoor:
    return HiddenDoor(NOTEBOOK, OF_LAB, PLACES)


def raised(name: str = "ValueError", message: str = "", where: str = "") -> StudentError:
    return StudentError(name, message, where)


@pytest.mark.parametrize(
    "said",
    [
        "sum has shape (3, 4, 512), not as asked; see `m.max()`. Größe × 2",
        "total is a Tensor, list, OrderedDict, Adder, not as asked",
        "not as asked: 3.5e-05 of 99999",
    ],
)
def test_what_the_lab_or_a_library_says_passes(door: HiddenDoor, said: str) -> None:
    import torch  # which knows a Tensor

    assert torch.Tensor.__name__ == "Tensor"
    door = HiddenDoor(NOTEBOOK, f"{OF_LAB} is a of e")
    assert door.comparison(said) == said


@pytest.mark.parametrize(
    ("said", "passes"),
    [
        ("not A60_87_11_26", "not …"),
        ("sum has shape (0, 39, 1234567)", "sum has shape (0, 39, …)"),
        ("has shape ['_40_41', 'total', 'a b']", "has shape ['…', 'total', '…']"),
        ("sum 一丁 total ☃", "sum … total …"),
        ("sum `total", "sum `total"),
    ],
)
def test_what_a_worker_brought_in_is_left_out(door: HiddenDoor, said: str, passes: str) -> None:
    assert door.comparison(said) == passes


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (raised("ValueError", "no way"), "your code raised ValueError: no way"),
        (raised("Odd", "no way out"), "your code raised Odd: no way out"),
        (raised("A371_372"), "your code raised an exception"),
        (raised("IndexError", "5 > 3"), "your code raised IndexError: … > …"),
        (raised("E", "一丁"), "your code raised an exception: …"),
        (raised(where="line 3 of its cell, in add"), "your code raised ValueError "
         "(line 3 of its cell, in add)"),
        (raised(where="line 3 of its cell, in [371]"), "your code raised ValueError"),
        (raised(where="line 3 of its cell, in f371"), "your code raised ValueError "
         "(line 3 of its cell)"),
        (raised(where="line 371 of its cell"), "your code raised ValueError"),
        (raised(where="in own.py"), "your code raised ValueError (in own.py)"),
        (raised(where="line 2 of own.py, which is empty, in add"), "your code raised ValueError "
         "(line 2 of own.py, which is empty, in add)"),
        (raised(where="line 2 of 371, in add"), "your code raised ValueError"),
        (raised("", "it is too large"), "a result of your code can't be checked: it is too large"),
    ],
)  # fmt: skip
def test_exceptions(door: HiddenDoor, error: StudentError, passes: str) -> None:
    assert str(door.exception(error)) == passes


def test_a_few_texts_pass_and_the_same_ones_again(door: HiddenDoor) -> None:
    texts = [
        f"zqreason zq{'ab'[number // 26]}{chr(97 + number % 26)} zqhere" for number in range(40)
    ]
    told = [door.exception(raised(message=text)).message for text in texts]
    assert told[:MOST_TEXTS] == texts[:MOST_TEXTS]
    assert set(told[MOST_TEXTS:]) == {"… … …"}
    assert door.exception(raised(message=texts[0])).message == texts[0]


def test_a_cell_that_ran_after_a_test_passes_the_same_door(door: HiddenDoor) -> None:
    error = CellError("A371", "5 一", "line 2 of its cell, in b371", 2)
    assert door.cell_error(error) == CellError("an exception", "… …", "line 2 of its cell", 2)


@given(st.text(), st.text(), st.text())
def test_any_text_passes_without_an_error(name: str, message: str, where: str) -> None:
    door = HiddenDoor(NOTEBOOK, OF_LAB)
    assert isinstance(str(door.exception(raised(name, message, where))), str)
    known = set(OF_LAB + NOTEBOOK + "…")
    assert all(mark.isascii() or mark in known for mark in door.comparison(message))
