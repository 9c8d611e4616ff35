"""The public checks of Lab 9; `check("<question>")` in the notebook runs them.

They look at small examples whose answers the notebook itself states, and at properties that any
right solution has. The tests that grade a submission look at more.
"""

import torch

from lib.kit.checks import (
    assert_close,
    assert_equal,
    assert_tensor_equal,
    fail,
    question,
    take_dict,
    take_list,
    take_number,
    take_tensor,
)

# --- Exercise 1 ---------------------------------------------------------------------------------

RANK_TO_WORD = {1: "film", 2: "good", 3: "dull"}


@question("ex1-decode", points=1)
def test_decodes_words(submission):
    """Ids above 2 are ranks plus 3."""
    ranks = torch.randint(1, 4, (5,)).tolist()
    text = submission.decode_review([1] + [rank + 3 for rank in ranks], RANK_TO_WORD)
    words = " ".join(RANK_TO_WORD[rank] for rank in ranks)
    assert_equal(text, f"<start> {words}", "the text", hint="The word of rank 1 has id 4")


@question("ex1-decode", points=1)
def test_decodes_specials(submission):
    """Ids 0, 1 and 2 have names of their own."""
    ids = torch.randint(0, 3, (6,)).tolist()
    text = submission.decode_review(ids, RANK_TO_WORD)
    words = " ".join(("<pad>", "<start>", "<oov>")[token] for token in ids)
    assert_equal(text, words, "the text")


@question("ex1-filter", points=1)
def test_drops_none_and_large_ids(submission):
    """None and ids above max_id go, the order of the others stays."""
    first, second = torch.randint(1, 10, (2,)).tolist()
    kept = submission.filter_word_ids([first, None, 12, second, 10], max_id=10)
    assert_equal(kept, [first, second, 10], "the list", hint="max_id itself stays")


@question("ex1-filter", points=1)
def test_cuts_after_dropping(submission):
    """A dropped word uses up no place."""
    words = torch.randint(1, 10, (4,)).tolist()
    kept = submission.filter_word_ids([99, None, *words], max_id=10, max_seq_len=3)
    assert_equal(kept, words[:3], "the list", hint="A dropped word uses up no place")


@question("ex1-padding", points=1)
def test_device(submission):
    """`device` is one that PyTorch knows, and tensors are put there."""
    device = torch.device(submission.device)
    first, second = torch.randint(1, 10, (2,)).tolist()
    padded = submission.pad_reviews([[first, second], [second]])
    if padded.device.type != device.type:
        fail("the padded reviews are not on your device", "Tensors move with .to(device)")
    words = padded.cpu()[[0, 0, 1], [0, 1, 0]]
    assert_tensor_equal(words, torch.tensor([first, second, second]), "the words of the batch")


@question("ex1-padding", points=1)
def test_pads_on_the_right(submission):
    """Zeros fill up shorter reviews on the right; ids stay integers."""
    first, second, third = torch.randint(1, 10, (3,)).tolist()
    padded = submission.pad_reviews([[1, first, second], [third]])
    expected = torch.tensor([[1, first, second], [third, 0, 0]])
    hint = "There is a row for each review"
    assert_tensor_equal(padded.cpu(), expected, "the batch", form_hint=hint)


@question("ex1-dataset", points=1)
def test_review_and_label(submission):
    """dataset[idx] is the review at idx and its label."""
    data, labels = torch.tensor([[1, 4], [1, 5], [1, 0]]), torch.tensor([0.0, 1.0, 0.0])
    index = int(torch.randint(3, (1,)))
    tokens, label = submission.IMDBDataset(data, labels)[index]
    assert_tensor_equal(tokens, data[index], "the review")
    assert_tensor_equal(label, labels[index], "the label")


@question("ex1-dataset", points=1)
def test_batches(submission):
    """A DataLoader can make batches from it."""
    labels, data = torch.tensor([1.0, 0.0, 1.0]), torch.tensor([[1, 4], [1, 5], [1, 6]])
    dataset, index = submission.IMDBDataset(data, labels), int(torch.randint(3, (1,)))
    made = submission.setup(
        "from torch.utils.data import DataLoader\n"
        "tokens, labels = next(iter(DataLoader(dataset, batch_size=2)))",
        dataset=dataset,
    )
    assert_tensor_equal(dataset[index][0], data[index], "the review")
    assert_tensor_equal(made.tokens, data[:2], "a batch of reviews")
    assert_tensor_equal(made.labels, labels[:2], "their labels")


