"""What a page needs to know of the release, worked out once for a class."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..assignment import is_answer, nbgrader_tag
from ..judge.submission import CellContent, StudentCell, content_of
from ..notebook import as_nodes
from .open_blanks import Blank, blanks_of
from .titles import exercise_titles, question_titles

KEPT = ("id", "cell_type", "source")  # of a cell


@dataclass(frozen=True)
class Outline:
    """A released notebook, and the titles of its exercises as `lab.toml` gives them."""

    release: Any
    named: Mapping[str, str]

    @functools.cached_property
    def exercises(self) -> dict[str, str]:
        """Titles of exercises, by the starts of ids."""
        return exercise_titles(self.release, self.named)

    @functools.cached_property
    def questions(self) -> dict[str, str]:
        """Titles of questions, by their ids."""
        return question_titles(self.release, self.exercises)

    @functools.cached_property
    def skeleton(self) -> dict[str, Any]:
        """The notebook with nothing in its cells but text and what makes them answers and checks:
        it is filled with each student's cells, and copied for that."""
        cells = []
        for cell in self.release["cells"]:
            tag = nbgrader_tag(cell)
            kept = {name: tag[name] for name in ("grade", "solution", "grade_id") if name in tag}
            cells.append({**{name: cell[name] for name in KEPT}, "metadata": {"nbgrader": kept}})
        return as_nodes({"cells": cells})

    @functools.cached_property
    def sources(self) -> dict[str, str]:
        """The text of each cell, by its id."""
        return {cell["id"]: cell["source"] for cell in self.release["cells"]}

    @functools.cached_property
    def contents(self) -> dict[str, CellContent]:
        """What stands in each cell, by its id."""
        return {cell["id"]: content_of(cell) for cell in self.release["cells"]}

    @functools.cached_property
    def answers(self) -> dict[str, str]:
        """The grade id of each answer, by its cell's id."""
        cells = filter(is_answer, self.release["cells"])
        return {cell["id"]: nbgrader_tag(cell)["grade_id"] for cell in cells}

    @functools.cached_property
    def blanks(self) -> dict[str, list[Blank]]:
        """The blanks of each cell of code that has an answer, by its id."""
        return {
            cell["id"]: blanks_of(cell["source"])
            for cell in self.release["cells"]
            if cell["cell_type"] == "code" and is_answer(cell)
        }

    def untouched(self, cells: Iterable[StudentCell]) -> frozenset[str]:
        """The grade ids of the answers that stand as they were released."""
        written = {cell.id for cell in cells if cell.content != self.contents.get(cell.id)}
        return frozenset(name for cell, name in self.answers.items() if cell not in written)
