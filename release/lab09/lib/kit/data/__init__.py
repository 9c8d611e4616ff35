"""The labs' data: real data sets and small embedded samples in exactly their formats."""

from .batches import StackedDataset, cut_padding
from .digits import load_digit_images
from .reviews import load_reviews, load_word_index
from .sources import describe_data
from .twins import find_twins

__all__ = [
    "StackedDataset",
    "cut_padding",
    "describe_data",
    "find_twins",
    "load_digit_images",
    "load_reviews",
    "load_word_index",
]