# A model whose last layer ignores what it is given, and returns its bias.
KNOWN_LOGIT = """
import torch

model = LSTMModel(skip_padding=skip_padding)
with torch.no_grad():
    model.fc.weight.zero_()
    model.fc.bias.fill_(logit)
    logits = model(tokens)
"""


@question("ex1-lstm", points=0.5)
def test_one_logit_per_review(submission):
    """Both readings give one logit per review, also for a batch of one."""
    for skip_padding in (False, True):
        for tokens in (torch.tensor([[1, 4, 5], [1, 6, 0]]), torch.tensor([[1, 4, 5]])):
            logit = float(torch.rand(1))
            made = submission.setup(
                KNOWN_LOGIT,
                LSTMModel=submission.LSTMModel,
                skip_padding=skip_padding,
                tokens=tokens,
                logit=logit,
            )
            what = (
                f"the result for skip_padding={skip_padding}, where `fc` always gives {logit:.3f},"
            )
            assert_close(made.logits, torch.full((len(tokens),), logit), what)


@question("ex1-lstm", points=0.5)
def test_padding_is_skipped(submission):
    """With skip_padding=True, further padding changes nothing."""
    model = submission.LSTMModel(skip_padding=True)
    short, long = torch.tensor([[1, 4, 5]]), torch.tensor([[1, 4, 5, 0, 0, 0]])
    hint = "The state is read at the last nonzero token of each review"
    expected = take_tensor(model(short), (1,), torch.float32, "the logit of a review")
    assert_close(model(long), expected, "the logit of a padded review", hint=hint)
    other = take_tensor(model(torch.tensor([[1, 4, 6]])), (1,), torch.float32, "a logit")
    if torch.equal(other, expected):
        fail("another last word gives the same logit", hint)
    earlier = take_tensor(model(torch.tensor([[1, 6, 5]])), (1,), torch.float32, "a logit")
    if torch.equal(earlier, expected):
        fail("another word before the last one gives the same logit", "All words are read")


TINY_TOKENS = torch.tensor([[1, 4], [1, 5], [1, 6], [1, 7]])
TINY_LABELS = torch.tensor([1.0, 0.0, 1.0, 1.0])

# A classifier that ignores the order of words, and four reviews it can learn by heart.
TINY_REVIEWS = """
import torch
from torch import nn

from lib.kit.checks import unseen_output

class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.score = nn.Embedding(8, 1)

    def forward(self, tokens):
        return self.score(tokens).sum(dim=(1, 2))

dataset = IMDBDataset(tokens.to(device), labels.to(device))
model = Tiny().to(device)
with torch.no_grad():
    model.score.weight.copy_(start)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
with unseen_output():
    metrics = train(model, nn.BCEWithLogitsLoss(), optimizer, dataset, dataset, 3, 4)
after = model.score.weight.detach().cpu()
"""


@question("ex1-train", points=1.5)
def test_reports_each_epoch(submission):
    """Each of the four measures has a number per epoch."""
    start = torch.randn(8, 1)
    made = tiny_training(submission, start)
    assert_reports(made.metrics, loss_of_reviews, start)


@question("ex1-train", points=0.5)
def test_training_moves_parameters(submission):
    """In each epoch the optimizer takes one step for the one batch there is."""
    start = torch.randn(8, 1)
    assert_learns(tiny_training(submission, start).after, loss_of_reviews, start)


def loss_of_reviews(scores):
    """The loss of the four reviews, whose logits are the sums of their tokens' scores (8, 1)."""
    logits = scores[TINY_TOKENS].sum(dim=(1, 2))  # (4,)
    return torch.nn.functional.binary_cross_entropy_with_logits(logits, TINY_LABELS)


def after_epochs(loss_of, weights, adding_up=False):
    """The weights after each of three steps of length 1 down the slope of a loss; with `adding_up`,
    down all slopes so far."""
    earlier = torch.zeros_like(weights)
    for _ in range(3):
        weights = weights.clone().requires_grad_()
        gradient = torch.autograd.grad(loss_of(weights), weights)[0] + earlier
        weights = weights.detach() - gradient
        earlier = gradient * adding_up
        yield weights


