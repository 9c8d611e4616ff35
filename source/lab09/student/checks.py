"""The public checks of Lab 9; `check("<question>")` in the notebook runs them.

They look at small examples whose answers the notebook itself states, and at properties that any
right solution has. The tests that grade a submission look at more.
"""

import functools
import math

import torch

from lib.kit.checks import (
    assert_close,
    assert_equal,
    assert_tensor_equal,
    fail,
    question,
    take_dict,
    take_integer,
    take_list,
    take_number,
    take_tensor,
    take_tensors,
    take_text,
)
from lib.kit.data import load_digit_images, load_reviews

CLOSE = {"rtol": 1e-3, "atol": 1e-4}  # what a model gives, in single precision
NEAR = {"rtol": 1e-2, "atol": 1e-3}  # gradients, and what is far from exact

# One call, which may raise what it likes; the arguments are looked at afterwards.
CALLED = "result = function(*arguments, **options)"


def called(submission, function, *arguments, **options):
    """What a function returns, and its arguments after the call."""
    made = submission.setup(CALLED, function=function, arguments=list(arguments), options=options)
    return made.result, take_list(made.arguments, len(arguments), "the arguments")


# --- Exercise 1 ---------------------------------------------------------------------------------

RANK_TO_WORD = {3: "dull", 1: "film", 2: "good"}


@question("ex1-decode", points=1)
def test_decodes_words(submission):
    """Ids above 2 are ranks plus 3; a review without ids has no words."""
    ranks = torch.randint(1, 4, (5,)).tolist()
    review = [1] + [rank + 3 for rank in ranks]
    text, after = called(submission, submission.decode_review, list(review), dict(RANK_TO_WORD))
    expected = " ".join(["<start>", *(RANK_TO_WORD[rank] for rank in ranks)])
    hint = "The word of rank 1 has id 4; one space stands between two words"
    assert_equal(text, expected, "the text", hint=hint)
    if after != [review, RANK_TO_WORD]:
        fail("`decode_review` changes what it is given", "Leave the ids and the words as they are")
    assert_equal(submission.decode_review([], RANK_TO_WORD), "", "the text of no ids")


@question("ex1-decode", points=1)
def test_decodes_specials(submission):
    """Ids 0, 1 and 2 have names of their own."""
    ids = torch.randperm(3).tolist() + torch.randint(0, 3, (3,)).tolist()
    text = submission.decode_review(ids, RANK_TO_WORD)
    words = [("<pad>", "<start>", "<oov>")[token] for token in ids]
    hint = "0 is <pad>, 1 is <start>, 2 is <oov>"
    actual = text.split() if isinstance(text, str) else text
    assert_equal(actual, words, "the words of the text", hint=hint)


@question("ex1-filter", points=1)
def test_drops_none_and_large_ids(submission):
    """None and ids above max_id are dropped; the others stay in order, also repeated ones."""
    first, second = torch.randint(3, 10, (2,)).tolist()
    given = [first, None, 12, 0, second, first, 10, 11]
    kept, after = called(submission, submission.filter_word_ids, list(given), max_id=10)
    wanted = [first, 0, second, first, 10]
    hint = "max_id itself stays, and so does each id from 0 to it"
    assert_equal(kept, wanted, "the list", hint=hint)
    if after[0] != given:
        fail("`filter_word_ids` changes the list that it is given", "Make a list of your own")


@question("ex1-filter", points=1)
def test_cuts_after_dropping(submission):
    """A dropped word takes no place."""
    words = torch.randint(1, 10, (4,)).tolist()
    hint = "First drop, then cut: keep the first max_seq_len of what stays"
    for length in (3, 4, 0):
        given = [99, 12, *words[:2], 11, *words[2:]]
        kept = submission.filter_word_ids(given, max_id=10, max_seq_len=length)
        kept = kept.tolist() if isinstance(kept, torch.Tensor) else kept
        assert_equal(kept, words[:length], f"the list for max_seq_len={length}", hint=hint)


def as_batch(padded):
    """What the student's function made of reviews; a tensor, so much is certain."""
    if not isinstance(padded, torch.Tensor):
        fail(f"the batch should be a tensor, not of type {type(padded).__name__}")
    return padded


@question("ex1-padding", points=1)
def test_device(submission):
    """PyTorch knows your `device`, and the padded reviews are there."""
    if type(submission.device) in (bool, type):
        fail("`device` is no device", 'One is `torch.device("cpu")`')
    device = torch.device(submission.device)
    first, second = torch.randint(1, 10, (2,)).tolist()
    padded = as_batch(submission.pad_reviews([[first, second], [second]]))
    if padded.device.type != device.type:
        fail("the padded reviews are not on your device", "Tensors move with .to(device)")
    words = padded.cpu()[[0, 0, 1], [0, 1, 0]]
    assert_tensor_equal(words, torch.tensor([first, second, second]), "the words of the batch")


def is_equal(actual, expected):
    """Whether two tensors hold the same numbers, of whichever dtype."""
    return actual.shape == expected.shape and bool((actual == expected).all())


def with_zeros_first(padded):
    """Padded reviews with the zeros on the left."""
    words = [row[row != 0] for row in padded]
    rows = [torch.cat([padded.new_zeros(padded.shape[1] - len(row)), row]) for row in words]
    return torch.stack(rows)


@question("ex1-padding", points=1)
def test_pads_on_the_right(submission):
    """Zeros fill up shorter reviews on the right, up to the longest one; ids stay integers."""
    first, second, third = torch.randint(1, 10, (3,)).tolist()
    hint = "There is a row for each review, in their order, as long as the longest one"
    for reviews, rows, has_empty in (
        ([[1, second], [first, third, 3], [first]],
         [[1, second, 0], [first, third, 3], [first, 0, 0]], False),
        ([[first], [1, first, second], [], [third, 2]],
         [[first, 0, 0], [1, first, second], [0, 0, 0], [third, 2, 0]], True),
    ):  # fmt: skip
        expected = torch.tensor(rows)
        given = [list(review) for review in reviews]
        padded, (after,) = called(submission, submission.pad_reviews, given)
        padded = as_batch(padded).cpu()
        if is_equal(padded, expected.T):
            hint = "`pad_sequence` takes an argument for this"
            fail("the batch has a column for each review, not a row", hint)
        if is_equal(padded, with_zeros_first(expected)):
            fail("the zeros stand before the words of a review", "They belong behind its words")
        assert_tensor_equal(padded, expected, "the batch", any_dtype=has_empty, form_hint=hint)
        if after != reviews:
            fail("`pad_reviews` changes the lists that it is given", "Work on copies")


@question("ex1-dataset", points=1)
def test_review_and_label(submission):
    """dataset[idx] is the review at idx and its label."""
    data = torch.tensor([[1, 4, 0], [1, 5, 0], [1, 0, 0]])  # padding belongs to a review
    labels = torch.tensor([0.0, 1.0, 0.0])
    index = int(torch.randint(3, (1,)))
    sample = submission.IMDBDataset(data, labels)[index]
    hint = "Return two things, the review and its label"
    tokens, label = take_list(sample, 2, "a sample", hint=hint)
    hint = "The review comes first, then its label"
    assert_tensor_equal(tokens, data[index], "the review", form_hint=hint)
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
    review, _ = take_list(dataset[index], 2, "a sample")
    assert_tensor_equal(review, data[index], "the review", any_dtype=True)
    assert_tensor_equal(made.tokens, data[:2], "a batch of reviews", any_dtype=True)
    assert_tensor_equal(made.labels, labels[:2], "their labels", any_dtype=True)


# A student's model for each reading, with weights of ours in it, and what it makes of batches.
READ = """
import torch

logits, gradients = {}, {}
for skips in (False, True):
    model = LSTMModel(skip_padding=skips).eval()
    ours = [*zip(model.lstm.parameters(), lstm), *zip(model.fc.parameters(), fc)]
    with torch.no_grad():
        model.embedding.weight[: len(embedding)].copy_(embedding)
        for theirs, one in ours:
            theirs.copy_(one)
    logits[skips] = [model(tokens).detach().clone() for tokens in batches]
    model(batches[0]).sum().backward()
    gradients[skips] = model.embedding.weight.grad
    if gradients[skips] is not None:
        gradients[skips] = gradients[skips][: len(embedding)].detach().clone()
"""
NUM_WORDS = 20  # ids that these checks use


class OurLSTM:
    """Layers of the sizes that the task gives, with random weights."""

    def __init__(self):
        nn = torch.nn
        self.embedding = nn.Parameter(torch.randn(NUM_WORDS, 64))
        self.lstm, self.fc = nn.LSTM(64, 32, num_layers=2, batch_first=True), nn.Linear(32, 1)
        with torch.no_grad():
            self.embedding[0] = 0
            for weight in [*self.lstm.parameters(), *self.fc.parameters()]:
                weight.copy_(0.3 * torch.randn(weight.shape))

    def weights(self):
        """Its parameters, by the names that they have in the notebook's model."""
        of_lstm = {f"lstm.{name}": weight for name, weight in self.lstm.named_parameters()}
        of_fc = {f"fc.{name}": weight for name, weight in self.fc.named_parameters()}
        all_of_them = {"embedding.weight": self.embedding} | of_lstm | of_fc
        return {name: weight.detach() for name, weight in all_of_them.items()}

    def logit(self, tokens):
        """That of one review, read to its last token, (1,)."""
        everywhere, _ = self.lstm(self.embedding[tokens][None])
        return self.fc(everywhere[0, -1])

    def logits(self, reviews):
        """One for each review, (number of reviews,)."""
        return torch.cat([self.logit(review) for review in reviews])

    def read(self, submission, batches):
        """What the student's model makes of batches: by reading, logits and gradients."""
        return submission.setup(
            READ,
            LSTMModel=submission.LSTMModel,
            embedding=self.embedding.detach(),
            lstm=[weight.detach() for weight in self.lstm.parameters()],
            fc=[weight.detach() for weight in self.fc.parameters()],
            batches=batches,
        )


