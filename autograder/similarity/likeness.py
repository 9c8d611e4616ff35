"""Likenesses: two hand-ins, or a group of them, with unusual passages in common."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from .clusters import Clusters
from .documents import Document
from .fingerprints import Entry, Hashes, Index, Match, distinct, without
from .normal_form import Kind
from .texts import StudentTexts, Text, texts_of

THRESHOLD = 0.6  # docs/running-a-course.md says why


@dataclass(frozen=True)
class Side:
    """One of the two texts that stand beside each other, and all who handed it in."""

    question: str
    students: tuple[str, ...]
    text: str

    def as_json(self) -> dict[str, Any]:
        """The side without its text, which lies in the hand-in."""
        return {"question": self.question, "students": list(self.students)}


@dataclass(frozen=True)
class Likeness:
    """What two hand-ins have in common, or several that share one text.

    `share` is that of the shorter text's passages, `only_here` the part of them that no other
    hand-in has, and `surprise` how unusual all of it is, in bits.
    """

    question: str
    kind: Kind
    sides: tuple[Side, Side]
    students: tuple[str, ...]
    hand_ins: int  # a group of the roster is one
    share: float
    only_here: float
    surprise: float
    as_alike: int  # other pairs of hand-ins for this question
    shared: Hashes = field(repr=False, compare=False, default=None)

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data, without texts."""
        return {
            "question": self.question,
            "kind": str(self.kind),
            "students": list(self.students),
            "sides": [side.as_json() for side in self.sides],
            "equal_share": round(self.share, 3),
            "only_here_share": round(self.only_here, 3),
            "unusual_bits": round(self.surprise, 1),
            "other_pairs_as_alike": self.as_alike,
        }


@dataclass
class QuestionCount:
    """How many hand-ins for a question were compared, and how many were too short."""

    compared: int = 0
    short: int = 0


@dataclass(frozen=True)
class Comparison:
    """What came of comparing a class."""

    likenesses: list[Likeness]  # the most unusual first
    counts: dict[str, QuestionCount]  # by question


def compare(
    hand_ins: Sequence[StudentTexts],
    given: Sequence[Document],
    threshold: float = THRESHOLD,
    on_start: Callable[[int], None] = lambda number: None,
    on_step: Callable[[], None] = lambda: None,
) -> Comparison:
    """Find what hand-ins have in common, beyond what we gave and what much of the class has.

    Args:
        given: what anybody may have: the release and the solution.
        threshold: the least share of a text's passages that is worth a look.
        on_start: told how many texts there are; `on_step` is called for each.
    """
    units = len({one.unit for one in hand_ins})
    by_kind = texts_of(hand_ins)
    on_start(sum(map(len, by_kind.values())))
    counts: dict[str, QuestionCount] = defaultdict(QuestionCount)
    found: list[Likeness] = []
    for kind, texts in by_kind.items():
        known = distinct((one.normal for one in given if one.kind is kind), kind)
        entries = [
            Entry(without(distinct([text.normal], kind), known), text.units, text.question)
            for text in texts
        ]
        index = Index(entries, units)
        for number, text in enumerate(texts):
            if index.is_long(number):
                counts[text.question].compared += len(text.copies)
            elif text.normal:
                counts[text.question].short += len(text.copies)
        found += _Comparing(kind, texts, index).likenesses(index.matches(threshold, on_step))
    found.sort(key=lambda one: (-round(one.surprise, 3), -one.share, one.question, one.students))
    return Comparison(found, dict(counts))


