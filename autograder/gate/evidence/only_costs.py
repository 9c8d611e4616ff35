"""Claims of the worker that can only cost points: a list with reasons, beside hidden tests.

The same test judges values, and passes on no other liar. So who forges the claim hides one mistake,
and earns nothing else.

[[test]]
name = "test_model_addition_adds"
claim = "kinds"
reason = "a model on the wrong device has the right values"
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import shown
from autograder.on_word import ONLY_COSTS_FILE
from autograder.toml_file import read_entries

from ..bench import Finding
from .deception import Found, Lie


@dataclass(frozen=True)
class OnlyCosts:
    """All such claims of a lab: test and claim -> the line of its entry."""

    path: Path
    lines: dict[tuple[str, str], int] = field(default_factory=dict)

    def without(self, found: Found) -> Found:
        """The lies that tests believed, but for these claims."""
        left = {
            test: [lie for lie in lies if not self._lists(test, *lie)]
            for test, lies in found.items()
        }
        return {test: lies for test, lies in left.items() if lies}

    def findings(self, found: Found) -> Iterator[Finding]:
        """Entries that excuse nothing."""
        for (test, claim), line in self.lines.items():
            if [Lie.CLAIM, f"`{claim}`"] not in found.get(test, []):
                what = f"{test} believes no forged `{claim}`; remove the entry"
                yield Finding(f"{shown(self.path)}:{line}", what)

    def _lists(self, test: str, kind: str, words: str) -> bool:
        return kind == Lie.CLAIM and (test, words.strip("`")) in self.lines


def read_only_costs(hidden_dir: Path) -> OnlyCosts:
    """The list of a lab, empty if it has none.

    Raises:
        UserError: if an entry lacks something, or its reason is empty.
    """
    path = hidden_dir / ONLY_COSTS_FILE
    entries = read_entries(path, "test", ("name", "claim", "reason"))
    return OnlyCosts(path, {(entry["name"], entry["claim"]): line for line, entry in entries})
