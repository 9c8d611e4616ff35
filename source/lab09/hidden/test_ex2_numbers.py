"""Exercise 2, the data: digits of numbers, labels, and the data set of number pairs in images."""

from functools import partial

import torch
from call_probes import explained
from digit_probes import nearest_digits
from wide_net import in_form

from lib.kit.checks import (
    assert_equal,
    assert_tensor_equal,
    fail,
    question,
    take_dict,
    take_list,
    take_tensor,
)
from lib.reference.number_pairs import convert_int_to_vector, convert_vector_to_int

SUMMANDS_AND_SUM = ("num_1", "num_2", "sum")


# -- digits of a number -------------------------------------------------------------------------


def assert_converts(submission, number, length, hint, any_form=True, of=""):
    actual = submission.convert_int_to_vector(number, length)
    assert_tensor_equal(
        in_form(actual, (length,), torch.int64) if any_form else actual,
        convert_int_to_vector(number, length),
        f"the vector of digits{of}",
        hint=hint,
        form_hint="It should hold `length` numbers, one for each digit",
    )


def assert_converts_one_by_one_and_together(submission, numbers, length):
    """Numbers by what they are: each must be right by itself, and still be so after later calls."""
    hint = "It should hold the `length` digits of the number, with zeros on the left"
    for name, number in numbers.items():
        assert_converts(submission, number, length, hint, of=f" of {name}")
    convert = submission.convert_int_to_vector
    inputs = {"numbers": list(numbers.values()), "length": length}
    vectors = submission.setup(
        "vectors = [convert(number, length) for number in numbers]", convert=convert, **inputs
    ).vectors
    vectors = take_list(vectors, len(numbers), "the vectors of several numbers")
    for (name, number), vector in zip(numbers.items(), vectors, strict=True):
        assert_tensor_equal(
            in_form(vector, (length,), torch.int64),
            convert_int_to_vector(number, length),
            f"the vector of digits of {name}, after calls with other numbers,",
            hint="A later call changes what an earlier one has returned",
        )


@question("ex2-digits", points=1)
def test_digits_in_reading_order(submission, rng):
    """The digits of a number that fills its field, the most significant one first."""
    for length in (2, 3, 5):
        digits = 1 + torch.randperm(9, generator=rng)[:length]  # none of them twice
        hint = "The digits stand in reading order, the units last"
        number = int(convert_vector_to_int(digits))
        assert_converts(submission, number, length, hint, any_form=False)


@question("ex2-digits", points=1)
def test_pads_on_the_left(submission, rng):
    """A number shorter than its field gets zeros on the left."""
    digit = int(torch.randint(1, 10, (1,), generator=rng))
    numbers = {
        "a number of one digit": digit,
        "a multiple of ten": 10 * digit,
        "a number of three digits": 100 * digit + 7,
    }
    assert_converts_one_by_one_and_together(submission, numbers, 4)


@question("ex2-digits", points=1)
def test_zero_and_the_largest_number(submission, rng):
    """0 is all zeros and 99...9 all nines, in fields of every length, also of one digit."""
    for length in (1, 3, 6, 12):
        between = int(torch.randint(10**length, (1,), generator=rng))
        largest = 10**length - 1
        numbers = {"0": 0, "the largest number that fits": largest, "a number of any size": between}
        assert_converts_one_by_one_and_together(submission, numbers, length)


# -- labels -------------------------------------------------------------------------------------


NUMBERS = (torch.int64, torch.int32, torch.int16, torch.uint8, torch.float32, torch.float64)


def drawn_labels(submission, num_samples, max_length, dtype=None):
    """The three tensors of digits as integers, each (num_samples, max_length); if a dtype is given,
    they must have this form."""
    labels = submission.generate_labels(num_samples, max_length)
    hint = "Return a dict of three tensors: num_1, num_2 and sum"
    labels = take_dict(labels, SUMMANDS_AND_SUM, "the result of `generate_labels`", hint=hint)
    hint = "There should be a row for each sample, and `max_length` digits in it"
    shape = (num_samples, max_length)
    if dtype is None:
        labels = {name: as_rows(digits, shape) for name, digits in labels.items()}
    return {
        name: take_tensor(
            digits, shape, dtype or NUMBERS, f"`{name}`", least=0, most=9, hint=hint
        ).long()
        for name, digits in labels.items()
    }


