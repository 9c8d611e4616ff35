"""Runs code whose output nobody needs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.formatters import DisplayFormatter
from IPython.core.getipython import get_ipython
from IPython.utils.capture import capture_output


class _NoFormatter(DisplayFormatter):
    """Makes neither pictures nor HTML: drawing a figure takes longer than most checks."""

    def format(self, obj: Any, include: Any = None, exclude: Any = None) -> Any:
        """No representation at all."""
        return {}, {}


@contextmanager
def unseen_output() -> Iterator[None]:
    """Hide what the code inside prints and displays, and draw no figure for it."""
    shell: Any = get_ipython()
    with capture_output():
        if shell is None:
            yield
            return
        formatter = shell.display_formatter
        shell.display_formatter = _NoFormatter(parent=shell)
        try:
            yield
        finally:
            shell.display_formatter = formatter
