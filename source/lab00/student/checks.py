"""The public checks of Lab 0: small examples that the notebook itself states."""

from lib.kit.checks import assert_close, assert_equal, fail, question, take_text

COUNTED = "counted = [dict(count_words(words)) for words in lists]"

PRINTED = """
import contextlib
import io

with contextlib.redirect_stdout(io.StringIO()) as stream:
    print_table(counts, 2)
printed = stream.getvalue()
"""


@question("ex1-words", points=0.5)
def test_small_letters(submission):
    """Words have small letters and keep their order."""
    words = submission.split_words("Read THIS now")
    assert_equal(words, ["read", "this", "now"], "the words", hint="Is the text in small letters?")


@question("ex1-words", points=0.5)
def test_marks_are_gone(submission):
    """Marks at the end of a word are gone."""
    words = submission.split_words("stop, read!")
    assert_equal(words, ["stop", "read"], "the words", hint="Take the marks off: `str.strip`")


@question("ex1-longest", points=1)
def test_longest(submission):
    """`longest` is a word of the text."""
    longest = take_text(submission.longest, "`longest`")
    if longest not in ("one", "fish", "two", "red", "blue", "an", "octopus"):
        fail("`longest` is none of the words")


@question("ex1-count", points=0.5)
def test_counts_one_word(submission):
    """A word that occurs twice has the count 2."""
    lists = [["fish", "fish"]]
    counts = submission.setup(COUNTED, count_words=submission.count_words, lists=lists)
    assert_equal(counts.counted, [{"fish": 2}], "the counts")


@question("ex1-count", points=0.5)
def test_counts_anew(submission):
    """Each call starts from 0, and no words give no counts."""
    lists = [["red"], [], ["red"]]
    counts = submission.setup(COUNTED, count_words=submission.count_words, lists=lists)
    assert_equal(counts.counted, [{"red": 1}, {}, {"red": 1}], "the counts of three lists")


@question("ex2-mean", points=0.5)
def test_mean_of_two(submission):
    """The mean length of "a" and "the" is 2."""
    assert_close(submission.mean_length(["a", "the"]), 2.0, "the mean length")


@question("ex2-mean", points=0.5)
def test_mean_of_one(submission):
    """The mean length of one word is its own length."""
    assert_close(submission.mean_length(["whale"]), 5.0, "the mean length")


@question("ex2-table", points=0.5)
def test_one_line(submission):
    """One word gives one line: the word, a space, its count."""
    table = submission.setup(PRINTED, print_table=submission.print_table, counts={"fish": 4})
    assert_equal(table.printed, "fish 4\n", "what is printed", hint="`print(word, count)` does it")


@question("ex2-table", points=0.5)
def test_highest_first(submission):
    """The word with the highest count comes first."""
    counts = {"blue": 1, "fish": 4}
    table = submission.setup(PRINTED, print_table=submission.print_table, counts=counts)
    assert_equal(table.printed, "fish 4\nblue 1\n", "what is printed", hint="Sort by the count")
