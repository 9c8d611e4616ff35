"""Tests that must rely on the worker's word: a list with reasons, beside hidden tests.

[[test]]
name = "test_evaluation_records_no_gradients"
reason = "only code beside the model sees whether gradients are recorded"
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.add_points import add_points
from autograder.compiler.points import MarkedTest
from autograder.errors import shown
from autograder.on_word import WITNESSED_FILE
from autograder.toml_file import read_entries

from ..bench import Finding

MOST_POINTS_EACH = 1.0
MOST_POINTS = 5.0


@dataclass(frozen=True)
class Witnessed:
    """One test, and why it can't do better."""

    name: str
    reason: str
    line: int  # of the entry, in the list


@dataclass(frozen=True)
class WitnessedList:
    """All tests of a lab that rely on the worker's word."""

    path: Path
    entries: list[Witnessed] = field(default_factory=list)

    @property
    def names(self) -> set[str]:
        return {entry.name for entry in self.entries}

    def points(self, tests: Mapping[str, MarkedTest]) -> float:
        """What they give together."""
        return add_points(tests[name].points for name in self.names if name in tests)

    def findings(
        self, tests: Mapping[str, MarkedTest], believers: Collection[str]
    ) -> Iterator[Finding]:
        """What is wrong with the list: it may be neither stale nor long."""
        seen: set[str] = set()
        for entry in self.entries:
            place = f"{shown(self.path)}:{entry.line}"
            if entry.name not in tests:
                yield Finding(place, f"lists {entry.name}, which is no test; remove the entry")
            elif entry.name in seen:
                yield Finding(place, f"lists {entry.name} twice; remove one entry")
            elif entry.name not in believers:
                yield Finding(place, f"lists {entry.name}, which believes no liar; remove it")
            elif (points := tests[entry.name].points) > MOST_POINTS_EACH:
                most = f"more than {MOST_POINTS_EACH:g} on the worker's word; give it less"
                yield Finding(place, f"{entry.name} gives {points:g} points, {most}")
            seen.add(entry.name)
        if (points := self.points(tests)) > MOST_POINTS:
            most = f"more than {MOST_POINTS:g} on the worker's word; judge values, or give less"
            yield Finding(f"{shown(self.path)}:1", f"its tests give {points:g} points, {most}")

    def notes(self, tests: Mapping[str, MarkedTest]) -> list[str]:
        """Each test with its points and its reason, and what they give together."""
        lines = [
            f"{shown(self.path)}:{entry.line}: {entry.name} gives {tests[entry.name].points:g} "
            f"on the worker's word: {entry.reason}"
            for entry in self.entries
            if entry.name in tests
        ]
        total = f"{self.points(tests):g} of at most {MOST_POINTS:g} points on the worker's word"
        return [*lines, f"{shown(self.path)}: {total}"] if lines else []


def read_witnessed(hidden_dir: Path) -> WitnessedList:
    """The list of a lab, empty if it has none.

    Raises:
        UserError: if an entry lacks something, or its reason is empty.
    """
    path = hidden_dir / WITNESSED_FILE
    entries = read_entries(path, "test", ("name", "reason"))
    return WitnessedList(path, [Witnessed(**entry, line=line) for line, entry in entries])
