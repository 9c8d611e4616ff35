"""The index finds who shares rare passages, and leaves out what many have."""

from collections.abc import Sequence

import numpy as np
import pytest

from autograder.similarity.fingerprints import (
    COMMON_LEAST,
    COMMON_MOST,
    LENGTH,
    PARTNERS,
    Entry,
    Index,
    Match,
    distinct,
    passages,
    without,
)
from autograder.similarity.normal_form import Kind, normal_form

from .made_texts import COUNTING, OTHER_WAY, REORDERED, own_code

CODE = Kind.CODE


def entry(text: str, *units: int, question: str = "ex1", given: str = "") -> Entry:
    hashes = distinct([normal_form(text, CODE)], CODE)
    known = distinct([normal_form(given, CODE)], CODE)
    return Entry(without(hashes, known), frozenset(units), question)


def matches(entries: Sequence[Entry], threshold: float = 0.6, units: int = 20) -> list[Match]:
    steps: list[int] = []
    found = Index(entries, units).matches(threshold, lambda: steps.append(1))
    assert len(steps) == len(entries)
    return found


def test_a_short_text_has_no_passages() -> None:
    assert len(passages("x" * (LENGTH[CODE] - 1), CODE)) == 0
    assert len(distinct([], CODE)) == len(distinct(["", "x"], CODE)) == 0


def test_functions_in_another_order_are_found() -> None:
    (match,) = matches([entry(COUNTING, 0), entry(OTHER_WAY, 1), entry(REORDERED, 2)])
    assert (match.left, match.right) == (0, 2) and match.share > 0.8


def test_a_part_in_a_long_text_is_found() -> None:
    long = "\n".join(map(own_code, range(30)))
    (match,) = matches([entry(COUNTING, 0), entry(long + COUNTING + long, 1)])
    assert match.share == 1 and not match.nearly_all


def test_what_was_given_is_no_likeness() -> None:
    two = [entry(COUNTING, unit, given=COUNTING) for unit in (0, 1)]
    assert matches(two) == []


def test_nobody_is_like_himself() -> None:
    assert matches([entry(COUNTING, 4), entry(REORDERED, 4)]) == []
    assert len(matches([entry(COUNTING, 4), entry(REORDERED, 4, 5)])) == 1


def test_what_many_have_is_common_ground() -> None:
    def both_with(number: int) -> list[Match]:
        others = [entry(COUNTING + own_code(at), at) for at in range(2, number)]
        return matches([entry(COUNTING, 0), entry(REORDERED, 1), *others], units=100)

    assert any((one.left, one.right) == (0, 1) for one in both_with(COMMON_LEAST))
    assert not any((one.left, one.right) == (0, 1) for one in both_with(COMMON_LEAST + 1))


def test_the_limit_of_common_ground_grows_with_the_class() -> None:
    limits = [Index([], units).common_limit for units in (1, 40, 240, 3000)]
    assert limits == [COMMON_LEAST, COMMON_LEAST, 24, COMMON_MOST]


def test_answers_to_other_questions_must_be_more_alike() -> None:
    half = COUNTING.split("\n\n\n")[0] + "\n" + own_code(1)
    same = [entry(COUNTING, 0), entry(half, 1)]
    assert 0.6 <= matches(same)[0].share < 0.8
    assert matches([entry(COUNTING, 0), entry(half, 1, question="ex2")]) == []
    assert len(matches([entry(COUNTING, 0), entry(REORDERED, 1, question="ex2")])) == 1


@pytest.mark.parametrize("threshold", [0.3, 0.6, 1.0])
def test_what_is_found_is_what_comparing_every_pair_finds(threshold: float) -> None:
    parts = [own_code(at).split("\n") for at in range(6)]
    mixed = ["\n".join(parts[i][:8] + parts[j][4:]) for i in range(6) for j in range(6)][:9]
    entries = [entry(text, at) for at, text in enumerate(mixed)]
    expected = {
        (i, j)
        for i in range(9)
        for j in range(i + 1, 9)
        if len(np.intersect1d(entries[i].hashes, entries[j].hashes))
        >= threshold * min(len(entries[i].hashes), len(entries[j].hashes))
    }
    assert {(one.left, one.right) for one in matches(entries, threshold)} == expected


def made_of_two(entries: Sequence[Entry], units: int = 20) -> list[Match]:
    index = Index(entries, units)
    return index.made_of_two(index.matches(0.6, lambda: None), 0.6)


def test_what_is_made_of_two_is_found() -> None:
    ann, ben = own_code(1).split("\n"), own_code(2).split("\n")
    mixed = entry("\n".join(ann[:7] + ben[7:]), 2)
    honest = [entry(own_code(at), at) for at in range(3, 15)]
    two = [entry("\n".join(ann), 0), entry("\n".join(ben), 1)]
    assert matches([*two, mixed, *honest]) == []
    assert [(one.left, one.right) for one in made_of_two([*two, mixed, *honest])] == [
        (0, 2), (1, 2)
    ]  # fmt: skip
    assert made_of_two([*two, *honest]) == []
    # one source alone, handed in twice, is not two
    assert made_of_two([two[0], entry("\n".join(ann), 1), mixed, *honest]) == []
    # a group of the roster that shares its own parts is no source of itself
    own = [entry("\n".join(ann), 2), entry("\n".join(ben), 1), mixed]
    assert made_of_two([*own, *honest]) == []


def test_pairs_that_are_as_alike_are_counted_also_where_they_are_not_kept() -> None:
    texts = [COUNTING + own_code(at) for at in range(2 * PARTNERS)]
    entries = [entry(text, at) for at, text in enumerate(texts)]
    index = Index(entries, 300)
    found = index.matches(0.3, lambda: None)
    pairs = len(texts) * (len(texts) - 1) // 2
    assert index.as_alike("ex1", 0.3) == pairs and len(found) < pairs


def test_a_rare_passage_is_more_surprising() -> None:
    texts = [entry(COUNTING, 0, 1), entry(OTHER_WAY, *range(2, 19))]
    index = Index(texts, 20)
    rare, common = (index.surprise(one.hashes, CODE) / len(one.hashes) for one in texts)
    assert rare > 5 * common > 0
    assert set(index.owners(texts[1].hashes)) == {17}