@question("ex1-lstm", points=0.5)
def test_one_logit_per_review(submission):
    """Unpadded, both readings give one logit per review, and gradients reach the words."""
    ours, words = OurLSTM(), torch.randint(3, NUM_WORDS, (3, 4))
    padded = torch.cat([words[:2], torch.zeros(2, 3, dtype=torch.int64)], dim=1)
    read = ours.read(submission, [words, words[:1], padded])
    logits = take_dict(read.logits, (False, True), "the logits")
    gradients = take_dict(read.gradients, (False, True), "the gradients")
    ours.logits(words).sum().backward()
    for skips in (False, True):
        several, one, _ = take_list(logits[skips], 3, "the logits")
        what = f"the logits for skip_padding={skips}"
        hint = "The last layer gets the upper LSTM layer's state at the last token"
        assert_close(several, ours.logits(words).detach(), what, **CLOSE, hint=hint)
        hint = "The batch must keep its dimension: `state` is (batch, hidden_size)"
        assert_close(one, several[:1], f"{what}, of one review", rtol=1e-3, hint=hint)
        if gradients[skips] is None:
            fail(f"no gradient reaches the words for skip_padding={skips}", "Detach nothing")
        what = f"the gradient of the embedding for skip_padding={skips}"
        hint = "Nothing on the way from the words may be detached"
        slope = ours.embedding.grad[3:]
        assert_close(gradients[skips][3:], slope, what, **NEAR, hint=hint)
    hint = "skip_padding=False takes the state after all positions, padding too"
    expected = ours.logits(padded).detach()
    what = "the logits of padded reviews for skip_padding=False"
    assert_close(logits[False][2], expected, what, **CLOSE, hint=hint)


@question("ex1-lstm", points=0.5)
def test_padding_is_skipped(submission):
    """With skip_padding=True a review has the same logit alone and in a padded batch."""
    ours, reviews = OurLSTM(), []
    for length in (4, 6, 1, 5):
        reviews.append(torch.randint(3, NUM_WORDS, (length,)))
        reviews[-1][0] = 1
    reviews[1][2] = 2  # an unknown word is a word
    batch = torch.nn.utils.rnn.pad_sequence(reviews, batch_first=True)
    longer = torch.nn.functional.pad(batch, (0, 5))
    read = ours.read(submission, [batch, longer])
    logits = take_dict(read.logits, (True,), "the logits")[True]
    hint = "The state is read at the last nonzero token of each review, which is at length - 1"
    for actual, what in zip(logits, ("a padded batch", "more padding"), strict=True):
        expected = ours.logits(reviews).detach()
        what = f"the logits of {what}"
        assert_close(actual, expected, what, **CLOSE, hint=hint)


# A loss and a model that tell what they were used for: in training mode logits are halved, while
# gradients are recorded one is added, and the loss is not quite the usual one.
TINY = """
import torch
from torch import nn

from lib.kit.checks import unseen_output

class Marked(nn.Module):
    is_used = False

    def __init__(self):
        super().__init__()
        self.weight, self.inside = nn.Parameter(start.clone()), nn.Identity()

    def marked(self, logits):
        self.is_used |= self.inside.training or torch.is_grad_enabled()
        halved = logits / 2 if self.inside.training else logits
        return halved + mark if halved.requires_grad else halved

class Scaled(usual_loss):
    def forward(self, *given, **named):
        return factor * super().forward(*given, **named)
"""
RUN = """
model = Tiny().to(device)
optimizer = torch.optim.SGD([model.weight], lr=0.5, momentum=0.5)
with unseen_output():
    metrics = train(model, Scaled(), optimizer, train_samples, val_samples, 3, batch_size)
after, is_used = model.weight.detach().cpu(), model.is_used
"""

# Scores of words are added up, in whatever order they stand.
TINY_REVIEWS = f"""{TINY.replace("usual_loss", "nn.BCEWithLogitsLoss")}
class Tiny(Marked):
    def forward(self, tokens):
        return self.marked(self.weight[tokens].sum(dim=(1, 2)))

train_samples = torch.utils.data.TensorDataset(*train_data)
val_samples = torch.utils.data.TensorDataset(*val_data)
{RUN}"""

SLIPS = {
    "no eval": "The model is in training mode while it is evaluated: call `model.eval()` first",
    "recorded": "Gradients are recorded in the evaluation: wrap it in `with torch.no_grad():`",
    "no train": "The model trains in evaluation mode: leave it in training mode for each batch",
    "adds up": "Gradients of earlier batches add up: clear them for each batch",
    "not given loss": "Use the `loss` that the function is given",
    "mean of means": "Each batch counts by its number of samples: the last one is smaller",
    "sum of means": "A batch's loss is a mean: multiply it by the number of samples first",
    "no last batch": "The last batch, which is smaller than the others, is left out",
    "after step": "The loss of a batch is that before its step",
    "plain steps": "Use the `optimizer` that the function is given, which has momentum here",
    "no step": "No step moves a parameter: it needs a gradient, and `optimizer.step()` behind it",
    "exchanged": "The loss takes the logits first, then the labels",
    "squashed": "The loss takes logits as the model gives them: it has its own sigmoid or softmax",
    "first twice": "The model takes both numbers, `num_1` and `num_2`",
}
BATCHES = (2, 2, 1)  # sizes
KNOWN = {}  # what our loop came to, by all that went in: a check is run again and again
MOST_KNOWN = 1000


class TinyRun:
    """Three epochs of the student's loop, and our own: five equal samples to train on, so that
    their order does not matter, and five others to validate on, in batches of 2, 2 and 1.

    Args:
        logits_of: logits by weights and inputs, as a model makes them that is evaluated.
        count_right: of logits and labels.
        mark: is added to logits while gradients are recorded.
        classes: the loss.
    """

    def __init__(self, start, train_data, val_data, logits_of, count_right, mark, loss):
        self.start, self.train_data, self.val_data = start, train_data, val_data
        self.logits_of, self.count_right, self.mark = logits_of, count_right, mark
        self.loss, self.factor = loss, 0.6 + 0.3 * float(torch.rand(1))
        self.batch_size, self.metrics, self.after, self.is_used = 2, None, None, True

    def run(self, submission, source, loop, batch_size=2):
        """Have the student's loop train."""
        self.batch_size = batch_size
        made = submission.setup(
            source,
            train=getattr(submission, loop),
            device=submission.device,
            start=self.start,
            mark=self.mark,
            factor=self.factor,
            train_data=self.train_data,
            val_data=self.val_data,
            batch_size=batch_size,
        )
        self.metrics, self.after, self.is_used = made.metrics, made.after, made.is_used
        return self

    def ours(self, slip=""):
        """Four lists of measures and the weights at the end; with a slip, if one is named."""
        key = (slip, self.batch_size, self.factor, self.content)
        if key not in KNOWN:
            if len(KNOWN) > MOST_KNOWN:
                KNOWN.clear()
            KNOWN[key] = self.trained(slip)
        return KNOWN[key]

    @functools.cached_property
    def content(self):
        """All numbers that our loop starts from."""
        parts = (self.start, *self.train_data, *self.val_data, self.mark)
        return tuple(part.numpy().tobytes() for part in parts)

    def trained(self, slip):
        """What our loop comes to."""
        equal = self.batch_size == 2  # a single one of equal samples says all
        *inputs, labels = (values[:1] if equal else values for values in self.train_data)
        weights = self.start.clone()
        earlier = speed = torch.zeros_like(weights)
        measures = {name: [] for name in MEASURES}
        inputs = inputs[:1] * len(inputs) if "first twice" in slip else inputs
        factor = 1.0 if "not given loss" in slip else self.factor
        halved, recorded = "no train" not in slip, True
        for _ in range(3):
            batches = []
            sizes = BATCHES[: 2 if "no last batch" in slip else 3] if equal else (len(labels),)
            for size in sizes:
                weights = weights.detach().requires_grad_()
                logits = self.marked(weights, inputs, halved, recorded)
                loss = factor * self.loss_of(logits, labels, slip)
                slope = torch.autograd.grad(loss, weights)[0] + earlier
                earlier = slope if "adds up" in slip else torch.zeros_like(slope)
                speed = slope if "plain steps" in slip else 0.5 * speed + slope
                weights = weights.detach() - 0.5 * speed * ("no step" not in slip)
                if "after step" in slip:
                    logits = self.marked(weights, inputs, halved, recorded)
                    loss = factor * self.loss_of(logits, labels, slip)
                right = self.count_right(logits, labels) * (size if equal else 1)
                batches.append((size, loss.item(), right))
            self.note(measures, "train", batches, slip)
            self.validate(measures, weights, factor, slip)
        return {name: torch.tensor(values) for name, values in measures.items()}, weights

    def validate(self, measures, weights, factor, slip):
        *inputs, labels = self.val_data
        start, batches = 0, []
        for size in BATCHES if self.batch_size == 2 else (len(labels),):
            rows = slice(start, start + size)
            start += size
            parts = [values[rows] for values in inputs]
            parts = parts[:1] * len(parts) if "first twice" in slip else parts
            logits = self.marked(weights, parts, "no eval" in slip, "recorded" in slip)
            loss = factor * self.loss_of(logits, labels[rows], slip)
            batches.append((size, float(loss), self.count_right(logits, labels[rows])))
        self.note(measures, "val", batches, slip)

    def loss_of(self, logits, labels, slip):
        """A batch's loss; where it can't be computed so, the slip is none."""
        if "exchanged" in slip and logits.shape == labels.shape:
            return self.loss(labels, logits)
        if "squashed" in slip:
            logits = logits.softmax(dim=1) if logits.ndim > 1 else logits.sigmoid()
        return self.loss(logits, labels)

    def marked(self, weights, inputs, halved, recorded):
        """Logits as the model makes them: halved in training, marked while it records."""
        logits = self.logits_of(weights, *inputs) / (2 if halved else 1)
        return logits + self.mark if recorded else logits

    @staticmethod
    def note(measures, part, batches, slip):
        """An epoch's mean loss and accuracy."""
        sizes = sum(BATCHES)
        loss = sum(size * loss for size, loss, _ in batches) / sizes
        if "mean of means" in slip:
            loss = sum(loss for _, loss, _ in batches) / len(batches)
        if "sum of means" in slip:
            loss = sum(loss for _, loss, _ in batches) / sizes
        measures[f"{part}_loss"].append(loss)
        measures[f"{part}_acc"].append(sum(right for *_, right in batches) / sizes)

    def assert_weights(self):
        """The weights must be where the steps bring them."""
        after = take_tensor(self.after, self.start.shape, torch.float32, "the model's weights")
        expected = self.ours()[1]
        if torch.allclose(after, expected, rtol=1e-3, atol=1e-4):
            return
        hint = self.slip_that(lambda one: torch.allclose(after, one[1], rtol=1e-3, atol=1e-4))
        batches = "three batches" if self.batch_size == 2 else "one batch"
        what = f"the weights after three epochs of {batches}"
        assert_close(after, expected, what, **CLOSE, hint=hint)

    def assert_measures(self, *names):
        """These measures must be right in each epoch."""
        expected, _ = self.ours()
        for name in names:
            values = self.reported(name)
            if torch.allclose(values, expected[name], rtol=1e-3, atol=1e-4):
                continue
            part, _, _ = name.partition("_")
            both = [f"{part}_loss", f"{part}_acc"]  # an accuracy alone may agree by chance

            def agrees(one, both=both):
                return all(
                    torch.allclose(self.reported(each), one[0][each], rtol=1e-3, atol=1e-4)
                    for each in both
                )

            hint = self.slip_that(agrees, otherwise=MEASURES[name])
            assert_close(values, expected[name], repr(name), **CLOSE, hint=hint)

    def slip_that(self, agrees, otherwise=""):
        """The hint of the slip with which our loop agrees with the student's."""
        if not self.is_used:
            return "Use the `model` that the function is given"
        pairs = [f"{one}, {other}" for one in SLIPS for other in SLIPS if one < other]
        slip = next((slip for slip in [*SLIPS, *pairs] if agrees(self.ours(slip))), "")
        return ". ".join(SLIPS[one] for one in slip.split(", ")) if slip else otherwise

    def reported(self, name):
        """A measure's numbers, one for each epoch, (3,)."""
        hint = f"Return a dict with {', '.join(MEASURES)}"
        metrics = self.metrics
        if not isinstance(metrics, dict) or not isinstance(metrics.get(name), list | tuple):
            fail(f"the result has no list {name!r}", hint)
        values = take_list(metrics[name], 3, f"metrics[{name!r}] for three epochs")
        hint = "`.item()` makes a number of a tensor"
        return torch.tensor(
            [take_number(value, f"a number of {name!r}", hint=hint) for value in values]
        )