def assert_reports(metrics, loss_of, start):
    """A dict of the four measures, each with a float for every one of three epochs; validation
    losses are those of the weights after each epoch."""
    hint = "Return a dict with train_loss, train_acc, val_loss and val_acc"
    for name in [f"{part}_{measure}" for part in ("train", "val") for measure in ("loss", "acc")]:
        if not isinstance(metrics, dict) or not isinstance(metrics.get(name), list | tuple):
            fail(f"the result has no list {name!r}", hint)
        if len(metrics[name]) != 3:
            fail(f"metrics[{name!r}] holds {len(metrics[name])} numbers for three epochs")
        for value in metrics[name]:
            if not isinstance(value, float):
                hint = "A tensor's `.item()` is one"
                fail(f"metrics[{name!r}] should hold floats", hint * torch.is_tensor(value))
    losses = torch.stack([loss_of(weights) for weights in after_epochs(loss_of, start)])
    hint = "Each is the mean over all samples, after the steps of its epoch"
    actual = torch.tensor([float(loss) for loss in metrics["val_loss"]])
    assert_close(actual, losses, "the validation losses", rtol=1e-3, hint=hint)


def assert_learns(after, loss_of, start):
    """The weights must be where three steps bring them."""
    *_, expected = after_epochs(loss_of, start)
    *_, mistaken = after_epochs(loss_of, start, adding_up=True)
    after = take_tensor(after, start.shape, torch.float32, "the model's weights")
    if torch.equal(after, start):
        hint = "The optimizer takes no step, or finds no gradients then"
        fail("training left the parameters as they were", hint)
    adds_up = torch.allclose(after, mistaken, rtol=1e-3, atol=1e-5)
    hint = "Gradients of earlier batches add up: clear them for each batch" if adds_up else ""
    assert_close(after, expected, "the weights after three epochs", rtol=1e-3, hint=hint)


def tiny_training(submission, start):
    """Three epochs of the student's `train` on four reviews."""
    return submission.setup(
        TINY_REVIEWS,
        tokens=TINY_TOKENS,
        labels=TINY_LABELS,
        start=start,
        device=submission.device,
        IMDBDataset=submission.IMDBDataset,
        train=submission.train,
    )


@question("ex1-setup", points=1)
def test_sets_and_optimizer(submission):
    """Three data sets of different size, and an optimizer that holds the model's parameters."""
    sizes = [
        len(submission.train_dataset),
        len(submission.val_dataset),
        len(submission.test_dataset),
    ]
    if len(set(sizes)) < 3:  # IMDB's test set is larger than its training set
        fail(f"the three data sets have {sizes} samples", "Each has reviews of its own")
    assert_holds_parameters(submission, submission.model_lstm, submission.optimizer_lstm)


@question("ex1-setup", points=1)
def test_loss_takes_logits(submission):
    """A logit z means the probability 1 / (1 + exp(-z)), a logit of 0 one half."""
    logits, labels = torch.cat([torch.zeros(1), torch.randn(3)]), torch.tensor([0.0, 1.0, 1.0, 0.0])
    probability = 1 / (1 + torch.exp(-logits))  # of a positive review
    expected = -torch.log(torch.where(labels == 1, probability, 1 - probability)).mean()
    assert_made(submission, submission.loss, "the loss")
    value = submission.loss(logits, labels)
    hint = "It should take logits, and give the mean"
    assert_close(value, expected, "the loss", atol=1e-3, hint=hint)


# One step against a slope of 1 in every direction: all weights must become smaller. After that the
# weights are as they were, and what the optimizer remembers, too.
ONE_STEP = """
import warnings
import torch

if example:  # lazy layers find out their sizes
    was_training = model.training
    with torch.no_grad():
        model.train(False)(*example)
    model.train(was_training)
weights = [weight for weight in model.parameters() if weight.requires_grad]
values = [weight.detach().clone() for weight in weights]
movers = [chosen, *vars(chosen).values()]  # some optimizers hold another one
memories = [one.state for one in movers if isinstance(one, torch.optim.Optimizer)]
remembered = [dict(memory) for memory in memories]
for memory in memories:
    memory.clear()
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of schedules
    for attempt in range(5):  # a schedule may begin with a rate of 0
        for weight in weights:
            weight.grad = torch.ones_like(weight)
        chosen.step()
        if not all(map(torch.equal, weights, values)):
            break
before, after = (
    [weight.detach().cpu().flatten()[:100].clone() for weight in of] for of in (values, weights)
)
with torch.no_grad():
    for weight, value in zip(weights, values):
        weight.copy_(value)
        weight.grad = None
for memory, content in zip(memories, remembered):
    memory.clear()
    memory.update(content)
"""


