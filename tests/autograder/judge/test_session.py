"""Walks through notebooks in real workers: what is lost, what is replayed, whose time it takes."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autograder.engine import Cause, Limits, MissingName, Worker, WorkerLost, Zygote
from autograder.judge.clock import Clock
from autograder.judge.content import MISSING, ExtraFile
from autograder.judge.results import CellFailure
from autograder.judge.session import SOURCE_LIMIT, QuestionLost, Session, derive_seed

from .notebooks import answer, given, notebook, own, question, written

LIMITS = Limits(call_timeout_s=4, cell_timeout_s=2, test_timeout_s=1.5, submission_timeout_s=60)
TOKEN = given("token", "import os\ntoken = os.urandom(8)")  # another one in each worker
Walk = Callable[..., Session]


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote(limits=LIMITS) as zygote:
        yield zygote


@pytest.fixture
def walk(zygote: Zygote) -> Iterator[Walk]:
    """`walk(cell, …)`: a session on a notebook of these cells."""
    sessions: list[Session] = []

    def start(
        *cells: Any, seed: int = 0, limits: Limits = LIMITS, clock: Clock | None = None
    ) -> Session:
        cells_ = notebook(*cells).cells
        sessions.append(Session(zygote, cells_, seed, clock or Clock(limits)))
        return sessions[-1]

    yield start
    for session in sessions:
        session.close()
    assert zygote._workers == []


@pytest.fixture
def forks(zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> list[Worker]:
    """The workers that are forked during the test."""
    forked: list[Worker] = []
    fork = zygote.fork

    def remember(*arguments: Any) -> Worker:
        forked.append(fork(*arguments))
        return forked[-1]

    monkeypatch.setattr(zygote, "fork", remember)
    return forked


def value(session: Session, question_id: str, name: str, test: str = "test") -> Any:
    """What a name stands for at a question."""
    with session.at_question(question_id, test) as submission:
        return getattr(submission, name)


@contextmanager
def losing(session: Session, question_id: str) -> Iterator[Any]:
    """A test that costs the worker, and is told to the session as the tests' runner does."""
    with pytest.raises(WorkerLost) as caught, session.at_question(question_id, "t") as submission:
        yield submission
    session.lose(question_id, caught.value)


# -- the walk ------------------------------------------------------------------------------------


def test_a_question_sees_the_cells_above_it_and_none_below(walk: Walk) -> None:
    session = walk(
        given("c1", "x = 1"), question("q1", 1), answer("c2", "x += 1"), question("q2", 1),
        given("c3", "x = 99"),
    )  # fmt: skip
    assert session.question_order == {"q1": 1, "q2": 3}
    assert [value(session, name, "x") for name in ("q1", "q2", "q2", "q1", "q2")] == [1, 2, 2, 1, 2]


def test_forwards_one_worker_goes_on_and_backwards_a_new_one_replays(
    walk: Walk, forks: list[Worker]
) -> None:
    session = walk(TOKEN, question("q1", 1), question("q2", 1))
    first = value(session, "q1", "token")
    assert value(session, "q2", "token") == value(session, "q2", "token") == first
    assert len(forks) == 1
    assert value(session, "q1", "token") != first
    assert len(forks) == 2


def test_what_is_not_to_run_does_not(walk: Walk) -> None:
    session = walk(
        given("c1", "x = 1"),
        question("q1", 1),  # calls `check`, which is not defined here
        given("c2", "while True: x = 2", tags=["skip-grading"]),
        written("why", 1),
        question("q2", 1),
    )
    assert value(session, "q2", "x") == 1
    assert (session.failures, session.remarks) == ({}, [])


def test_a_cell_that_raises_costs_what_stands_below_in_it(walk: Walk) -> None:
    session = walk(
        given("c1", "x = 1\nopen('nothing')\nx = 2"),
        answer("c2", "y = TODO_y"),
        answer("c3", "def f(:"),
        given("c4", "z = x + 1"),
        question("q", 1),
    )
    assert (value(session, "q", "x"), value(session, "q", "z")) == (1, 2)
    causes = {name: failure.cause for name, failure in session.failures.items()}
    assert causes == {"c1": Cause.RAISED, "c2": Cause.OPEN_BLANK, "c3": Cause.RAISED}
    opened = session.failures["c1"]
    assert (opened.cell_id, opened.name, opened.errno) == ("c1", "FileNotFoundError", 2)
    assert opened.message.startswith("this cell raised FileNotFoundError: ")
    assert session.remarks == []  # it went on in the same worker