MEASURES = {
    "train_loss": "Is `batch_loss` what `loss` says of the model's logits and the labels?",
    "train_acc": "Is `logits` what the model says of the batch, before its step?",
    "val_loss": "Is `batch_loss` what `loss` says of the model's logits and the labels?",
    "val_acc": "Is `logits` what the model says of the batch?",
}


def tiny_reviews(submission, in_one_batch=False):
    """The student's `train` on reviews of two tokens; with `in_one_batch` on different ones."""
    start = 0.3 * torch.randn(8, 1)
    start[1] = -start[4] - 1.5 - 0.1 * torch.rand(1)  # a training logit between 0 and one half
    start[2] = 0.3 - start[5]  # an evaluation logit there, too
    start[3] = -start[2] - 1  # and no other that is never trained
    one = torch.tensor([[1, 4]])
    train_data = one.repeat(5, 1), torch.zeros(5)
    tokens = torch.tensor([[2, 5], [1, 5], [1, 6], [1, 7], [2, 3]])
    labels = torch.tensor([0.0, 1.0, 0.0, 1.0, float(torch.randint(2, (1,)))])
    val_data = tokens, labels
    run = TinyRun(
        start,
        val_data if in_one_batch else train_data,
        val_data,
        logits_of=lambda weights, tokens: weights[tokens].sum(dim=(1, 2)),
        count_right=lambda logits, labels: int(((logits > 0) == (labels == 1)).sum()),
        mark=torch.tensor(1.0),
        loss=torch.nn.functional.binary_cross_entropy_with_logits,
    )
    return run.run(submission, TINY_REVIEWS, "train", 100 if in_one_batch else 2)


@question("ex1-train", points=0.5)
def test_reports_each_epoch(submission):
    """Loss and accuracy of training are means over all samples, seen before each step."""
    tiny_reviews(submission).assert_measures("train_loss", "train_acc")


@question("ex1-train", points=1)
def test_validates_after_each_epoch(submission):
    """Validation is in evaluation mode and without gradients; measures are means over samples."""
    tiny_reviews(submission).assert_measures("val_loss", "val_acc")


@question("ex1-train", points=0.5)
def test_training_moves_parameters(submission):
    """Each batch makes one step of the optimizer, with its own gradients only."""
    tiny_reviews(submission).assert_weights()
    tiny_reviews(submission, in_one_batch=True).assert_weights()


@question("ex1-setup", points=1)
def test_sets_and_optimizer(submission):
    """Each data set has its own reviews; the optimizer moves a model that skips padding."""
    for name in ("test", "train", "val"):
        dataset, hint = (
            getattr(submission, f"{name}_dataset"),
            f"Make it from {name}_x and {name}_y",
        )
        tokens, labels = getattr(submission, f"{name}_x").cpu(), getattr(submission, f"{name}_y")
        if len(dataset) != len(tokens):
            fail(f"{name}_dataset has another number of samples than {name}_x", hint)
        indices = torch.randint(len(tokens), (6,))
        made = submission.setup(ITEMS, dataset=dataset, indices=indices.tolist())
        what = f"of {name}_dataset at {indices.tolist()}"
        reviews, own = made.reviews, {"any_dtype": True, "hint": hint}
        assert_tensor_equal(reviews, tokens[indices], f"the reviews {what}", **own)
        assert_close(made.numbers, labels.cpu()[indices].double(), f"the labels {what}", **own)
        loaded, scores = loaded_reviews(take_text(submission.REVIEWS, "REVIEWS"))[name]
        if len(tokens) != len(loaded):
            fail(f"{name}_x has another number of reviews than there are", "Look at 1.2 and 1.3")
        numbers = torch.as_tensor(made.numbers).tolist()
        for index, row, number in zip(indices.tolist(), reviews.tolist(), numbers, strict=True):
            words = [word for word in row if word != 0]
            rest = iter(loaded[index])
            is_part = len(words) >= min(len(loaded[index]), 100) // 2
            if number != scores[index] or not is_part or not all(word in rest for word in words):
                fail(f"{name}_dataset holds other reviews than its part of those loaded", hint)
    ours, tokens = OurLSTM(), torch.tensor([[1, 4, 5], [1, 6, 7], [1, 8, 9]])
    model, optimizer = submission.model_lstm, submission.optimizer_lstm
    made = assert_holds_parameters(submission, model, optimizer, ours=ours, tokens=tokens)
    expected, hint = ours.logits(tokens).detach(), "Make it with `LSTMModel`"
    assert_close(made.short, expected, "the logits of model_lstm", **CLOSE, hint=hint)
    hint = "Make it with skip_padding=True"
    what = "the logits of model_lstm with more padding"
    assert_close(made.long, expected, what, **CLOSE, hint=hint)


@functools.cache
def loaded_reviews(name):
    """The reviews that the notebook loads, as it splits them: part -> reviews, labels."""
    is_full = name == "imdb"
    (reviews, labels), of_test = load_reviews(
        "imdb" if is_full else "sample", num_words=10_000 if is_full else 200
    )
    order = torch.randperm(len(reviews), generator=torch.Generator().manual_seed(9)).tolist()
    count = 5_000 if is_full else 500
    parts = {"val": order[:count], "train": order[count:]}
    chosen = {
        part: ([reviews[i] for i in places], [labels[i] for i in places])
        for part, places in parts.items()
    }
    return chosen | {"test": of_test}


ITEMS = """
import torch

pairs = [dataset[index] for index in indices]
reviews = torch.stack([torch.as_tensor(review).cpu() for review, _ in pairs])
numbers = torch.tensor([float(label) for _, label in pairs], dtype=torch.float64)
"""


@question("ex1-setup", points=1, if_raises="It should take logits, and labels of two classes")
def test_loss_takes_logits(submission):
    """A logit z means the probability 1 / (1 + exp(-z)), a logit of 0 one half."""
    logits, labels = torch.cat([torch.zeros(1), torch.randn(3)]), torch.tensor([0.0, 1.0, 1.0, 0.0])
    probability = 1 / (1 + torch.exp(-logits))  # of a positive review
    expected = -torch.log(torch.where(labels == 1, probability, 1 - probability)).mean()
    assert_made(submission, submission.loss, "the loss")
    value = submission.loss(logits, labels)
    hint = "It should take logits, and give the mean"
    assert_close(value, expected, "the loss", atol=1e-3, hint=hint)
    size = 100 + float(torch.randint(20, (1,)))
    value = submission.loss(torch.tensor([size, 0.0]), torch.tensor([0.0, 1.0]))
    expected = torch.tensor((size + math.log(2)) / 2)
    hint = "Sigmoid and logarithm belong into one function: a large logit must not be cut off"
    assert_close(value, expected, f"the loss of a wrong logit of {size:.0f}", rtol=1e-3, hint=hint)


# One step against a slope of 1 in every direction: all weights must become smaller. It begins at
# weights of ours, if there are some; with the stepped ones the model says what it makes of a batch.
# After that the weights are as they were, and what the optimizer remembers, too.
ONE_STEP = """
import warnings
import torch

was_training = model.training
if example:  # lazy layers find out their sizes
    with torch.no_grad():
        model.train(False)(*example)
    model.train(was_training)
given = dict(model.named_parameters())
own = {name: weight.detach().clone() for name, weight in given.items()}
with torch.no_grad():
    for name, value in ours.items():
        if name in given and given[name][: len(value)].shape == value.shape:
            given[name][: len(value)] = value.to(given[name].device)
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
stepped = {name: given[name].detach().cpu()[: len(ours[name])].clone() for name in ours
           if name in given}
with torch.no_grad():
    if tokens is not None:
        model.train(False)
        tokens = tokens.to(device)
        short = model(tokens).cpu()
        long = model(torch.nn.functional.pad(tokens, (0, 3))).cpu()
        if hasattr(model, "attention_weights"):
            embedded, shares = model.embed(tokens).cpu(), model.attention_weights(tokens).cpu()
        model.train(was_training)
    for name, value in own.items():
        given[name].copy_(value)
    for weight in weights:
        weight.grad = None
for memory, content in zip(memories, remembered):
    memory.clear()
    memory.update(content)
"""


