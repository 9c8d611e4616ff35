"""How hard a test or a question is for a class, and how well it tells strong from weak students.

Difficulty is the mean share of the points that those earned who gave an answer, with Wilson's
interval (Wilson 1927). Discrimination is the correlation of the points with those of everything
else, which leaves the item itself out (corrected item-rest correlation; Henrysson 1963), with
Fisher's interval. Below `LEAST_STUDENTS` neither says anything, so there is no discrimination.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

LEAST_STUDENTS = 30
NORMAL_95 = 1.959964  # a standard normal variable lies within ± this in 95 of 100 cases


@dataclass(frozen=True)
class Estimate:
    """A figure and the interval that covers the true one in 95 of 100 classes."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Item:
    """A test or a question in figures; `tried` students gave an answer, `students` handed in."""

    name: str
    question: str
    points: float
    students: int
    tried: int
    difficulty: Estimate | None  # None where nobody tried
    discrimination: Estimate | None  # None where the class is too small or all earned the same


def item(
    name: str,
    question: str,
    points: float,
    earned: Sequence[float | None],
    totals: Sequence[float],
) -> Item:
    """The figures of one item.

    Args:
        earned: the points of each student, None for who gave no answer, (students,).
        totals: the points of each student over all items, (students,).
    """
    pairs = [
        (got, total - got) for got, total in zip(earned, totals, strict=True) if got is not None
    ]
    shares = [got / points for got, _ in pairs] if points else []
    return Item(
        name,
        question,
        points,
        len(earned),
        len(pairs),
        mean_share(shares),
        correlation([got for got, _ in pairs], [rest for _, rest in pairs]),
    )


def mean_share(shares: Sequence[float]) -> Estimate | None:
    """The mean of shares between 0 and 1 with Wilson's interval; None if there are none.

    For part credit the interval is too wide rather than too narrow: no variable in [0, 1] varies
    more than one that is either 0 or 1.
    """
    number = len(shares)
    if not number:
        return None
    share = min(max(statistics.fmean(shares), 0.0), 1.0)
    squared = NORMAL_95**2 / number
    centre = (share + squared / 2) / (1 + squared)
    half = math.sqrt(squared * share * (1 - share) + squared**2 / 4) / (1 + squared)
    return Estimate(share, max(0.0, min(centre - half, share)), min(1.0, max(centre + half, share)))


def correlation(left: Sequence[float], right: Sequence[float]) -> Estimate | None:
    """Pearson's correlation with Fisher's interval; None for few students or without variation."""
    if len(left) < LEAST_STUDENTS:
        return None
    try:
        value = min(max(statistics.correlation(left, right), -1.0), 1.0)
    except statistics.StatisticsError:  # all earned the same
        return None
    if abs(value) > 1 - 1e-12:
        return Estimate(value, value, value)
    half = NORMAL_95 / math.sqrt(len(left) - 3)
    centre = math.atanh(value)
    return Estimate(value, math.tanh(centre - half), math.tanh(centre + half))


def reliability(earned: Sequence[Sequence[float]]) -> float | None:
    """Cronbach's alpha over questions (Cronbach 1951): how far another lab would rank the same.

    Args:
        earned: the points of each student by question, (students, questions).

    Returns:
        At most 1; None for few students, one question, or a class without differences.
    """
    number = len(earned[0]) if earned else 0
    if len(earned) < LEAST_STUDENTS or number < 2:
        return None
    of_questions = sum(statistics.pvariance(points) for points in zip(*earned, strict=True))
    of_totals = statistics.pvariance([math.fsum(points) for points in earned])
    if of_totals <= 0:
        return None
    return number / (number - 1) * (1 - of_questions / of_totals)
