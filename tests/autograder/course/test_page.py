"""The student's page: everything is counted, said in words, bounded and escaped."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from autograder.assignment import Assignment
from autograder.course.outline import Outline
from autograder.course.page import FILE_LINES, REMARKS_LIMIT, render_page
from autograder.course.question_view import REASONS_LIMIT
from autograder.course.recorded import RecordedGrade, RecordedSubmission
from autograder.course.student_code import CELLS_LIMIT, CODE_LIMIT, CODE_LINES
from autograder.course.wording import MESSAGE_LIMIT, STEP_LIMIT
from autograder.engine import Cause
from autograder.judge.results import HandedFile, QuestionResult, SubmissionResult, Verdict
from autograder.judge.submission import StudentCell

from .conftest import HALF, RIGHT, result_of

HOSTILE = "</pre></div><script>alert('LOOT')</script><img src=x onerror=alert(1)>"
TAGS = {
    "html", "head", "meta", "title", "style", "body", "header", "main", "p", "h1", "h2", "h3",
    "div", "span", "nav", "ol", "ul", "li", "a", "section", "details", "summary", "code", "pre",
    "progress", "mark", "strong", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
ATTRIBUTES = {
    "charset", "class", "content", "href", "http-equiv", "id", "lang", "name", "open", "max",
    "value", "aria-label", "scope", "tabindex",
}  # fmt: skip
VOID = {"meta"}


class Page(HTMLParser):
    """What a browser makes of a page: its text, and whether every tag is ours and closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.code: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []
        assert len(set(self.ids)) == len(self.ids)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert name in ATTRIBUTES, name
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")
        if tag == "code":
            self.code.append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "title"):
            self.text.append(data)
        if self.open and self.open[-1] == "code":
            self.code[-1] += data

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def render(
    result: SubmissionResult,
    small: Assignment,
    recorded: RecordedSubmission | None = None,
    exercises: Mapping[str, str] | None = None,
) -> str:
    row = recorded or RecordedSubmission()
    return render_page(result, Outline(small.notebook, exercises or {}), row, "A small lab")


def read(*arguments: Any) -> Page:
    return Page(render(*arguments))


def with_message(small: Assignment, message: str, checked: str = "Doubles.") -> SubmissionResult:
    result = result_of(small, "ann", HALF)
    question = QuestionResult("ex1-double", 2, (Verdict("t", checked, 2, "failed", message),))
    return replace(result, questions=(question, result.questions[1]))


def test_points_are_counted_and_signs_have_words(small: Assignment) -> None:
    words = read(result_of(small, "ann", HALF), small, None, {"ex1": "Doubling"}).words
    assert "A small lab 1 of 3 points, 3 more points wait for a person" in words
    assert (
        "Exercise by tests by a person Doubling 1 / 3 3 waiting Together 1 / 3 3 waiting" in words
    )
    assert "◐ part Double ex1-double 1 / 3" in words
    assert "✗ failed four. 2 points no" in words and "✓ passed 1 check zero." in words
    assert "… waits Why ex1-why by a person: – / 3" in words


def test_what_to_do_next_is_what_costs_most(small: Assignment) -> None:
    result = result_of(small, "ann", HALF, None)
    more = [
        QuestionResult(f"ex2-{name}", worth, (Verdict("t", "T.", worth, "failed", f"see {name}"),))
        for name, worth in (("cheap", 1), ("dear", 9), ("fair", 4))
    ]
    page = read(replace(result, questions=(*result.questions, *more)), small)
    assert (
        "What to do next 9 points : ex2-dear see dear 4 points : ex2-fair see fair "
        "3 points : Why Write your answer. After these, 2 more." in page.words
    )
    assert page.links[:3] == ["#q4", "#q5", "#q2"]
    done = read(result_of(small, "ann"), small).words
    assert "What to do next Nothing: all that is graded so far has full points." in done
    graded = RecordedSubmission(grades={"ex1-why": RecordedGrade(None, 3)})
    assert "Nothing: you have all points." in read(result_of(small, "ann"), small, graded).words
    less = replace(graded, grades={"ex1-why": RecordedGrade(None, 2)}, comments={"ex1-why": "Hm"})
    assert "1 point : Why Read the comment." in read(result_of(small, "ann"), small, less).words


def test_an_open_question_is_one_line(small: Assignment) -> None:
    blank = result_of(small, "ann", None, None)
    tests = tuple(
        Verdict(f"t{n}", f"Check {n}.", 1, "failed", f"words {n}", Cause.COMPARISON)
        for n in range(14)
    )
    question = QuestionResult("ex1-double", 14, tests)
    page = render(replace(blank, questions=(question, blank.questions[1])), small)
    assert page.count("<summary>") == 2 and "<details open" not in page
    words = Page(page).words
    assert "○ open Double ex1-double 0 / 14 Still open: Double it. 14 checks to come" in words
    assert "words 3" not in words and "Fill the blank: Double it." in words
    assert "○ open Why ex1-why 0 / 3 Still open: nothing was written here." in words


