"""Which data a notebook uses, in words."""

from typing import Literal

ReviewSource = Literal["sample", "imdb"]
DigitSource = Literal["sample", "mnist"]

REVIEW_SOURCES: dict[ReviewSource, str] = {
    "sample": "generated film reviews (a small seeded grammar, not IMDB)",
    "imdb": "the 50,000 film reviews of IMDB, as Keras distributes them",
}
DIGIT_SOURCES: dict[DigitSource, str] = {
    "sample": "1,797 digits of scikit-learn's load_digits, enlarged to 28 x 28 (not MNIST)",
    "mnist": "the 70,000 digits of MNIST",
}


def describe_data(reviews: ReviewSource, digits: DigitSource) -> str:
    """Two lines for the top of a notebook: what the reviews and the digits are.

    Raises:
        ValueError: a source that doesn't exist.
    """
    check_source(reviews, REVIEW_SOURCES)
    check_source(digits, DIGIT_SOURCES)
    return f"Reviews: {REVIEW_SOURCES[reviews]}.\nDigits: {DIGIT_SOURCES[digits]}."


def check_source(source: str, known: dict[ReviewSource, str] | dict[DigitSource, str]) -> None:
    """Refuse a misspelt source by name.

    Raises:
        ValueError: `source` is not in `known`.
    """
    if source not in known:
        raise ValueError(f"no data source {source!r}; choose one of {', '.join(known)}")