def assert_holds_parameters(submission, model, optimizer, example=()):
    """Every parameter of the model is one that the optimizer updates."""
    assert_made(submission, optimizer, "the optimizer")
    made = submission.setup(ONE_STEP, model=model, chosen=optimizer, example=list(example))
    before = take_list(made.before, range(1, 201), "the model's parameters")
    after = take_list(made.after, len(before), "the model's parameters")
    for start, end in zip(before, after, strict=True):
        start = take_tensor(start, (None,), torch.float32, "a parameter")
        end = take_tensor(end, start.shape, torch.float32, "a parameter")
        if not len(start) or not bool((end < start).all()):
            fail(
                "a step of the optimizer does not make every parameter smaller where it should",
                "It should move all of this model's `parameters()` down the slope",
            )


# The check ends here if a class has taken the place of what should be made with it.
MADE = """
if type(made) is type:
    raise TypeError(f"{what} is the class {made.__name__}; call it to make an object")
"""


def assert_made(submission, made, what):
    """It was made with a class, and is not the class itself."""
    submission.setup(MADE, made=made, what=what)


# --- Exercise 2 ---------------------------------------------------------------------------------


@question("ex2-digits", points=1)
def test_digits_of_a_number(submission):
    """123 in 3 places is 1 2 3."""
    first, second, third = torch.randint(1, 10, (3,)).tolist()
    actual = submission.convert_int_to_vector(100 * first + 10 * second + third, 3)
    assert_tensor_equal(actual, torch.tensor([first, second, third]), "the digits")


@question("ex2-digits", points=1)
def test_zeros_on_the_left(submission):
    """5 in 3 places is 0 0 5."""
    tens, units = torch.randint(1, 10, (2,)).tolist()
    for number, digits in ((units, [0, 0, units]), (10 * tens + units, [0, tens, units])):
        actual = submission.convert_int_to_vector(number, 3)
        assert_tensor_equal(actual, torch.tensor(digits), "the digits")


@question("ex2-labels", points=1)
def test_shapes_of_labels(submission):
    """Three int64 tensors, a row of digits per sample."""
    labels = labels_of(submission, 20, 4)
    for name, digits in labels.items():
        if len(digits.unique(dim=0)) < 10:
            fail(f"most rows of {name!r} are the same number")
    units = sum(labels[name][:, 3] for name in ("num_1", "num_2")) % 10
    if not torch.equal(units, labels["sum"][:, 3]):
        fail("the last digit of some sums is wrong")


def labels_of(submission, *shape):
    """The three tensors of digits."""
    labels = submission.generate_labels(*shape)
    labels = take_dict(labels, ("num_1", "num_2", "sum"), "the labels")
    for name in labels:
        labels[name] = take_tensor(labels[name], shape, torch.int64, repr(name), least=0, most=9)
    return labels


@question("ex2-labels", points=1)
def test_sums_are_right(submission):
    """Read as numbers, the first two add up to the third."""
    labels = labels_of(submission, 200, 3)
    places = torch.tensor([100, 10, 1])
    num_1, num_2, total = ((digits * places).sum(1) for digits in labels.values())
    assert_tensor_equal(total, num_1 + num_2, "sum")
    if len(total.unique()) < 20:
        fail("hardly any of the sums differ")


@question("ex2-dataset", points=1)
def test_form_of_a_sample(submission):
    """A sample holds two numbers as images, and the digits of their sum."""
    sample = submission.NumberMNIST(max_length=2, train=False, num_samples=5)[3]
    sample = take_dict(sample, ("num_1", "num_2", "label"), "a sample")
    for name in ("num_1", "num_2"):
        shape, what = (2, 1, 28, 28), repr(name)
        images = take_tensor(sample[name], shape, torch.float32, what, least=0, most=1)
        for image in images:
            border = torch.cat([image[0, 0], image[0, -1], image[0, :, 0], image[0, :, -1]])
            if not border.max() < 0.1 or not image.max() > 0.5:
                fail(f"an image of {name!r} shows no digit, light on dark")
    take_tensor(sample["label"], (2,), torch.int64, "'label'", least=0, most=9)