def assert_holds_parameters(submission, model, optimizer, example=(), ours=None, tokens=None):
    """Every parameter of the model is one that the optimizer updates.

    Args:
        ours: a model whose weights the student's gets before the step; it gets the stepped ones.
        tokens: what the student's model is given after the step.
    """
    assert_made(submission, optimizer, "the optimizer")
    made = submission.setup(
        ONE_STEP,
        model=model,
        chosen=optimizer,
        example=list(example),
        ours=ours.weights() if ours else {},
        tokens=tokens,
        device=submission.device,
    )
    before = take_list(made.before, range(1, 201), "the model's parameters")
    after = take_list(made.after, len(before), "the model's parameters")
    for start, end in zip(before, after, strict=True):
        start = take_tensor(start, (None,), torch.float32, "a parameter")
        end = take_tensor(end, start.shape, torch.float32, "a parameter")
        assert_smaller(end, start)
    for name, weight in (ours.weights() if ours else {}).items():
        stepped = made.stepped.get(name) if isinstance(made.stepped, dict) else None
        if stepped is None:  # such as a bias
            weight.zero_()
            continue
        stepped = take_tensor(stepped, weight.shape, torch.float32, "a parameter")
        if not torch.equal(stepped, weight):  # else it is not trained
            assert_smaller(stepped, weight)
        weight.copy_(stepped)
    return made


def assert_smaller(end, start):
    """All that a step moved went down the slope, and not too far."""
    if not len(start) or not bool((end < start).all()):
        fail(
            "a step of the optimizer does not make every parameter smaller where it should",
            "It should move all of this model's `parameters()` down the slope",
        )
    if float((start - end).max()) > 1:
        fail("a step of the optimizer is far too long", "Look at its learning rate")


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
    """123 in 3 places is 1 2 3, 120 is 1 2 0, and nine digits are as right as three."""
    for digits in (
        torch.randint(1, 10, (3,)),
        torch.randint(1, 10, (9,)),
        torch.randint(1, 9, (3,)),
    ):
        if digits.max() < 9:
            digits[-1] = 0
        number = int("".join(str(digit) for digit in digits.tolist()))
        actual = submission.convert_int_to_vector(number, len(digits))
        assert_tensor_equal(actual, digits, f"the digits of {number}")


@question("ex2-digits", points=1)
def test_zeros_on_the_left(submission):
    """5 in 3 places is 0 0 5, and 0 is 0 0 0; earlier results stay as they are."""
    tens, units = torch.randint(1, 10, (2,)).tolist()
    wanted = {units: [0, 0, units], 10 * tens + units: [0, tens, units], 0: [0, 0, 0]}
    wanted |= {100 * tens + units: [tens, 0, units]}
    made = {number: submission.convert_int_to_vector(number, 3) for number in wanted}
    for number, digits in wanted.items():
        assert_tensor_equal(made[number], torch.tensor(digits), f"the digits of {number}")
        longer = submission.convert_int_to_vector(number, 5)
        what = f"the digits of {number} in 5 places"
        assert_tensor_equal(longer, torch.tensor([0, 0, *digits]), what)


@question("ex2-labels", points=1)
def test_shapes_of_labels(submission):
    """Three int64 tensors, a row of digits per sample."""
    labels = labels_of(submission, 20, 4)
    for name, digits in labels.items():
        if len(digits.unique(dim=0)) < 10:
            fail(f"most rows of {name!r} are the same number")
    both, more = (labels_of(submission, 200, 1) for _ in range(2))
    for name in ("num_1", "num_2"):
        found = set(both[name].flatten().tolist())
        if found != set(range(5)):
            hint = "In one place they go from 0 to 4, and 4 occurs, too"
            fail(f"{name!r} with one place takes the values {sorted(found)}", hint)
        if torch.equal(both[name], more[name]):
            fail(f"two calls give the same {name!r}", "Set no seed")
    if torch.equal(both["num_1"], both["num_2"]):
        fail("both summands are always the same number")


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
            if not any(key_of(image) in known_digits(submission, train) for train in (False, True)):
                fail(f"an image of {name!r} is none of those loaded", "Look it up in `images`")
    take_tensor(sample["label"], (2,), torch.int64, "'label'", least=0, most=9)


def known_digits(submission, train):
    """The digit that each image of the data shows: its key -> a class."""
    name = take_text(submission.DIGITS, "DIGITS")
    return loaded_digits("mnist" if name == "mnist" else "sample", train)


@functools.cache
def loaded_digits(name, train):
    """The same of one data set."""
    images, classes = load_digit_images(name, train)
    return {key_of(image): digit for image, digit in zip(images, classes.tolist(), strict=True)}


def key_of(image):
    """A number that no two images share: of 60,000 it needs less memory than their bytes."""
    return hash(image.contiguous().numpy().tobytes())


NUM_SUMS = 30

# A random number after each of two data sets.
DRAWN = """
import torch

drawn = []
for _ in range(2):
    make(max_length=2, train=False, num_samples=2)
    drawn.append(float(torch.rand(1)))
"""


