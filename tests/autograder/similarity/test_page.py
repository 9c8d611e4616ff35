"""The page says what it is, shows pairs side by side, and nothing of a student's acts on it."""

import base64
import hashlib
import re

import pytest

from autograder.similarity.likeness import compare
from autograder.similarity.page import SHOWN, ClassLikeness, render_likenesses
from autograder.similarity.texts import StudentTexts

from .made_texts import COUNTING, PROSE, RENAMED, document, made, own_code, prose, strangers

HOSTILE = "</pre></script><script>alert(1)</script><img src=x onerror=alert(1)>"


def likeness_of(hand_ins: list[StudentTexts], *questions: str) -> ClassLikeness:
    names = [one.student for one in hand_ins]
    found = compare(hand_ins, [])
    return ClassLikeness("lab", "The lab", 0.6, questions or ("ex1",), names, found, ("zoe: cut",))


def test_it_says_that_it_is_no_verdict_and_what_honest_reasons_there_are() -> None:
    page = render_likenesses(likeness_of(made(document(COUNTING), document(RENAMED))))
    for words in ("not a verdict and not a score", "one right way", "as a pair", "assistant"):
        assert words in page
    assert "zoe: cut" in page


def test_equal_parts_are_marked_on_both_sides() -> None:
    page = render_likenesses(likeness_of(made(document(COUNTING), document(RENAMED))))
    left, right = re.findall(r"<pre.*?</pre>", page, re.S)
    assert "<mark>" in left and "<mark>" in right
    assert "count_words" in left and "tally" in right


def test_nothing_of_a_students_acts() -> None:
    code = f"{COUNTING}\nx = '{HOSTILE}'\n"
    hand_ins = [
        StudentTexts(name, at, [document(code), prose(PROSE + HOSTILE)])
        for at, name in enumerate(("a</title>b", "\u202eb&b"))
    ]
    page = render_likenesses(likeness_of(hand_ins, "ex1", "ex1-why", "<q>"))
    assert "<script" not in page and "<img" not in page and "</title>b" not in page
    assert "&lt;script&gt;" in page and "&lt;q&gt;" in page and "\u202e" not in page
    assert "default-src &#39;none&#39;" not in page and "default-src 'none'" in page


def test_the_style_is_what_the_policy_allows() -> None:
    page = render_likenesses(likeness_of([]))
    style = page.split("<style>")[1].split("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page
    assert not re.search(r"\b(src|href)=\"(?!#)", page) and "url(" not in page


@pytest.mark.parametrize(
    ("hand_ins", "words"),
    [
        ([], "nothing to compare with"),
        (made([]), "nothing to compare with"),
        (made(document(COUNTING)), "nothing to compare with"),
        (made([], []), "Nobody wrote anything here"),
        (made(*strangers(3)), "No two hand-ins have so much in common"),
        (made(*[document("x = 1")] * 3), "3 too short to say anything"),
        (made(*[document(COUNTING)] * 3), "3 of 3 share one text"),
    ],
)
def test_classes_with_little_to_say(hand_ins: list[StudentTexts], words: str) -> None:
    assert words in render_likenesses(likeness_of(hand_ins))


def test_students_who_are_alike_in_several_questions_come_first() -> None:
    two = [
        [document(own_code(at // 2), "ex1"), document(own_code(-at // 2), "ex2")] for at in range(6)
    ]
    whole = [document(COUNTING, "ex1"), document(COUNTING.replace("+", "-"), "ex2")]
    page = render_likenesses(likeness_of(made(*two, whole, whole), "ex1", "ex2"))
    rows = re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td>", page)
    assert re.sub("<.*?>", "", rows[0][0]) == "s06, s07"
    assert rows[0][1].startswith("2 questions")


def test_what_is_not_shown_is_counted() -> None:
    many = [document(own_code(at // 2)) for at in range(2 * SHOWN + 6)]
    page = render_likenesses(likeness_of(made(*many)))
    assert page.count('class="likeness"') == SHOWN and "and 3 more, less unusual" in page


def test_json_has_every_question_in_order() -> None:
    found = likeness_of(made(document(COUNTING), document(RENAMED)), "ex0", "ex1").as_json()
    assert [one["question"] for one in found["questions"]] == ["ex0", "ex1"]
    assert len(found["questions"][1]["likenesses"]) == 1 and found["notes"] == ["zoe: cut"]
    assert found["questions"][0] == {
        "question": "ex0",
        "compared": 0,
        "too_short": 0,
        "likenesses": [],
    }
