"""`python -m tests.bench [NAME ...]`: every benchmark of this folder, or those named.

A benchmark is a file with a docstring and a function `rows()` that yields a `Row` for each ratio.
The exit code is 1 if a goal is missed.
"""

import importlib
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.measure import Row

NOT_BENCHMARKS = {"__main__", "measure", "memory_bound", "notebook", "plain_check"}


def main(chosen: list[str]) -> int:
    names = sorted({file.stem for file in Path(__file__).parent.glob("*.py")} - NOT_BENCHMARKS)
    if unknown := set(chosen) - set(names):
        print(f"no benchmark {', '.join(unknown)}; there are {', '.join(names)}", file=sys.stderr)
        return 2
    console = Console(highlight=False)
    rows = []
    for name in chosen or names:
        rows += run(name, console)
    missed = sum(not row.is_met for row in rows)
    console.print(f"{len(rows)} ratios, {missed} of them miss their goal")
    return 1 if missed else 0


def run(name: str, console: Console) -> list[Row]:
    """Measure and print one benchmark's table."""
    benchmark = importlib.import_module(f"tests.bench.{name}")
    table = Table("what", "ratio", "goal", title=name, title_justify="left", min_width=80)
    table.columns[1].justify = "right"
    rows = []
    with console.status(name) as status:
        for row in benchmark.rows():
            rows.append(row)
            status.update(f"{name}: {row.name} {row.ratio:.2f}")
            style = "" if row.is_met else "red"
            table.add_row(row.name, f"{row.ratio:.4g}", row.goal, style=style)
    console.print(table)
    for paragraph in (benchmark.__doc__ or "").strip().split("\n\n"):
        console.print(paragraph.replace("\n", " "), style="dim")
    console.print()
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
