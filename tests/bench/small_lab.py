"""A class of Lab 0, which needs no torch, beside plain nbgrader with the same tests.

What is measured, and how, says `grading`. How long grading takes to begin is the time for a class
of one, whose only hand-in is blank, beside that of Lab 9.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat

from tests.bench.grading import LAB, PROJECT, beside_nbgrader, grade, hand_in, notebooks_of
from tests.bench.measure import Row

SMALL_LAB = "lab00"


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        notebooks = notebooks_of(SMALL_LAB, Path(folder) / "built")
        yield from beside_nbgrader(SMALL_LAB, Path(folder), notebooks, at_most=1 / 8)
        yield from _start(Path(folder))


def _start(folder: Path) -> Iterator[Row]:
    seconds = {}
    for lab in (LAB, SMALL_LAB):
        blank = nbformat.read(PROJECT / "release" / lab / f"{lab}.ipynb", as_version=4)
        hand_in(lab, folder / f"start-{lab}", [blank], 1)
        seconds[lab] = grade(lab, folder / f"start-{lab}").wall_s
    share = seconds[SMALL_LAB] / seconds[LAB]
    yield Row(f"a class of one, {SMALL_LAB} / {LAB}, seconds", share, at_most=1 / 2)
