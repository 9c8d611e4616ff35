"""Runs code whose output nobody needs."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .shell import running_shell


@contextmanager
def unseen_output() -> Iterator[None]:
    """Hide what the code inside prints and displays, and draw no figure for it."""
    from IPython.utils.capture import capture_output

    shell = running_shell()
    with capture_output():
        if shell is None:
            yield
            return
        formatter = shell.display_formatter
        shell.display_formatter = _no_formatter()(parent=shell)
        try:
            yield
        finally:
            shell.display_formatter = formatter


@functools.cache
def _no_formatter() -> Any:
    """It makes neither pictures nor HTML: drawing a figure takes longer than most checks."""
    from IPython.core.formatters import DisplayFormatter

    class NoFormatter(DisplayFormatter):
        def format(self, obj: Any, include: Any = None, exclude: Any = None) -> Any:
            return {}, {}

    return NoFormatter
