"""Checks by grading in the real engine: the solution earns everything, the blank nothing."""

from ..errors import shown
from ..judge.results import SubmissionResult
from .bench import Bench, Finding, Seen
from .trials import Trial, run_trials

SEEDS = (0, 1, 2)


def check_solution(bench: Bench) -> Seen:
    """The solution earns every point of every question, under several seeds."""
    if bench.solution is None:
        return Seen("nothing: there is no solution", [_not_graded(bench)])
    results = [
        done.result
        for done in run_trials(bench.pool, [Trial(bench.solution, seed) for seed in SEEDS])
    ]
    findings = {}
    for result in results:
        for cell in result.cell_failures:
            wrong = f"cell {cell.cell_id} of the solution fails ({cell.message}); fix it"
            findings[cell.cell_id] = Finding(bench.subject.place_in_source(cell.cell_id), wrong)
        for question in result.questions:
            for test in question.tests:
                if not test.passed:
                    wrong = f"the solution fails {test.name} under seed {result.seed} "
                    what = f"{wrong}({test.detail or test.message}); fix one of them"
                    place = place_of_test(bench, test.name)
                    findings.setdefault(test.name, Finding(place, what))
            if question.tests and question.score != question.max_score and not any(
                test.name in findings for test in question.tests
            ):  # fmt: skip
                place = bench.subject.place_of_question(question.id)
                wrong = f"{question.id} earns {question.score:g} of {question.max_score:g}"
                findings[question.id] = Finding(place, f"{wrong} points; build it again")
    tested = [question for question in results[0].questions if question.tests]
    points = sum(question.max_score for question in tested if not question.extra)
    extra = sum(question.max_score for question in tested if question.extra)
    beyond = f" and {extra:g} extra" if extra else ""
    looked_at = f"{points:g} points{beyond} under {len(SEEDS)} seeds"
    return Seen(looked_at, list(findings.values()))


def check_blank(bench: Bench) -> Seen:
    """The release handed in as it is earns nothing on any question."""
    result = blank_result(bench)
    findings = [
        Finding(
            bench.subject.place_of_question(question.id),
            f"a blank earns {question.score:g} points on {question.id}; see the tests below",
        )
        for question in result.questions
        if question.score
    ]
    tested = [question for question in result.questions if question.tests]
    return Seen(f"{len(tested)} questions", findings)


def check_tests_can_fail(bench: Bench) -> Seen:
    """No test passes on the blank: one that does asks nothing of the student."""
    tests = [test for question in blank_result(bench).questions for test in question.tests]
    findings = [
        Finding(
            place_of_test(bench, test.name),
            f"{test.name} passes on the blank; have it ask something that takes an answer",
        )
        for test in tests
        if test.passed
    ]
    return Seen(f"{len(tests)} tests on the blank", findings)


def blank_result(bench: Bench) -> SubmissionResult:
    """The graded blank; it is graded once."""
    if bench.blank is None:
        (done,) = run_trials(bench.pool, [Trial(bench.subject.notebook_path, seed=0)])
        bench.blank = done.result
    return bench.blank


def place_of_test(bench: Bench, name: str) -> str:
    """Where a test is defined."""
    for test in (*bench.subject.hidden_tests, *bench.subject.public_tests):
        if test.name == name:
            return f"{shown(test.path)}:{test.line}"
    return f"{shown(bench.subject.source)}:1"


def _not_graded(bench: Bench) -> Finding:
    return Finding(f"{shown(bench.subject.source)}:1", "the solution wasn't graded; fix the build")
