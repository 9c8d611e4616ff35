"""Which texts are nearly one text."""

from collections import defaultdict


class Clusters:
    """Numbers from 0, of which some are joined."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def join(self, one: int, other: int) -> None:
        """Put the clusters of two numbers together; the smallest number names a cluster."""
        low, high = sorted((self.of(one), self.of(other)))
        self._above[high] = low

    def of(self, number: int) -> int:
        """The name of the number's cluster."""
        while self._above[number] != number:
            self._above[number] = self._above[self._above[number]]
            number = self._above[number]
        return number

    def members(self) -> list[list[int]]:
        """All clusters, each in order."""
        found: dict[int, list[int]] = defaultdict(list)
        for number in range(len(self._above)):
            found[self.of(number)].append(number)
        return list(found.values())
