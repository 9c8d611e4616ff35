"""What the locker's first answer builds on."""


def mean(values: list[float]) -> float:
    """The arithmetic mean."""
    #!TAG HWBEGIN
    #!MSG TODO: Add, then divide.
    return sum(values) / len(values)
    #!TAG HWEND
