"""The public checks of Lab 0: small examples, some of which the notebook itself states."""

from lib.kit.checks import (
    assert_close,
    assert_equal,
    fail,
    question,
    take_list,
    take_text,
)


@question("ex1-words", points=0.5)
def test_small_letters(submission):
    """Words have small letters and keep their order; spaces and new lines lie between them."""
    words = submission.split_words("Read  THIS\nnow")
    hint = "`str.lower` makes letters small; `str.split` splits at spaces and lines"
    assert_equal(words, ["read", "this", "now"], "the words", hint=hint)


@question("ex1-words", points=0.5)
def test_marks_are_gone(submission):
    """Marks at both ends of a word are gone, others stay; a mark alone is no word."""
    hint = "`str.strip` takes marks off both ends; what is empty then is no word"
    for text, expected in (("stop, read!", ["stop", "read"]), ("?red ; 3.5 :", ["red", "3.5"])):
        assert_equal(submission.split_words(text), expected, "the words", hint=hint)


WORDS = ("one", "fish", "two", "red", "blue", "an", "octopus")


@question("ex1-longest", points=1)
def test_longest(submission):
    """`longest` is a word of the text, and no other one is longer."""
    longest = take_text(submission.longest, "`longest`")
    if longest not in WORDS:
        fail("`longest` is none of the words")
    if len(longest) < max(map(len, WORDS)):
        fail("another word is longer than `longest`", "`max` compares by what `key` gives")


COUNTED = "counted = [dict(count_words(words)) for words in lists]"


@question("ex1-count", points=0.5)
def test_counts_one_word(submission):
    """A word that occurs twice has the count 2, and the list stays as it is."""
    lists = [["red", "fish", "fish", "blue"]]
    made = submission.setup(COUNTED, count_words=submission.count_words, lists=lists)
    assert_equal(made.counted, [{"red": 1, "fish": 2, "blue": 1}], "the counts")
    kept = take_list(made.lists, 1, "the lists")[0]
    hint = "Work on a copy: a function leaves its arguments as they are"
    assert_equal(kept, ["red", "fish", "fish", "blue"], "the list afterwards", hint=hint)


@question("ex1-count", points=0.5)
def test_counts_anew(submission):
    """Each call starts from 0, and no words give no counts."""
    lists = [["red"], [], ["red"]]
    counts = submission.setup(COUNTED, count_words=submission.count_words, lists=lists)
    assert_equal(counts.counted, [{"red": 1}, {}, {"red": 1}], "the counts of three lists")


@question("ex2-mean", points=0.5)
def test_mean_of_two(submission):
    """The mean length of "a" and "to" is 1.5, and each word counts as often as it occurs."""
    assert_close(submission.mean_length(["a", "to"]), 1.5, "the mean length")
    assert_close(submission.mean_length(["a", "a", "whale", "a"]), 2.0, "the mean length")


@question("ex2-mean", points=0.5)
def test_mean_of_one(submission):
    """The mean length of one word is its own length; no words raise a `ValueError`."""
    for words in (["whale"], []):
        called = submission.call(submission.mean_length, words)
        raised = [take_text(kind, "a class") for kind in take_list(called.raised, range(9))]
        if words:
            assert_equal(raised, [], "what is raised for one word")
            assert_close(called.result, 5.0, "the mean length")
        elif "ValueError" not in raised:
            what = raised[0] if raised else "nothing"
            fail(
                f"without words {what} is raised, and no ValueError", "Write `raise ValueError(…)`"
            )


def printed_table(submission, counts, most):
    """What the student's function prints."""
    called = submission.call(submission.print_table, counts, most)
    if take_list(called.raised, range(9), "what is raised"):
        fail(f"your code raised {called.raised[0]}: {called.says}")
    return called.printed


@question("ex2-table", points=0.5)
def test_one_line(submission):
    """One word gives one line: the word, a space, its count. At most `most` lines are printed."""
    hint = "`print(word, count)` prints a line"
    printed = printed_table(submission, {"fish": 4}, 2)
    assert_equal(printed, "fish 4\n", "what is printed", hint=hint)
    printed = printed_table(submission, {"fish": 4, "red": 2, "blue": 1}, 1)
    assert_equal(printed, "fish 4\n", "what is printed for most=1", hint="Print the first ones")


@question("ex2-table", points=0.5)
def test_highest_first(submission):
    """The word with the highest count comes first; the alphabet decides between equal counts."""
    printed = printed_table(submission, {"blue": 9, "fish": 10}, 2)
    hint = "Sort by the count, as a number"
    assert_equal(printed, "fish 10\nblue 9\n", "what is printed", hint=hint)
    printed = printed_table(submission, {"red": 1, "blue": 1, "fish": 4}, 3)
    hint = "Sort by the count first, and then by the word"
    assert_equal(printed, "fish 4\nblue 1\nred 1\n", "what is printed", hint=hint)
