"""The table of libraries: every kind has one owner, and nothing is loaded before its time."""

import subprocess
import sys
from pathlib import Path

import pytest

from autograder.engine.untrusted import adapters, plain
from autograder.engine.untrusted.forms import Adapter, Kind, Sample

PROJECT = Path(__file__).resolve().parents[4]


def test_every_kind_has_one_number_and_one_owner() -> None:
    numbers = [value for name, value in vars(Kind).items() if name.isupper()]
    owned = [kind for adapter in adapters.ADAPTERS for kind in adapter.KINDS]
    assert len(set(numbers)) == len(numbers)
    assert sorted([*owned, Kind.HANDLE]) == sorted(numbers)


@pytest.mark.parametrize("adapter", adapters.ADAPTERS, ids=lambda adapter: adapter.LIBRARY)
def test_an_adapter_writes_and_reads_its_own_kinds(adapter: Adapter) -> None:
    forms = adapter.forms()
    assert {form.kind for form in forms} == set(adapter.KINDS)
    types = [one for form in forms for one in form.types]
    assert len(set(types)) == len(types)


def test_python_alone_knows_pythons_own_values_alone() -> None:
    code = (
        "import sys; from autograder.engine.untrusted import adapters\n"
        "assert adapters.form_of(list) and adapters.form_of(object) is None\n"
        "assert adapters.filled(object(), 1) is adapters.sampled(object(), 1) is None\n"
        "print([name for name in map(lambda one: one.LIBRARY, adapters.ADAPTERS)\n"
        "       if name in sys.modules])"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "['builtins']\n"


def test_a_module_that_only_has_the_name_of_a_library_changes_nothing() -> None:
    code = (
        "import sys, types; from autograder.engine.untrusted import adapters\n"
        "sys.modules['pandas'] = types.ModuleType('pandas')\n"
        "class Own: ...\n"
        "print(adapters.form_of(Own), adapters.form_of(list) is not None)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "None True\n"


def test_liars_and_reports_ask_the_owner() -> None:
    assert adapters.filled({1, 2}, 7) == {7}
    assert type(adapters.drawn(1j, 3)) is complex
    assert adapters.sampled({2, 1}, Sample(9)) == plain.sampled({1, 2}, Sample(9))
    assert adapters.filled("text", 1) is None
