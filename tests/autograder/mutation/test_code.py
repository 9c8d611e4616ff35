"""Edits are made where the nodes stand in the text."""

import ast

from autograder.mutation.code import Code, Edit, swapped


def test_nodes_know_their_place_after_letters_of_two_bytes() -> None:
    code = Code("x = 'ä', longer\ny = 1")
    (longer,) = [n for n in ast.walk(code.tree) if isinstance(n, ast.Name) and n.id == "longer"]
    assert code.text(longer) == "longer"
    assert code.edited([code.replaced(longer, "z")]) == "x = 'ä', z\ny = 1"


def test_all_edits_are_made() -> None:
    code = Code("first, second")
    (pair,) = [node for node in ast.walk(code.tree) if isinstance(node, ast.Tuple)]
    first, second = pair.elts
    edits = swapped(first, second, code)
    assert code.edited([*edits, Edit(13, 13, ", third")]) == "second, first, third"


def test_what_stands_between_two_nodes() -> None:
    code = Code("a -  b - c")
    names = {n.id: n for n in ast.walk(code.tree) if isinstance(n, ast.Name)}
    edit = code.between(names["b"], names["c"], "-", "+")
    assert code.edited([edit]) == "a -  b + c"


def test_the_function_around_a_node() -> None:
    code = Code("def f():\n    def g():\n        x\ny")
    names = {n.id: n for n in ast.walk(code.tree) if isinstance(n, ast.Name)}
    function = code.function_of(names["x"])
    assert function is not None
    assert function.name == "g"
    assert code.function_of(names["y"]) is None
