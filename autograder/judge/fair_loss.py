"""What a question comes to, and the fair loss where one known mistake is behind what failed.

One slip can fail many tests. Where a submission answers to all that a known mistake fails what that
mistake answers, it loses for these tests together what a fair teacher would take off, and for each
other test what that is worth. Three bounds keep that defensible: it must be proved by values, what
failed is never forgiven wholly, and nobody loses more than the tests take.
"""

import math
from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from .reproduction import NotLearnt
from .results import QuestionResult, Verdict
from .warm import Ready

# Of the points of hidden tests: so much must be proved by values that are right, or wrong as the
# mistake's. Exceptions prove nothing, because everybody can raise one.
LEAST_PROVED = 2 / 3
# Of the points of what failed: so much is lost at least. A test ends where it first fails, so what
# else is wrong behind it nobody saw.
LEAST_LOST = 1 / 5


def judged(
    ready: Ready, question: str, max_score: float, verdicts: Iterable[Verdict]
) -> QuestionResult:
    """The result of a question whose tests were the last that `ready.tests` ran.

    Raises:
        NotLearnt: if what known mistakes answer to them is not known yet.
    """
    result = QuestionResult(question, max_score, tuple(verdicts))
    known = ready.known_mistakes
    if known is None:
        return result
    failed = ready.tests.evidence(question)
    if failed and question not in known.mistakes:  # or points would depend on who came before
        raise NotLearnt([question])
    worth = partial(ready.tests.worth, question)
    mistake = known.behind_most(question, failed, worth)
    if mistake is None or mistake.loss is None:
        return result
    others = failed.keys() - mistake.failed.keys()
    unproved = {case for case, one in failed.items() if not known.is_value(case, one.heard)}
    if ready.tests.share_without(question, unproved | others) < LEAST_PROVED - 1e-9:
        return result
    least = _in_half_points(LEAST_LOST * (max_score - result.tests_score))
    left = max(0.0, max_score - max(mistake.loss + worth(others), least))
    return replace(result, mistake="" if others else mistake.title, mistake_score=left)


def known_loss(ready: Ready, question: str) -> float:
    """What a fair teacher takes off for the known mistake that answers all that the last tests of a
    question met, exceptions as well; 0 if there is none."""
    known = ready.known_mistakes
    if known is None:
        return 0.0
    failed = ready.tests.evidence(question)
    mistake = known.behind_most(question, failed, partial(ready.tests.worth, question))
    if mistake is None or failed.keys() != mistake.failed.keys():
        return 0.0
    return mistake.loss or 0.0


def _in_half_points(points: float) -> float:
    """Rounded in the student's favour."""
    return math.floor(round(2 * points, 6)) / 2
