"""Copies are found however they were hidden; honest answers, groups and short texts are not."""

import pytest

from autograder.similarity.documents import Document
from autograder.similarity.likeness import Comparison, Likeness, compare
from autograder.similarity.texts import StudentTexts

from .made_texts import (
    COUNTING,
    OTHER_WAY,
    PROSE,
    RENAMED,
    REORDERED,
    document,
    made,
    own_code,
    own_prose,
    prose,
    strangers,
)


def only(comparison: Comparison) -> Likeness:
    (one,) = comparison.likenesses
    return one


@pytest.mark.parametrize(
    "copy",
    [COUNTING, RENAMED, REORDERED, f"{own_code(1)}\n{RENAMED}", f"{RENAMED}\n{own_code(1)}"],
    ids=["as it is", "renamed", "reordered", "behind own code", "before own code"],
)
def test_a_copy_is_found(copy: str) -> None:
    class_of = made(document(COUNTING), *strangers(8), document(copy), document(OTHER_WAY))
    one = only(compare(class_of, []))
    assert one.students == ("s00", "s09") and one.hand_ins == 2
    assert one.share > 0.8 and one.only_here == 1 and one.as_alike == 0


def test_what_was_taken_from_two_is_listed_with_both() -> None:
    ann, ben = own_code(1), own_code(2)
    mixed = "\n".join(ann.split("\n")[:7] + ben.split("\n")[7:])
    (one,) = compare(made(*map(document, (ann, ben, mixed)), *strangers(12)), []).likenesses
    assert one.students == ("s00", "s01", "s02") and not one.whole
    assert 0.2 < one.share < 0.6 and one.as_alike == 0


def test_a_copy_in_another_cell_is_found() -> None:
    copied = document(own_code(1) + RENAMED, "ex3")
    one = only(compare(made(document(COUNTING, "ex1"), *strangers(8), copied), []))
    assert [side.question for side in one.sides] == ["ex1", "ex3"]


def test_answers_like_ones_own_other_answer_are_no_copies() -> None:
    """Two students whose answers to two questions are alike are listed once a question."""
    both = [document(COUNTING, "ex1"), document(RENAMED, "ex2")]
    found = compare(made(both, both), []).likenesses
    assert [(one.question, len({side.question for side in one.sides})) for one in found] == [
        ("ex1", 1),
        ("ex2", 1),
    ]


def test_independent_answers_are_not_alike() -> None:
    found = compare(made(document(COUNTING), document(OTHER_WAY), *strangers(10)), [])
    assert found.likenesses == [] and found.counts["ex1"].compared == 12


def test_written_answers_are_compared_as_words() -> None:
    texts = [prose(PROSE), *map(prose, map(own_prose, range(8))), prose(f"*{PROSE.lower()}*")]
    one = only(compare(made(*texts), []))
    assert one.students == ("s00", "s09") and one.kind == "text"


def test_a_group_of_the_roster_is_never_compared_with_itself() -> None:
    group = [StudentTexts(name, 0, [document(COUNTING)]) for name in ("ana", "bo")]
    assert compare(group, []).likenesses == []
    one = only(compare([*group, StudentTexts("cy", 1, [document(RENAMED)])], []))
    assert one.students == ("ana", "bo", "cy") and one.hand_ins == 2 and one.as_alike == 0


def test_three_with_one_text_are_one_group() -> None:
    copies = [document(text) for text in (COUNTING, RENAMED, COUNTING, COUNTING)]
    one = only(compare(made(*copies, *strangers(9)), []))
    assert one.whole and one.hand_ins == 4 and len(one.students) == 4
    assert {side.text for side in one.sides} == {COUNTING, RENAMED}


def test_four_who_changed_a_part_are_one_group() -> None:
    copies = [document(COUNTING + own_code(at)) for at in range(4)]
    one = only(compare(made(*copies, *strangers(9)), [], 0.4))
    assert not one.whole and one.hand_ins == 4


def test_what_everybody_has_comes_last_and_is_one_row() -> None:
    everybody = [[document(COUNTING, "ex1"), document(own_code(at), "ex2")] for at in range(30)]
    everybody[3][1] = everybody[7][1]
    rare, common = compare(made(*everybody), []).likenesses
    assert rare.students == ("s03", "s07") and rare.only_here == 1
    assert common.hand_ins == 30 and common.surprise < 0.1 * rare.surprise


def test_others_who_are_as_alike_are_counted() -> None:
    pairs = [document(own_code(at // 2)) for at in range(8)]
    found = compare(made(*pairs), []).likenesses
    assert [one.as_alike for one in found] == [3] * 4


@pytest.mark.parametrize("given", [[COUNTING], [RENAMED]], ids=["the release", "renamed"])
def test_what_was_given_is_left_out(given: list[str]) -> None:
    found = compare(made(document(COUNTING), document(COUNTING)), [document(one) for one in given])
    assert found.likenesses == [] and found.counts["ex1"].short == 2


def test_short_answers_are_left_out_and_counted() -> None:
    found = compare(made(*[document("def f(x):\n    return x * 2")] * 5), [])
    assert found.likenesses == []
    assert (found.counts["ex1"].compared, found.counts["ex1"].short) == (0, 5)


@pytest.mark.parametrize("documents", [[], [document("")], [document(COUNTING)]])
def test_one_student_is_like_nobody(documents: list[Document]) -> None:
    assert compare([StudentTexts("ana", 0, documents)], []).likenesses == []
    assert compare([], []).likenesses == []


def test_the_threshold_decides() -> None:
    half = COUNTING.split("\n\n\n")[0] + "\n" + own_code(1)
    class_of = made(document(COUNTING), document(half), *strangers(3))
    share = only(compare(class_of, [], 0.5)).share
    assert 0.5 < share < 0.9
    assert compare(class_of, [], share + 0.01).likenesses == []


def test_json_has_no_text_of_students() -> None:
    one = only(compare(made(document(COUNTING), document(RENAMED)), [])).as_json()
    assert one["students"] == ["s00", "s01"] and one["equal_share"] > 0.8
    assert "def " not in str(one)
