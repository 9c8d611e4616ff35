"""The text of a cell and its syntax tree: edits are made in the text, at the nodes' places."""

import ast
import re
from collections.abc import Set
from typing import NamedTuple

from .confusions import Confusions


class Edit(NamedTuple):
    """Text that replaces source[start:end]."""

    start: int
    end: int
    text: str


Edits = list[Edit]


class Code:
    """A cell's text and its tree; nodes know their place in the text.

    `imported` are the names that the lab imports, also in other cells: they hold no values.
    """

    def __init__(
        self, source: str, imported: Set[str] = frozenset(), confusions: Confusions | None = None
    ) -> None:
        self.source = source
        self.imported = imported
        self.confusions = confusions or Confusions()
        self.tree = ast.parse(source)
        self._lines = source.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        self.parents = {
            child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)
        }

    def start(self, node: ast.AST) -> int:
        """Where the node's text begins."""
        return self._place(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        """Where it has ended."""
        return self._place(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def text(self, node: ast.AST) -> str:
        """What is written there."""
        return self.source[self.start(node) : self.end(node)]

    def between(self, left: ast.AST, right: ast.AST, pattern: str, text: str) -> Edit:
        """Replace what matches between two nodes."""
        start = self.end(left)
        found = re.compile(pattern).search(self.source, start, self.start(right))
        assert found is not None, self.source[start : self.start(right)]
        return Edit(found.start(), found.end(), text)

    def replaced(self, node: ast.AST, text: str) -> Edit:
        """Write something else in the node's place."""
        return Edit(self.start(node), self.end(node), text)

    def edited(self, edits: Edits) -> str:
        """The source with all edits made."""
        source = self.source
        for start, end, text in sorted(edits, reverse=True):
            source = source[:start] + text + source[end:]
        return source

    def function_of(self, node: ast.AST) -> ast.FunctionDef | None:
        """The function that the node stands in."""
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, ast.FunctionDef):
                return node
        return None

    def _place(self, line: int, byte: int) -> int:
        """Python counts columns in bytes."""
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:byte].decode())


def swapped(first: ast.AST, second: ast.AST, code: Code) -> Edits:
    """Two nodes the other way round."""
    return [code.replaced(first, code.text(second)), code.replaced(second, code.text(first))]
