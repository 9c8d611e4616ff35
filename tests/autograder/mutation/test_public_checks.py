"""The share of wrong answers that public checks see, and the list of those that they can't."""

from pathlib import Path

import pytest

from autograder.errors import UserError
from autograder.judge.results import QuestionResult, SubmissionResult, Verdict
from autograder.mutation.answers import GradedAnswer
from autograder.mutation.public_checks import FILE_NAME, PublicShare, Unseen, read_unseen
from autograder.variants.variant import Variant


def answer(name: str, *, public: bool, hidden: bool, elsewhere: bool = True) -> GradedAnswer:
    """An answer to ex1 whose public or hidden test passes, and a public one of another question."""

    def verdict(test: str, passed: bool, is_public: bool) -> Verdict:
        return Verdict(test, test, 1, "passed" if passed else "failed", public=is_public)

    questions = (
        QuestionResult("ex1", 2, (verdict("p", public, True), verdict("h", hidden, False))),
        QuestionResult("ex2", 1, (verdict("q", elsewhere, True),)),
    )
    result = SubmissionResult(name, "graded", "strong", 0, 0, 0, questions)
    variant = Variant(Path(f"wrong/{name}.txt"), f"Title of {name}", ("ex1",), {})
    return GradedAnswer(variant, result, ("ex1", "ex2"))


def test_an_answer_is_seen_by_a_public_check_of_its_own_question() -> None:
    seen = answer("seen", public=False, hidden=False)
    unseen = answer("unseen", public=True, hidden=False)
    follows = answer("follows", public=True, hidden=True, elsewhere=False)
    share = PublicShare([seen, unseen, follows], Unseen(Path("list"), {"unseen": "why"}))
    assert (share.red, share.green) == ([seen], [unseen, follows])
    assert share.unexplained == [follows] and share.seen_after_all == []
    first, *lines = [str(line) for line in share.lines()]
    assert first == "1 of 3 wrong answers turn a public check of their question red (33%)"
    assert lines == [
        "  wrong/unseen.txt: unseen: why",
        "  wrong/follows.txt: no check sees it: Title of follows",
    ]


def test_a_listed_answer_that_is_seen_leaves_the_list() -> None:
    share = PublicShare([answer("a", public=False, hidden=True)], Unseen(Path("l"), {"a": "why"}))
    assert share.seen_after_all == ["a"]
    assert "take it out of the list" in str(list(share.lines())[-1])


def test_no_answers_are_all_seen() -> None:
    assert "(100%)" in str(next(PublicShare([], Unseen(Path("l"))).lines()))


def test_the_list(tmp_path: Path) -> None:
    assert read_unseen(tmp_path).reasons == {}
    (tmp_path / "wrong").mkdir()
    for name in ("a", "b"):
        (tmp_path / "wrong" / f"{name}.txt").write_text("")
    (tmp_path / FILE_NAME).write_text('[[unseen]]\nanswers = ["a", "b"]\nreason = "hard"\n')
    assert read_unseen(tmp_path).reasons == {"a": "hard", "b": "hard"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[unseen]]\nanswers = ["a"]\nreason = " "', ":1: an [[unseen]] needs `answers`"),
        ('[[unseen]]\nanswers = "a"\nreason = "x"', ":1: an [[unseen]] needs `answers`"),
        ('[[unseen]]\nreason = "x"', ":1: an [[unseen]] needs `answers`"),
        ('[[unseen]]\nreason = "x"\nanswers = [\n  "c",\n]', ":4: no answer is called c"),
        ("[[unseen", ":1: not TOML"),
    ],
)
def test_a_wrong_list_is_one_line(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text(text)
    with pytest.raises(UserError) as caught:
        read_unseen(tmp_path)
    assert said in caught.value.message and FILE_NAME in caught.value.message