# -- what costs the worker -----------------------------------------------------------------------

DEADLY = {
    "os._exit(3)": (Cause.ENDED, "ended the program (exit code 3)"),
    "os.abort()": (Cause.CRASHED, "crashed the program (signal 6: Aborted)"),
    "while True: pass": (Cause.TIME, "exceeded the time limit of 2 s"),
}


@pytest.mark.parametrize("source", DEADLY)
def test_a_cell_that_ends_the_worker_costs_itself_only(
    walk: Walk, forks: list[Worker], source: str
) -> None:
    cause, words = DEADLY[source]
    cells = (TOKEN, answer("bad", f"x = 1\n{source}"), given("c", "y = 2"))
    session = walk(*cells, question("q1", 1), question("q2", 1))
    assert value(session, "q1", "y") == 2
    with pytest.raises(MissingName):
        value(session, "q1", "x")
    assert session.failures == {"bad": CellFailure("bad", "", f"this cell {words}", cause)}
    assert session.failures["bad"].stopped
    assert session.remarks == [f"cell bad: this cell {words}"]
    assert len(forks) == 2
    value(session, "q2", "token")
    value(session, "q1", "token")
    assert len(forks) == 3  # one to go back, none for a second try of the cell


def test_each_cell_that_ends_a_worker_costs_one_replay(walk: Walk, forks: list[Worker]) -> None:
    exits = [answer(f"bad{number}", f"os._exit({number})") for number in range(3)]
    session = walk(TOKEN, *exits, given("c", "y = 2"), question("q", 1))
    assert value(session, "q", "y") == 2
    assert list(session.failures) == ["bad0", "bad1", "bad2"]
    assert len(forks) == 4


def test_a_call_that_ends_the_worker_costs_its_question_only(walk: Walk) -> None:
    session = walk(
        given("c1", "import os\ndef die(): os._exit(7)\nx = 1"), question("q1", 1),
        given("c2", "x = 2"), question("q2", 1),
    )  # fmt: skip
    with losing(session, "q1") as submission:
        submission.die()
    with pytest.raises(QuestionLost) as caught, session.at_question("q1", "another"):
        pytest.fail("the question is lost")
    reason = "ended the program (exit code 7)"
    assert str(caught.value) == f"not run, because a check before it {reason}"
    assert caught.value.cause is Cause.NOT_RUN
    assert value(session, "q2", "x") == 2
    assert session.failures == {}
    assert session.remarks == [f"q1: a check {reason}"]


def test_a_closed_session_can_go_on(walk: Walk, zygote: Zygote) -> None:
    session = walk(TOKEN, question("q", 1))
    first = value(session, "q", "token")
    session.close()
    session.close()
    assert zygote._workers == []
    assert value(session, "q", "token") != first


# -- time ------------------------------------------------------------------------------------------

NAP = given("nap", "import time\ndef nap(): time.sleep(0.9)")


def test_the_calls_of_a_test_share_its_time_and_each_test_has_its_own(walk: Walk) -> None:
    session = walk(NAP, question("q1", 1), question("q2", 1))
    for name in ("first", "second"):
        with session.at_question("q1", name) as submission:
            submission.nap()
    with losing(session, "q1") as submission:
        submission.nap()
        submission.nap()
    assert session.remarks == ["q1: a check exceeded the time limit of 1.5 s for one test"]
    with session.at_question("q2", "test") as submission:
        submission.nap()


def test_all_workers_share_the_time_of_the_submission(walk: Walk, forks: list[Worker]) -> None:
    """A replay begins where the time of the first worker was left."""
    session = walk(
        given("slow", "import os, time\ntime.sleep(1.2)"),
        answer("bad", "os._exit(0)"),
        question("q1", 1),
        question("q2", 1),
        limits=replace(LIMITS, submission_timeout_s=2),
    )
    for name in ("q1", "q2"):
        with pytest.raises(QuestionLost) as caught, session.at_question(name, "test"):
            pytest.fail("there is no time left")
        assert str(caught.value) == "not run, because the submission used up its time limit"
    assert "for the whole submission" in session.failures["slow"].message
    assert session.failures["slow"].cause is Cause.TIME
    assert len(forks) <= 2  # there is no time for another one


def test_a_session_that_continues_another_has_the_rest_of_its_time(walk: Walk) -> None:
    first = walk(TOKEN, question("q", 1))
    assert 0 < first.clock.ends_at - time.monotonic() <= LIMITS.submission_timeout_s
    first.clock.ends_at = time.monotonic() - 1
    over = walk(TOKEN, question("q", 1), clock=first.clock)
    with pytest.raises(QuestionLost, match="used up"), over.at_question("q", "test"):
        pytest.fail("there is no time left")


