"""The tests of a question run in the student's own kernel, as nbgrader would have them."""

import importlib.util
import inspect
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from lib.kit.checks import question_of
from lib.kit.checks.selfcheck import Submission


def points_of(question: str, files: list[str], names: dict[str, Any]) -> float:
    """What the tests of a question that pass are worth; a parametrized test is run case by case."""
    tests = [value for file in files for value in vars(_load(file)).values()]
    chosen = [test for test in tests if _belongs_to(test, question)]
    passed = [test for test in chosen if _passes(test, names)]
    return sum(mark.points for test in passed if (mark := question_of(test)))


def _belongs_to(test: Any, question: str) -> bool:
    mark = question_of(test)
    return mark is not None and mark.id == question


@cache
def _load(file: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"plain_{Path(file).stem}", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _names(arguments: str | tuple[str, ...]) -> list[str]:
    """The arguments that a mark gives values for."""
    parts = arguments.split(",") if isinstance(arguments, str) else arguments
    return [part.strip() for part in parts]


def _passes(test: Any, names: dict[str, Any]) -> bool:
    cases: list[dict[str, Any]] = [{}]
    for mark in getattr(test, "pytestmark", []):
        if mark.name == "parametrize":
            arguments, values = mark.args
            keys = (
                [key.strip() for key in arguments.split(",")]
                if isinstance(arguments, str)
                else arguments
            )
            cases = [
                case | (dict(zip(keys, value, strict=True)) if len(keys) > 1 else {keys[0]: value})
                for case in cases
                for value in values
            ]
    try:
        for case in cases:
            given: dict[str, Any] = {"submission": Submission(names), **case}
            torch.manual_seed(0)
            if "rng" in inspect.signature(test).parameters:
                given["rng"] = torch.Generator().manual_seed(0)
            test(**given)
    except Exception:
        return False
    return True
