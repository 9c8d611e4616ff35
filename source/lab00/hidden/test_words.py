"""Lab 0, Exercise 1: words, the longest of them, and their counts."""

from lib.kit.checks import assert_equal, question, take_list

LETTERS = "abcdefghijklmnopqrstuvwxyz"
MARKS = ".,!?;:"


def random_words(rng, count):
    """Words of small letters, some of them more than once."""
    words = ["".join(rng.choices(LETTERS, k=rng.randrange(1, 8))) for _ in range(count)]
    return rng.choices(words, k=2 * count)


@question("ex1-words", points=1)
def test_words_in_small_letters(submission, rng):
    """The words of a text, in small letters and in their order."""
    words = random_words(rng, 6)
    text = " ".join(rng.choice((word, word.upper(), word.capitalize())) for word in words)
    hint = "Make all letters small, also those inside a word; keep each word as often as it occurs"
    assert_equal(submission.split_words(text), words, "the words", hint=hint)


@question("ex1-words", points=1)
def test_all_marks_at_the_ends(submission, rng):
    """All six marks, several at once, in front of a word and behind it; not those inside."""
    words = [*random_words(rng, 6), "it's", "3.5", "well-known"]
    marked = [
        "".join(rng.choices(MARKS, k=rng.randrange(3))) + word + rng.choice(MARKS) for word in words
    ]
    hint = (
        "Take `.`, `,`, `!`, `?`, `;` and `:` off both ends of each word, and no other characters"
    )
    assert_equal(submission.split_words(" ".join(marked)), words, "the words", hint=hint)


@question("ex1-words", points=1)
def test_spaces_and_lines(submission, rng):
    """Spaces in a row, line ends and marks that stand alone give no empty words."""
    first, second, third = random_words(rng, 3)[:3]
    for text, words in (
        (f"  {first}   {second}\n{third}\t", [first, second, third]),
        (f"{first} - {second}, ! {third}", [first, "-", second, third]),
        ("", []),
        (" ?! ", []),
    ):
        hint = "`text.split()` splits at spaces of any kind; leave out what has no characters left"
        assert_equal(submission.split_words(text), words, "the words", hint=hint)


@question("ex1-longest", points=1)
def test_the_longest_word(submission):
    """`longest` is the longest word of the text."""
    assert_equal(submission.longest, "octopus", "`longest`", hint="`max` takes a `key`")


# Any kind of dictionary will do.
COUNTS = """
results = [dict(count_words(words)) for _ in range(2)]
"""


@question("ex1-count", points=2)
def test_counts_every_word(submission, rng):
    """Each word with its count, whatever the order of the words."""
    words = random_words(rng, 8)
    probe = submission.setup(COUNTS, count_words=submission.count_words, words=words)
    counts = take_list(probe.results, 2, "the counts")[0]
    expected = {word: words.count(word) for word in words}
    hint = "Does each word begin at 0, and does each time count?"
    assert_equal(counts, expected, "the counts", hint=hint)


@question("ex1-count", points=1)
def test_counts_again(submission, rng):
    """A second call counts the same, and the list of words is as it was before."""
    words = random_words(rng, 5)
    probe = submission.setup(COUNTS, count_words=submission.count_words, words=words)
    again = take_list(probe.results, 2, "the counts")[1]
    expected = {word: words.count(word) for word in words}
    hint = "Begin with an empty dictionary in each call, and leave the list as it is"
    assert_equal(again, expected, "the counts of a second call", hint=hint)
    assert_equal(probe.words, words, "the list of words after the call", hint="Work on a copy")
