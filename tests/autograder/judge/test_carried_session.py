"""A question on top of the solution's earlier answers: two workers, alike but for their code."""

from collections.abc import Callable, Iterator

import pytest

from autograder.engine import Zygote
from autograder.judge.carried_session import CarriedSession
from autograder.judge.session import Session

from .notebooks import answer, given, notebook, question

Start = Callable[..., CarriedSession]


@pytest.fixture
def start(zygote: Zygote) -> Iterator[Start]:
    """start(solved, own): a session whose cells are one that is lent, and one of the student's."""
    opened: list[Session] = []

    def begin(solved: str, own: str = "", given_source: str = "") -> CarriedSession:
        before = [given("g", given_source), answer("a", solved)]
        solution = Session(zygote, notebook(*before).cells, seed=1)
        cells = notebook(given("g", given_source), answer("a", "1 / 0"), answer("b", own))
        cells.cells.append(question("ex1-b", 1))
        names = {"double", "draw", "x"}
        session = CarriedSession(
            zygote, cells.cells, 1, solution=solution, lent={"a": names}, needed=names
        )
        opened.extend([session, solution])
        return session

    yield begin
    for session in opened:
        session.close()


def test_an_earlier_answer_is_there_and_was_not_run(start: Start) -> None:
    session = start("def double(x): return 2 * x", "four = double(2)")
    with session.at_question("ex1-b", "test_b") as submission:
        assert submission.four == 4
    assert session.failures == {}


def test_what_the_solution_does_not_define_is_missing(start: Start) -> None:
    session = start("def double(x): return 2 * x", "y = x")
    with session.at_question("ex1-b", "test_b"):
        pass
    assert session.failures["b"].name == "NameError"


def test_given_cells_run_in_both(start: Start) -> None:
    session = start("def double(x): return factor * x", "four = double(factor)", "factor = 2")
    with session.at_question("ex1-b", "test_b") as submission:
        assert submission.four == 4


def test_the_seed_of_a_test_holds_for_the_solution(start: Start) -> None:
    draw = "import random\ndef draw(): return random.random()"
    session = start(draw)

    def drawn(test: str) -> float:
        with session.at_question("ex1-b", test) as submission:
            return float(submission.draw())

    assert drawn("test_a") == drawn("test_a") != drawn("test_b")


def test_an_end_of_the_students_worker_leaves_the_solutions(start: Start) -> None:
    session = start("def double(x): return 2 * x", "import os\nos._exit(3)")
    with session.at_question("ex1-b", "test_b") as submission:
        assert submission.double(4) == 8
    assert session.failures["b"].stopped


def test_a_solution_that_fails_to_run_lends_the_rest(start: Start) -> None:
    session = start("x = 3\nraise ValueError", "y = x")
    with session.at_question("ex1-b", "test_b") as submission:
        assert submission.y == 3
