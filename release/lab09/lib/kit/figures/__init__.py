"""The labs' figures: each drawn from numbers, with a description for those who can't see it."""

from .attention import plot_attention, plot_influence, plot_positions
from .memory import peak_mib, plot_memory
from .numbers import plot_addition, plot_sums
from .reviews import plot_padding, plot_states, plot_unrolled
from .show import show
from .tiles import plot_tiles
from .training import get_training_progress_plot, plot_accuracies, plot_histories

__all__ = [
    "get_training_progress_plot",
    "peak_mib",
    "plot_accuracies",
    "plot_addition",
    "plot_attention",
    "plot_histories",
    "plot_influence",
    "plot_memory",
    "plot_padding",
    "plot_positions",
    "plot_states",
    "plot_sums",
    "plot_tiles",
    "plot_unrolled",
    "show",
]