@question("ex2-dataset", points=1)
def test_label_is_the_sum(submission):
    """Each image shows its digit, drawn at random, and a sample's label is its sum."""
    first, second = take_list(
        submission.setup(DRAWN, make=submission.NumberMNIST).drawn, 2, "random numbers"
    )
    if take_number(first) == take_number(second):
        fail("after each data set the same random numbers come", "Set no seed")
    for train in (False, True):
        known = known_digits(submission, train)
        dataset = submission.NumberMNIST(max_length=2, train=train, num_samples=NUM_SUMS)
        labels = take_dict(dataset.labels, ("num_1", "num_2", "sum"), "`labels`")
        source = (
            "samples = [dataset[index] for index in [*range(count), 3]]\n"
            "samples = [dict(one) if hasattr(one, 'keys') else one for one in samples]"
        )
        made = submission.setup(source, dataset=dataset, count=NUM_SUMS)
        samples = take_list(made.samples, NUM_SUMS + 1, "the samples")
        for name in ("num_1", "num_2"):
            hint = f"Choose an image for each digit of labels[{name!r}], and look it up at `idx`"
            shape, what = (NUM_SUMS, 2), f"labels[{name!r}]"
            digits = take_tensor(labels[name], shape, torch.int64, what, least=0, most=9)
            seen = set()
            for index in range(NUM_SUMS):
                images = take_tensor(
                    samples[index][name], (2, 1, 28, 28), torch.float32, repr(name)
                )
                keys = [key_of(image) for image in images]
                if any(key not in known for key in keys):
                    kind = "training" if train else "test"
                    fail(f"with train={train} an image of {name!r} is none of the {kind} images")
                shown = torch.tensor([known[key] for key in keys])
                what = f"the digits that the images of {name!r} show"
                assert_tensor_equal(shown, digits[index], what, hint=hint)
                seen |= set(keys)
            if len(seen) < 25:  # of 60 draws, most of them among dozens of images each
                fail(
                    f"{name!r} shows the same few images", "Draw one of a digit's images each time"
                )
            again = take_tensor(samples[-1][name], (2, 1, 28, 28), torch.float32, repr(name))
            if not torch.equal(again, samples[3][name]):
                fail(
                    f"a sample has other images of {name!r} each time", "Choose them in `__init__`"
                )
        rows = [sample["label"] for sample in samples[:NUM_SUMS]]
        for index, row in enumerate(rows):
            row = take_tensor(row, (2,), torch.int64, "a label", least=0, most=9)
            first, second = (labels[name][index] for name in ("num_1", "num_2"))
            total = sum(int(one[0]) * 10 + int(one[1]) for one in (first, second))
            expected = torch.tensor([total // 10, total % 10])
            assert_tensor_equal(row, expected, "the label", hint="It is the sum at the same `idx`")


# The student's adder. A class in the place of a layer would fail later, in words that say little.
ADDER = """
model = make().eval()
for name, part in vars(model).items():
    if type(part) is type:
        raise TypeError(f"self.{name} is the class {part.__name__}; call it to make a layer")
batch_first = getattr(model.lstm, "batch_first", True)
"""


# Logits as they are, and with all weights of the last layer of `fc` multiplied: twins, of which one
# must be a multiple of the other. Each batch goes through the model by itself.
MULTIPLIED = """
import torch

with torch.no_grad():
    plain = [model(*sums) for sums in batches]
    *_, linear = (one for one in model.fc.modules() if isinstance(one, torch.nn.Linear))
    weights = list(linear.parameters())
    kept = [weight.detach().clone() for weight in weights]
    for weight in weights:
        weight *= factor
    multiplied = [model(*sums) for sums in batches]
    for weight, value in zip(weights, kept):
        weight.copy_(value)
"""


def logits_of(submission, model, *batches):
    """What the model gives for sums, each (2, batch, max_length, 1, 28, 28): (batch, 10,
    max_length) for each."""
    factor, every = 2 + float(torch.rand(1)), []
    made = submission.setup(MULTIPLIED, model=model, batches=[*batches], factor=factor)
    plain = take_list(made.plain, len(batches), "the logits")
    multiplied = take_list(made.multiplied, len(batches), "the logits")
    hint = "Return what `fc` gives, with the dimensions in order"
    what = f"the logits after the weights of `fc` were multiplied by {factor:.2f}"
    for sums, logits, multiple in zip(batches, plain, multiplied, strict=True):
        shape = sums.shape[1], 10, sums.shape[2]
        every.append(take_tensor(logits, shape, torch.float32, "the logits"))
        expected = every[-1] * factor
        multiple = take_tensor(multiple, shape, torch.float32, what)
        if not torch.allclose(multiple, expected, rtol=1e-3, atol=1e-5):
            random = "In evaluation mode nothing is random"
            again = "the logits of the same images again"
            assert_close(model(*sums).detach(), every[-1], again, **CLOSE, hint=random)
        assert_close(multiple, expected, what, rtol=1e-3, hint=hint)
        if not every[-1].abs().max() > 1e-6:
            fail("all logits are 0", hint)
    return every


@question("ex2-model", points=1)
def test_logits_per_place(submission):
    """Ten logits for each place, alone as in a batch; dropout is active in training only."""
    made = submission.setup(ADDER, make=submission.AdditionModel)
    model = made.model
    numbers = torch.rand(2, 4, 3, 1, 28, 28)
    shorter = torch.rand(2, 2, 2, 1, 28, 28)
    logits, alone, _ = logits_of(submission, model, numbers[:, :2], numbers[:, 1:2], shorter)
    if not bool((logits < 0).any()):
        fail("no logit is below 0", "The linear layer is the last one")
    hint = along_places(made, "Where you reshape, do not mix samples and places")
    assert_close(alone, logits[1:2], "the logits of a sum alone", **CLOSE, hint=hint)
    first, *more = seen_by_lstm(submission, model, numbers)
    if all(torch.equal(first, one) for one in more):
        fail("in training mode nothing is dropped", "Dropout needs a rate above 0")


def along_places(made, hint):
    """The hint; another one for an LSTM to which the second dimension is the batch."""
    question = "Does the LSTM read along the places? Look at `batch_first`"
    return question if made.batch_first is False else hint


# What the LSTM is given in three calls, as the dropout leaves it, and the logits that follow, with
# all weights of the LSTM multiplied. No other layer is in training mode.
SEEN = """
import torch

layer, seen, own = model.dropout, [], vars(model).get("dropout")

def dropout(vectors):
    seen.append(layer(vectors))
    return seen[-1]

model.train(False)
model.training = True
getattr(layer, "train", bool)(True)
weights = {name: one.detach().clone() for name, one in model.lstm.named_parameters()}
vars(model)["dropout"] = dropout  # it is found before a layer
try:
    with torch.no_grad():
        for one in model.lstm.parameters():
            one *= factor
        logits = [model(*numbers) for _ in range(3)]
        for name, one in model.lstm.named_parameters():
            one.copy_(weights[name])
finally:
    vars(model).pop("dropout")
    vars(model).update({} if own is None else {"dropout": own})
    model.train(False)
seen = [vectors.detach() for vectors in seen]
"""
FC = "multiple = factor * fc(outputs).detach()"


def seen_by_lstm(submission, model, numbers):
    """What the dropout gives to the LSTM in three calls; what the LSTM and `fc` make of that must
    be the logits."""
    hint = "The LSTM reads what the dropout gives, and `fc` comes last"
    given = {"numbers": numbers, "factor": 2 + 2 * float(torch.rand(1))}
    made = submission.setup(SEEN, model=model, **given)
    lstm = lstm_with(made.weights, given["factor"])
    shape = (*numbers.shape[1:3], lstm.input_size)
    calls = [
        take_tensor(one, shape, torch.float32, "what the LSTM is given", hint=hint)
        for one in take_list(made.seen, 3, "the calls of `dropout`", hint=hint)
    ]
    for vectors, logits in zip(calls, take_list(made.logits, 3, "the logits"), strict=True):
        given |= {"outputs": lstm(vectors)[0].detach(), "fc": model.fc}
        multiple = submission.setup(FC, **given).multiple
        multiple = take_tensor(multiple, (*shape[:2], 10), torch.float32, "what `fc` gives")
        multiple = multiple.permute(0, 2, 1) / given["factor"]
        what = "the logits with multiplied weights of the LSTM"
        assert_close(logits, multiple, what, **NEAR, hint=hint)
    return calls


def lstm_with(weights, factor):
    """An LSTM in this process with the weights of the student's, multiplied."""
    hint = "Make it with `nn.LSTM`"
    if not isinstance(weights, dict):
        fail("the weights of `lstm` are no dict", hint)
    weights = {str(name).rpartition(".")[2]: weight for name, weight in weights.items()}
    first, again = (
        take_tensor(weights.get(name), (None, None), torch.float32, f"`{name}`", hint=hint)
        for name in ("weight_ih_l0", "weight_hh_l0")
    )
    hidden_size, projected = len(first) // 4, again.shape[1]
    lstm = torch.nn.LSTM(
        first.shape[1],
        hidden_size,
        num_layers=sum(f"weight_ih_l{layer}" in weights for layer in range(9)),
        bias="bias_ih_l0" in weights,
        batch_first=True,
        bidirectional="weight_ih_l0_reverse" in weights,
        proj_size=projected if projected < hidden_size else 0,
        device="meta",  # it has no weights yet
    )
    taken = take_tensors(weights, dict(lstm.named_parameters()), "the LSTM", hint=hint)
    lstm.load_state_dict({name: factor * one for name, one in taken.items()}, assign=True)
    return lstm.eval()


# In training mode: which gradients arrive.
TRAINED = """
import torch

model = make().train()
for numbers in (num_1, num_2):
    numbers.requires_grad_()
calls = [model(num_1, num_2)]
torch.nn.functional.cross_entropy(calls[0], torch.zeros(calls[0][:, 0].shape).long()).backward()
slopes = {"the images of num_1": [num_1.grad], "the images of num_2": [num_2.grad]}
for name in ("fc", "lstm", "digit_encoder"):
    slopes[name] = [weight.grad for weight in getattr(model, name).parameters()]
steepest = torch.stack([
    max([one.abs().max() for one in ones if one is not None], default=torch.tensor(0.0))
    for ones in slopes.values()
])
"""


# How a direction of the logits changes with the images, in evaluation mode.
SLOPES_OF_IMAGES = """
numbers.requires_grad_()
changing = (model(*numbers) * direction).sum()
if changing.requires_grad:
    changing.backward()
slopes = numbers.grad
"""


@question("ex2-model", points=1)
def test_both_directions(submission):
    """Each place depends on all images of both numbers (a carry), and gradients reach them all."""
    made = submission.setup(ADDER, make=submission.AdditionModel)
    model = made.model
    numbers = torch.rand(2, 1, 3, 1, 28, 28)
    num_1, num_2 = numbers
    images = [(one, place) for one in (0, 1) for place in range(3)]
    changed = numbers.repeat(6, 1, 1, 1, 1, 1, 1)  # (6, 2, 1, 3, 1, 28, 28)
    for sums, (one, place) in zip(changed, images, strict=True):
        sums[one, :, place] = sums[one, :, place].flip(-1)  # as bright, another one
    reordered = torch.stack([num_1.flip(1), num_2])
    logits, swapped, moved, *others = logits_of(
        submission, model, numbers, numbers.flip(0), reordered, *changed
    )
    for (one, place), other in zip(images, others, strict=True):
        if bool((logits == other).all(dim=1).any()):
            hint = "Both numbers are encoded, and the LSTM reads in both directions"
            hint = along_places(made, hint)
            fail(f"some places do not see image {place} of num_{one + 1}", hint)
    if float((swapped - logits).abs().max()) < 1e-6:
        hint = "Concatenate the vectors: the LSTM tells which number is which"
        fail("with num_1 and num_2 exchanged nothing changes", hint)
    if float((moved - logits).abs().max()) < 1e-6:
        hint = "Each place gets the vectors of its own two images"
        fail("with the images of num_1 in another order nothing changes", hint)
    make = submission.AdditionModel
    direction = torch.randn(logits.shape)
    slopes = submission.setup(
        SLOPES_OF_IMAGES, model=model, numbers=numbers.clone(), direction=direction
    ).slopes
    if slopes is None:
        fail("no gradient reaches the images", "Detach nothing, and compute nothing in `no_grad`")
    slopes = take_tensor(slopes, numbers.shape, torch.float32, "the gradients of the images")
    step = 0.01 * slopes / slopes.norm().clamp(min=1e-12)  # along them the logits change fastest
    further, back = logits_of(submission, model, numbers + step, numbers - step)
    change = torch.sum((further - back) * direction) / 0.02
    hint = "Follow the way from an image to the logits: does all of it pass a gradient on?"
    assert_close(change, slopes.norm(), "the gradient of the images", rtol=0.3, hint=hint)
    trained = submission.setup(
        TRAINED, make=make, num_1=num_1.repeat(4, 1, 1, 1, 1), num_2=num_2.repeat(4, 1, 1, 1, 1)
    )
    steepest = take_tensor(trained.steepest, (5,), torch.float32, "the gradients")
    for name, steepness in zip(REACHED, steepest.tolist(), strict=True):
        if not steepness > 0:
            fail(f"no gradient reaches {name}", "Detach nothing, and compute nothing in `no_grad`")


REACHED = ("the images of num_1", "the images of num_2", "fc", "lstm", "digit_encoder")


# An adder in name only; `train_addition` needs no more.
TINY_SUMS = f"""{TINY.replace("usual_loss", "nn.CrossEntropyLoss")}
class Tiny(Marked):
    def forward(self, num_1, num_2):
        means = torch.stack([num_1.mean(dim=(2, 3, 4)), num_2.mean(dim=(2, 3, 4))], dim=2)
        return self.marked((means @ self.weight.T).permute(0, 2, 1))

def samples_of(*values):
    return [dict(zip(("num_1", "num_2", "label"), one)) for one in zip(*values)]

train_samples, val_samples = samples_of(*train_data), samples_of(*val_data)
mark = mark.to(device)
{RUN}"""


def tiny_sums(submission, in_one_batch=False):
    """The student's `train_addition` on sums of two places, different ones `in_one_batch`."""
    weights = torch.randn(10, 2)
    brightness = 0.2 + 0.7 * torch.rand(2, 5, 2)
    numbers = [one[:, :, None, None, None].expand(5, 2, 1, 28, 28).clone() for one in brightness]

    def logits_of(weights, num_1, num_2):
        means = torch.stack([num_1.mean(dim=(2, 3, 4)), num_2.mean(dim=(2, 3, 4))], dim=2)
        return (means @ weights.T).permute(0, 2, 1)

    said = logits_of(weights, *numbers).argmax(dim=1)  # (5, 2)
    said[1, 0] = (said[1, 0] + 3) % 10  # one wrong digit
    said[2] = (said[2] + 3) % 10  # two
    mark = torch.zeros(10, 1)
    mark[7] = 1
    equal = [one[:1].repeat(5, 1, 1, 1, 1) for one in numbers]
    guess = (logits_of(weights, *equal) / 2 + mark).argmax(dim=1)  # what it says in training
    train_data = *equal, guess
    val_data = *numbers, said
    run = TinyRun(
        weights,
        val_data if in_one_batch else train_data,
        val_data,
        logits_of=logits_of,
        count_right=lambda logits, labels: int((logits.argmax(dim=1) == labels).all(dim=1).sum()),
        mark=mark,
        loss=torch.nn.functional.cross_entropy,
    )
    return run.run(submission, TINY_SUMS, "train_addition", 100 if in_one_batch else 2)


@question("ex2-train", points=0.5)
def test_addition_reports_each_epoch(submission):
    """Loss and accuracy of training are means over all samples, seen before each step."""
    tiny_sums(submission).assert_measures("train_loss", "train_acc")


@question("ex2-train", points=1)
def test_addition_validates_after_each_epoch(submission):
    """Validation is in evaluation mode, without gradients; a sum is right if all digits are."""
    tiny_sums(submission).assert_measures("val_loss", "val_acc")


@question("ex2-train", points=0.5)
def test_addition_moves_parameters(submission):
    """Each batch makes one step of the optimizer, with its own gradients only."""
    tiny_sums(submission).assert_weights()
    tiny_sums(submission, in_one_batch=True).assert_weights()


@question("ex2-setup", points=1)
def test_addition_optimizer(submission):
    """The optimizer holds the model's parameters."""
    example = submission.setup(
        "example = [zeros.to(device)] * 2",
        zeros=torch.zeros(1, 3, 1, 28, 28),
        device=submission.device,
    ).example
    model = submission.model_addition
    assert_holds_parameters(submission, model, submission.optimizer_addition, example)


@question("ex2-setup", points=1, if_raises="It should take logits of ten classes")
def test_addition_loss_takes_logits(submission):
    """Equal logits have the loss ln 10; a larger logit of the right digit makes it smaller."""
    label = torch.randint(0, 10, (2, 3))
    assert_made(submission, submission.loss_addition, "the loss")
    value = submission.loss_addition(torch.zeros(2, 10, 3), label)
    hint = "It should take logits of ten classes"
    assert_close(value, torch.tensor(2.3026), "the loss", atol=1e-3, hint=hint)
    gaps, losses = [], []
    for height in (1 + torch.rand(2)).tolist():
        logits = torch.zeros(2, 10, 3).scatter(1, label[:, None], height)
        right = take_number(submission.loss_addition(logits, label), "the loss")
        wrong = take_number(submission.loss_addition(logits, (label + 1) % 10), "the loss")
        gaps.append((wrong - right) / height)  # 1, or less if labels are smoothed
        softly = height * (gaps[-1] + (1 - gaps[-1]) / 10)
        losses.append((right, math.log(9 + math.exp(height)) - softly))
    if not 0.3 < gaps[0] < 1.01:
        fail("the loss is not smaller for the right digits than for wrong ones", hint)
    assert_close(gaps[1], gaps[0], "the loss of wrong digits, by the height of a logit", rtol=1e-2)
    for value, expected in losses:
        assert_close(value, expected, "the loss of the right digits", rtol=1e-2, hint=hint)


# Knows each sample by the brightness of its two numbers, and looks up logits of its own for it.
# These it says in evaluation mode and without gradients; otherwise other digits are likeliest.
FIXED_ADDER = """
import torch
from torch import nn

from lib.kit.checks import unseen_output

class Fixed(nn.Module):
    def __init__(self):
        super().__init__()
        self.unit = nn.Parameter(torch.ones(1))  # a student may ask where the parameters are

    def forward(self, num_1, num_2):
        if num_1.dim() != 5:
            raise ValueError(f"the model takes a batch of numbers; this has shape {num_1.shape}")
        seen = torch.stack([num_1.mean(dim=(1, 2, 3, 4)), num_2.mean(dim=(1, 2, 3, 4))], dim=1)
        which = (seen[:, None].cpu() - brightness).norm(dim=2).argmin(dim=1)
        recorded = (self.unit * 1).requires_grad
        logits = table[which].roll(self.training + 2 * recorded, dims=2)
        return logits.permute(0, 2, 1).to(num_1.device)  # (batch, 10, max_length)

model = Fixed()
numbers = brightness[:, :, None, None, None, None].expand(-1, 2, places, 1, 28, 28)
dataset = [
    {"num_1": one[0], "num_2": one[1], "label": label} for one, label in zip(numbers, labels)
]
with unseen_output():
    predictions = [plot_prediction(model.train(), dataset, index) for index in order]
(model.unit * slope).sum().backward()  # the model goes on learning
gradient = model.unit.grad
"""


@question("ex2-predict", points=1)
def test_number_from_digits(submission):
    """The digits 1 0 7 are the number 107, that of the sample at idx."""
    for places, number in ((3, 2), (1, 1)):
        for made, _, true_sum, _ in predict(submission, places, number):
            hint = "It is the label of the sample at `idx`"
            assert_equal(made, true_sum, "the true sum", hint=hint)


@question("ex2-predict", points=1)
def test_predicts_in_evaluation_mode(submission):
    """The model predicts in evaluation mode and without gradients, from num_1 and num_2."""
    for places, number in ((3, 2), (2, 1)):
        for _, made, _, by_slip in predict(submission, places, number):
            expected = by_slip.pop("")
            hints = [hint for hint, other in by_slip.items() if made == other]
            hint = hints[0] if hints else "It is what the model says of the sample at `idx`"
            assert_equal(made, expected, "the prediction", hint=hint)


def predict(submission, places, number):
    """For a number of samples what the student's function returns, the true sum, and what the
    model predicts: with each slip, by a hint for it."""
    labels = torch.randint(1, 10, (4, places))
    table = torch.randn(4, places, 10)
    predicted = table.argmax(dim=2)  # (4, places)
    brightness = torch.tensor([[0.2, 0.8], [0.8, 0.2], [0.4, 0.6], [0.6, 0.4]])  # pairs, swapped
    order, slope = torch.randperm(4)[:number].tolist(), torch.rand(1)
    made = submission.setup(
        FIXED_ADDER,
        plot_prediction=submission.plot_prediction,
        table=table,
        labels=labels,
        brightness=brightness,
        places=places,
        order=order,
        slope=slope,
    )
    hint = "A prediction leaves gradients and parameters as they were: use `with torch.no_grad():`"
    assert_close(made.gradient, slope, "the gradient of the model afterwards", hint=hint)
    found = []
    predictions = take_list(made.predictions, len(order), "the results")
    for index, result in zip(order, predictions, strict=True):
        prediction, true_sum = take_list(result, 2, "the result")
        slips = {
            "": predicted[index],
            "The model is in training mode: call `model.eval()` first": predicted[index] + 1,
            "Gradients are recorded: use `with torch.no_grad():`": predicted[index] + 2,
            "It needs `model.eval()` and `with torch.no_grad():`": predicted[index] + 3,
            "`num_1` and `num_2` are exchanged": predicted[index ^ 1],
        }
        numbers = {hint: as_number(digits % 10) for hint, digits in slips.items()}
        found.append((true_sum, prediction, as_number(labels[index]), numbers))
    return found


def as_number(digits):
    """The number that digits are."""
    return int("".join(str(digit) for digit in digits.tolist()))


# --- Exercise 3 ---------------------------------------------------------------------------------

X = torch.tensor([[2.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.0, 2.0, 0.0]])  # cats, chase, mice
W_Q = torch.tensor([[0.0, 2.0], [1.0, 0.0], [3.0, 1.0]])
W_K = torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 3.0]])
W_V = torch.tensor([[4.0, 2.0], [6.0, 5.0], [3.0, 2.0]])