# -- the time of own cells -------------------------------------------------------------------------

SLOW = "import os, time\ntime.sleep(0.6)\n"


def test_own_cells_take_no_time_from_the_others(walk: Walk) -> None:
    limits = replace(LIMITS, submission_timeout_s=1, own_cells_timeout_s=3)
    session = walk(*(own(f"o{n}", SLOW) for n in range(3)), TOKEN, question("q", 1), limits=limits)
    value(session, "q", "token")
    assert session.failures == {}
    assert session.clock.ends_at - time.monotonic() <= 1


def test_own_cells_that_take_too_long_together_are_named_and_the_answers_run(walk: Walk) -> None:
    session = walk(
        given("c", "names = []"),
        *(own(f"o{number}", f"{SLOW}names.append({number})") for number in range(4)),
        answer("a", "names.append('answer')"),
        question("q", 1),
        limits=replace(LIMITS, submission_timeout_s=2, own_cells_timeout_s=1),
    )
    assert value(session, "q", "names") == [0, "answer"]
    too_long = "your own cells took longer than 1 s together"
    assert {name: (one.message, one.cause) for name, one in session.failures.items()} == {
        "o1": (f"this cell was stopped, as {too_long}", Cause.TIME),
        "o2": (f"this cell was not run, as {too_long}", Cause.NOT_RUN),
        "o3": (f"this cell was not run, as {too_long}", Cause.NOT_RUN),
    }
    assert session.remarks[-1] == f"{too_long}; the rest of them was not run"


def test_replays_of_own_cells_take_no_time_from_anybody(walk: Walk, forks: list[Worker]) -> None:
    session = walk(
        own("o", SLOW + "here = 1"),
        *(answer(f"a{number}", "os._exit(0)") for number in range(3)),
        own("late", "late = here"),
        question("q", 1),
        limits=replace(LIMITS, submission_timeout_s=1, own_cells_timeout_s=1),
    )
    assert value(session, "q", "late") == 1
    assert len(forks) == 4


def test_endless_replays_of_own_cells_end(walk: Walk, forks: list[Worker]) -> None:
    limits = replace(LIMITS, submission_timeout_s=1, own_cells_timeout_s=0.7)
    exits = [answer(f"a{number}", "os._exit(0)") for number in range(9)]
    session = walk(own("o", SLOW), *exits, question("q", 1), limits=limits)
    with pytest.raises(QuestionLost, match="used up"), session.at_question("q", "test"):
        pytest.fail("there is no time left")
    assert len(forks) < len(exits)  # else a worker for each of them


def test_an_own_cell_has_the_time_of_a_cell_at_most(walk: Walk) -> None:
    session = walk(own("o", "while True: pass"), own("p", "x = 1"), question("q", 1))
    assert value(session, "q", "x") == 1
    assert session.failures["o"].message == "this cell exceeded the time limit of 2 s"


# -- chance ----------------------------------------------------------------------------------------

DRAWN = given("drawn", "import random\nx = random.random()\ndef draw(): return random.random()")


def draw(session: Session, test: str, question_id: str = "q1") -> Any:
    with session.at_question(question_id, test) as submission:
        return submission.draw()


def test_cells_draw_the_same_at_each_replay_and_another_under_another_seed(walk: Walk) -> None:
    cells = (DRAWN, question("q1", 1), question("q2", 1))
    session = walk(*cells, seed=4)
    once = value(session, "q2", "x")
    assert value(session, "q1", "x") == value(walk(*cells, seed=4), "q1", "x") == once
    assert value(walk(*cells, seed=5), "q1", "x") != once


def test_what_a_test_draws_depends_on_its_name_and_on_nothing_before(walk: Walk) -> None:
    cells = (DRAWN, question("q1", 1), question("q2", 1))
    session = walk(*cells)
    first, second = draw(session, "one"), draw(session, "two")
    assert first != second
    assert draw(session, "two") == draw(session, "two", "q2") == second
    assert draw(walk(*cells), "two") == second
    assert draw(walk(*cells, seed=1), "two") != second


