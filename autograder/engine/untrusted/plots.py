"""matplotlib without windows, where a lab or a submission has loaded it."""

import functools
import sys
from typing import Any

PYPLOT = "matplotlib.pyplot"


def warm_up() -> None:
    """Run what it sets up on first use."""
    pyplot = sys.modules.get(PYPLOT)
    if pyplot is not None:
        pyplot.plot([0, 1])
        pyplot.close()


def keep_backend() -> None:
    """Draw to memory whatever backend is asked for: others need windows, which aren't there."""
    pyplot: Any = sys.modules.get(PYPLOT)
    if pyplot is not None and not hasattr(pyplot.switch_backend, "__wrapped__"):
        pyplot.switch_backend("agg")
        pyplot.switch_backend = functools.wraps(pyplot.switch_backend)(lambda newbackend: None)


def close_all() -> None:
    """Forget all figures, which would keep their data."""
    pyplot = sys.modules.get(PYPLOT)
    if pyplot is not None:
        pyplot.close("all")
