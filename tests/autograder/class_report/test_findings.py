"""Mistakes by name, equal failures, tests to look at."""

from autograder.class_report.findings import (
    failing_alike,
    is_open,
    misconceptions,
    suspicious,
)
from autograder.class_report.items import item
from autograder.engine import Cause
from tests.autograder.class_report.made_class import question, result


def test_a_blank_is_no_failure() -> None:
    assert is_open(question("ex1-a", "ff", cause=Cause.OPEN_BLANK))
    assert not is_open(question("ex1-a", "ff"))
    assert not is_open(question("ex1-a", "pp"))
    assert not is_open(question("ex1-a", "pf", cause=Cause.OPEN_BLANK))  # part of it is there
    assert not is_open(question("ex1-a", "ff", cause=Cause.MISSING_NAME))  # a name is gone
    assert not is_open(question("ex1-a", "ff", cause=None))


def test_mistakes_are_counted_by_name_the_most_frequent_first() -> None:
    results = [
        result("a", question("ex1-a", "f", "Adds twice")),
        result("b", question("ex1-a", "f", "Forgets the last")),
        result("c", question("ex1-a", "f", "Forgets the last")),
    ]
    found = misconceptions(results)
    assert [(one.title, one.students) for one in found] == [
        ("Forgets the last", ("b", "c")),
        ("Adds twice", ("a",)),
    ]


def test_equal_failures_without_a_name_are_listed_together() -> None:
    results = [
        result("a", question("ex1-a", "ffp")),
        result("b", question("ex1-a", "ffp")),
        result("c", question("ex1-a", "fpp")),
        result("d", question("ex1-a", "ffp", "Adds twice")),
        result("e", question("ex1-a", "fff", cause=Cause.OPEN_BLANK)),
        result("f", question("ex1-a", "fff", cause=Cause.OPEN_BLANK)),
    ]
    (found,) = failing_alike(results)
    assert found.students == ("a", "b")
    assert found.tests == ("test_ex1-a_0", "test_ex1-a_1")
    assert found.message == "differs"


def columns(*rows: str) -> list[str]:
    """What is suspicious of tests t0, t1, …; a row per student, the best first."""
    totals = [float(len(rows) - place) for place in range(len(rows))]
    passed = [{f"t{n}": letter == "p" for n, letter in enumerate(row)} for row in rows]
    tests = [
        item(f"t{n}", "q", 1.0, [float(by_test[f"t{n}"]) for by_test in passed], totals)
        for n in range(len(rows[0]))
    ]
    return [f"{one.test}: {one.why}" for one in suspicious(tests, passed, totals)]


def test_a_test_that_all_fail_is_suspicious() -> None:
    assert columns("pf", "pf", "ff") == ["t1: all 3 who tried fail it"]
    assert columns("f") == []  # one student says nothing


def test_a_test_that_the_best_fail_is_suspicious() -> None:
    rows = ["pf"] * 10 + ["fp"] * 20
    assert columns(*rows) == ["t1: 7 of the 7 best students fail it"]


def test_a_test_that_weak_students_pass_is_suspicious() -> None:
    rows = ["pp"] * 12 + ["pf"] * 12 + ["fp"] * 30
    assert columns(*rows) == ["t1: weak students pass it more often than strong ones"]
