"""What several handed in alike is one text."""

from autograder.similarity.normal_form import Kind
from autograder.similarity.texts import texts_of

from .made_texts import COUNTING, OTHER_WAY, document, made, prose


def test_copies_with_other_names_are_one_text() -> None:
    renamed = COUNTING.replace("counts", "tally").replace("line", "row")
    texts = texts_of(made(document(COUNTING), document(OTHER_WAY), document(renamed)))
    shared, other = texts[Kind.CODE]
    assert shared.students == ["s00", "s02"] and shared.units == {0, 2}
    assert [copy.text for copy in shared.copies] == [COUNTING, renamed]
    assert other.students == ["s01"]


def test_questions_and_kinds_are_apart() -> None:
    two = [document(COUNTING, "ex1"), document(COUNTING, "ex2"), prose(COUNTING, "ex1")]
    texts = texts_of(made(two))
    assert [text.question for text in texts[Kind.CODE]] == ["ex1", "ex2"]
    assert [text.question for text in texts[Kind.PROSE]] == ["ex1"]
