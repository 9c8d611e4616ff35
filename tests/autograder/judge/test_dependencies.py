"""Which questions build on which, found by the names that cells and tests use."""

from autograder.judge.dependencies import builds_on, spans

from .notebooks import answer, given, notebook, question

CELLS = [
    given("g0", "settings = {}\ndef first(): return largest()"),
    answer("a1", "def double(x): return 2 * x"),
    question("ex1-double", 1),
    given("g1", "table = [double(i) for i in range(9)]"),
    answer("a2", "def quadruple(x): return double(double(x))"),
    answer("a3", "limit = 3"),
    question("ex2-quadruple", 1),
    given("g2", "settings['factor'] = double(1)", tags=["skip-grading"]),
    given("g3", "def largest(): return limit"),
    answer("a4", "def area(i): return i * i"),
    question("ex3-area", 1),
    given("g4", "settings['limit'] = first()"),
    answer("a5", "def total(): return settings"),
    question("ex4-total", 1),
]


def test_cells_lead_up_to_the_next_check() -> None:
    assert spans(CELLS) == {
        "ex1-double": (0, 2),
        "ex2-quadruple": (3, 6),
        "ex3-area": (7, 10),
        "ex4-total": (11, 13),
    }


def test_a_question_builds_on_whose_names_it_uses() -> None:
    assert builds_on(CELLS, notebook(*CELLS), {}) == {
        "ex1-double": set(),
        "ex2-quadruple": {"ex1-double"},
        "ex3-area": {"ex2-quadruple"},  # not the first: `i` is a comprehension's, g2 is skipped
        "ex4-total": {"ex2-quadruple"},  # what `first` uses is defined after it
    }


def test_names_that_tests_use_count() -> None:
    asked = {"ex3-area": {"area", "table"}, "ex4-total": {"unheard_of"}}
    found = builds_on(CELLS, notebook(*CELLS), asked)
    assert found["ex3-area"] == {"ex1-double", "ex2-quadruple"}
    assert found["ex4-total"] == {"ex2-quadruple"}


def test_a_name_that_is_changed_in_part_counts() -> None:
    last = given("g5", "settings.x = table[0]"), answer("a6", "use(settings)")
    cells = [*CELLS, *last, question("ex5-last", 1)]
    assert builds_on(cells, notebook(*cells), {})["ex5-last"] >= {"ex1-double", "ex2-quadruple"}


def test_what_students_wrote_is_never_parsed() -> None:
    hostile = "(" * 100_000 + "double"
    cells = [answer("a2", hostile) if cell.id == "a2" else cell for cell in CELLS]
    assert builds_on(cells, notebook(*CELLS), {})["ex2-quadruple"] == {"ex1-double"}
