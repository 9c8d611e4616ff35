"""The tests of a question run in the student's own kernel, as nbgrader would have them."""

import importlib.util
import inspect
import random
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from lib.kit.checks import question_of
from lib.kit.checks.selfcheck import Submission


def points_of(question: str, files: list[str], names: dict[str, Any]) -> float:
    """What the tests of a question that pass are worth; each case of a parametrised one counts."""
    earned = 0.0
    for module in map(_load, files):
        for test in vars(module).values():
            mark = question_of(test)
            if mark is not None and mark.id == question:
                earned += sum(mark.points * _passes(test, names, case) for case in _cases(test))
    return earned


@cache
def _load(file: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"plain_{Path(file).stem}", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _cases(test: Any) -> list[dict[str, Any]]:
    """The arguments of each case; one without any for a test that has no cases."""
    cases: list[dict[str, Any]] = [{}]
    for mark in getattr(test, "pytestmark", []):
        if mark.name == "parametrize":
            cases = [case | more for case in cases for more in _given(*mark.args)]
    return cases


def _given(arguments: Any, values: Any) -> Iterator[dict[str, Any]]:
    named = arguments.split(",") if isinstance(arguments, str) else arguments
    names = [name.strip() for name in named]
    for value in values:
        yield dict(zip(names, value if len(names) > 1 else [value], strict=True))


def _passes(test: Any, names: dict[str, Any], case: dict[str, Any]) -> bool:
    given = {"submission": Submission(names), **case}
    rng = _generator()
    if "rng" in inspect.signature(test).parameters:
        given["rng"] = rng
    try:
        test(**given)
    except Exception:
        return False
    return True


def _generator() -> Any:
    """One of torch's in a lab that loaded it, as for graded tests; seeds all others, too."""
    random.seed(0)
    torch = sys.modules.get("torch")
    if torch is None:
        return random.Random(0)
    torch.manual_seed(0)
    return torch.Generator().manual_seed(0)
