"""Film reviews as lists of token ids, in the format of `keras.datasets.imdb`.

Ids 0, 1 and 2 stand for padding, the start of a review and a word out of the vocabulary; any
other id is the word's rank plus 3, rank 1 being the most frequent word.
"""

from .imdb import imdb_reviews, imdb_word_index
from .review_grammar import OUT_OF_VOCABULARY_ID, sample_reviews, sample_word_index
from .sources import REVIEW_SOURCES, ReviewSource, check_source

Split = tuple[list[list[int]], list[int]]


def load_reviews(
    source: ReviewSource = "sample", num_words: int = 10_000, cache_dir: str = ".data"
) -> tuple[Split, Split]:
    """`(train_x, train_y), (test_x, test_y)`: reviews as token ids, labels 1 for positive.

    Ids of `num_words` and above become 2, out of the vocabulary. "sample" is generated, 4,000
    reviews for training and 1,000 for testing; "imdb" has 25,000 each and is downloaded into
    `cache_dir` (17 MB) on first use.

    Raises:
        ValueError: a source that doesn't exist.
        DownloadError: "imdb" can't be had, or isn't what it should be.
    """
    check_source(source, REVIEW_SOURCES)
    train, test = sample_reviews() if source == "sample" else imdb_reviews(cache_dir)
    return _limit_vocabulary(train, num_words), _limit_vocabulary(test, num_words)


def load_word_index(source: ReviewSource = "sample", cache_dir: str = ".data") -> dict[str, int]:
    """The rank of each word, 1 for the most frequent; a word's token id is its rank plus 3.

    Raises:
        ValueError: a source that doesn't exist.
        DownloadError: "imdb" can't be had, or isn't what it should be.
    """
    check_source(source, REVIEW_SOURCES)
    return sample_word_index() if source == "sample" else imdb_word_index(cache_dir)


def _limit_vocabulary(split: Split, num_words: int) -> Split:
    reviews, labels = split
    return [
        [token if token < num_words else OUT_OF_VOCABULARY_ID for token in review]
        for review in reviews
    ], labels
