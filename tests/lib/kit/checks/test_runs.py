"""What is read from cells' texts, and from what stopped them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.kit.checks.runs import Run, Runs, blank_of, statements_of, stop_of, watch


def names_of(source: str) -> set[str]:
    return {name for one in statements_of(source) for name in one.sets}


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(x):\n    y = 1\n    return y", {"f"}),
        ("class A(B):\n    c = 1", {"A"}),
        ("a = b = 1\n(c, [d, *e]) = x", {"a", "b", "c", "d", "e"}),
        ("if x:\n    import numpy.linalg\nelse:\n    from y import z as w", {"numpy", "w"}),
        ("for i in range(3):\n    with open(p) as f:\n        n += 1", {"i", "f", "n"}),
        ("a: int = 1\n[b for b in a]\n(lambda c: c)(1)", {"a"}),
        ("%matplotlib inline\n!ls\na = 1", {"a"}),
        ("%%time\na = 1", {"a"}),
        ("def f(:\n    return 1\ng = 2\nh == 3", {"f", "g"}),
        ("async def f(): pass", {"f"}),
    ],
)
def test_the_names_that_a_cell_sets(source: str, names: set[str]) -> None:
    assert names_of(source) == names


@given(st.text(max_size=60))
def test_any_text_can_be_read(source: str) -> None:
    assert all(1 <= one.first <= one.last for one in statements_of(source))


def test_the_names_that_a_statement_reads_when_it_runs() -> None:
    function, made = statements_of("@d\ndef f(x=e) -> g:\n    return h\nm = M(k).to(l)")
    assert {"d", "e"} <= function.reads and "h" not in function.reads
    assert made.reads == {"M", "k", "l"}
    assert (function.first, function.last, made.first) == (1, 3, 4)


def run_of(source: str) -> Run:
    """A cell run in this process."""
    try:
        exec(compile(source, "<cell>", "exec"), {"__name__": "__main__"})
    except SyntaxError as error:
        return Run(source, "", statements_of(source), stop_of(error, source, ran=False))
    except BaseException as error:
        return Run(source, "", statements_of(source), stop_of(error, source, ran=True))
    return Run(source, "", statements_of(source), None)


def test_what_stands_before_the_line_that_stopped_has_been_set() -> None:
    run = run_of("a = 1\nb = 1 / 0\nc = 2")
    assert run.stop is not None
    assert (run.stop.error, run.stop.line, run.stop.text) == (
        "ZeroDivisionError: division by zero",
        2,
        "b = 1 / 0",
    )
    reached = {name for name in "abc" if run.statement_for(name)}
    assert reached == {"a"} and all(run.attempts(name) for name in "abc")


def test_text_that_is_no_python_has_set_nothing() -> None:
    run = run_of("a = 1\nb = (")
    assert run.stop is not None and run.stop.line == 0
    assert run.stop.text == "b = (" and run.stop.error.startswith("SyntaxError: ")
    assert run.statement_for("a") is None and run.attempts("a")


def test_which_functions_ran_and_which_name_was_missing() -> None:
    run = run_of("def f():\n    return g()\n\ndef g():\n    return nowhere\n\nx = f()")
    assert run.stop is not None
    assert (run.stop.through, run.stop.missing, run.stop.line) == (("f", "g"), "nowhere", 7)


@pytest.mark.parametrize(
    ("source", "blank"),
    [
        ("raise NotImplementedError('Do it.')", "Do it."),
        ("def f():\n    raise NotImplementedError('Do it.')\nf()", "Do it."),
        ("x = (TODO_first_step)", "TODO_first_step"),
        ("from math import TODO_root", "TODO_root"),
        ("def f():\n    TODO_sum += 1\nf()", "TODO_sum"),
        ("import torch\ntorch.nn.Module()(1)", None),  # a library's, not a blank
        ("import torch\ntorch.eye(2).half().to(torch.complex32).det()", None),
        ("x = todo", None),
    ],
)
def test_open_blanks_are_told_from_other_errors(source: str, blank: str | None) -> None:
    stop = run_of(source).stop
    assert stop is not None and stop.blank == blank


def test_an_error_without_a_traceback_is_no_open_blank() -> None:
    assert blank_of(NotImplementedError("x")) is None


def test_the_last_attempt_counts() -> None:
    runs, first, second = Runs(), run_of("a = 1"), run_of("a = (")
    for run in (first, run_of("b = 1"), second):
        runs.add(run)
    assert runs.last_attempt("a") is second
    assert runs.last_attempt("a", before=second) is first
    assert runs.last_attempt("c") is None
    assert len(runs.after(first)) == 2


def test_outside_a_kernel_nothing_is_watched() -> None:
    class Shell:  # a worker's has no kernel
        kernel = None

    for shell in (None, Shell()):
        assert list(watch(shell, lambda: None)) == []
    assert not hasattr(Shell, "runs_of_cells")