def test_a_question_that_waits_for_another_says_so(small: Assignment) -> None:
    message = "this blank is still open: Double it. (line 3 of its cell, in double)"
    test = Verdict("t", "T.", 1, "failed", message, Cause.OPEN_BLANK)
    result = result_of(small, "ann", None)
    questions = (*result.questions, QuestionResult("ex2-more", 1, (test,)))
    words = read(replace(result, questions=questions), small).words
    assert "○ open ex2-more" in words
    assert "Waits for Double: a blank there is still open." in words
    assert "4 points in 2 questions: Double Fill the blank: Double it." in words


def test_of_a_file_that_cant_be_read_only_that_is_told(small: Assignment) -> None:
    result = replace(result_of(small, "ann", None, None), status="unreadable", cells=())
    words = read(replace(result, remarks=("no notebook was handed in",)), small).words
    assert "About your file no notebook was handed in" in words
    assert "What to do next" not in words


def test_exercises_have_titles_or_their_ids(small: Assignment) -> None:
    result = result_of(small, "ann")
    more = QuestionResult("ex2-more", 1, (Verdict("t", "T.", 1, "passed"),))
    page = read(replace(result, questions=(*result.questions, more)), small, None, {"ex1": "One"})
    assert "One" in page.words and "ex2 1 / 1" in page.words
    assert page.links == ["#e1", "#e2"]
    assert page.ids == ["e1", "q1", "q2", "e2", "q3"]


def test_what_a_person_gave_counts_and_is_shown(small: Assignment) -> None:
    grades = {"ex1-double": RecordedGrade(1, 3, 0.5), "ex1-why": RecordedGrade(None, 2.5)}
    result = result_of(small, "ann", HALF)
    blank = next(c for c in small.notebook.cells if "NotImplementedError" in c.source)
    comments = {"ex1-why": "Nearly <all>\nof `it`.", blank.metadata.nbgrader.grade_id: "Nice."}
    page = read(result, small, RecordedSubmission(grades=grades, comments=comments))
    assert "6 of 6 points" in page.words
    assert "ex1-double 3.5 / 3 These points were given by a person." in page.words
    assert "0.5 points of extra credit are in them" in page.words
    assert "Comment: Nearly <all> of it ." in page.words
    assert page.words.index("Nice.") < page.words.index("ex1-why")
    assert "it" in page.code


def test_a_penalty_is_told(small: Assignment) -> None:
    page = read(result_of(small, "ann"), small, RecordedSubmission(penalty=1.25))
    assert "1.75 of 3 points" in page.words
    assert "1.25 points are taken off for late work" in page.words


def test_the_fair_loss_of_a_mistake_is_told(small: Assignment) -> None:
    result = result_of(small, "ann", HALF)
    tests = (*result.questions[0].tests, Verdict("more", "more.", 1, "failed", "not so"))
    known = QuestionResult("ex1-double", 3, tests, mistake="Adds one", mistake_score=1.5)
    words = read(replace(result, questions=(known,)), small).words
    assert (
        "✗ failed 2 checks 3 points One mistake is behind all checks that failed: the answer adds "
        "one. It costs 1.5" in words
    )
    assert words.count("One mistake") == 1 and "Your answer adds one." in words
    assert "four. no more. not so" in words
    read_on = replace(known, read_on=True)
    words = read(replace(result, questions=(read_on,)), small).words
    assert "The answer stops with an error. It was read on" in words
    assert "so this question loses 1.5 of 3 points, not all" in words and "One mistake" not in words
    dear = replace(known, mistake_score=0.5)
    assert dear.score == dear.tests_score == 1
    assert "One mistake" not in read(replace(result, questions=(dear,)), small).words


def test_carried_credit_is_told(small: Assignment) -> None:
    tests = (Verdict("c", "C.", 2, "failed"),)
    carried = QuestionResult("ex1-double", 2, tests, 2.0, ("ex1-why", "ex0-half"))
    page = render(replace(result_of(small, "ann", HALF), questions=(carried,)), small)
    words = Page(page).words
    assert (
        "✓ full Double ex1-double 2 / 2 This answer uses Why and ex0-half, where points were lost. "
        "A mistake costs once: with right answers there, this one earns 2 of 2 points, and these "
        "count. The checks ran on the notebook as it is, which would earn 0 points." in words
    )
    assert " open>" not in page


