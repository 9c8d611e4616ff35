"""Which texts have unusual passages in common, found without looking at every pair.

A passage is a run of `LENGTH` characters of the normal form. Passages that the release or the
solution has, and those that much of the class has, are common ground and say nothing. What is left
goes into an index, so that only texts that share a rare passage ever meet.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from .normal_form import Kind

LENGTH = {Kind.CODE: 25, Kind.PROSE: 30}  # characters of a passage
LEAST = 40  # passages: a shorter text says nothing
COMMON_SHARE, COMMON_LEAST = 0.25, 10  # what more hand-ins have is common ground
ELSEWHERE = 0.8  # least share of texts that answer different questions
NEARLY_ALL = 0.9  # of both texts, where they count as one
ROWS = 400  # texts that are compared with all at once

Hashes: TypeAlias = Any  # an array of whole numbers, each once, in order


def passages(normal: str, kind: Kind) -> Hashes:
    """The hashes of all passages at their places, as copydetect takes them."""
    from copydetect.utils import hashed_kgrams  # which loads a library of plots: a second

    return hashed_kgrams(normal, LENGTH[kind]).astype(np.int64)


def distinct(normals: Iterable[str], kind: Kind) -> Hashes:
    """The passages of all these texts, each once."""
    return np.unique(np.concatenate([np.empty(0, np.int64), *(passages(n, kind) for n in normals)]))


def without(hashes: Hashes, known: Hashes) -> Hashes:
    """Those of them that are not known."""
    return np.setdiff1d(hashes, known, assume_unique=True)


@dataclass(frozen=True)
class Match:
    """Two texts, by number, and the share of the shorter one's unusual passages that both have.

    `nearly_all` says that this is so of the longer one, too.
    """

    left: int
    right: int
    share: float
    nearly_all: bool


@dataclass(frozen=True)
class Entry:
    """What the index knows of a text: its passages, whose it is, and what it answers."""

    hashes: Hashes  # without those that we gave
    units: frozenset[int]  # who handed it in; a group is one
    question: str


class Index:
    """All texts of one kind.

    Args:
        units: how many handed in; a group is one.
    """

    def __init__(self, entries: Sequence[Entry], units: int) -> None:
        self.entries, self._units = entries, units

    @property
    def common_limit(self) -> int:
        """What more hand-ins have is common ground."""
        return max(COMMON_LEAST, int(self._units * COMMON_SHARE))

    def is_long(self, number: int) -> bool:
        """Whether the text is long enough to say anything."""
        return len(self.entries[number].hashes) >= LEAST

    def matches(self, threshold: float, on_step: Callable[[], None]) -> Iterator[Match]:
        """All pairs that have so much in common; `on_step` is called for each text."""
        from scipy.sparse import csr_matrix

        numbers, columns, sizes = self._rare
        shape = (len(self.entries), len(self._frequency[0]))
        table = csr_matrix((np.ones(len(numbers), np.int32), (numbers, columns)), shape)
        turned = table.T.tocsr()
        for start in range(0, len(self.entries), ROWS):
            both = (table[start : start + ROWS] @ turned).tocoo()
            left, right, shared = both.row + start, both.col, both.data
            shorter = np.minimum(sizes[left], sizes[right])
            keep = (left < right) & (shorter >= LEAST) & (shared >= threshold * shorter)
            for i, j, number in zip(left[keep], right[keep], shared[keep], strict=True):
                if match := self._match(int(i), int(j), int(number), sizes):
                    yield match
            for _ in range(start, min(start + ROWS, len(self.entries))):
                on_step()

    def shared(self, left: int, right: int) -> Hashes:
        """The passages that two texts have in common, or all of one text."""
        return np.intersect1d(self.entries[left].hashes, self.entries[right].hashes, True)

    def owners(self, hashes: Hashes) -> Hashes:
        """How many hand-ins have each of these passages."""
        known, counts = self._frequency
        return counts[np.searchsorted(known, hashes)]

    def surprise(self, hashes: Hashes, kind: Kind) -> float:
        """How unusual it is to have them all, in bits a character; 0 if everybody has them."""
        rarity = np.log2((self._units + 1) / self.owners(hashes))
        return float(rarity.sum()) / LENGTH[kind]

    @cached_property
    def _frequency(self) -> tuple[Hashes, Hashes]:
        """Each passage of the class, and how many hand-ins have it."""
        rows = [(entry.hashes, unit) for entry in self.entries for unit in entry.units]
        if not rows:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        hashes = np.concatenate([row for row, _ in rows])
        units = np.repeat([unit for _, unit in rows], [len(row) for row, _ in rows])
        known, codes = np.unique(hashes, return_inverse=True)
        once = np.unique(codes * np.int64(self._units) + units)
        return known, np.bincount(once // self._units, minlength=len(known))

    @cached_property
    def _rare(self) -> tuple[Hashes, Hashes, Hashes]:
        """Texts and passages that meet, where few have the passage, but several texts; and how many
        passages of each text few have."""
        known, counts = self._frequency
        texts = np.zeros(len(known), np.int64)
        columns = [np.searchsorted(known, entry.hashes) for entry in self.entries]
        for row in columns:
            texts[row] += 1
        sizes = np.array([int((counts[row] <= self.common_limit).sum()) for row in columns])
        kept = [row[(counts[row] <= self.common_limit) & (texts[row] > 1)] for row in columns]
        numbers = np.repeat(np.arange(len(kept)), [len(row) for row in kept])
        return numbers, np.concatenate([np.empty(0, np.int64), *kept]), sizes

    def _match(self, left: int, right: int, shared: int, sizes: Hashes) -> Match | None:
        one, other = self.entries[left], self.entries[right]
        if len(one.units | other.units) < 2:
            return None  # of one hand-in, or one group
        shorter, longer = sorted((int(sizes[left]), int(sizes[right])))
        share = round(shared / shorter, 3)
        if one.question != other.question and share < ELSEWHERE:
            return None
        return Match(left, right, share, shared >= NEARLY_ALL * longer)
