"""Lab 0, Exercise 2: an exception, and printed text."""

from lib.kit.checks import assert_close, fail, question, take_list, take_text

# The mean length for each list of words, or the exception that came in its place.
MEANS = """
means, raised = [], []
for words in lists:
    mean, name = None, ""
    try:
        mean = mean_length(words)
    except ValueError:
        name = "ValueError"
    except Exception as error:
        name = type(error).__name__
    means.append(mean)
    raised.append(name)
"""

# What is printed for each table.
PRINTS = """
from contextlib import redirect_stdout
from io import StringIO

pages = []
for words_with_counts, limit in tables:
    page = StringIO()
    with redirect_stdout(page):
        function(words_with_counts, limit)
    pages.append(page.getvalue())
"""


@question("ex2-mean", points=2)
def test_mean_length(submission, rng):
    """The mean length of words, which need not be a whole number."""
    words = ["x" * rng.randrange(1, 5) for _ in range(rng.randrange(3, 20))]
    words += ["longest"] * 2
    words[0] += "x" * (sum(map(len, words)) % len(words) == 0)  # no whole mean
    expected = sum(map(len, words)) / len(words)
    hint = "Add the lengths of all words, then divide by how many words there are"
    assert_close(submission.mean_length(words), expected, "the mean length", hint=hint)


@question("ex2-mean", points=1)
def test_no_words_raise(submission, rng):
    """No words raise a `ValueError`, and a single word does not."""
    lists = [[], ["x" * rng.randrange(2, 9)], [], ["x" * rng.randrange(2, 9)]]
    rng.shuffle(lists)
    probe = submission.setup(MEANS, mean_length=submission.mean_length, lists=lists)
    means = take_list(probe.means, len(lists), "the mean lengths")
    names = take_list(probe.raised, len(lists), "the exceptions")
    for words, mean, name in zip(lists, means, names, strict=True):
        raised = take_text(name, "the exception")
        if words and raised:
            fail(f"one word raises {raised}", "Only no words have no mean")
        if not words and not raised:
            fail(
                "no words raise nothing", "Where there are no words, write `raise ValueError(...)`"
            )
        if not words and raised != "ValueError":
            fail(f"no words raise {raised}, not ValueError", "Look at the docstring")
        if words:
            assert_close(mean, float(len(words[0])), "the mean length of one word")


def assert_prints(submission, tables, hint):
    """Each of `tables`, counts and how many lines at most, must be printed as the task says."""
    probe = submission.setup(PRINTS, function=submission.print_table, tables=tables)
    pages = take_list(probe.pages, len(tables), "what is printed")
    for (counts, most), page in zip(tables, pages, strict=True):
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]
        lines = [line.rstrip() for line in take_text(page, "what is printed").splitlines()]
        if len(lines) != len(ordered):
            fail(f"{len(lines)} lines are printed where {len(ordered)} belong", hint)
        wrong = sum(
            line != f"{word} {count}" for line, (word, count) in zip(lines, ordered, strict=True)
        )
        if wrong:
            fail(f"{wrong} of {len(lines)} printed lines are wrong", hint)


def some_words(rng):
    words = ["red", "blue", "fish", "one", "two", "whale"]
    rng.shuffle(words)
    return words


@question("ex2-table", points=1)
def test_highest_count_first(submission, rng):
    """Words in the order of their counts, the highest first."""
    counts = dict(zip(some_words(rng), [9, 10, 100, *rng.sample(range(20, 90), 3)], strict=True))
    hint = "One word on each line, then a space and its count, the highest count first"
    assert_prints(submission, [(counts, 6)], hint)


@question("ex2-table", points=1)
def test_same_counts_by_alphabet(submission, rng):
    """Words with the same count come in the order of the alphabet."""
    counts = dict(zip(some_words(rng), (3, 3, 3, 8, 8, 1), strict=True))
    hint = "Which word comes first where two have the same count?"
    assert_prints(submission, [(counts, 6)], hint)


@question("ex2-table", points=1)
def test_at_most_so_many(submission, rng):
    """At most `most` lines; none if there is nothing to print."""
    counts = {"red": 5, "blue": 4, "fish": 3, "one": 2}
    tables = [(counts, most) for most in (rng.randrange(1, 4), 4, 9, 0)]
    assert_prints(submission, [*tables, ({}, 3)], "How many lines are there, at most?")