def test_a_worker_can_not_draw_the_inputs_of_its_tests(walk: Walk) -> None:
    """Neither by the seed that it was given nor by one that follows from it."""
    cell = given("c", "import random\nseeds = []\nrandom.seed = seeds.append")
    session = walk(cell, question("q1", 1))
    with session.at_question("q1", "test_it") as submission:
        known = {*submission.seeds, session.seed}
    assert len(known) == 2
    inputs = derive_seed(session.seed, "inputs", "test_it")
    guessed = {derive_seed(seed, *names) for seed in known for names in ((), ("test_it",))}
    assert inputs not in known | guessed


def test_seeds_are_the_same_on_every_machine() -> None:
    assert derive_seed(0, "cells") == 6623442125838843943
    seeds = {derive_seed(seed, name) for seed in range(20) for name in ("a", "b", "")}
    assert len(seeds) == 60
    assert all(0 <= seed < 2**63 for seed in seeds)


# -- long cells ------------------------------------------------------------------------------------


def test_a_cell_may_be_long_but_not_longer(walk: Walk) -> None:
    session = walk(
        answer("long", "x = 1 #".ljust(SOURCE_LIMIT, "ü")),
        answer("longer", "x = 2 #".ljust(SOURCE_LIMIT + 1, "ü")),
        given("c", "y = x"),
        question("q", 1),
    )
    assert value(session, "q", "y") == 1
    (failure,) = session.failures.values()
    assert (failure.cell_id, failure.cause, failure.stopped) == ("longer", Cause.TOO_LONG, False)
    assert f"more than {SOURCE_LIMIT} characters" in failure.message


# -- who is to blame -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("missing", "blamed"),
    [
        ("weights", "c3"),  # the first that names it
        ("bias", "c3"),
        ("weight", "c1"),  # part of a word is no word: the first that failed
        ("unheard_of", "c1"),
        ("x+", "c1"),
    ],
)
def test_the_failed_cell_to_blame_for_a_missing_name(walk: Walk, missing: str, blamed: str) -> None:
    session = walk(
        given("c0", "number = 0  # weights are made below"),
        answer("c1", "1 / number"),
        answer("c2", "raise NotImplementedError"),
        answer("c3", "weights, bias = missing"),
        answer("c4", "weights = missing"),
        question("q", 1),
    )
    value(session, "q", "number")
    failure = session.failure_behind(missing)
    assert failure is not None and failure.cell_id == blamed


def test_nobody_is_to_blame_where_nothing_failed(walk: Walk) -> None:
    session = walk(given("c", "x = 1"), question("q", 1))
    value(session, "q", "x")
    assert session.failure_behind("y") is None


def test_the_names_that_a_questions_tests_asked_for_are_kept(walk: Walk) -> None:
    session = walk(
        given("c", "import os\nx = y = 1\ndef die(): os._exit(0)"), question("q1", 1),
        question("q2", 1), question("q3", 1),
    )  # fmt: skip
    value(session, "q1", "x")
    value(session, "q1", "y", "another")
    with losing(session, "q2") as submission:
        submission.die()
    with pytest.raises(MissingName):
        value(session, "q3", "nowhere")
    assert session.asked == {"q1": {"x", "y"}, "q2": {"die"}, "q3": {"nowhere"}}


# -- limits of single questions --------------------------------------------------------------------

SLEEPS = "import time\ndef slow(s):\n    time.sleep(s)\n    return 1"


def test_a_question_has_limits_of_its_own(zygote: Zygote, monkeypatch: pytest.MonkeyPatch) -> None:
    of_questions = {"q2": {"call_timeout_s": 0.3}, "q3": {"cell_timeout_s": 0.3}}
    monkeypatch.setattr(zygote, "limits", replace(LIMITS, of_questions=of_questions))
    cells = notebook(
        answer("a1", SLEEPS), question("q1", 1),
        answer("a2", "time.sleep(0.6)\ntwo = 2"), question("q2", 1),
        answer("a3", "time.sleep(0.6)\nthree = 3"), question("q3", 1),
    ).cells  # fmt: skip
    session = Session(zygote, cells, seed=0)
    try:
        with session.at_question("q1", "t") as submission:
            assert submission.slow(0.6) == 1
        with session.at_question("q2", "t") as submission:
            assert submission.two == 2  # its cells have the lab's limit
            with pytest.raises(WorkerLost, match="exceeded the time limit"):
                submission.slow(0.6)
        session.close()
        with session.at_question("q3", "t") as submission, pytest.raises(MissingName):
            _ = submission.three
        assert "exceeded the time limit of 0.3 s" in session.failures["a3"].message
    finally:
        session.close()


# -- files besides the notebook --------------------------------------------------------------------

USES = given("g", "from model import square\nimport nets.deep\ntext = open('why.md').read()")
MODULE = b"def square(x):\n    return x * x\n"


