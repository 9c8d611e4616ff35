"""What does nothing is not compared, however it was put into a copy; what acts is."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.similarity.idle_code import idle_spans
from autograder.similarity.normal_form import Kind, normal_form

from .made_texts import COUNTING, OTHER_WAY

IDLE = [
    *("pass", "...", "'''My own words.'''", "assert lines is not None, 'why?'", "print('here', 3)"),
    *("unused = 0", "unused: int = 0", "note: list[str]", "a = b = 0", "lines = lines"),
    *("if False:\n    raise ValueError", "while 0:\n    step()", "for _ in ():\n    pass"),
    *("if lines:\n    print(1)\nelif stop:\n    pass\nelse:\n    ...", "len([])", "lines == 3"),
    *("try:\n    pass\nexcept ValueError:\n    pass", "once = 1; once += 1; last = once"),
]
ACTING = [
    *("lines.sort()", "lines += [1]", "stop = {}", "next(it)", "if lines:\n    return 3"),
    *("del lines[0]", "lines[0] = 0", "self.unused = 0", "raise ValueError"),
]


def with_between(code: str, noise: list[str], first: int = 0) -> str:
    """The code with such a statement after each one."""
    tree, number = ast.parse(code), first
    for node in ast.walk(tree):
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if not isinstance(block, list) or isinstance(node, ast.Module):
                continue
            mixed = []
            for one in block:
                mixed += [*ast.parse(noise[number % len(noise)]).body, one]
                number += 1
            setattr(node, name, mixed)
    return ast.unparse(tree)


@pytest.mark.parametrize("noise", IDLE)
def test_a_statement_that_does_nothing_hides_nothing(noise: str) -> None:
    assert normal_form(with_between(COUNTING, [noise]), Kind.CODE) == normal_form(
        COUNTING, Kind.CODE
    )


@given(st.lists(st.sampled_from(IDLE), min_size=1), st.sampled_from([COUNTING, OTHER_WAY]))
def test_nor_do_several(noise: list[str], code: str) -> None:
    assert normal_form(with_between(code, noise), Kind.CODE) == normal_form(code, Kind.CODE)


@pytest.mark.parametrize("act", ACTING)
def test_a_statement_that_acts_counts(act: str) -> None:
    assert normal_form(with_between(COUNTING, [act]), Kind.CODE) != normal_form(COUNTING, Kind.CODE)


@pytest.mark.parametrize(
    "copy",
    [
        "def f(x: int, *rest: 'a: b', y: (int) = 3, **more: dict[str, int]) -> dict[str, int]:\n"
        "    total: float = (x + y)\n    return (total)",
        'def f(x, *rest, y=3, **more):\n    """Ä: what -> it = does."""\n'
        "    total = x + y; return total",
        "def f(\n    x,\n    *rest,\n    y=3,\n    **more,\n):\n    if True:\n        total = (\n"
        "            x\n            + y\n        )\n    return total\n    never()",
        "%load_ext autoreload\ndef g(x, *a, b=3, **c):\n    pass\n    t = x + b\n    return t\n!ls",
    ],
)
def test_notes_brackets_and_forms_are_gone(copy: str) -> None:
    plain = "def f(x, *rest, y=3, **more):\n    total = x + y\n    return total"
    assert normal_form(plain, Kind.CODE) in normal_form(copy, Kind.CODE)


def test_calls_and_fields_stay() -> None:
    assert normal_form("class A:\n    x: int\n    y: int = 2\n", Kind.CODE) == "classO:V:intV=2"
    assert normal_form("f((a, b), (yield))[0]", Kind.CODE) == "V(V,V,yield)[0]"


def test_a_cell_that_is_no_code_spoils_no_other() -> None:
    hidden = with_between(COUNTING, IDLE)
    spoilt = normal_form(f"def broken(:\n\n{hidden}\n\nx = !ls\n\n)", Kind.CODE)
    assert normal_form(COUNTING, Kind.CODE) in spoilt


@given(
    st.text()
    | st.lists(st.sampled_from([*IDLE, *ACTING, "é = (", "\r", "\n\n", "\0"])).map("\n".join)
)
def test_idle_parts_are_parts_of_the_text(text: str) -> None:
    found = idle_spans(text)
    assert found == sorted(found)
    assert all(0 <= span.start < span.end <= len(text) for span in found)
