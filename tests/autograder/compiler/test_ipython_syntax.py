"""What Python sees of an IPython cell, with IPython itself as the judge."""

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.compiler.ipython_syntax import Scanner, as_python, cell_magic, syntax_problem

VALID_CELLS = [
    "",
    "# only a comment",
    "!ls it's (unbalanced",
    "!pip install \\\n  torch 'half a quote\nx = 1",
    "!!date",
    "%matplotlib inline",
    "%cd it's",
    "if True:\n    !ls 'here\n    %time 1",
    "files = !ls 'a\nx = 1",
    "a, b = %timeit -o 'x",
    "table['key'] = !cat \\\n  (file",
    "print?",
    "?print",
    "torch.nn.*??",
    "    x = 1\n    y = 2",  # IPython takes off the indentation
    "\n\n  x = 1",
    "await nothing()\nasync with a as b:\n    pass",
    "%%time\nx = 1",
    "%%timeit -n 3\nx = (\n1)",
    "%%writefile model.py\nx = 1",
    "%%bash\nfi 'not Python (",
    "%%html\n<b>",
    "x = (1\n  % 2)",
    "x = 7 \\\n  % 2",
    "x %= 2\ny = x != 1",
    "print('# no comment', \"it's\")  # it's one",
    "s = '''\n!ls '\n'''",
    "s = 'a\\\nb\\\\'\nx = 1",
    's = r"\\""',
    "f'{x!r:>{3}}' '%d' % 3",
    "x = {'a': [1, (2)]}  # ]",
]
INVALID_CELLS = [
    "x = (",
    "x = )",
    "def f():",
    "return 1",
    "'open",
    '"""open',
    "break",
    "nonlocal x",
]


@pytest.mark.parametrize("cell", VALID_CELLS)
def test_what_ipython_runs_has_no_problem(
    cell: str, runs_in_ipython: Callable[[str], None]
) -> None:
    runs_in_ipython(cell)
    assert syntax_problem(cell) is None


@pytest.mark.parametrize("cell", INVALID_CELLS)
def test_what_python_refuses_is_a_problem(cell: str) -> None:
    problem = syntax_problem(f"x = 1\n{cell}")
    assert problem is not None
    assert problem.line == 2


def test_a_warning_is_no_problem() -> None:
    assert syntax_problem(r"'\d' is 1") is None


def test_lines_stay_in_place() -> None:
    cell = "!a \\\n  b\nx = !c \\\n d\ny = 1\nz?"
    assert (as_python(cell) or "").split("\n") == ["pass", "", "x = None", "", "y = 1", "pass"]


def test_a_cell_magic_decides_the_language() -> None:
    assert as_python("%%bash\nls") is None
    assert as_python("%%writefile notes.txt\nit's") is None
    assert as_python("\n%%time\nx = 1") == "\n\nx = 1"
    magic = cell_magic(["", "%%timeit -n 3", "x"])
    assert magic is not None
    assert (magic.name, magic.argument) == ("timeit", "-n 3")


@pytest.mark.parametrize(
    ("cell", "inside"),
    [
        ("x = '''\na\n'''\nb", [False, True, True, False]),
        ("x = 'a\\\nb'\nc", [False, True, False]),
        ("x = 'broken\nb", [False, False]),
        ('x = """ \\"""\nb"""\nc', [False, True, False]),
        ("# '''\nx", [False, False]),
        ("!echo '''\nx", [False, False]),
        ("f('''\n''', \"\"\"\n'''\n\"\"\")\nx", [False, True, True, True, False]),
    ],
)
def test_which_lines_begin_inside_a_string(cell: str, inside: list[bool]) -> None:
    scanner = Scanner()
    assert [scanner.read(line).inside_string for line in cell.split("\n")] == inside


def test_the_comment_of_a_line() -> None:
    scanner = Scanner()
    assert scanner.read("x = '#'  # so").comment == "# so"
    assert scanner.read("x = '''# in it").comment == ""
    assert scanner.read("# in it '''  # out").comment == "# out"


@settings(deadline=None)
@given(cell=st.lists(st.sampled_from([*VALID_CELLS, *INVALID_CELLS]), max_size=4).map("\n".join))
def test_what_we_accept_ipython_runs(cell: str, runs_in_ipython: Callable[[str], None]) -> None:
    """For any mixture of the cells above."""
    if syntax_problem(cell) is None:
        runs_in_ipython(cell)


@given(st.text(alphabet="ab'\"\\#()[]{}!%?=\n \t", max_size=40))
def test_any_text_can_be_read(cell: str) -> None:
    python = as_python(cell)
    assert python is None or python.count("\n") == cell.count("\n")
    syntax_problem(cell)