def by_hand(submission, name, columns, turns=False):
    """A matrix that was typed in, (3, columns), in double precision. With `turns`, one that lies on
    its side is put right: that it should not, the first check says."""
    matrix = getattr(submission, f"{name.lower()}_by_hand")
    if turns and torch.is_tensor(matrix) and matrix.shape == (columns, 3):
        matrix = matrix.T
    dtypes = (torch.float32, torch.float64, torch.int64)
    return take_tensor(matrix, (3, columns), dtypes, name).double()


def assert_rows(actual, expected, name, hint, atol=6e-3):
    """Each row must be right; which are not is said, and not what they should be."""
    wrong = [row for row in range(3) if not torch.allclose(actual[row], expected[row], 0, atol)]
    if wrong:
        rows = " and ".join(f"row {row + 1}" for row in wrong)
        fail(f"not right in {name}: {rows}", hint)


@question("ex3-by-hand", points=0.5)
def test_projections(submission):
    """Q, K and V are X times their matrices."""
    for name, matrix in (("Q", W_Q), ("K", W_K), ("V", W_V)):
        hint = f"Row i is the embedding of token i times W_{name.lower()}"
        assert_rows(by_hand(submission, name, 2), X.double() @ matrix.double(), name, hint)


@question("ex3-by-hand", points=0.5)
def test_rows_are_weights(submission):
    """Each row of A sums to 1."""
    weights = by_hand(submission, "A", 3)
    assert_close(weights.sum(1), torch.ones(3).double(), "the row sums of A", atol=0.02)
    if not bool((weights > 0).all()) or len(weights.unique(dim=0)) < 3:
        fail("a softmax gives no weight of 0, and here three different rows")
    scores = X @ W_Q @ (X @ W_K).T
    if not torch.equal(weights.argmax(dim=1), scores.argmax(dim=1)):
        fail("a row's largest weight is not where its highest score is", "Look at Q and K")


@question("ex3-by-hand", points=0.5)
def test_weights_fit_queries_and_keys(submission):
    """A is what your Q and your K give."""
    query, key = (by_hand(submission, name, 2, turns=True) for name in ("Q", "K"))
    hint = "Each query times all keys; then divide by sqrt(2); then the softmax of the row"
    expected = shares_of(query, key)
    if len(expected.unique(dim=0)) < 3:
        fail("here the rows of A should differ", "Look at Q and K")
    assert_rows(by_hand(submission, "A", 3), expected, "A", hint)


def shares_of(query, key):
    """The attention weights, as PyTorch computes them."""
    return attend(query, key, torch.eye(len(key), dtype=query.dtype))


def attend(query, key, value):
    """PyTorch's own attention."""
    return torch.nn.functional.scaled_dot_product_attention(query, key, value)


@question("ex3-by-hand", points=0.5)
def test_output_fits_weights(submission):
    """Your output is your A times your V, with weights of three decimals."""
    query, key, values = (by_hand(submission, name, 2, turns=True) for name in ("Q", "K", "V"))
    output, weights = by_hand(submission, "Out", 2, turns=True), by_hand(submission, "A", 3)
    hint = "Row i averages the rows of V with the weights in row i of A"
    if len(values.unique(dim=0)) < 3:
        fail("here the rows of V should differ", "Look at V")
    assert_rows(output, weights @ values, "the output", hint, atol=0.2)
    hint = "The weights have to fit your Q and K, and be exact to three decimals"
    assert_rows(output, attend(query, key, values), "the output", hint)


