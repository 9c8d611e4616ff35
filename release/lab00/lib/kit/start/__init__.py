"""The first cell of a notebook: is everything here?"""

from .ready import NotReady, get_ready

__all__ = ["NotReady", "get_ready"]
