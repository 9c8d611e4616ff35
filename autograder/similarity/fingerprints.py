"""Which texts have unusual passages in common, found without looking at every pair.

A passage is a run of `LENGTH` characters of the normal form. Passages that the release or the
solution has, and those that much of the class has, are common ground and say nothing. What is left
goes into an index, so that only texts that share a rare passage ever meet.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from .normal_form import Kind

LENGTH = {Kind.CODE: 25, Kind.PROSE: 30}  # characters of a passage
LEAST = 40  # passages: a shorter text says nothing
COMMON_SHARE, COMMON_LEAST, COMMON_MOST = 0.1, 10, 100  # of hand-ins; what more have is common
ELSEWHERE = 0.8  # least share of texts that answer different questions
NEARLY_ALL = 0.9  # of both texts, where they count as one
PARTNERS = 10  # of a text that are kept, the most alike
ROWS = 400  # texts that are compared with all at once
LEAST_PART = 0.2  # of a text, that each of two others has whose parts it is made of
SOURCES = 6  # of a text that are looked at for two such
PARTS = 1000  # a share is a whole number of these

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


class Match(NamedTuple):
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
        limit = min(COMMON_MOST, int(units * COMMON_SHARE))
        self.common_limit = max(COMMON_LEAST, limit)  # what more hand-ins have is common ground
        self._alike: dict[str, Hashes] = {}  # question -> pairs of hand-ins by their share
        self._sources: dict[int, list[int]] = {}  # of a text: others that have a part of it

    def is_long(self, number: int) -> bool:
        """Whether the text is long enough to say anything."""
        return len(self.entries[number].hashes) >= LEAST

    def matches(self, threshold: float, on_step: Callable[[], None]) -> list[Match]:
        """Pairs that have so much in common, of each text with those that are most like it;
        `on_step` is called for each text."""
        from scipy.sparse import csr_matrix

        numbers, columns, sizes = self._rare
        table = csr_matrix(
            (np.ones(len(numbers), np.int32), (numbers, columns)),
            (len(self.entries), len(self._frequency[0])),
        )
        turned = table.T.tocsr()
        self._alike = self._of_one_text()
        found: dict[tuple[int, int], Match] = {}
        for start in range(0, len(self.entries), ROWS):
            both = (table[start : start + ROWS] @ turned).tocoo()
            left, right = both.row.astype(np.int64) + start, both.col.astype(np.int64)
            for match in self._kept(left, right, both.data, sizes, threshold):
                found[match.left, match.right] = match
            for _ in range(start, min(start + ROWS, len(self.entries))):
                on_step()
        return [found[pair] for pair in sorted(found)]

    def made_of_two(self, matches: Sequence[Match], threshold: float) -> list[Match]:
        """Texts that share so much with two others together, and too little with each alone: a
        pair for each of the two."""
        done = {number for match in matches for number in match[:2]}
        found: dict[tuple[int, int], Match] = {}
        for number, sources in self._sources.items():
            two = None if number in done else self._two_sources(number, sources, threshold)
            for other in two or ():
                share = int(PARTS * self._share(number, other)) / PARTS
                left, right = sorted((number, other))
                found[left, right] = Match(left, right, share, False)
        return [found[pair] for pair in sorted(found)]

    def as_alike(self, question: str, share: float) -> int:
        """How many pairs of hand-ins have so much in common for a question."""
        return int(self._alike[question][round(PARTS * share) :].sum())

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
        return math.fsum(rarity) / LENGTH[kind]  # whatever the order of the hashes

    @cached_property
    def _frequency(self) -> tuple[Hashes, Hashes]:
        """Each passage of the class, and how many hand-ins have it."""
        rows = [(entry.hashes, unit) for entry in self.entries for unit in entry.units]
        if not rows:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        hashes = np.concatenate([row for row, _ in rows])
        units = np.repeat([unit for _, unit in rows], [len(row) for row, _ in rows])
        known, codes = np.unique(hashes, return_inverse=True)
        once: Hashes = np.unique(codes * np.int64(self._units) + units)
        return known, np.bincount(once // self._units, minlength=len(known))

    @cached_property
    def _rare(self) -> tuple[Hashes, Hashes, Hashes]:
        """Texts and passages that meet, where few have the passage, but several texts; and how many
        passages of each text few have."""
        known, counts = self._frequency
        texts: Hashes = np.zeros(len(known), np.int64)
        columns: list[Hashes] = [np.searchsorted(known, one.hashes) for one in self.entries]
        for row in columns:
            texts[row] += 1
        sizes = np.array([(counts[row] <= self.common_limit).sum() for row in columns], np.int64)
        meets = (counts <= self.common_limit) & (texts > 1)
        kept = [row[meets[row]] for row in columns]
        numbers = np.repeat(np.arange(len(kept)), [len(row) for row in kept])
        return numbers, np.concatenate([np.empty(0, np.int64), *kept]), sizes

    def _of_one_text(self) -> dict[str, Hashes]:
        """The pairs of hand-ins that have one and the same text."""
        alike = {entry.question: np.zeros(PARTS + 1, np.int64) for entry in self.entries}
        for number, entry in enumerate(self.entries):
            if self.is_long(number):
                alike[entry.question][PARTS] += len(entry.units) * (len(entry.units) - 1) // 2
        return alike

    def _kept(
        self, left: Hashes, right: Hashes, shared: Hashes, sizes: Hashes, threshold: float
    ) -> Iterator[Match]:
        """Of some pairs those that matter; all of them are counted."""
        shorter = np.minimum(sizes[left], sizes[right])
        questions, owner, owners = self._whose
        keep = (left != right) & (shorter >= LEAST)
        keep &= shared >= min(threshold, LEAST_PART) * shorter
        keep &= (owner[left] != owner[right]) | (owner[left] < 0)  # not of one hand-in
        same = questions[left] == questions[right]
        keep &= same | (shared >= ELSEWHERE * shorter)
        left, right, shared, shorter = left[keep], right[keep], shared[keep], shorter[keep]
        same, parts = same[keep], PARTS * shared // shorter
        once = same & (left < right)
        for question in np.unique(questions[left[once]]):
            of_it = once & (questions[left] == question)
            counts = self._alike[self.entries[left[of_it][0]].question]
            pairs = owners[left[of_it]] * owners[right[of_it]]
            np.add.at(counts, parts[of_it], pairs)
        self._note_sources(left[same], right[same], shared[same], sizes)
        keep = shared >= threshold * shorter
        left, right, shared = left[keep], right[keep], shared[keep]
        same, parts = same[keep], parts[keep]
        order = np.lexsort((right, -parts, ~same, left))
        firsts = np.searchsorted(left[order], left[order])
        for at in order[np.arange(len(order)) - firsts < PARTNERS]:
            i, j = sorted((int(left[at]), int(right[at])))
            nearly_all = shared[at] >= NEARLY_ALL * max(sizes[i], sizes[j])
            yield Match(i, j, int(parts[at]) / PARTS, bool(nearly_all))

    def _note_sources(self, left: Hashes, right: Hashes, shared: Hashes, sizes: Hashes) -> None:
        """Remember who has a part of each text, those who have most of it first."""
        keep = shared >= LEAST_PART * sizes[left]
        left, right, shared = left[keep], right[keep], shared[keep]
        for at in np.lexsort((right, -shared, left)):
            sources = self._sources.setdefault(int(left[at]), [])
            if len(sources) < SOURCES:
                sources.append(int(right[at]))

    def _two_sources(
        self, number: int, sources: Sequence[int], threshold: float
    ) -> tuple[int, int] | None:
        """The two that have most of a text together; None if they don't have enough."""
        own = self._few_have(number)
        has = {one: np.isin(own, self.entries[one].hashes, assume_unique=True) for one in sources}
        most, best = threshold * len(own), None
        for one, other in combinations(sources, 2):
            together = int((has[one] | has[other]).sum())
            added = together - max(int(has[one].sum()), int(has[other].sum()))
            if together >= most and added >= LEAST_PART * len(own):
                most, best = together + 1, (one, other)
        return best

    def _few_have(self, number: int) -> Hashes:
        hashes = self.entries[number].hashes
        return hashes[self.owners(hashes) <= self.common_limit]

    def _share(self, left: int, right: int) -> float:
        one, other = self._few_have(left), self._few_have(right)
        return float(np.isin(one, other, assume_unique=True).sum() / min(len(one), len(other)))

    @cached_property
    def _whose(self) -> tuple[Hashes, Hashes, Hashes]:
        """The number of each text's question, its one owner (-1 if it has several), how many."""
        known = {entry.question: at for at, entry in enumerate(self.entries)}
        questions = np.array([known[entry.question] for entry in self.entries], np.int64)
        owners = np.array([len(entry.units) for entry in self.entries], np.int64)
        owner = [min(entry.units) if len(entry.units) == 1 else -1 for entry in self.entries]
        return questions, np.array(owner, np.int64), owners
