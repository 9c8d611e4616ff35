"""Results of a made-up class, as grading stores them."""

import random

from autograder.engine import Cause
from autograder.judge.results import QuestionResult, SubmissionResult, Verdict


def verdict(name: str, passed: bool, cause: Cause | None = Cause.COMPARISON) -> Verdict:
    outcome = "passed" if passed else "failed"
    return Verdict(name, "checks it", 1.0, outcome, "" if passed else "differs",
                   None if passed else cause)  # fmt: skip


def question(
    name: str, passes: str, mistake: str = "", cause: Cause | None = Cause.COMPARISON
) -> QuestionResult:
    """`passes` has a letter per test: p(asses) or f(ails)."""
    tests = [verdict(f"test_{name}_{place}", p == "p", cause) for place, p in enumerate(passes)]
    return QuestionResult(name, float(len(tests)), tuple(tests), mistake=mistake)


def result(student: str, *questions: QuestionResult, status: str = "graded") -> SubmissionResult:
    return SubmissionResult(student, status, "strong", 1, 1.0, 1.0, questions)


def made_class(number: int, seed: int = 0) -> list[SubmissionResult]:
    """Strong students pass more tests; `test_ex2-odd_0` is passed by the weak ones."""
    rng = random.Random(seed)
    made = []
    for place in range(number):
        able = place / max(1, number - 1)
        passes = ["".join("p" if rng.random() < able else "f" for _ in range(4)) for _ in range(3)]
        odd = "p" if rng.random() > able else "f"
        made.append(
            result(
                f"s{place:04d}",
                question("ex1-a", passes[0], mistake="Adds twice" if "f" in passes[0] else ""),
                question("ex1-b", passes[1]),
                question("ex2-c", passes[2]),
                question("ex2-odd", odd),
                QuestionResult("ex2-why", 2.0),
            )
        )
    return made
