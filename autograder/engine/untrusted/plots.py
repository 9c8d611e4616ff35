"""matplotlib without windows, where a lab or a submission has loaded it."""

import sys

PYPLOT = "matplotlib.pyplot"


def warm_up() -> None:
    """Run what it sets up on first use."""
    pyplot = sys.modules.get(PYPLOT)
    if pyplot is not None:
        pyplot.plot([0, 1])
        pyplot.close()


def close_all() -> None:
    """Forget all figures, which would keep their data."""
    pyplot = sys.modules.get(PYPLOT)
    if pyplot is not None:
        pyplot.close("all")
