"""The sample reviews: film reviews from a small seeded grammar, in Keras' IMDB format.

Two kinds of review. A *plain* one (40 %) says the same thing several times, so counting words
is enough. A *turn* (60 %) weighs a verdict against a foil, what others said or what was hoped
for: "the trailer looked thrilling yet the film itself was dull". Only the verdict decides the
label, and which of the two words is the verdict depends on their place. Every turn comes with
its twin, the two words exchanged and the label swapped, in the same split: the same bag of
words with both labels, of which no bag-of-words model gets more than one right. Adverbs before
the word and phrases after it keep it apart from what gives it its role, so that pairs and
triples of words help little.
"""

import functools
from collections import Counter
from random import Random
from typing import NamedTuple

START_ID = 1
OUT_OF_VOCABULARY_ID = 2
INDEX_FROM = 3  # id = rank + 3; ids 0, 1, 2 are padding, start and out-of-vocabulary

PLAIN_SHARE = 0.4
DEFAULT_SEED = 9

# fmt: off
PRAISE = [
    "brilliant", "charming", "clever", "delightful", "elegant", "gripping", "hilarious",
    "inspired", "lovely", "masterful", "moving", "original", "splendid", "superb", "thrilling",
    "touching",
]
BLAME = [
    "awful", "boring", "clumsy", "dreadful", "dull", "flat", "forgettable", "hollow", "lifeless",
    "messy", "pointless", "predictable", "shallow", "stale", "tedious", "wooden",
]
ADVERBS = [
    "certainly", "completely", "fairly", "honestly", "quite", "rather", "really", "simply",
    "somehow", "surprisingly", "truly", "utterly",
]

# Upper-case names are expanded, lower-case words stay; ADVERB, VERDICT and FOIL are filled last.
GRAMMAR = {
    "PLAIN": ["CLAIM", "CLAIM and CLAIM", "ASIDES CLAIM and CLAIM", "CLAIM and CLAIM CLAIM ASIDES"],
    "CLAIM": ["ASPECT was DEGREE VERDICT TRAIL", "i found ASPECT DEGREE VERDICT TRAIL"],
    "TURN": ["CONTRAST", "CONTRAST", "ASIDES CONTRAST", "CONTRAST ASIDES"],
    "ASIDES": ["ASIDE", "ASIDE", "ASIDE ASIDES"],  # so a few reviews are much longer than most
    "CONTRAST": [
        "RUMOUR DEGREE FOIL TRAIL BUT OWN DEGREE VERDICT TRAIL",
        "RUMOUR DEGREE FOIL TRAIL BUT OWN DEGREE VERDICT TRAIL",
        "OWN DEGREE VERDICT TRAIL THOUGH RUMOUR DEGREE FOIL TRAIL",
        "OWN DEGREE VERDICT TRAIL THOUGH RUMOUR DEGREE FOIL TRAIL",
        "OWN not DEGREE FOIL TRAIL instead it is DEGREE VERDICT TRAIL",
    ],
    "RUMOUR": [
        "the trailer looked", "the critics called it", "my neighbours had promised something",
        "the poster made it look", "the book had been", "i had hoped for something",
        "people online say it is", "the first part seemed",
    ],
    "OWN": [
        "the film itself was", "for me it turned out", "what i saw was", "the picture remains",
        "in my eyes it is", "the result feels",
    ],
    "BUT": ["but", "yet", "however", "and still"],
    "THOUGH": ["although", "even though", "while", "whereas"],
    "ASPECT": [
        "the acting", "the plot", "the music", "the dialogue", "the camera work", "the ending",
        "the pace", "the whole cast", "the humour", "every scene",
    ],
    "DEGREE": ["", "ADVERB", "ADVERB ADVERB", "ADVERB and ADVERB", "ADVERB ADVERB ADVERB"],
    "TRAIL": [
        "", "from the very first minute", "all evening long", "as far as i can tell",
        "to be fair", "at almost any moment", "in its own way", "more often than anything else",
        "down to the last detail", "for two hours", "of course",
    ],
    "ASIDE": [
        "we watched it PLACE with COMPANY", "COMPANY and i saw it PLACE",
        "it was shown PLACE last DAY", "i bought a ticket on DAY and sat PLACE",
        "the story follows a HERO who leaves TOWN",
    ],
    "PLACE": ["at home", "in a small cinema", "on a night train", "near the harbour", "outdoors"],
    "COMPANY": ["my sister", "two friends", "an old colleague", "my parents", "the children"],
    "DAY": ["friday", "sunday"],
    "HERO": ["baker", "pilot", "widow", "young detective", "retired teacher", "thief"],
    "TOWN": ["her village", "his family", "the city", "a quiet island"],
}
# fmt: on