def as_rows(digits, shape):
    """Digits one behind the other as rows, and whole numbers as rows of their digits."""
    num_samples, max_length = shape
    if type(digits) is not torch.Tensor or digits.ndim != 1 or not digits.dtype.is_signed:
        return digits
    if len(digits) == num_samples * max_length:
        return digits.view(shape)
    if len(digits) != num_samples:
        return digits
    powers = 10 ** torch.arange(max_length - 1, -1, -1)
    return digits[:, None].long() // powers % 10


@question("ex2-labels", points=1)
def test_label_shapes(submission):
    """num_1, num_2 and sum are int64 of shape (num_samples, max_length), also for one sample."""
    shapes = (40, 3), (1, 2), (4, 1)
    labels, _, _ = (drawn_labels(submission, *shape, dtype=torch.int64) for shape in shapes)
    for name in SUMMANDS_AND_SUM:
        if len(labels[name].unique(dim=0)) < 20:  # seldom: two of a thousand are the same
            fail(f"`{name}` holds the same few numbers")
    assert_some_add_up(labels)


def assert_some_add_up(labels):
    """Of many sums some must be right, as all those without a carry are if digits are added, or
    they must grow with what they should be: that all are right, a test of its own asks."""
    first, second, total = (convert_vector_to_int(labels[name]) for name in SUMMANDS_AND_SUM)
    both = torch.stack([first + second, total]).double()
    grows = total.unique().numel() > 1 and float(torch.corrcoef(both)[0, 1]) > 0.85
    if not grows and not float((both[0] == both[1]).float().mean()) > 0.04:
        fail("the sums are wrong", "Read as a number, a row of `sum` is that of both summands")


@question("ex2-labels", points=2)
def test_sum_is_the_sum(submission):
    """Read as numbers, each row of sum is the row of num_1 plus the row of num_2."""
    for max_length in (1, 3, 4):
        labels = drawn_labels(submission, 60, max_length)
        first, second, total = (convert_vector_to_int(labels[name]) for name in SUMMANDS_AND_SUM)
        if not torch.equal(first + second, total):
            wrong = int((first + second != total).sum())
            by_digit = (labels["num_1"] + labels["num_2"]) % 10
            has_no_carry = torch.equal(labels["sum"], by_digit)
            hint = "Digits are added one by one: the carry is missing" if has_no_carry else ""
            fail(f"{wrong} of {len(total)} sums are wrong", hint)
        if len(total.unique()) < 3:
            fail("nearly all sums are the same")


@question("ex2-labels", points=1)
def test_summands_reach_the_whole_range(submission):
    """Every number from 0 up to the largest allowed summand occurs, and no larger one."""
    # 2,000 draws miss one of 50 numbers with probability 1e-16.
    for num_samples, max_length in ((400, 1), (2000, 2)):
        labels = drawn_labels(submission, num_samples, max_length)
        assert_some_add_up(labels)
        largest = (10**max_length - 1) // 2
        for name in ("num_1", "num_2"):
            occurring = set(convert_vector_to_int(labels[name]).tolist())
            if max(occurring) > largest:
                hint = "The sum of two summands must fit into `max_length` digits"
                fail(f"read as numbers, rows of `{name}` are too large", hint)
            if missing := set(range(largest + 1)) - occurring:
                hint = "`torch.randint` excludes its upper bound: the largest summand never occurs"
                fail(
                    f"read as numbers, rows of `{name}` never take some of the values allowed",
                    hint if missing == {largest} else "",
                )


@question("ex2-labels", points=1)
def test_summands_are_drawn_independently(submission):
    """num_1 and num_2 are drawn uniformly, independently of each other, and others in each call."""
    labels, again = (drawn_labels(submission, 1000, 2) for _ in range(2))
    assert_some_add_up(labels)
    first, second = (convert_vector_to_int(labels[name]).double() for name in ("num_1", "num_2"))
    if torch.equal(first, convert_vector_to_int(again["num_1"]).double()):
        fail("two calls give the same numbers", "Each call draws new numbers, and sets no seed")
    # Ten standard errors each: 0.46 for the mean of 1,000 draws from 0..49, 0.032 for r.
    for values in (first, second):
        if abs(float(values.mean()) - 24.5) > 4.6:
            fail("read as numbers, the summands are not spread evenly")
    correlation = float(torch.corrcoef(torch.stack([first, second]))[0, 1])
    if not abs(correlation) < 0.32:
        fail("read as numbers, num_1 and num_2 depend on each other")


# -- the data set -------------------------------------------------------------------------------


NAMES = ("num_1", "num_2", "label")