@question("ex3-self-attention", points=1)
def test_shapes_of_attention(submission):
    """The weights are (N, N) with rows that sum to 1, and the output is the weights times V."""
    for tokens, size, dtype in ((5, 1.0, torch.float32), (1, 1.0, torch.float32),
                                (4, 60.0, torch.float32), (3, 1.0, torch.float64)):  # fmt: skip
        x = torch.randn(tokens, 4, dtype=dtype)
        w_q, w_k = size * torch.randn(2, 4, 3, dtype=dtype)
        w_v = torch.randn(4, 2, dtype=dtype)
        given = [one.clone() for one in (x, w_q, w_k, w_v)]
        result, kept = called(submission, submission.self_attention, *given)
        output, shares = take_list(
            result, 2, "the result", hint="Return the output and the weights"
        )
        hint = "There is a row for each token"
        weights = take_tensor(
            shares, (tokens, tokens), dtype, "the weights", finite=False, hint=hint
        )
        if not bool(weights.isfinite().all()):
            hint = "Scores of 1,000 must not overflow: what does `torch.softmax` do about it?"
            fail("some weights are NaN or infinite", hint)
        by_column = torch.allclose(weights.sum(0), torch.ones(tokens, dtype=dtype), atol=1e-4)
        hint = "Take the softmax last, over each row"
        if by_column and tokens > 1:
            hint = "The softmax makes columns sum to 1"
        ones = torch.ones(tokens, dtype=dtype)
        assert_close(weights.sum(1), ones, "the row sums", hint=hint)
        expected = shares_of(x @ w_q, x @ w_k)
        hint = "Compare queries with keys; divide by the square root of d_k, the length of a key"
        what = f"the weights of {tokens} tokens"
        assert_close(weights, expected, what, **CLOSE, hint=hint)
        hint = "It averages the values, x @ w_v, with the weights"
        average = expected @ (x @ w_v)
        assert_close(output, average, "the averages", **NEAR, hint=hint)
        if not all(map(torch.equal, kept, (x, w_q, w_k, w_v))):
            fail("`self_attention` changes the tensors that it is given", "Work on copies")


# Gradients of a random direction of the output.
SLOPES = """
import torch

inputs = [one.requires_grad_() for one in inputs]
output, _ = self_attention(*inputs)
torch.sum(output * direction).backward()
slopes, output = [one.grad for one in inputs], output.detach()
"""


@question("ex3-self-attention", points=1)
def test_zero_queries_share_evenly(submission):
    """A query of zeros gives the mean of the values; gradients reach x and all matrices."""
    x, w_v = torch.rand(5, 4), torch.rand(4, 2)
    output, weights = submission.self_attention(x, torch.zeros(4, 3), torch.rand(4, 3), w_v)
    assert_close(weights, torch.full((5, 5), 0.2), "the weights")
    assert_close(output, (x @ w_v).mean(0).expand(5, 2), "the output")
    inputs = [torch.randn(5, 4), torch.randn(4, 3), torch.randn(4, 3), torch.randn(4, 2)]
    direction = torch.randn(5, 2)
    attention = submission.self_attention
    copies = [one.clone() for one in inputs]
    made = submission.setup(SLOPES, self_attention=attention, inputs=copies, direction=direction)
    x, w_q, w_k, w_v = (one.requires_grad_() for one in inputs)
    ours = attend(*(x @ matrix for matrix in (w_q, w_k, w_v)))
    torch.sum(ours * direction).backward()
    assert_close(made.output, ours.detach(), "the output of a random example", **NEAR)
    slopes = take_list(made.slopes, 4, "the gradients")
    names = "x", "w_q", "w_k", "w_v"
    for name, theirs, one in zip(names, slopes, inputs, strict=True):
        if theirs is None:
            fail(f"no gradient reaches {name}", "Detach nothing, compute nothing in `no_grad`")
        hint = "A part of the way passes no gradient on"
        assert_close(theirs, one.grad, f"how the output changes with {name}", **NEAR, hint=hint)


# The largest tensor that a call makes, the most scores in a row of which it takes exponentials, and
# the most keys that an attention of PyTorch gets.
LARGEST = """
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

class Sizes(TorchDispatchMode):
    largest, largest_of_exp, most_keys = 0, 0, 0

    def __torch_dispatch__(self, operation, types, arguments=(), named=None):
        made = operation(*arguments, **(named or {}))
        for one in tree_leaves(made):
            self.largest = max(self.largest, getattr(one, "numel", int)())
        name = str(operation).split(".")[1]
        if name.lstrip("_") in ("exp", "exp_", "softmax"):
            self.largest_of_exp = max(self.largest_of_exp, *arguments[0].shape, 0)
        if "attention" in name:
            self.most_keys = max(self.most_keys, arguments[1].shape[-2])
        return made

with Sizes() as sizes:
    function(*arguments)
largest, largest_of_exp = sizes.largest, sizes.largest_of_exp
most_keys = sizes.most_keys
"""


def assert_softmax(submission, blocks, what, hint="", any_dtype=False):
    """The softmax of blocks joined; the blocks after the call."""
    given = [block.clone() for block in blocks]
    actual, (after,) = called(submission, submission.softmax_tiled, given)
    expected = torch.cat(blocks).softmax(0)
    assert_close(actual, expected, f"the softmax of {what}", any_dtype=any_dtype, hint=hint)
    return after


@question("ex3-softmax-tiled", points=1)
def test_equals_the_softmax(submission):
    """Two or more blocks give the softmax of their concatenation."""
    blocks = [torch.tensor([1.0, -2.0, 0.5]), torch.tensor([3.0, 0.0])]
    hint = "Each block is rescaled to the common maximum"
    after = assert_softmax(submission, blocks, "two blocks", hint)
    if len(after) != len(blocks) or not all(map(torch.equal, after, blocks)):
        fail("`softmax_tiled` changes the blocks that it is given", "Work on copies")
    blocks = [torch.randn(2), 5 + torch.randn(3), torch.randn(1), torch.randn(2)]
    assert_softmax(submission, blocks, "four blocks", hint)
    assert_softmax(submission, blocks[::-1], "four blocks", hint)
    count = 8 + int(torch.randint(9, (1,)))
    function, many = submission.softmax_tiled, [torch.randn(4) for _ in range(count)]
    made = submission.setup(LARGEST, function=function, arguments=[many])
    if take_integer(made.largest_of_exp, "a size", least=0, most=10**9) >= 4 * count:
        fail("exponentials of all scores are taken at once", "Take them block by block")
    twice = torch.randn(3)
    assert_softmax(submission, [twice, twice.clone()], "the same block twice")
    assert_softmax(submission, [twice], "a single block")


@question("ex3-softmax-tiled", points=1)
def test_large_scores(submission):
    """Scores of 1,000 do not overflow, those of -1,000 do not vanish, empty blocks do no harm."""
    hint = "Subtract the maximum before the exponential; rescale each block to the common maximum"
    size = float(torch.randint(900, 1100, (1,)))
    blocks = [size + torch.randn(2), torch.tensor([]), size + torch.randn(1)]
    assert_softmax(submission, blocks, "large scores", hint, any_dtype=True)
    negative = [block - 2 * size for block in blocks]
    hint = "The maximum may be far below 0; an empty block has none"
    assert_softmax(submission, negative, "very negative scores", hint, any_dtype=True)
    both = [torch.tensor([-size]), torch.tensor([size]), torch.tensor([0.0])]
    for blocks in (both, both[::-1], both[1:]):
        assert_softmax(submission, blocks, "small and large scores", hint, any_dtype=True)


def assert_attends(submission, query, key, value, block_size, hint, rtol=1e-3):
    """What PyTorch's attention gives; the tensors after the call."""
    given = [one.clone() for one in (query, key, value)]
    actual, (*after, _) = called(submission, submission.flash_attention, *given, block_size)
    expected = attend(query, key, value)
    what = f"the output with blocks of {block_size}"
    exact = {"rtol": 1e-9, "atol": 1e-9} if query.dtype == torch.float64 else {"rtol": rtol}
    assert_close(actual, expected, what, **exact, hint=hint)
    return after


@question("ex3-flash", points=1)
def test_equals_attention(submission):
    """Blocks of 2 give what PyTorch's attention gives, also for large and very negative scores."""
    query, key, value = torch.randn(3, 4), torch.randn(6, 4), torch.randn(6, 5)
    hint = "Divide scores by the root of d_k; keep m, l, o; rescale old l and o; at the end, o by l"
    after = assert_attends(submission, query, key, value, 2, hint)
    if not all(map(torch.equal, after, (query, key, value))):
        fail("`flash_attention` changes the tensors that it is given", "Work on copies")
    hint = "Subtract the running maximum of each query, which starts at -infinity"
    key = torch.rand(6, 4) + torch.arange(6)[:, None] % 3
    for size in (60.0, -400.0):
        large = size * query.abs()  # whose scores of some thousands are rounded at the 4th digit
        assert_attends(submission, large, key, value, 2, hint, rtol=1e-2)


@question("ex3-flash", points=1)
def test_uneven_blocks(submission):
    """A smaller last block, a single one, a single query, double precision: all is the same."""
    for queries, dtype in ((2, torch.float32), (1, torch.float32), (4, torch.float64)):
        query = torch.randn(queries, 4, dtype=dtype)
        key, value = torch.randn(2, 7, 4, dtype=dtype)
        for block_size in (3, 100, 1, 7):
            hint = "Each key belongs to one block, also where the last block is smaller"
            assert_attends(submission, query, key, value, block_size, hint)
    count = 200 + int(torch.randint(50, (1,)))
    function, many = submission.flash_attention, [torch.randn(50, 2), *torch.randn(2, count, 2)]
    made = submission.setup(LARGEST, function=function, arguments=[*many, 20])
    if take_integer(made.most_keys, "a number of keys", least=0, most=10**9) > 20:
        fail("an attention of PyTorch gets all keys at once", "Go block by block yourself")
    if take_integer(made.largest, "a size", least=0, most=10**9) >= 50 * count:
        hint = "Keep the scores of one block at a time"
        fail("a tensor is as large as the whole matrix of scores", hint)


# --- Exercise 4 ---------------------------------------------------------------------------------