@question("ex2-dataset", points=1)
def test_label_is_the_sum(submission):
    """The label of a sample is its sum, and both numbers have images of their own."""
    dataset = submission.NumberMNIST(max_length=3, train=False, num_samples=8)
    sample = take_dict(dataset[2], ("num_1", "num_2", "label"), "a sample")
    sums = take_tensor(dataset.labels["sum"], (8, 3), torch.int64, "the sums")
    assert_tensor_equal(sample["label"], sums[2], "the label")
    shape = 3, 1, 28, 28
    first = take_tensor(sample["num_1"], shape, torch.float32, "'num_1'")
    second = take_tensor(sample["num_2"], shape, torch.float32, "'num_2'")
    if torch.equal(first, second):
        fail("both numbers have the same images")


# Logits as they are, and with all weights of the last layer of `fc` multiplied: twins, of which one
# must be a multiple of the other.
MULTIPLIED = """
import torch

with torch.no_grad():
    plain = model(num_1, num_2)
    *_, linear = (one for one in model.fc.modules() if isinstance(one, torch.nn.Linear))
    weights = list(linear.parameters())
    kept = [weight.detach().clone() for weight in weights]
    for weight in weights:
        weight *= factor
    multiplied_logits = model(num_1, num_2)
    for weight, value in zip(weights, kept):
        weight.copy_(value)
"""


def logits_of(submission, model, num_1, num_2):
    """What the model gives for sums: (batch, 10, max_length)."""
    factor, shape = 2 + float(torch.rand(1)), (len(num_1), 10, num_1.shape[1])
    inputs = {"num_1": num_1, "num_2": num_2, "factor": factor}
    made = submission.setup(MULTIPLIED, model=model, **inputs)
    logits = take_tensor(made.plain, shape, torch.float32, "the logits")
    hint = "Return what `fc` gives, with the dimensions in order"
    what = f"the logits after the weights of `fc` were multiplied by {factor:.2f}"
    assert_close(made.multiplied_logits, logits * factor, what, rtol=1e-3, hint=hint)
    if not logits.abs().max() > 1e-6:
        fail("all logits are 0", hint)
    return logits


@question("ex2-model", points=1)
def test_logits_per_place(submission):
    """Ten logits for each place, with the classes in the second dimension."""
    model = submission.setup("model = make().eval()", make=submission.AdditionModel).model
    for length in (2, 3):
        logits_of(submission, model, *torch.rand(2, 4, length, 1, 28, 28))


@question("ex2-model", points=1)
def test_both_directions(submission):
    """The first digit of the sum depends on the last digits of the summands (a carry)."""
    model = submission.setup("model = make().eval()", make=submission.AdditionModel).model
    images = torch.rand(1, 3, 1, 28, 28)
    other = images.clone()
    other[:, 2] = images[:, 2].flip(-1)  # as bright, but another image
    logits, others = (logits_of(submission, model, *[both] * 2) for both in (images, other))
    if torch.equal(logits[:, :, 0], others[:, :, 0]):
        hint = "The LSTM should read in both directions"
        fail("the first place does not see the last one", hint)


# An adder in name only, and two samples; `train_addition` needs no more.
TINY_SUMS = """
import torch
from torch import nn

from lib.kit.checks import unseen_output

class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 10, bias=False)

    def forward(self, num_1, num_2):
        means = torch.stack([num_1.mean(dim=(2, 3, 4)), num_2.mean(dim=(2, 3, 4))], dim=2)
        return self.fc(means).permute(0, 2, 1)

dataset = [{"num_1": a, "num_2": b, "label": digits} for a, b in zip(images, images.flip(0))]
model = Tiny().to(device)
with torch.no_grad():
    model.fc.weight.copy_(start)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
with unseen_output():
    metrics = train_addition(model, nn.CrossEntropyLoss(), optimizer, dataset, dataset, 3, 4)
after = model.fc.weight.detach().cpu()
"""


