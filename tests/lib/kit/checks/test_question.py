"""The mark that ties a test to a question."""

from lib.kit.checks import Question, question, question_of, what_is_checked


def test_marks_and_describes() -> None:
    @question("ex2-digits", points=2)
    def test_pads_on_the_left(submission: object) -> None:
        """5 in a field of 3 is 0 0 5.

        More for the author.
        """

    assert question_of(test_pads_on_the_left) == Question("ex2-digits", 2)
    assert what_is_checked(test_pads_on_the_left) == "5 in a field of 3 is 0 0 5."


def test_without_docstring_the_name_speaks() -> None:
    def test_keeps_the_order(submission: object) -> None: ...

    assert question_of(test_keeps_the_order) is None
    assert what_is_checked(test_keeps_the_order) == "keeps the order"
