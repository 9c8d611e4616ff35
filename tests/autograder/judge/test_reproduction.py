"""Known mistakes are named where a submission answers what they answer, and nowhere else."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import nbformat
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from autograder.assignment import load_assignment
from autograder.compiler.build import build_labs
from autograder.engine import Remote, StudentError
from autograder.judge.content import Content
from autograder.judge.grade import Grading
from autograder.judge.knowledge import Knowledge
from autograder.judge.pool import Pool
from autograder.judge.reproduction import Evidence, Mistake, Reproductions, same, told
from autograder.judge.warm import Grader
from autograder.notebook import as_text
from autograder.verbs.new import new_lab

RIGHT = "    return sum(numbers) / len(numbers) if numbers else None\n"
NO_SINGLE = "if len(numbers) == 1: raise ValueError('single')"
NO_LONG = "if len(numbers) > 2: raise ValueError('long')"
BY_TWO = "    return sum(numbers) / 2 if numbers else None\n"
ROOT = f"    torch.sqrt(1)\n{RIGHT}import torch\n"
MISTAKES = {
    "test_mean_of_many": ("Divides by two, whatever the count", BY_TWO),
    "by-one-less": (
        "Divides by one less than the count",
        "    return sum(numbers) / max(1, len(numbers) - 1) if numbers else None\n",
    ),
    "whole": ("Rounds the mean", "    return sum(numbers) // len(numbers) if numbers else None\n"),
    "raises": ("Takes no lists", "    raise TypeError('no lists')\n"),
    "a-spoiler": (
        "Has every sum be 0 from now on",
        "    import builtins\n    builtins.sum = lambda numbers: 0\n"
        "    return 0.0 if numbers else None\n",
    ),
    "no-single": ("Takes no single number", f"    {NO_SINGLE}\n{RIGHT}"),
    "no-long": ("Takes no long lists", f"    {NO_LONG}\n{RIGHT}"),
    "root": ("Takes the root of a number", ROOT),
}
LOSSES = {
    "a-spoiler": "#!LOSS 0.5\n",
    "by-one-less": "#!LOSS 1.5\n",
    "raises": "#!LOSS 1\n",
    "no-single": "#!LOSS 0.5\n",
    "no-long": "#!LOSS 0.5\n",
    "root": "#!LOSS 2.5\n",
}
STRANGE = "    return 17.0 if numbers else None\n"


# -- what is compared ---------------------------------------------------------------------------


def test_rounding_makes_no_difference_and_a_dtype_does() -> None:
    ones = torch.ones(500)
    assert same(told(ones), told(ones + 1e-6))
    assert not same(told(ones), told(ones + 1e-2))
    assert not same(told(ones), told(ones.double()))
    assert not same(told(ones), told(torch.ones(501)))
    assert not same(told(1), told(True))
    assert same(told([float("nan")]), told([float("nan")]))
    assert same(told({"a": 1, "b": 2}), told({"b": 2, "a": 1}))
    assert same(told((1, 2)), told([1, 2]))  # where it matters, the test's message tells
    assert not same(told(StudentError("a", "b", "")), told(["a", "b"]))


@given(st.integers(1, 50), st.integers(20, 60), st.data())
def test_no_column_of_a_large_answer_is_left_out(
    rows: int, columns: int, data: st.DataObject
) -> None:
    other = torch.zeros(rows, columns)
    other[:, data.draw(st.integers(0, columns - 1))] = 1
    assert not same(told(torch.zeros(rows, columns)), told(other))
    assert not same(told(np.zeros((rows, columns))), told(other.numpy()))


def test_large_answers_are_kept_small() -> None:
    assert len(str(told(torch.arange(10**6)))) < 2000
    assert len(told("a" * 10**6)) < 2000


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=10,
)


@given(plain)
def test_every_answer_is_the_same_as_itself(value: Any) -> None:
    assert same(told(value), told(value))


def known(*mistakes: Mistake) -> Reproductions:
    return Reproductions(solution={"case": [1.0, 2.0]}, mistakes={"ex1": list(mistakes)})


def failed(*heard: Any, message: str = "") -> dict[str, Evidence]:
    """What was answered to one case."""
    return {"case": Evidence(list(heard), message)}


def test_a_mistake_counts_only_where_it_differs_from_what_is_right() -> None:
    doubles = Mistake("Doubles it", 1.0, failed(1.0, 4.0))
    one = known(doubles, Mistake("Is right here", 1.0, failed(1.0, 2.0)))
    said = {"case": "An answer gives this if it doubles it"}
    assert one.explained("ex1", failed(1.0, 4.0)) == said
    assert one.explained("ex1", failed(1.0, 4.0) | {"another": Evidence([3])}) == said
    assert one.explained("ex1", failed(1.0, 2.0)) == {}
    assert one.explained("ex1", failed(1.0)) == {}
    assert one.explained("ex1", {"other": Evidence([1.0, 4.0])}) == {}


def test_a_mistake_is_named_only_where_all_that_it_fails_is_failed_alike() -> None:
    zero = Mistake("Gives 0", 1.0, failed(0) | {"other": Evidence([0])})
    assert known(zero).explained("ex1", failed(0)) == {}
    assert known(zero).explained("ex1", failed(0) | {"other": Evidence([5])}) == {}
    both = failed(0) | {"other": Evidence([0])}
    assert known(zero).explained("ex1", both).keys() == {"case", "other"}


def test_too_many_candidates_are_none() -> None:
    three = [Mistake(title, 1.0, failed(2)) for title in ("Adds", "Takes away", "Waits")]
    assert known(*three).explained("ex1", failed(2)) == {}
    expected = {"case": "An answer gives this if it takes away or waits"}
    assert known(*three[1:]).explained("ex1", failed(2)) == expected
    assert known(*three[1:], *three[1:]).explained("ex1", failed(2)) == expected  # told once


def behind(known: Reproductions, question: str, failed: Mapping[str, Evidence]) -> Mistake | None:
    return known.behind_most(question, failed, worth=lambda cases: float(len(cases)))


def test_a_fair_loss_asks_for_the_same_answers_to_all_that_the_mistake_fails() -> None:
    slip, worse = Mistake("Slips", 1.0, failed(2)), Mistake("Is worse", 3.0, failed(2))
    unsaid, passes = Mistake("Has no loss", None, failed(2)), Mistake("Passes", 1.0, {})
    assert behind(known(slip, unsaid), "ex1", failed(2)) == slip
    assert behind(known(slip, worse), "ex1", failed(2)) == worse
    assert behind(known(unsaid, passes), "ex1", failed(2)) is None
    assert behind(known(passes), "ex1", {}) is None
    assert behind(known(slip), "ex1", failed(3)) is None
    assert behind(known(slip), "ex1", failed(2, message="too much memory")) is None
    assert behind(known(slip), "ex1", {"other": Evidence([2])}) is None
    both = Mistake("Slips twice", 0.5, failed(2) | {"other": Evidence([2])})
    assert behind(known(slip, both), "ex1", failed(2)) == slip
    assert behind(known(slip, both), "ex1", both.failed) == both  # it leaves less
    assert behind(known(slip, both), "ex1", failed(2) | {"other": Evidence([3])}) == slip
    assert behind(known(slip), "ex2", failed(2)) is None


class Deaf:
    """A worker that nobody asks."""

    def release(self, number: int) -> None: ...


@pytest.mark.parametrize("nothing", [StudentError("TypeError", "no", ""), Remote])
def test_exceptions_and_objects_prove_nothing(nothing: Any) -> None:
    answer = Remote(cast(Any, Deaf()), 1, "list") if nothing is Remote else nothing
    assert not known().is_value("case", [told(answer)])
    assert known().is_value("case", [1, 2])


def test_objects_that_tests_ask_for_stand_in_place_of_no_value() -> None:
    heard = [told(Remote(cast(Any, Deaf()), 1, "Namespace")), 4]
    one = known()
    assert not one.is_value("case", heard)
    assert not one.is_value("case", [heard])
    one.objects["case"] = 1
    assert one.is_value("case", heard)
    assert not one.is_value("case", [*heard, heard[0]])


# -- in grading ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def grader(tmp_path_factory: pytest.TempPathFactory) -> Grader:
    folder = tmp_path_factory.mktemp("lab")
    source = new_lab("means", folder / "source")
    mistakes = source.parent / "variants" / "mistakes"
    for name, (title, code) in MISTAKES.items():
        (mistakes / f"{name}.txt").write_text(
            f"# {title}\n{LOSSES.get(name, '')}#!BLANK ex1-mean.1\n{code}", "utf-8"
        )
    build_labs([source], folder / "release", folder / "solution")
    assignment = load_assignment(
        "means", folder / "release", folder / "source", folder / "solution", source
    )
    with_torch = replace(assignment, imports=("torch",))  # some answers use it
    return Grader(with_torch, seed=3, names_mistakes=True)


@pytest.fixture(scope="module")
def pool(grader: Grader) -> Iterator[Pool]:
    with Pool(grader, jobs=1) as pool:
        yield pool


def judged(pool: Pool, answer: str) -> Any:
    notebook = nbformat.from_dict(pool.grader.assignment.solution)
    (cell,) = (cell for cell in notebook.cells if cell.source.startswith("def mean"))
    cell.source = f"def mean(numbers):\n{answer}"
    return pool.judge(Grading(Content("one", "means.ipynb", as_text(notebook).encode())))


def messages(pool: Pool, answer: str) -> list[str]:
    """What is said of an answer, test by test; nothing of those that pass."""
    result = judged(pool, answer)
    tests = [test for question in result["questions"] for test in question["tests"]]
    return [test["message"] for test in tests if test["outcome"] == "failed"]


def score(pool: Pool, answer: str) -> float:
    return float(judged(pool, answer)["score"])


def test_the_mistake_behind_wrong_values_is_named_without_a_guess(pool: Pool) -> None:
    said = messages(pool, BY_TWO)
    assert len(said) == 2  # of two numbers it is right
    assert all(
        "An answer gives this if it divides by two, whatever the count" in one for one in said
    )
    assert not any("Is it the sum by the count?" in one for one in said)


def test_another_way_to_the_same_mistake_is_named_as_well(pool: Pool) -> None:
    own = (
        "    total = 0\n    for n in numbers: total += n\n    return total / 2 if numbers else None"
    )
    assert messages(pool, own) == messages(pool, BY_TWO)


def test_values_of_no_known_mistake_get_the_tests_own_message(pool: Pool) -> None:
    said = messages(pool, STRANGE)
    assert len(said) == 3
    assert not any("comes out" in one for one in said)
    assert any("Is it the sum by the count?" in one for one in said)


def test_an_exception_is_not_explained_by_another_one(pool: Pool) -> None:
    said = messages(pool, "    raise TypeError('no lists')")
    assert all("TypeError" in one and "comes out" not in one for one in said)


def test_a_right_answer_needs_no_mistakes(grader: Grader, pool: Pool) -> None:
    assert messages(pool, RIGHT) == []


def test_the_same_is_said_whoever_came_before(grader: Grader, pool: Pool) -> None:
    later = messages(pool, BY_TWO)
    with Pool(grader, jobs=1) as fresh:
        assert messages(fresh, BY_TWO) == later


def test_a_mistake_costs_its_fair_loss_where_one_is_given(pool: Pool) -> None:
    own = "    n = len(numbers)\n    return sum(numbers) / (n - 1 or 1) if numbers else None"
    result = judged(pool, own)
    (question,) = [one for one in result["questions"] if one["tests"]]
    failed = sum(test["points"] for test in question["tests"] if test["outcome"] == "failed")
    assert failed > 1.5
    assert question["mistake"] == "Divides by one less than the count"
    assert question["score"] == question["max_score"] - 1.5


def test_what_a_mistake_does_not_fail_costs_what_it_is_worth(pool: Pool) -> None:
    own = "    n = len(numbers)\n    return sum(numbers) / (n - 1 or 1) if numbers else 0"
    result = judged(pool, own)
    (question,) = [one for one in result["questions"] if one["tests"]]
    (other,) = [test for test in question["tests"] if test["name"] == "test_mean_of_nothing"]
    assert other["outcome"] == "failed"
    assert (question["mistake"], question["mistake_score"]) == (
        "",
        question["max_score"] - 1.5 - other["points"],
    )


def test_a_mistake_behind_a_slip_costs_its_fair_loss_and_a_fifth(pool: Pool) -> None:
    own = (
        "    n = len(numbers_given)\n"
        "    return sum(numbers) / (n - 1 or 1) if numbers else None\n"
        "import torch"
    )
    result = judged(pool, own)
    (question,) = [one for one in result["questions"] if one["tests"]]
    assert all("name 'numbers_given'" in test["message"] for test in question["tests"])
    assert question["mistake_score"] == question["max_score"] - 1.5 - 1
    assert question["mistake"] == ""  # it stops before


def test_a_known_mistake_that_stops_an_answer_costs_no_less_than_is_fair(pool: Pool) -> None:
    assert score(pool, ROOT) == 2.5
    assert score(pool, ROOT.replace("sqrt(1)", "sqrt(2)")) == 2.5  # it stops just so
    assert score(pool, ROOT.replace("sqrt(1)", "exp(1)")) == 4  # another mistake


def test_a_hand_in_that_answers_only_later_asks_for_mistakes_too(
    grader: Grader, pool: Pool
) -> None:
    """Else its points would depend on who was graded before."""
    own = (
        "    return sum(numbers) / max(1, len(numbers) - 1) if numbers else None\n"
        "import torch\nkept = mean\ndel mean\ntorch.sqrt(1)\nmean = kept\n"
    )
    with Pool(grader, jobs=1) as fresh:
        alone = judged(fresh, own)
    (question,) = [one for one in alone["questions"] if one["tests"]]
    assert {test["cause"] for test in question["tests"]} == {"missing_name"}
    assert question["mistake_score"] == question["max_score"] - 1.5 - 1
    messages(pool, BY_TWO)
    assert judged(pool, own)["score"] == alone["score"]


def test_without_a_fair_loss_the_tests_decide(pool: Pool) -> None:
    assert score(pool, BY_TWO) == 0.0  # it passes public checks only


def test_raising_what_a_mistake_raises_earns_nothing(pool: Pool) -> None:
    assert score(pool, "    raise TypeError('no lists')") == 0.0


@pytest.mark.parametrize(("raising", "points"), [(NO_SINGLE, 4.5), (NO_LONG, 3.0)])
def test_an_exception_counts_where_two_thirds_of_the_hidden_tests_are_proved(
    pool: Pool, raising: str, points: float
) -> None:
    assert (
        score(pool, f"    {raising}\n    return (sum(numbers) / len(numbers)) if numbers else None")
        == points
    )


def test_public_checks_prove_nothing(pool: Pool) -> None:
    assert (
        score(pool, "    if len(numbers) == 2: return 1.5\n    raise ValueError('single')") == 0.0
    )


def test_an_exception_alone_is_enough_to_ask_what_is_known(grader: Grader) -> None:
    with Pool(grader, jobs=1) as fresh:
        assert score(fresh, f"    {NO_SINGLE}\n{RIGHT}") == 4.5


def test_what_failed_is_never_forgiven_wholly(pool: Pool) -> None:
    assert score(pool, "    return 0.0 if numbers else None") == 4.0  # of 5: a fifth is 1


def test_an_open_blank_asks_for_no_mistakes(grader: Grader) -> None:
    with Pool(grader, jobs=1) as fresh:
        assert score(fresh, "    raise NotImplementedError") == 0.0


def test_what_one_process_learnt_the_next_one_reads(grader: Grader, tmp_path: Path) -> None:
    keeps = replace(grader, knowledge=Knowledge(tmp_path, "key"))
    with Pool(keeps, jobs=1) as first:
        said = messages(first, BY_TWO)
    (kept,) = tmp_path.glob("*.json")
    text = kept.read_text("utf-8")
    kept.write_text(text.replace("Divides by two", "Takes the half"), "utf-8")
    with Pool(keeps, jobs=1) as second:
        assert messages(second, BY_TWO) == [
            one.replace("divides by two", "takes the half") for one in said
        ]


def test_what_was_learnt_in_one_folder_counts_in_another(
    grader: Grader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeps = replace(grader, knowledge=Knowledge(tmp_path / "known", "key"))
    for folder in (tmp_path, grader.assignment.release_dir):
        monkeypatch.chdir(folder)
        with Pool(keeps, jobs=1) as pool:
            assert score(pool, f"    {NO_SINGLE}\n{RIGHT}") == 4.5
