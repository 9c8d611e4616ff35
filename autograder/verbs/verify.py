"""Checks that a lab can be released."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.text import Text

from ..gate import gate, stability
from ..gate.bench import Subject


@dataclass(frozen=True)
class Verified:
    """What the gate's checks came to, and how far the solution stays from failing if asked for."""

    outcomes: list[gate.Outcome]
    measured: stability.Stability | None = None

    @property
    def findings(self) -> list[Text]:
        """A line for each thing to fix; without any, the lab can be released."""
        narrow = [] if self.measured is None else stability.findings_of(self.measured)
        return gate.findings_of(self.outcomes) + narrow

    def as_json(self) -> dict[str, Any]:
        """Plain data."""
        report: dict[str, Any] = {"checks": gate.as_json(self.outcomes)}
        if self.measured is not None:
            report["stability"] = stability.as_json(self.measured)
        return report


def verify_release(
    lab: str,
    project: Path,
    seeds: int | None = None,
    on_start: Callable[[str, int], None] = lambda what, number: None,
    on_step: Callable[[], None] = lambda: None,
) -> Verified:
    """Run all checks on a project's release of a lab; with `seeds`, the solution so often, too.

    Args:
        on_start: told what begins and of how many steps it is.
        on_step: told of each of them.

    Raises:
        UserError: if the lab was not released (exit code 2) or a file of it can't be read.
        EngineUnavailable, HiddenTestsBroken: if nothing can be graded.
    """
    subject = Subject(lab, project)
    on_start(f"verifying {lab}", len(gate.CHECKS))
    outcomes = gate.inspect(subject, lambda outcome: on_step())
    if seeds is None:
        return Verified(outcomes)
    on_start(f"solving {lab}", seeds * len(stability.THREADS))
    return Verified(outcomes, stability.measure(subject, seeds, on_step))
