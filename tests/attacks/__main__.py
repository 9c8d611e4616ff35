"""`python -m tests.attacks`: hand in every attack here; `python -m autograder attack` starts it."""

import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from autograder.engine import EngineUnavailable
from autograder.errors import UserError

from .corpus import CORPUS
from .nbgrader_column import PlainNbgrader
from .run import Outcome, Range, as_table
from .site import Site

console = Console(highlight=False)


@click.command()
@click.option("--policy", "strongest", default="strong")
@click.option("--json", "json_file", type=click.Path(path_type=Path))
@click.option("--compare-nbgrader", is_flag=True)
def main(strongest: str, json_file: Path | None, compare_nbgrader: bool) -> None:
    """Try the corpus and print what came of it; the exit code is 1 if an attack succeeded."""
    try:
        with PlainNbgrader() if compare_nbgrader else nullcontext(OurGrader(strongest)) as attacked:
            told = track(
                attacked.run(), "attacking", attacked.size, console=console, transient=True
            )
            outcomes = list(told)
    except UserError as error:
        print(f"error: {error.message}", file=sys.stderr)
        sys.exit(error.exit_code)
    except EngineUnavailable as error:
        print(f"error: there is nothing to attack: {error}", file=sys.stderr)
        sys.exit(1)
    if json_file is not None:
        report = [outcome.as_json() for outcome in outcomes]
        json_file.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    console.print(as_table(outcomes, attacked.confinement))
    succeeded = sum(not outcome.ok for outcome in outcomes)
    console.print(f"{len(outcomes)} attacks, {succeeded} succeeded; {attacked.confinement}")
    if succeeded and not compare_nbgrader:
        sys.exit(1)


class OurGrader:
    """Our grader, attacked in one lab after the other; with the face of `Range`."""

    confinement = ""

    def __init__(self, strongest: str) -> None:
        self._strongest = strongest
        self.size = sum(len(attacks) for groups in CORPUS.values() for attacks in groups.values())

    def run(self) -> Iterator[Outcome]:
        """Try the whole corpus."""
        for lab in CORPUS:
            with Site(lab) as site, Range(site, self._strongest) as attacked:
                self.confinement = attacked.confinement
                yield from attacked.run()


if __name__ == "__main__":
    main(prog_name="python -m tests.attacks")