class _Comparing:
    """All texts of one kind."""

    def __init__(self, kind: Kind, texts: Sequence[Text], index: Index) -> None:
        self._kind, self._texts, self._index = kind, texts, index

    def likenesses(self, matches: Iterable[Match]) -> Iterator[Likeness]:
        """Groups first, then pairs, each pair of groups once."""
        found = list(self._without_detours(list(matches)))
        clusters = Clusters(len(self._texts))
        for match in found:
            if match.nearly_all and self._same_question(match):
                clusters.join(match.left, match.right)
        inside: dict[int, list[Match]] = defaultdict(list)
        between: dict[tuple[int, int], list[Match]] = defaultdict(list)
        for match in found:
            left, right = clusters.of(match.left), clusters.of(match.right)
            if left == right:
                inside[left].append(match)
            else:
                between[min(left, right), max(left, right)].append(match)
        tally = _Tally(self._texts, found, self._index)
        for members in clusters.members():
            if any(map(self._index.is_long, members)):
                yield from self._group(members, inside[clusters.of(members[0])], tally)
        for of_pair in between.values():
            yield self._pair(of_pair, tally)

    def _same_question(self, match: Match) -> bool:
        return self._texts[match.left].question == self._texts[match.right].question

    def _without_detours(self, matches: Sequence[Match]) -> Iterator[Match]:
        """Leave out answers to different questions where one of the two has a better partner in
        the other hand-in: many answers resemble the student's own answer to the next question."""
        best: dict[tuple[int, int], float] = {}
        for number, text in enumerate(self._texts):
            if len(text.units) > 1:
                best |= {(number, unit): 2.0 for unit in text.units}
        for match in matches:
            worth = match.share + self._same_question(match)
            for one, other in ((match.left, match.right), (match.right, match.left)):
                for unit in self._texts[other].units - self._texts[one].units:
                    best[one, unit] = max(worth, best.get((one, unit), 0.0))
        for match in matches:
            left, right = self._texts[match.left], self._texts[match.right]
            if self._same_question(match) or (
                any(best.get((match.left, u)) == match.share for u in right.units - left.units)
                and any(best.get((match.right, u)) == match.share for u in left.units - right.units)
            ):
                yield match

    def _group(
        self, members: list[int], inside: Sequence[Match], tally: "_Tally"
    ) -> Iterator[Likeness]:
        texts = [self._texts[number] for number in members]
        hand_ins = len(frozenset().union(*(text.units for text in texts)))
        if hand_ins < 2:
            return
        share = min((match.share for match in inside), default=1.0)
        left, right = members[0], members[-1]
        shared = self._index.shared(left, right)
        two = (self._side(left), self._side(right))
        sides = self._copies(texts[0]) if left == right else two
        students = tuple(sorted(name for text in texts for name in text.students))
        own = [(match.share, tally.pairs(match)) for match in inside]
        own += [(1.0, tally.pairs_of_one(number)) for number in members]
        yield self._likeness(sides, students, hand_ins, share, shared, own, tally)

    def _pair(self, matches: Sequence[Match], tally: "_Tally") -> Likeness:
        best = max(matches, key=lambda one: (one.share, -one.left, -one.right))
        sides = (self._side(best.left), self._side(best.right))
        units = self._texts[best.left].units | self._texts[best.right].units
        students = tuple(sorted({*sides[0].students, *sides[1].students}))
        shared = self._index.shared(best.left, best.right)
        own = [(match.share, tally.pairs(match)) for match in matches]
        return self._likeness(sides, students, len(units), best.share, shared, own, tally)

    def _likeness(
        self,
        sides: tuple[Side, Side],
        students: tuple[str, ...],
        hand_ins: int,
        share: float,
        shared: Hashes,
        own: Iterable[tuple[float, int]],
        tally: "_Tally",
    ) -> Likeness:
        others = tally.at_least(sides[0].question, share)
        others -= sum(number for value, number in own if value >= share)
        owners = self._index.owners(shared)
        only_here = float((owners <= hand_ins).mean()) if len(owners) else 0.0
        surprise = self._index.surprise(shared, self._kind)
        return Likeness(
            sides[0].question,
            self._kind,
            sides,
            students,
            hand_ins,
            share,
            only_here,
            surprise,
            max(others, 0),
            shared,
        )

    def _side(self, number: int) -> Side:
        text = self._texts[number]
        return Side(text.question, tuple(sorted(text.students)), text.copies[0].text)

    def _copies(self, text: Text) -> tuple[Side, Side]:
        """Two copies of one text that differ in names or comments, if there are such."""
        first = text.copies[0]
        strangers = [copy for copy in text.copies if copy.unit != first.unit]
        other = next((copy for copy in strangers if copy.text != first.text), strangers[0])
        same = [copy.student for copy in text.copies if copy.text == first.text]
        rest = [copy.student for copy in text.copies if copy.text != first.text]
        if not rest:
            same, rest = [first.student], [name for name in same if name != first.student]
        return (
            Side(text.question, tuple(sorted(same)), first.text),
            Side(text.question, tuple(sorted(rest)), other.text),
        )


class _Tally:
    """How many pairs of hand-ins for a question are as alike."""

    def __init__(self, texts: Sequence[Text], matches: Iterable[Match], index: Index) -> None:
        self._texts = texts
        self._pairs: dict[str, Counter[float]] = defaultdict(Counter)
        for number, text in enumerate(texts):
            if index.is_long(number):
                self._pairs[text.question][1.0] += self.pairs_of_one(number)
        for match in matches:
            left = texts[match.left]
            self._pairs[left.question][match.share] += self.pairs(match)

    def at_least(self, question: str, share: float) -> int:
        """Pairs with so much in common."""
        return sum(n for value, n in self._pairs[question].items() if value >= share)

    def pairs(self, match: Match) -> int:
        """Pairs of hand-ins that two texts stand for."""
        return len(self._texts[match.left].units) * len(self._texts[match.right].units)

    def pairs_of_one(self, number: int) -> int:
        """Pairs of hand-ins with one text."""
        owners = len(self._texts[number].units)
        return owners * (owners - 1) // 2
