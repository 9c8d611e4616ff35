"""A whole experiment on a small lab: what is killed, what survives, what contradicts the lists."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.engine import Cause
from autograder.errors import UserError
from autograder.judge.results import Verdict
from autograder.judge.warm import Grader
from autograder.lab import Lab
from autograder.mutation.candidates import Judgement, judge_all
from autograder.mutation.mutate import Experiment, QuestionReport, Report, details, evaluate, plan
from autograder.variants.solution import Solution

EQUIVALENT = """# Any number above 9 will do.
#!MUTANT ex1-count.2
-    10
+    11
#!MUTANT ex1-count.2
-    10
+    100
"""
FOUND = """# Counts the limit too
#!SAYS is it <?
#!SAYS is it >=?
#!GIVEN ex1-count
-        if number < limit:
+        if number <= limit:
"""
NOT_FOUND = "# Says ten in another way\n#!BLANK ex1-count.2\n    5 + 5\n"


@pytest.fixture(scope="module")
def varied(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """The lab with variants."""
    folder = tmp_path_factory.mktemp("experiment") / "lab"
    shutil.copytree(lab.folder, folder)
    mistakes = folder / "variants" / "mistakes"
    mistakes.mkdir(parents=True)
    equivalent = folder / "variants" / "equivalent"
    equivalent.mkdir()
    (equivalent / "any-number.txt").write_text(EQUIVALENT, "utf-8")
    (mistakes / "test_the_limit_itself_is_not_below.txt").write_text(FOUND, "utf-8")
    (mistakes / "test_limit_has_two_digits.txt").write_text(NOT_FOUND, "utf-8")
    return replace(lab, folder=folder)


@pytest.fixture(scope="module")
def experiment(solution: Solution, grader: Grader, varied: Lab) -> Experiment:
    return plan(solution, grader.assignment, varied)


@pytest.fixture(scope="module")
def judgements(experiment: Experiment, grader: Grader) -> list[Judgement]:
    return list(judge_all(grader, experiment.candidates(grader.assignment), jobs=2))


@pytest.fixture(scope="module")
def report(experiment: Experiment, judgements: list[Judgement]) -> Report:
    return evaluate(experiment, judgements)


def test_counts_add_up(report: Report, experiment: Experiment) -> None:
    figures = report.as_json()
    assert figures["mutants"] == len(experiment.mutants)
    survivors = len(figures["survivors"])
    assert figures["killed"] + figures["equivalent"] + survivors == figures["mutants"]
    assert figures["equivalent"] == 2
    assert set(figures) >= {"mutants", "killed", "equivalent", "survivors"}


def test_what_is_tested_is_killed(report: Report) -> None:
    survivors = {survivor["diff"] for survivor in report.as_json()["survivors"]}
    assert "-        if number < limit:\n+        if number <= limit:" not in survivors
    assert report.questions["ex1-count"].kills["test_the_limit_itself_is_not_below"] > 0


def test_tests_of_other_questions_kill_too(report: Report) -> None:
    assert report.questions["ex2-share"].kills["test_half"] > 0


def test_mistakes_are_held_against_their_test(report: Report) -> None:
    assert report.mistakes == 2
    assert report.surviving_mistakes == ["test_limit_has_two_digits"]
    assert not report.passed
    lines = [line.plain for line in details(report)]
    assert "test_limit_has_two_digits passes the mistake that it must find" in lines


def test_one_case_that_finds_a_mistake_is_enough(
    experiment: Experiment, judgements: list[Judgement]
) -> None:
    name = "test_limit_has_two_digits"
    cases = [
        Verdict(f"{name}[1]", "", 1, "passed"),
        Verdict(f"{name}[2]", "", 1, "failed", "look at it"),
    ]
    others = [one for one in judgements if one.name != name]
    told = evaluate(experiment, [*others, Judgement(name, {"ex1-count": cases}, 0.1)])
    assert told.surviving_mistakes == []


def test_a_mistake_that_its_test_does_not_name(report: Report) -> None:
    (unnamed,) = report.as_json()["unnamed_mistakes"]
    assert unnamed["test"] == "test_the_limit_itself_is_not_below"
    assert unnamed["lacks"] == "is it >=?"
    assert "is it <?" in unnamed["message"]
    assert "does not say `is it >=?`: " in details(report)[-1].plain
    sharp = Report({"ex1-count": QuestionReport(mutants=1, killed=1)}, [], 1, [])
    assert sharp.passed
    assert not replace(sharp, unnamed_mistakes=report.unnamed_mistakes).passed


def test_an_equivalent_that_is_killed_is_a_contradiction(
    experiment: Experiment, judgements: list[Judgement]
) -> None:
    (number,) = [
        index for index, m in enumerate(experiment.mutants) if m.diff == "-    10\n+    11"
    ]
    verdict = Verdict("test_limit_has_two_digits", "", 1, "failed", "too small")
    others = [one for one in judgements if one.name != str(number)]
    told = evaluate(experiment, [*others, Judgement(str(number), {"ex1-count": [verdict]}, 0.1)])
    assert [(one.line, test) for one, test in told.killed_equivalents] == [
        (2, "test_limit_has_two_digits")
    ]
    assert any("any-number.txt:2" in line.plain for line in details(told))


@pytest.mark.parametrize(
    ("causes", "by_exception"),
    [
        ([Cause.RAISED], 1),
        ([Cause.TIME, Cause.NOT_RUN], 1),
        ([Cause.MISSING_NAME], 1),
        ([Cause.MISSING_ATTRIBUTE], 0),
        ([Cause.COMPARISON], 0),
        ([Cause.RAISED, Cause.COMPARISON], 0),
    ],
)
def test_what_only_a_test_sees_is_told_from_what_raises(
    experiment: Experiment, judgements: list[Judgement], causes: list[Cause], by_exception: int
) -> None:
    """Also where the message says otherwise."""
    message = "your code raised nothing"
    failed = [Verdict("test_half", "", 1, "failed", message, cause) for cause in causes]
    others = [Judgement(one.name, {}, 0.1) for one in judgements if one.name != "0"]
    told = evaluate(experiment, [*others, Judgement("0", {"ex2-share": failed}, 0.1)])
    assert told.total("by_exception") == by_exception


def test_a_solution_that_fails_ends_it(experiment: Experiment, judgements: list[Judgement]) -> None:
    verdict = Verdict("test_half", "", 1, "failed", "off")
    with pytest.raises(UserError, match="the solution fails ex2-share: test_half"):
        evaluate(experiment, [*judgements, Judgement("solution", {"ex2-share": [verdict]}, 0.1)])


def test_one_question(solution: Solution, grader: Grader, varied: Lab) -> None:
    of_one = plan(solution, grader.assignment, varied, "ex2-share")
    assert {mutant.question for mutant in of_one.mutants} == {"ex2-share"}
    assert of_one.mistakes == []
    with pytest.raises(UserError, match="there are ex1-count, ex2-share"):
        plan(solution, grader.assignment, varied, "ex9")


def test_a_mistake_for_no_test_is_refused(
    solution: Solution, grader: Grader, varied: Lab, tmp_path: Path
) -> None:
    copy = replace(varied, folder=tmp_path / "lab")
    shutil.copytree(varied.folder, copy.folder)
    (copy.variants_dir / "mistakes" / "test_nothing.txt").write_text(NOT_FOUND, "utf-8")
    with pytest.raises(UserError, match="no test is called test_nothing"):
        plan(solution, grader.assignment, copy)
