"""Likenesses: two hand-ins, or a group of them, with unusual passages in common."""

from collections import defaultdict
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
    """What two hand-ins have in common, or more of them: one text (`whole`), or parts of it.

    `sides` are two of the texts, and `share` is what they share of the shorter one's passages.
    `only_here` is the part of that which no other hand-in has, and `surprise` how unusual all of
    it is, in bits.
    """

    question: str
    kind: Kind
    whole: bool
    sides: tuple[Side, Side]
    students: tuple[str, ...]
    hand_ins: int  # a group of the roster is one
    share: float
    only_here: float
    surprise: float
    as_alike: int  # other pairs of hand-ins for this question
    shared: Hashes = field(repr=False, compare=False)

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data, without texts."""
        return {
            "question": self.question,
            "kind": str(self.kind),
            "students": list(self.students),
            "one_text": self.whole,
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
    common_limit: int  # what more hand-ins have was left out


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
    common_limit = Index([], units).common_limit
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
        matches = index.matches(threshold, on_step)
        matches += index.made_of_two(matches, threshold)
        found += _Comparing(kind, texts, index).likenesses(matches)
    found.sort(key=lambda one: (-round(one.surprise, 3), -one.share, one.question, one.students))
    return Comparison(found, dict(counts), common_limit)


class _Comparing:
    """All texts of one kind."""

    def __init__(self, kind: Kind, texts: Sequence[Text], index: Index) -> None:
        self._kind, self._texts, self._index = kind, texts, index

    def likenesses(self, matches: Sequence[Match]) -> Iterator[Likeness]:
        """Each text that several share, and what such texts have in common in parts."""
        found = list(self._without_detours(matches))
        one = Clusters(len(self._texts))  # nearly one text
        for match in found:
            if match.nearly_all and self._same_question(match):
                one.join(match.left, match.right)
        yield from self._of_one_text(one, found)
        between = [match for match in found if one.of(match.left) != one.of(match.right)]
        parts = Clusters(len(self._texts))
        across: dict[tuple[int, ...], list[Match]] = defaultdict(list)
        for match in between:
            pair = one.of(match.left), one.of(match.right)
            if self._same_question(match):
                parts.join(*pair)
            else:
                across[pair].append(match)
        within: dict[int, list[Match]] = defaultdict(list)
        for match in between:
            if self._same_question(match):
                within[parts.of(one.of(match.left))].append(match)
        for together in [*within.values(), *across.values()]:
            yield self._in_parts(together, one)

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

    def _of_one_text(self, one: Clusters, found: Sequence[Match]) -> Iterator[Likeness]:
        least: dict[int, float] = {}
        for match in found:
            if one.of(match.left) == (name := one.of(match.right)):
                least[name] = min(match.share, least.get(name, 1.0))
        for members in one.members():
            first, last = members[0], members[-1]
            hand_ins = self._hand_ins(members)
            if hand_ins > 1 and self._index.is_long(first):
                two = (self._side(first), self._side(last))
                sides = two if first != last else self._copies(self._texts[first])
                share = least.get(one.of(first), 1.0)
                own = hand_ins * (hand_ins - 1) // 2
                yield self._likeness(True, sides, members, (first, last), share, own)

    def _in_parts(self, matches: Sequence[Match], one: Clusters) -> Likeness:
        best = max(matches, key=lambda match: (match.share, -match.left, -match.right))
        sides = (self._side(best.left), self._side(best.right))
        members = sorted({number for match in matches for number in match[:2]})
        own = self._hand_ins([best.left]) * self._hand_ins([best.right])
        if len({one.of(number) for number in members}) == 2:
            hand_ins = self._hand_ins(members)
            own = hand_ins * (hand_ins - 1) // 2
        return self._likeness(False, sides, members, (best.left, best.right), best.share, own)

    def _likeness(
        self,
        whole: bool,
        sides: tuple[Side, Side],
        members: Sequence[int],
        shown: tuple[int, int],
        share: float,
        own: int,
    ) -> Likeness:
        """`own` are the pairs of hand-ins in it that are as alike."""
        shared, hand_ins = self._index.shared(*shown), self._hand_ins(members)
        others = self._index.as_alike(sides[0].question, share) - own
        return Likeness(
            question=sides[0].question,
            kind=self._kind,
            whole=whole,
            sides=sides,
            students=tuple(sorted({s for at in members for s in self._texts[at].students})),
            hand_ins=hand_ins,
            share=share,
            only_here=float((self._index.owners(shared) <= hand_ins).mean()),
            surprise=self._index.surprise(shared, self._kind),
            as_alike=max(others, 0),
            shared=shared,
        )

    def _hand_ins(self, members: Iterable[int]) -> int:
        return len({unit for number in members for unit in self._texts[number].units})

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