def items_of(submission, dataset, count, max_length=3, any_form=True):
    """The first items: images, (max_length, 1, 28, 28), and labels, (max_length,)."""
    source = "items = [dataset[index] for index in range(count)]"
    items = submission.setup(source, dataset=dataset, count=count).items
    items = take_list(items, count, "the items")
    hint = "An item should be a dict with the keys num_1, num_2 and label"
    items = [with_names(item) for item in items] if any_form else items
    items = [take_dict(item, NAMES, "an item", hint=hint) for item in items]
    return [item_of(item, max_length, any_form) for item in items]


def with_names(item):
    """An item with its three parts in their order under the names of the task, whether it is a
    tuple or has others."""
    parts = list(item.values()) if isinstance(item, dict) else item
    is_other = isinstance(parts, list | tuple) and len(parts) == 3
    if not is_other or (isinstance(item, dict) and item.keys() == set(NAMES)):
        return item
    return dict(zip(NAMES, parts, strict=True))


def item_of(item, max_length, any_form):
    hint = "Stack one image of shape (1, 28, 28) per digit, as float32 in [0, 1]"
    shape = (max_length, 1, 28, 28)
    if any_form:
        numbers = {name: in_form(item[name], shape, torch.float32) for name in NAMES[:2]}
        item = numbers | {"label": in_form(item["label"], (max_length,), torch.int64)}
    of_images = (torch.float32, torch.float64) if any_form else torch.float32
    images = {
        name: take_tensor(item[name], shape, of_images, f"`{name}`", least=0, most=1, hint=hint)
        for name in ("num_1", "num_2")
    }
    hint = "The label holds the digits of the sum"
    of_label = NUMBERS if any_form else torch.int64
    label = take_tensor(
        item["label"], (max_length,), of_label, "the label", least=0, most=9, hint=hint
    )
    return {name: image.float() for name, image in images.items()} | {"label": label.long()}


def assert_some_are_right(dataset, items, max_length, train):
    """Every image must be one of the data, and of many some must show the digit that the labels
    say: by chance one in ten does."""
    labels = take_dict(dataset.labels, SUMMANDS_AND_SUM, "`labels`")
    shape, names = (len(items), max_length), ("num_1", "num_2")
    images = torch.cat([item[name] for name in names for item in items])[:, 0]
    shown = nearest_digits(images, train)
    said = torch.cat(
        [
            take_tensor(labels[name], shape, NUMBERS, f"labels['{name}']").long().flatten()
            for name in names
        ]
    )
    assert_known(images, shown, train)
    if not float((shown == said).float().mean()) > 0.3:
        hint = "Draw an image for each digit of `labels`"
        fail("the images have nothing to do with the digits", hint)


def assert_known(images, shown, train):
    """Every image must be one of those that the loader gives for `train`."""
    if bool((shown < 0).any()):
        which, others = ("training", "test") if train else ("test", "training")
        of_others = bool((nearest_digits(images, not train) >= 0).all())
        hint = f"They are {others} images: `train` should be passed to the loader"
        fail(f"an image is none of the {which} images", hint if of_others else "")


@question("ex2-dataset", points=0.5)
def test_item_form(submission):
    """An item holds two float32 stacks of images in [0, 1] and the digits of the sum."""
    for max_length, options in ((3, {}), (2, {"max_length": 2})):
        dataset = submission.NumberMNIST(train=True, num_samples=12, **options)
        items = items_of(submission, dataset, 12, max_length, any_form=False)
        assert_some_are_right(dataset, items, max_length, train=True)


def assert_shows_digits(submission, max_length, num_samples):
    dataset = submission.NumberMNIST(max_length, True, num_samples)
    labels = take_dict(dataset.labels, SUMMANDS_AND_SUM, "`labels`")
    items = items_of(submission, dataset, num_samples, max_length)
    for name in ("num_1", "num_2"):
        images = torch.cat([item[name] for item in items])[:, 0]  # (samples * places, 28, 28)
        shown = nearest_digits(images, train=True)
        assert_known(images, shown, train=True)
        shape = (num_samples, max_length)
        digits = take_tensor(labels[name], shape, NUMBERS, f"labels['{name}']").long()
        assert_tensor_equal(
            shown,
            digits.flatten(),
            f"the digits shown by the images of `{name}`",
            hint=f"Draw an image for each digit of `labels['{name}'][i]`, in that order",
        )


@question("ex2-dataset", points=1.5)
def test_images_show_the_digits(submission):
    """Each image of num_1 and num_2 shows the digit that the labels say, in the same place."""
    assert_shows_digits(submission, 3, 12)


