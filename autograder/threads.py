"""The number of threads that numeric libraries compute with."""

from threadpoolctl import threadpool_limits


def use_threads(number: int) -> None:
    """Let every library that this process has loaded compute with so many threads."""
    threadpool_limits(number)
