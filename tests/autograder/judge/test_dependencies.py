"""Which questions build on which, found by the names that cells and tests use."""

from autograder.judge.dependencies import builds_on, lent_names, spans

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


def lent(*sources: str) -> list[int]:
    """Which of these given cells, after an answer that defines `double`, only the solution runs."""
    cells = [given(f"g{number}", source) for number, source in enumerate(sources)]
    found = lent_names([answer("a", "def double(x): return 2 * x\nIn = 1"), *cells])
    assert found.pop("a") == {"double"}  # `In` is the shell's
    return [number for number in range(len(cells)) if f"g{number}" in found]


def test_answers_and_what_is_computed_with_them_is_lent() -> None:
    assert lent("four = double(2)") == [0]
    assert lent("four = 4", "print(four)") == []
    assert lent("four = double(2)", "half = four / 2", "other = 1") == [0, 1]
    assert lent("total = sum(double(x) for x in range(3))", "settings['x'] = total") == [0, 1]
    assert lent("%magic double") == [0]
    assert lent_names([given("g", "four = double(2)")]) == {}


def test_what_only_a_function_uses_later_is_not() -> None:
    assert lent("def four(): return double(2)") == []
    assert lent("class Four:\n    def get(self, x: double) -> double: return double(2)") == []
    assert lent("four = lambda: double(2)") == []


def test_what_a_definition_uses_at_once_is() -> None:
    assert lent("def four(x=double(2)): return x") == [0]
    assert lent("@double\ndef four(): ...") == [0]
    assert lent("class Four(double): ...") == [0]
    assert lent("class Four:\n    x = double(2)") == [0]


def test_calling_what_uses_it_is() -> None:
    assert lent("def four(): return double(2)", "y = four()", "z = 1") == [1]
    assert lent("def four(): return double(2)\ny = four()") == [0]


def test_the_names_that_a_lent_cell_sets() -> None:
    cells = [
        answer("a", "def double(x): ..."),
        given("g", "import os\nx, y = double(1), double(2)"),
    ]
    assert lent_names(cells)["g"] == {"os", "x", "y"}
