"""Two habits of training that need no change of a model or a loop."""

from .dropout import drop_embeddings
from .schedule import one_cycle

__all__ = ["drop_embeddings", "one_cycle"]
