"""What can be had without the order of the words: a logistic regression on word counts."""

from collections.abc import Sequence

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

Reviews = Sequence[Sequence[int]]


def bag_of_words_accuracy(
    train_reviews: Reviews,
    train_labels: Sequence[int],
    test_reviews: Reviews,
    test_labels: Sequence[int],
    max_ngram: int = 1,
) -> float:
    """Test accuracy of a bag of words, or of all n-grams up to `max_ngram` words."""
    vectorizer = CountVectorizer(
        analyzer="word", tokenizer=str.split, token_pattern=None, ngram_range=(1, max_ngram)
    )
    texts = [[" ".join(map(str, r)) for r in reviews] for reviews in (train_reviews, test_reviews)]
    classifier = LogisticRegression(max_iter=1000)
    classifier.fit(vectorizer.fit_transform(texts[0]), train_labels)
    return float(classifier.score(vectorizer.transform(texts[1]), test_labels))