def test_one_cause_of_many_failures_is_told_once(small: Assignment) -> None:
    causes = {"A.": "a 1 story", "B.": "a 2 story", "C.": "another", "D.": "a 1 story"}
    failed = tuple(Verdict(one, one, 1, "failed", cause) for one, cause in causes.items())
    result = replace(result_of(small, "ann"), questions=(QuestionResult("ex1-double", 4, failed),))
    words = read(result, small).words.partition("Together")[2]
    assert "✗ failed 3 checks 3 points A 1 story Which checks A. B. a 2 story D." in words
    assert "✗ failed C. 1 point another" in words


def test_reasons_are_bounded(small: Assignment) -> None:
    tests = tuple(Verdict(f"t{n}", "T.", 1, "failed", f"`x{n}` is wrong") for n in range(40))
    result = replace(result_of(small, "ann"), questions=(QuestionResult("ex1-double", 40, tests),))
    assert f"And {40 - REASONS_LIMIT} more." in read(result, small).words


def test_code_stands_beside_what_failed(small: Assignment) -> None:
    own = StudentCell("own-000", "code", "helper = 1", small.notebook.cells[0].id)
    result = result_of(small, "ann", HALF)
    page = read(replace(result, cells=(own, *result.cells)), small)
    assert HALF in page.code and "helper = 1" in page.code
    assert RIGHT in read(result_of(small, "ann"), small).code  # folded, as all is well
    assert "NotImplementedError" not in read(result_of(small, "ann", None), small).words


def test_the_line_that_failed_is_marked(small: Assignment) -> None:
    message = "your code raised TypeError: no (line 2 of its cell, in double)"
    result = with_message(small, message)
    page = render(result, small)
    assert '<mark><span class="no">▶  2</span>     return x &lt; 0</mark>' in page
    elsewhere = with_message(small, message.replace("in double", "in other"))
    assert "<mark>" not in render(elsewhere, small)
    far = with_message(small, message.replace("line 2", "line 99"))
    assert "<mark>" not in render(far, small)


def test_a_line_of_a_file_that_was_handed_in_is_shown_beside_its_failure(small: Assignment) -> None:
    result = with_message(small, "your code raised E: no (line 2 of model.py, in fit)")
    file = HandedFile("model.py", 20, "def fit(x):\n    return x[9]\n")
    page = render(replace(result, files=(file,)), small)
    assert '<mark><span class="no">▶  2</span>     return x[9]</mark>' in page
    assert "In model.py" in Page(page).words


def test_a_written_answer_is_shown_as_it_was_typed(small: Assignment) -> None:
    page = render(result_of(small, "ann", HALF, "*So*\n  it <is>"), small)
    assert '<pre class="text">*So*\n  it &lt;is&gt;</pre>' in page


def test_code_spans_are_code(small: Assignment) -> None:
    page = read(with_message(small, "use `a < b` not `c`", "Calls `f()`."), small)
    assert {"a < b", "c", "f()"} <= set(page.code)


def test_remarks_about_the_file(small: Assignment) -> None:
    remarks = tuple(f"remark {number}" for number in range(REMARKS_LIMIT + 5))
    words = read(replace(result_of(small, "ann"), remarks=remarks), small).words
    assert "About your file remark 0" in words and "and 5 more remarks" in words
    assert "About your file" not in read(result_of(small, "ann"), small).words


def test_the_page_is_on_its_own(small: Assignment) -> None:
    page = render(result_of(small, "ann", HALF), small)
    assert page.startswith("<!DOCTYPE html>")
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    for rule in ("default-src 'none'", f"style-src 'sha256-{digest}'", "form-action 'none'"):
        assert rule in page
    assert "unsafe" not in page
    assert page.index("Content-Security-Policy") < page.index("<style>")
    for fetched in ("<script", "<link", "@import", "url(", "src=", "http:", "https:"):
        assert fetched not in page
    assert "width=device-width" in page


def test_what_is_too_long_is_cut_and_says_so(small: Assignment) -> None:
    words = read(with_message(small, "m" * (MESSAGE_LIMIT + 1)), small).words
    assert "m" * MESSAGE_LIMIT + " … (cut here)" in words
    assert f": Double {'m' * STEP_LIMIT} …" in words
    long = "\n".join(f"x = {number}" for number in range(CODE_LINES + 7))
    assert "(7 more lines not shown)" in read(result_of(small, "ann", long), small).words
    wide = "y" * (CODE_LIMIT + 1)
    assert "… (cut here)" in read(result_of(small, "ann", wide), small).words
    first = small.notebook.cells[0].id
    own = tuple(
        StudentCell(f"own-{number:03}", "code", f"z = {number}", first)
        for number in range(CELLS_LIMIT + 4)
    )
    result = result_of(small, "ann", HALF)
    words = read(replace(result, cells=(*own, *result.cells)), small).words
    assert "(5 more cells not shown)" in words