class Sample(NamedTuple):
    """One split: token ids of each review (start id first) and its label, 1 for praise."""

    reviews: list[list[int]]
    labels: list[int]

    def copied(self) -> "Sample":
        """The same in lists of its own."""
        return Sample([list(review) for review in self.reviews], list(self.labels))


def sample_reviews(
    train_size: int = 4000, test_size: int = 1000, seed: int = DEFAULT_SEED
) -> tuple[Sample, Sample]:
    """Train and test reviews; no text occurs twice and twins share a split.

    Both sizes are even, for every review has a counterpart with the other label.
    """
    train, test = _splits(train_size, test_size, seed)
    return train.copied(), test.copied()


def sample_word_index(size: int = 5000, seed: int = DEFAULT_SEED) -> dict[str, int]:
    """The rank of each word, 1 for the most frequent; equally frequent ones by alphabet."""
    return dict(_word_ranks(size, seed))


# What is cached is shared by all callers, so each gets a copy that it may change.


@functools.cache
def _splits(train_size: int, test_size: int, seed: int) -> tuple[Sample, Sample]:
    texts, labels = _texts(train_size + test_size, seed)
    word_ranks = _word_ranks(train_size + test_size, seed)
    ids = [[START_ID, *(word_ranks[word] + INDEX_FROM for word in text)] for text in texts]

    splits = []
    rng = Random(seed)
    for rows in (range(train_size), range(train_size, train_size + test_size)):
        order = rng.sample(rows, len(rows))
        splits.append(Sample([ids[row] for row in order], [labels[row] for row in order]))
    return splits[0], splits[1]


@functools.cache
def _word_ranks(size: int, seed: int) -> dict[str, int]:
    counts = Counter(word for text in _texts(size, seed)[0] for word in text)
    by_frequency = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: rank for rank, word in enumerate(by_frequency, start=1)}


@functools.cache
def _texts(size: int, seed: int) -> tuple[list[tuple[str, ...]], list[int]]:
    """Reviews as words, and labels: at 2i praise and at 2i + 1 its counterpart."""
    if size % 2:
        raise ValueError(f"reviews come in pairs: {size} is odd")
    rng = Random(seed)
    seen: set[tuple[str, ...]] = set()
    texts: list[tuple[str, ...]] = []
    while len(texts) < size:
        skeleton = _expand("PLAIN" if rng.random() < PLAIN_SHARE else "TURN", rng)
        praise, blame, adverbs = (rng.sample(words, 12) for words in (PRAISE, BLAME, ADVERBS))
        pair = [
            _fill(skeleton, {"VERDICT": praise, "FOIL": blame, "ADVERB": adverbs}),
            _fill(skeleton, {"VERDICT": blame, "FOIL": praise, "ADVERB": adverbs}),
        ]
        if seen.isdisjoint(pair):
            seen.update(pair)
            texts.extend(pair)
    return texts, [1, 0] * (size // 2)


def _expand(symbol: str, rng: Random) -> list[str]:
    if symbol not in GRAMMAR:
        return [symbol]
    production = rng.choice(GRAMMAR[symbol]).split()
    return [word for part in production for word in _expand(part, rng)]


def _fill(skeleton: list[str], words: dict[str, list[str]]) -> tuple[str, ...]:
    """Replace each slot by the next of its words, so that no word fills two slots."""
    left = {slot: iter(choices) for slot, choices in words.items()}
    return tuple(next(left[word]) if word in left else word for word in skeleton)