@question("ex2-dataset", points=1.5)
def test_label_fits_the_images(submission):
    """The label of an item is the sum of the two numbers that its images show."""
    dataset = submission.NumberMNIST(max_length=3, train=True, num_samples=10)
    items, again = (items_of(submission, dataset, 10) for _ in range(2))
    for name in NAMES:
        pairs = [(one[name], other[name]) for one, other in zip(items, again, strict=True)]
        if not all(torch.equal(*pair) for pair in pairs):
            hint = "An item stays the same: choose the images once, in `__init__`"
            fail(f"an item has another `{name}` each time", hint if name != "label" else "")
    shown = []
    for name in ("num_1", "num_2"):
        images = torch.cat([item[name] for item in items])[:, 0]
        digits = nearest_digits(images, train=True)
        assert_known(images, digits, train=True)
        shown.append(digits.view(10, 3))
    first, second = shown
    labels = torch.stack([item["label"] for item in items])
    sums = take_dict(dataset.labels, ["sum"], "`labels`")["sum"]
    hint = "They are not `labels['sum']` at the same index as the images"
    if torch.equal(take_tensor(sums, (10, 3), NUMBERS, "labels['sum']").long(), labels):
        hint = "They are `labels['sum']`, which is not that of the numbers which the images show"
    assert_tensor_equal(
        convert_vector_to_int(labels),
        convert_vector_to_int(first) + convert_vector_to_int(second),
        "the labels as numbers",
        hint=hint,
    )


@question("ex2-dataset", points=0.5)
def test_size_and_shape(submission):
    """len() is num_samples and shape is (num_samples, max_length, 1, 28, 28), of any length."""
    for num_samples, max_length in ((7, 3), (1, 2)):
        dataset = submission.NumberMNIST(max_length, True, num_samples)
        assert_equal(len(dataset), num_samples, "len(dataset)", hint="It is the number of sums")
        hint = "It is (num_samples, max_length, 1, 28, 28)"
        shape = take_list(dataset.shape, 5, "dataset.shape", hint=hint)
        wanted = (num_samples, max_length, 1, 28, 28)
        assert_equal(tuple(shape), wanted, "dataset.shape", hint=hint)
        with explained(
            "All items but the last can be had: indices go up to len(dataset) - 1",
            if_passes=partial(items_of, submission, dataset, num_samples - 1, max_length),
        ):
            items = items_of(submission, dataset, num_samples, max_length)
        images = torch.cat([item[name] for item in items for name in ("num_1", "num_2")])[:, 0]
        assert_known(images, nearest_digits(images, train=True), train=True)
    assert_shows_digits(submission, 1, 25)  # of so many sums with one digit some are equal


# What is drawn after a data set was made depends on the seed that was set before.
DRAWN = """
import torch

drawn = []
for seed in (1, 2):
    torch.manual_seed(seed)
    NumberMNIST(2, True, 3)
    drawn.append(torch.rand(4))
"""


@question("ex2-dataset", points=1.5)
def test_images_are_drawn_at_random(submission):
    """The same digit is shown by different images, drawn for each number by itself."""
    dataset = submission.NumberMNIST(max_length=3, train=True, num_samples=40)
    items = items_of(submission, dataset, 40)
    assert_some_are_right(dataset, items, 3, train=True)
    another = items_of(submission, submission.NumberMNIST(3, True, 5), 5)
    labels = [torch.stack([item["label"] for item in some[:5]]) for some in (items, another)]
    if torch.equal(*labels):
        fail("two data sets hold the same sums", "Each of them draws its own, and sets no seed")
    drawn = submission.setup(DRAWN, NumberMNIST=submission.NumberMNIST).drawn
    drawn = [
        take_tensor(numbers, (4,), torch.float32, "what is drawn after a data set was made")
        for numbers in take_list(drawn, 2, "what is drawn")
    ]
    if torch.equal(*drawn):
        fail(
            "a data set sets a seed: all that is drawn later is the same",
            "No seed belongs inside the data set",
        )
    for name in ("num_1", "num_2"):
        images = torch.cat([item[name] for item in items]).flatten(1)  # (120, 784)
        # 120 draws from over a thousand images seldom repeat one; a fixed image per digit does.
        if len(images.unique(dim=0)) < 60:
            fail(
                f"`{name}` shows the same few images again and again",
                "Draw a random one of the digit's images each time",
            )


@question("ex2-dataset", points=1.5)
def test_test_images_are_others(submission):
    """With train=False the images are those kept for testing, not those of training."""
    dataset = submission.NumberMNIST(max_length=3, train=False, num_samples=12)
    items = items_of(submission, dataset, 12)
    assert_some_are_right(dataset, items, 3, train=False)