@question("ex4-positions", points=1)
def test_position_zero(submission):
    """Position 0 is 0 1 0 1 ..., sines and cosines of 0; float32, a row for each position."""
    for length, width in ((3, 6), (1, 2)):
        positions = submission.sinusoidal_positions(length, width)
        positions = take_tensor(positions, (length, width), torch.float32, "the positions")
        assert_close(positions[0], torch.tensor([0.0, 1.0] * (width // 2)), "position 0")
        hint = "The angle of the first pair of columns is the position itself"
        column = torch.tensor([math.sin(place) for place in range(length)])
        assert_close(positions[:, 0], column, "the first column", atol=1e-4, hint=hint)


@question("ex4-positions", points=1)
def test_clock_hands(submission):
    """Pairs are points on a circle; of 8 columns they turn by 1, 1/10, 1/100 and 1/1000."""
    positions = submission.sinusoidal_positions(50, 8)
    positions = take_tensor(positions, (50, 8), torch.float32, "the positions")
    pairs = positions.unflatten(1, (4, 2))
    assert_close(pairs.norm(dim=2), torch.ones(50, 4), "the lengths of the pairs")
    if len(positions.unique(dim=0)) < 50:
        fail("some positions have equal vectors", "The angle grows with the position")
    angles = torch.atan2(pairs[1, :, 0], pairs[1, :, 1])
    hint = "The angle of position p in pair i is p / 10000 ** (2 * i / d_model)"
    turns = torch.tensor([1.0, 0.1, 0.01, 0.001])
    assert_close(angles, turns, "the angles at position 1", rtol=1e-3, hint=hint)
    place = int(torch.randint(5, 50, (1,)))
    expected = torch.view_as_real(torch.polar(torch.ones(4), place * turns)).flip(1)
    assert_close(pairs[place], expected, f"position {place}", **NEAR, hint=hint)
    wide = submission.sinusoidal_positions(50, 4)
    wide = take_tensor(wide, (50, 4), torch.float32, "the positions")
    expected = torch.tensor([math.sin(0.01), math.cos(0.01)])
    assert_close(wide[1, 2:], expected, "the second pair of 4 columns", rtol=1e-3, hint=hint)
    if len(submission.sinusoidal_positions(120, 4)) != 120:
        fail("120 positions do not give 120 rows")


# A student's model with weights of ours, what it makes of batches, and where gradients arrive.
ATTEND = """
import torch

model = AttentionModel().eval()
with torch.no_grad():
    model.embedding.weight[: len(embedding)].copy_(embedding)
    for name, one in layers.items():
        part, _, rest = name.partition(".")
        theirs = dict(getattr(model, part).named_parameters()).get(rest)
        if theirs is not None:
            theirs.copy_(one)
has_bias = any(name == "in_proj_bias" for name, _ in model.attn.named_parameters())
embedded = [model.embed(tokens).detach().clone() for tokens in batches]
logits = [model(tokens).detach().clone() for tokens in batches]

model(batches[0]).sum().backward()
slope = model.embedding.weight.grad
slope = None if slope is None else slope[: len(embedding)].detach().clone()
"""


class OurAttention:
    """Layers of the sizes that the task gives, with random weights."""

    def __init__(self):
        nn = torch.nn
        self.embedding = torch.randn(NUM_WORDS, 64)
        self.embedding[0] = 0
        self.attn, self.fc = nn.MultiheadAttention(64, 4, batch_first=True), nn.Linear(64, 1)
        with torch.no_grad():
            for weight in [*self.attn.parameters(), *self.fc.parameters()]:
                weight.copy_(0.3 * torch.randn(weight.shape))

    def layers(self):
        """The parameters of both layers, by the names that they have in the notebook's model."""
        return {
            f"{part}.{name}": weight.detach()
            for part, layer in (("attn", self.attn), ("fc", self.fc))
            for name, weight in layer.named_parameters()
        }

    def weights(self):
        """All parameters."""
        return {"embedding.weight": self.embedding} | self.layers()

    def run(self, submission, batches):
        """The student's model with these weights: its embedded words, logits and gradients."""
        made = submission.setup(
            ATTEND,
            AttentionModel=submission.AttentionModel,
            embedding=self.embedding,
            layers=self.layers(),
            batches=batches,
        )
        if made.has_bias is False:
            with torch.no_grad():
                self.attn.in_proj_bias.zero_()
                self.attn.out_proj.bias.zero_()
        return made

    def logit(self, embedded):
        """That of one review without padding, (1,), by its embedded words (seq_len, 64)."""
        seen, _ = self.attn(*[embedded[None]] * 3)
        return self.fc(seen.mean(dim=1)[0])


@question("ex4-attention", points=1)
def test_attention_skips_padding(submission):
    """Four heads, then the mean over the words: the same alone, in a batch and padded."""
    ours, lengths = OurAttention(), (4, 6, 1, 3)
    reviews = [torch.randint(3, NUM_WORDS, (length,)) for length in lengths]
    reviews[0][0], reviews[1][:3] = 1, torch.tensor([1, 5, 2])  # a start, an unknown word
    batch = torch.nn.utils.rnn.pad_sequence(reviews, batch_first=True)
    longer = torch.nn.functional.pad(batch, (0, 5))
    made = ours.run(submission, [reviews[1][None], batch, longer])
    embedded = take_list(made.embedded, 3, "the embedded words")[1]
    embedded = take_tensor(embedded, (*batch.shape, 64), torch.float32, "the embedded words")
    added = embedded - ours.embedding[batch]
    for row, length in enumerate(lengths):
        hint = "The same position vectors are added to the words of each review"
        of_longest = added[1, :length]
        assert_close(added[row, :length], of_longest, "what is added", atol=1e-4, hint=hint)
    with torch.no_grad():
        words = [embedded[row, :length] for row, length in enumerate(lengths)]
        expected = torch.cat([ours.logit(one) for one in words])
    alone, padded, more = take_list(made.logits, 3, "the logits")
    close = {"rtol": 1e-3, "atol": 1e-3}
    hint = "Words attend to all words, with four heads; only padding is hidden; then comes the mean"
    assert_close(alone, expected[1:2], "the logit of a review alone", **close, hint=hint)
    hint = "Padding gets no attention, and stays out of the mean's sum and count"
    assert_close(padded, expected, "the logits of a padded batch", **close, hint=hint)
    assert_close(more, expected, "the logits after more padding", **close, hint=hint)


@question("ex4-attention", points=1)
def test_order_matters(submission):
    """Words are embedded with their positions, so their order matters; gradients reach them."""
    ours = OurAttention()
    tokens = torch.stack([torch.randperm(NUM_WORDS - 3)[:8] + 3 for _ in range(4)])
    made = ours.run(submission, [tokens, tokens.flip(1)])
    shape = (4, 8, 64)
    embedded = take_list(made.embedded, 2, "the embedded words")[0]
    embedded = take_tensor(embedded, shape, torch.float32, "the embedded words")
    added = embedded - ours.embedding[tokens]
    hint = "The same position vectors are added to the words of each review"
    assert_close(added[1:], added[:1].expand(3, 8, 64), "what is added", atol=1e-4, hint=hint)
    positions = submission.sinusoidal_positions(8, 64)
    positions = take_tensor(positions, (8, 64), torch.float32, "the positions")
    hint = "These are the vectors of `sinusoidal_positions`"
    assert_close(added[0], positions, "what is added to the words", atol=1e-3, hint=hint)
    forwards, backwards = (
        take_tensor(one, (4,), torch.float32, "the logits")
        for one in take_list(made.logits, 2, "the logits")
    )
    if not (forwards - backwards).abs().max() > 1e-4:  # rounding alone makes 1e-6
        fail("the order of the words does not matter", "Let the words attend with their positions")
    if made.slope is None:
        fail("no gradient reaches the words", "Detach nothing, compute nothing in `no_grad`")
    words = embedded.clone().requires_grad_()
    hint = "Words attend to all words, with four heads"
    expected = torch.cat([ours.logit(one) for one in words]).detach()
    what = "the logits of reviews without padding"
    assert_close(forwards, expected, what, hint=hint, atol=1e-3, rtol=1e-3)
    sum(ours.logit(one) for one in words).backward()
    slopes = torch.zeros(NUM_WORDS, 64)
    for place, word in enumerate(tokens.flatten().tolist()):
        slopes[word] += words.grad.view(-1, 64)[place]
    hint = "A part of the way from the words passes no gradient on"
    what = "the gradient of the embedding"
    assert_close(made.slope[3:], slopes[3:], what, **NEAR, hint=hint)


@question("ex4-setup", points=1)
def test_four_heads(submission):
    """The model attends with four heads, in batches."""
    assert_equal(submission.model_attention.attn.num_heads, 4, "the number of heads")
    ours, made, embedded = stepped_attention(submission)
    weights = take_tensor(made.shares, (2, 3, 3), torch.float32, "the attention weights")
    assert_close(weights.sum(2), torch.ones(2, 3), "the sums over the keys")
    with torch.no_grad():
        _, expected = ours.attn(*[embedded] * 3)
    hint = "They are the means over four heads, of the embedded words"
    assert_close(weights, expected, "the attention weights", **CLOSE, hint=hint)


WORDS = torch.tensor([[1, 4, 5], [1, 6, 7]])


def stepped_attention(submission):
    """Our model with the weights that `model_attention` has after a step, what that step made, and
    the embedded words, (2, 3, 64)."""
    ours, model = OurAttention(), submission.model_attention
    optimizer = submission.optimizer_attention
    made = assert_holds_parameters(submission, model, optimizer, ours=ours, tokens=WORDS)
    embedded = take_tensor(made.embedded, (2, 3, 64), torch.float32, "the embedded words")
    added = embedded - ours.embedding[WORDS]
    hint = "Make it with `AttentionModel`"
    assert_close(added[1], added[0], "what is added to the words", atol=1e-4, hint=hint)
    return ours, made, embedded


@question("ex4-setup", points=1)
def test_attention_optimizer(submission):
    """The optimizer holds the model's parameters."""
    ours, made, embedded = stepped_attention(submission)
    with torch.no_grad():
        expected = torch.cat([ours.logit(one) for one in embedded])
    for logits in (made.short, made.long):
        hint = "Make it with `AttentionModel`"
        close = {"rtol": 1e-3, "atol": 1e-3}
        assert_close(logits, expected, "the logits of model_attention", **close, hint=hint)