@question("ex2-train", points=1.5)
def test_addition_reports_each_epoch(submission):
    """Each of the four measures has a number per epoch."""
    sums = TinySums()
    assert_reports(sums.train(submission).metrics, sums.loss, sums.start)


@question("ex2-train", points=0.5)
def test_addition_moves_parameters(submission):
    """In each epoch the optimizer takes one step for the one batch there is."""
    sums = TinySums()
    assert_learns(sums.train(submission).after, sums.loss, sums.start)


class TinySums:
    """Four samples, and weights to begin with."""

    def __init__(self):
        self.images = torch.rand(4, 2, 1, 28, 28)
        self.digits = torch.randint(0, 10, (2,))
        self.start = torch.randn(10, 2)

    def loss(self, weight):
        """That of the four samples, whose logits are linear in the brightness of two images."""
        brightness = torch.stack([self.images, self.images.flip(0)]).mean(dim=(3, 4, 5))
        logits = torch.einsum("nbl,cn->bcl", brightness, weight)  # (4, 10, 2)
        return torch.nn.functional.cross_entropy(logits, self.digits.expand(4, 2))

    def train(self, submission):
        """Three epochs of the student's `train_addition`."""
        return submission.setup(
            TINY_SUMS,
            device=submission.device,
            train_addition=submission.train_addition,
            images=self.images,
            digits=self.digits,
            start=self.start,
        )


@question("ex2-setup", points=1)
def test_addition_optimizer(submission):
    """The optimizer holds the model's parameters."""
    example = submission.setup(
        "example = [zeros.to(device)] * 2",
        zeros=torch.zeros(1, 3, 1, 28, 28),
        device=submission.device,
    ).example
    assert_holds_parameters(
        submission, submission.model_addition, submission.optimizer_addition, example
    )


@question("ex2-setup", points=1)
def test_addition_loss_takes_logits(submission):
    """Equal logits mean one tenth for each digit, so their loss is ln 10; a larger logit of the
    right digit makes it smaller."""
    label = torch.randint(0, 10, (2, 3))
    assert_made(submission, submission.loss_addition, "the loss")
    value = submission.loss_addition(torch.zeros(2, 10, 3), label)
    hint = "It should take logits of ten classes"
    assert_close(value, torch.tensor(2.3026), "the loss", atol=1e-3, hint=hint)
    gaps = []
    for height in (1 + torch.rand(2)).tolist():
        logits = torch.zeros(2, 10, 3).scatter(1, label[:, None], height)
        right = take_number(submission.loss_addition(logits, label), "the loss")
        wrong = take_number(submission.loss_addition(logits, (label + 1) % 10), "the loss")
        gaps.append((wrong - right) / height)  # 1, or less if labels are smoothed
    if not 0.3 < gaps[0] < 1.01:
        fail("the loss is not smaller for the right digits than for wrong ones", hint)
    assert_close(gaps[1], gaps[0], "the loss of wrong digits, by the height of a logit", rtol=1e-2)


# Says a known sum in evaluation mode and without gradients, and something else otherwise.
FIXED_ADDER = """
import torch
from torch import nn

from lib.kit.checks import unseen_output

class Fixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.unit = nn.Parameter(torch.ones(1))  # a student may ask where the parameters are

    def forward(self, num_1, num_2):
        if self.training or torch.is_grad_enabled():
            digits = (predicted[None] + 1) % 10
        else:
            digits = predicted[None]
        return nn.functional.one_hot(digits, 10).float().permute(0, 2, 1).to(num_1.device)

model = Fixed()
images = torch.rand(3, 1, 28, 28)
dataset = [{"num_1": images, "num_2": images, "label": label_digits}]
with unseen_output():
    prediction, label = plot_prediction(model, dataset, 0)
"""


@question("ex2-predict", points=1)
def test_number_from_digits(submission):
    """The digits 1 0 7 are the number 107."""
    made, _, true_sum = predict(submission)
    assert_equal(made.label, true_sum, "the true sum")


