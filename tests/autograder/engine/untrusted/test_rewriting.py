"""Where cells are rewritten, an attribute or a key that nothing has is taken for one like it."""

import ast
from pathlib import Path
from typing import Any

import pytest

from autograder.engine.untrusted.names import LikelyNames
from autograder.engine.untrusted.rewriting import LOOKUPS, Rewriting

CELLS = "<cell>"
THING = """
class Thing:
    kind = "thing"

    def __init__(self):
        self.weight, self.zero, self.__own = 1, dict(one=1), 2
        self.zero["two"], self.label = 2, "l"
        self.weight += 1

    def zero_grad(self):
        return "cleared"

    def evaluate_all(self):
        return self.__own

    def owned(self):
        return weight

    def __enter__(self):
        return "entered"

    def __exit__(self, *stop):
        return None

thing = Thing()
with Thing as opened:
    pass
with Thing() as again:
    pass
match thing:
    case Thing(kind="thing", weight=2):
        matched = [thing.wieght]
    case _:
        matched = []
del thing.label
"""


def made_by(source: str) -> Any:
    """What a cell gives the name `made`."""
    cell: dict[str, Any] = {"__builtins__": LikelyNames(CELLS, LOOKUPS)}
    exec(compile(Rewriting().visit(ast.parse(source)), CELLS, "exec"), cell)
    return cell["made"]


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("thing.weight", 2),
        ("thing.wieght", 2),
        ("thing.zero_grads()", "cleared"),
        ("thing.zero_grad_all()", "cleared"),
        ("thing.evaluate_all()", 2),
        ("thing.owned()", 2),
        ("thing.zero['two']", 2),
        ("thing.zero['twoo']", 2),
        ("thing.Kind", "thing"),
        ("[opened, again, matched]", ["entered", "entered", [2]]),
        ("(7).zfill(3)", "007"),
        ("[1, 2][0]", 1),
    ],
)
def test_an_attribute_or_a_key_like_it_is_taken(source: str, value: Any) -> None:
    assert made_by(f"{THING}\nmade = {source}") == value


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("thing.x", AttributeError),
        ("thing.label", AttributeError),
        ("thing.zero['three']", KeyError),
        ("thing.zero[3]", KeyError),
        ("[1]['one']", TypeError),
        ("(7).upper_case", AttributeError),
    ],
)
def test_other_attributes_and_keys_are_missing(source: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        made_by(f"{THING}\nmade = {source}")


@pytest.mark.parametrize("path", sorted(Path(ast.__file__).parent.glob("[a-d]*.py")), ids=str)
def test_rewritten_code_compiles(path: Path) -> None:
    compile(Rewriting().visit(ast.parse(path.read_text("utf-8"))), str(path), "exec")
