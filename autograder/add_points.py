"""Adds points up as people do: three times 0.1 is 0.3."""

import math
from collections.abc import Iterable


def add_points(points: Iterable[float]) -> float:
    """The sum, without what binary fractions leave behind."""
    return round(math.fsum(points), 6)
