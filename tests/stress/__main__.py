"""`python -m tests.stress [notebooks|frames|kills …] [--count N]`: the grader under stress."""

import click

from . import frames, kills, notebooks

RUNS = {
    "frames": (frames.run, 20_000),
    "notebooks": (notebooks.run, 2_000),
    "kills": (kills.run, 20),
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(RUNS)))
@click.option("--count", type=click.IntRange(1), help="How many, instead of the usual number.")
def main(names: tuple[str, ...], count: int | None) -> None:
    """Fuzz notebooks and frames, kill runs; any failure is an error that says what happened."""
    for name in names or RUNS:
        run, usual = RUNS[name]
        print(run(count or usual), flush=True)


if __name__ == "__main__":
    main()