@question("ex2-predict", points=1)
def test_predicts_in_evaluation_mode(submission):
    """The model predicts in evaluation mode and without gradients."""
    made, predicted_sum, _ = predict(submission)
    digits = [(int(digit) + 1) % 10 for digit in str(predicted_sum)]
    predicted_otherwise = int("".join(map(str, digits)))
    is_other = isinstance(made.prediction, int) and made.prediction == predicted_otherwise
    hint = "The model is in train mode, or records gradients" if is_other else ""
    assert_equal(made.prediction, predicted_sum, "the prediction", hint=hint)


def predict(submission):
    """What the student's function returns, the sum that the model predicts, and the true one."""
    predicted, label = torch.randint(1, 10, (2, 3))
    made = submission.setup(
        FIXED_ADDER,
        plot_prediction=submission.plot_prediction,
        predicted=predicted,
        label_digits=label,
    )
    places = torch.tensor([100, 10, 1])
    return made, int(predicted @ places), int(label @ places)


# --- Exercise 3 ---------------------------------------------------------------------------------


@question("ex3-by-hand", points=1)
def test_rows_are_weights(submission):
    """Each row of A sums to 1."""
    weights = submission.a_by_hand
    assert_equal(tuple(weights.shape), (3, 3), "the shape of A")
    assert_close(weights.float().sum(1), torch.ones(3), "the row sums of A", atol=0.02)
    if not bool((weights > 0).all()) or len(weights.float().unique(dim=0)) < 3:
        fail("a softmax gives no weight of 0, and here three different rows")


@question("ex3-by-hand", points=1)
def test_output_fits_weights(submission):
    """Your output is your A times your V."""
    weights, values = submission.a_by_hand.float(), submission.v_by_hand.float()
    assert_equal(tuple(values.shape), (3, 2), "the shape of V")
    assert_close(weights.sum(1), torch.ones(3), "the row sums of A", atol=0.02)
    if not bool((weights > 0).all()) or len(values.unique(dim=0)) < 3:
        fail("A holds a weight of 0, or V the same row twice", "Compute the step before once more")
    assert_close(submission.out_by_hand.float(), weights @ values, "the output", atol=0.2)


@question("ex3-self-attention", points=1)
def test_shapes_of_attention(submission):
    """The weights are (N, N) with rows that sum to 1, and the output is the weights times V."""
    x, w_q, w_k, w_v = torch.rand(5, 4), torch.rand(4, 3), torch.rand(4, 3), torch.rand(4, 2)
    output, shares = submission.self_attention(x, w_q, w_k, w_v)
    weights = take_tensor(shares, (5, 5), torch.float32, "the weights")
    by_column = torch.allclose(weights.sum(0), torch.ones(5), atol=1e-4)
    hint = "The softmax makes columns sum to 1" if by_column else ""
    assert_close(weights.sum(1), torch.ones(5), "the row sums", hint=hint)
    if bool((weights.std(dim=1) < 1e-5).any()):
        fail("a token gives all others the same weight", "Scores are made of queries and keys")
    hint = "It averages the values, x @ w_v, with the weights"
    assert_close(output, shares @ (x @ w_v), "the averages", hint=hint)


@question("ex3-self-attention", points=1)
def test_zero_queries_share_evenly(submission):
    """A query of zeros fits all keys alike, so its output is the mean of the values."""
    x, w_v = torch.rand(5, 4), torch.rand(4, 2)
    output, weights = submission.self_attention(x, torch.zeros(4, 3), torch.rand(4, 3), w_v)
    assert_close(weights, torch.full((5, 5), 0.2), "the weights")
    assert_close(output, (x @ w_v).mean(0).expand(5, 2), "the output")


@question("ex3-softmax-tiled", points=1)
def test_equals_the_softmax(submission):
    """Two blocks give the softmax of their concatenation."""
    blocks = [torch.tensor([1.0, -2.0, 0.5]), torch.tensor([3.0, 0.0])]
    expected = torch.cat(blocks).softmax(0)
    assert_close(submission.softmax_tiled(blocks), expected, "the softmax")


@question("ex3-softmax-tiled", points=1)
def test_large_scores(submission):
    """Scores of 1,000 do not overflow, and an empty block does no harm."""
    blocks = [torch.tensor([1000.0, 1001.0]), torch.tensor([]), torch.tensor([999.0])]
    expected = torch.cat(blocks).softmax(0)
    hint = "Once the maximum is subtracted, every exponent is at most 0"
    assert_close(submission.softmax_tiled(blocks), expected, "the softmax", hint=hint)


