"""The IPython shell that a notebook runs in; where there is none, IPython is not loaded for it."""

import sys
from typing import Any


def running_shell() -> Any:
    """The shell of this process; None if it has none."""
    module = sys.modules.get("IPython.core.getipython")
    return None if module is None else module.get_ipython()


def show(html: str) -> None:
    """Show it below the cell."""
    from IPython.display import HTML, display

    display(HTML(html))
