"""The labs' data: real data sets and small embedded samples in exactly their formats."""

from .digits import load_digit_images
from .reviews import load_reviews, load_word_index
from .sources import describe_data

__all__ = ["describe_data", "load_digit_images", "load_reviews", "load_word_index"]