@question("ex3-flash", points=1)
def test_equals_attention(submission):
    """Blocks of 2 give what PyTorch's attention gives."""
    query, key, value = torch.randn(3, 4), torch.randn(6, 4), torch.randn(6, 5)
    expected = torch.nn.functional.scaled_dot_product_attention(query, key, value)
    hint = "Scores are divided by the root of d_k; old l and o are rescaled"
    actual = submission.flash_attention(query, key, value, 2)
    assert_close(actual, expected, "the output", hint=hint)


@question("ex3-flash", points=1)
def test_uneven_blocks(submission):
    """Neither a smaller last block nor a single large one changes the result."""
    query, key, value = torch.randn(2, 4), torch.randn(7, 4), torch.randn(7, 3)
    expected = torch.nn.functional.scaled_dot_product_attention(query, key, value)
    for block_size in (3, 100):
        actual = submission.flash_attention(query, key, value, block_size)
        assert_close(actual, expected, f"the output with blocks of {block_size}")


# --- Exercise 4 ---------------------------------------------------------------------------------


@question("ex4-positions", points=1)
def test_position_zero(submission):
    """Position 0 is 0 1 0 1 ..., sines and cosines of 0."""
    positions = submission.sinusoidal_positions(3, 6)
    assert_equal(tuple(positions.shape), (3, 6), "the shape")
    assert_close(positions[0], torch.tensor([0.0, 1.0] * 3), "position 0")


@question("ex4-positions", points=1)
def test_clock_hands(submission):
    """Each pair of columns is a point on the unit circle, and no two positions are equal."""
    positions = submission.sinusoidal_positions(50, 8)
    radius = positions.unflatten(1, (4, 2)).norm(dim=2)
    assert_close(radius, torch.ones(50, 4), "the lengths of the pairs")
    if len(positions.unique(dim=0)) < 50:
        fail("some positions have equal vectors", "The angle grows with the position")


@question("ex4-attention", points=1)
def test_attention_skips_padding(submission):
    """One logit per review, and further padding changes nothing."""
    model = submission.AttentionModel().eval()
    short, long = torch.tensor([[1, 4, 5]]), torch.tensor([[1, 4, 5, 0, 0]])
    expected = take_tensor(model(short), (1,), torch.float32, "the logit of a review")
    hint = "Zeros behind a review should change nothing"
    assert_close(model(long), expected, "the logit of a padded review", atol=1e-4, hint=hint)
    other = take_tensor(model(torch.tensor([[1, 4, 6]])), (1,), torch.float32, "a logit")
    if torch.equal(other, expected):
        fail("another word gives the same logit")


@question("ex4-attention", points=1)
def test_order_matters(submission):
    """The same words in another order give another logit."""
    model = submission.AttentionModel().eval()
    tokens = torch.arange(1, 161).reshape(20, 8)  # of one review, two orders may agree by chance
    forwards, backwards, first = (
        take_tensor(model(reviews), (len(reviews),), torch.float32, "the logits")
        for reviews in (tokens, tokens.flip(1), tokens[:1])
    )
    assert_close(first, forwards[:1], "the logit of a review alone", atol=1e-4)
    if not (forwards - backwards).abs().max() > 1e-4:  # rounding alone makes 1e-6
        fail("the order of the words does not matter", "Positions are added to the words")


@question("ex4-setup", points=1)
def test_four_heads(submission):
    """The model attends with four heads, in batches."""
    assert_equal(submission.model_attention.attn.num_heads, 4, "the number of heads")
    device = submission.device
    tokens = submission.setup("tokens = tokens.to(device)", tokens=WORDS, device=device).tokens
    model = submission.setup("model.train(False)", model=submission.model_attention).model
    weights = model.attention_weights(tokens)
    rows = take_tensor(weights.cpu(), (2, 3, 3), torch.float32, "the attention weights").sum(2)
    assert_close(rows, torch.ones(2, 3), "the sums over the keys")


WORDS = torch.tensor([[1, 4, 5], [1, 6, 7]])


@question("ex4-setup", points=1)
def test_attention_optimizer(submission):
    """The optimizer holds the model's parameters."""
    assert_holds_parameters(submission, submission.model_attention, submission.optimizer_attention)