def everywhere(small: Assignment, text: str) -> tuple[SubmissionResult, RecordedSubmission]:
    """A result with a text in every place that a student, a test or a grader can fill."""
    tests = (
        Verdict(text, text, 1, "failed", text),
        Verdict("u", text, 1, "passed", text[:5]),
    )
    carried = QuestionResult("ex1-double", 2, tests, 1.5, (text,))
    first = small.notebook.cells[0].id
    result = replace(
        result_of(small, text, text, text),
        questions=(carried, QuestionResult("ex1-why", 3), QuestionResult(f"{text}-q", 1, tests)),
        remarks=(text,) * 50,
    )
    own = tuple(StudentCell(f"own-{number:03}", "code", text, first) for number in range(9))
    recorded = RecordedSubmission(comments={"ex1-why": text, "ex1-double": text})
    return replace(result, cells=(*own, *result.cells)), recorded


hostile = st.one_of(
    st.text(),
    st.text(alphabet="<>&\"'`/=! scriptonld-\x00\n\u202e\ud800"),
    st.sampled_from(
        [HOSTILE, "{{ 7 * 7 }}", "{% raw %}", "<!--", "]]>", "&lt;script&gt;", "`<b>`"]
    ),
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=hostile)
def test_nothing_of_anybodys_is_alive(small: Assignment, text: str) -> None:
    result, recorded = everywhere(small, text)
    page = render_page(result, Outline(small.notebook, {"ex1": text}), recorded, text)
    assert not set(page) & set(map(chr, [*range(9), *range(11, 32), 0x202E, 0xD800]))
    page.encode("utf-8")
    Page(page)  # no tag, attribute or id but ours; each closed where it was opened


@pytest.mark.parametrize("text", ["<" * 10**6, "`" * 10**6, "'\n" * 10**6, "x y `z` " * 10**5])
def test_a_page_is_small_whatever_is_handed_in(small: Assignment, text: str) -> None:
    result, recorded = everywhere(small, text)
    page = render_page(result, Outline(small.notebook, {"ex1": text}), recorded, text)
    assert len(page) < 400_000
    Page(page)


def test_text_is_shown_as_it_was_typed_and_never_alive(small: Assignment) -> None:
    result, recorded = everywhere(small, HOSTILE)
    page = Page(render_page(result, Outline(small.notebook, {}), recorded, ""))
    assert page.words.count("<script>alert('LOOT')</script>") >= 10


BONUS = QuestionResult("ex2-more", 2, (Verdict("t", "T.", 2, "passed"),), extra=True)


def test_extra_credit_is_in_the_headline_and_not_in_the_maximum(small: Assignment) -> None:
    result = result_of(small, "ann", HALF)
    result = replace(result, questions=(*result.questions, BONUS))
    words = read(result, small).words
    assert "3 of 3 points (2 of them extra credit), 3 more points wait for a person" in words
    assert "ex2 2 extra –" in words and "ex2-more 2 / 2 extra" in words
    assert "Extra credit: these points come on top of the maximum." in words
    by_hand = RecordedSubmission(
        grades={
            "ex1-double": RecordedGrade(1.0, extra_credit=0.5),
            "ex2-more": RecordedGrade(2.0),
        }
    )
    words = read(result, small, by_hand).words
    assert "3.5 of 3 points (2.5 of them extra credit), 3 more" in words


def test_extra_credit_that_was_not_earned_is_no_loss(small: Assignment) -> None:
    missed = replace(BONUS, tests=(Verdict("t", "T.", 2, "failed", "no"),))
    result = result_of(small, "ann")
    words = read(replace(result, questions=(*result.questions, missed)), small).words
    assert "3 of 3 points, 3 more points wait for a person" in words
    assert "ex2-more 0 / 2 extra" in words


def test_files_besides_the_notebook_are_shown_as_text(small: Assignment) -> None:
    files = (
        HandedFile("model.py", 600, f"{HOSTILE}\n\u202edef f(): pass\n"),
        HandedFile("long.py", 10**6, "x = 1\n" * FILE_LINES * 3),
        HandedFile("wide.py", 10**6, "x" * 20_000),
        HandedFile("loss.png", 1234),
        HandedFile("why.md", why="was not handed in"),
    )
    page = read(replace(result_of(small, "ann"), files=files), small)
    assert "Files besides the notebook" in page.words
    assert any(HOSTILE in code for code in page.code)
    assert "\u202e" not in page.words
    assert f"… ({2 * FILE_LINES} more lines are not shown)" in page.words
    assert "… (cut here)" in page.words
    assert "loss.png : 1234 bytes, no text that can be shown" in page.words
    assert "why.md : was not handed in." in page.words
    assert "Files besides" not in read(result_of(small, "ann"), small).words