def files(**contents: bytes | None) -> tuple[ExtraFile, ...]:
    """A file for each name; without content, one that was not handed in."""
    names = {name: name.replace("__", ".").replace("_", "/") for name in contents}
    return tuple(
        ExtraFile(names[name], content, "" if content is not None else MISSING)
        for name, content in contents.items()
    )


def test_cells_find_what_was_handed_in_also_in_a_second_worker(zygote: Zygote) -> None:
    given_files = files(model__py=MODULE, nets_deep__py=b"DEPTH = 3", why__md=b"because")
    cells = notebook(
        USES, answer("a", "five = square(2) + 1"), question("q1", 1),
        answer("dies", "import os; os._exit(1)"), answer("b", "nine = square(3)"),
        question("q2", 1),
    ).cells  # fmt: skip
    session = Session(zygote, cells, seed=0, files=given_files)
    try:
        with session.at_question("q1", "t") as submission:
            assert (submission.five, submission.text) == (5, "because")
            assert submission.nets.deep.DEPTH == 3
        with session.at_question("q2", "t") as submission:
            assert submission.nine == 9
        assert list(session.failures) == ["dies"]
    finally:
        session.close()


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (None, "ImportError: model.py was not handed in (line 1 of model.py, which was not"),
        (b"def square(x:\n", "SyntaxError: '(' was never closed (line 1 of model.py)"),
        (b"x = 1\n\nraise ValueError('no')", "ValueError: no (line 3 of model.py)"),
        (b"def f():\n    1 / 0\nf()", "division by zero (line 2 of model.py, in f)"),
        (b"x = 'gr\xfcn'", "SyntaxError: (unicode error) 'utf-8' codec can't decode byte 0xfc"),
        (b"x = 1\0", "source code string cannot contain null bytes"),
        (b"", "cannot import name 'square' from 'model'"),
        (b"import model\nfrom model import square", "cannot import name 'square' from partially"),
        (b"import sys; sys.exit(1)", "SystemExit: 1 (line 1 of model.py)"),
        (b"while True: pass", "exceeded the time limit of 2 s"),
        (b"import os; os._exit(3)", "ended the program (exit code 3)"),
        (b"print('x' * 10**6)\nraise KeyError(1)", "KeyError: 1 (line 2 of model.py)"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_module_is_told_with_its_line(
    zygote: Zygote, module: bytes | None, words: str
) -> None:
    cells = notebook(given("g", "from model import square"), question("q", 1)).cells
    session = Session(zygote, cells, seed=0, files=files(model__py=module))
    try:
        with session.at_question("q", "t") as submission, pytest.raises(MissingName):
            _ = submission.square
        assert words in session.failures["g"].message
    finally:
        session.close()


def test_what_prints_is_only_heard(zygote: Zygote) -> None:
    loud = b"import sys\nprint('x' * 10**7, file=sys.stderr)\n" + MODULE
    cells = notebook(given("g", "from model import square"), question("q", 1)).cells
    session = Session(zygote, cells, seed=0, files=files(model__py=loud))
    try:
        with session.at_question("q", "t") as submission:
            assert submission.square(3) == 9
    finally:
        session.close()


def test_a_module_that_hides_a_library_harms_only_its_own_worker(zygote: Zygote) -> None:
    """No lab asks for such a name, and whatever a student's cell writes has the same effect."""
    named = tuple(ExtraFile(n, b"seed = choice = None") for n in ("random.py", "IPython.py"))
    cells = notebook(given("g", "import random\nx = random.choice"), question("q", 1)).cells
    for extra, is_harmed in ((named, True), ((), False)):
        session = Session(zygote, cells, seed=0, files=extra)
        try:
            with session.at_question("q", "t") as submission:
                assert (submission.x is None) == is_harmed
        finally:
            session.close()


def test_a_file_that_has_no_room_costs_no_other_student(tmp_path: Path) -> None:
    large = (ExtraFile("model.py", b"#" * 2**21),)
    cells = notebook(given("g", "x = 1"), question("q", 1)).cells
    with Zygote(limits=replace(LIMITS, scratch_bytes=2**20)) as small:
        session = Session(small, cells, seed=0, files=large)
        with pytest.raises((QuestionLost, WorkerLost)), session.at_question("q", "t"):
            pass
        session.close()
        assert small._workers == []
        session = Session(small, cells, seed=0)
        with session.at_question("q", "t") as submission:
            assert submission.x == 1
        session.close()
