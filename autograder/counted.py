"""A number with its noun: 1 element, 2 elements."""


def counted(number: float, noun: str) -> str:
    """The number and the noun, in the plural unless there is one."""
    shown = f"{number}" if isinstance(number, int) else f"{number:g}"
    return f"{shown} {noun}" if number == 1 else f"{shown} {noun}s"
