"""An outline says of the release what pages need, and which answers were touched."""

from autograder.assignment import Assignment, is_answer, nbgrader_tag
from autograder.course.outline import Outline
from autograder.judge.submission import StudentCell, compose

from .conftest import RIGHT, result_of


def test_it_knows_titles_texts_and_blanks(small: Assignment) -> None:
    outline = Outline(small.notebook, {"ex1": "Doubling"})
    assert outline.exercises == {"ex1": "Doubling"}
    assert outline.questions == {"ex1-double": "Double", "ex1-why": "Why"}
    assert outline.sources == {cell.id: cell.source for cell in small.notebook.cells}
    assert [blank.text for some in outline.blanks.values() for blank in some] == ["Double it."]
    assert outline.questions is outline.questions  # worked out once


def test_its_skeleton_is_filled_as_the_release_is(small: Assignment) -> None:
    cells = (*result_of(small, "ann").cells, StudentCell("own-000", "code", "x = 1"))
    filled = compose(Outline(small.notebook, {}).skeleton, cells)
    whole = compose(small.notebook, cells)
    assert [cell.source for cell in filled.cells] == [cell.source for cell in whole.cells]
    for cell, other in zip(filled.cells, whole.cells, strict=True):
        kept = ("grade", "solution", "grade_id")
        assert [nbgrader_tag(cell).get(name) for name in kept] == [
            nbgrader_tag(other).get(name) for name in kept
        ]
        assert is_answer(cell) == is_answer(other)


def test_an_answer_is_untouched_as_long_as_text_and_pictures_are(small: Assignment) -> None:
    outline = Outline(small.notebook, {})
    written = next(name for name, grade_id in outline.answers.items() if grade_id == "ex1-why")
    coded = next(name for name in outline.answers if name != written)
    both = frozenset(outline.answers.values())
    assert outline.untouched([]) == both
    assert outline.untouched([StudentCell(coded, "code", RIGHT)]) == {"ex1-why"}
    same = StudentCell(written, "markdown", outline.sources[written])
    assert outline.untouched([same]) == both
    picture = StudentCell(written, "markdown", same.source, None, {"a.png": {"image/png": "aa"}})
    assert "ex1-why" not in outline.untouched([picture])
