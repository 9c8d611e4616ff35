"""The public checks of Lab 9; `check("<question>")` in the notebook runs them.

They look at small examples whose answers the notebook itself states, and at properties that any
right solution has. The tests that grade a submission look at more.
"""

import torch

from lib.kit.checks import assert_close, assert_equal, assert_tensor_equal, fail, question

# --- Exercise 1 ---------------------------------------------------------------------------------

RANK_TO_WORD = {1: "film", 2: "good", 3: "dull"}


@question("ex1-decode", points=1)
def test_decodes_words(submission):
    """Ids above 2 are ranks plus 3."""
    text = submission.decode_review([1, 5, 4, 6], RANK_TO_WORD)
    assert_equal(text, "<start> good film dull", "the text", hint="Which rank has id 4?")


@question("ex1-decode", points=1)
def test_decodes_specials(submission):
    """Ids 0, 1 and 2 have names of their own."""
    text = submission.decode_review([1, 2, 0, 0], RANK_TO_WORD)
    assert_equal(text, "<start> <oov> <pad> <pad>", "the text")


@question("ex1-filter", points=1)
def test_drops_none_and_large_ids(submission):
    """None and ids above max_rank go, the order of the others stays."""
    kept = submission.filter_word_ranks([7, None, 12, 3, 10], max_rank=10)
    assert_equal(kept, [7, 3, 10], "the list", hint="max_rank itself stays")


@question("ex1-filter", points=1)
def test_cuts_after_dropping(submission):
    """A dropped word uses up no place."""
    kept = submission.filter_word_ranks([99, None, 1, 2, 3, 4], max_rank=10, max_seq_len=3)
    assert_equal(kept, [1, 2, 3], "the list", hint="Drop first, then cut")


@question("ex1-padding", points=1)
def test_device(submission):
    """`device` is one that PyTorch knows, and tensors are put there."""
    device = torch.device(submission.device)
    padded = submission.pad_reviews([[1, 4]])
    if padded.device.type != device.type:
        fail("the padded reviews are not on your device", "Tensors move with .to(device)")


@question("ex1-padding", points=1)
def test_pads_on_the_right(submission):
    """Zeros fill up shorter reviews on the right; ids stay integers."""
    padded = submission.pad_reviews([[1, 4, 5], [1]])
    expected = torch.tensor([[1, 4, 5], [1, 0, 0]])
    assert_tensor_equal(padded.cpu(), expected, "the batch", hint="Did you set batch_first?")


@question("ex1-dataset", points=1)
def test_review_and_label(submission):
    """dataset[idx] is the review at idx and its label."""
    data, labels = torch.tensor([[1, 4], [1, 5], [1, 0]]), torch.tensor([0.0, 1.0, 0.0])
    tokens, label = submission.IMDBDataset(data, labels)[1]
    assert_tensor_equal(tokens, data[1], "the review")
    assert_tensor_equal(label, labels[1], "the label")


@question("ex1-dataset", points=1)
def test_batches(submission):
    """A DataLoader can make batches from it."""
    made = submission.setup(
        "from torch.utils.data import DataLoader\n"
        "tokens, labels = next(iter(DataLoader(dataset, batch_size=2)))",
        dataset=submission.IMDBDataset(torch.ones(3, 4, dtype=torch.int64), torch.zeros(3)),
    )
    assert_equal(tuple(made.tokens.shape), (2, 4), "the shape of a batch of reviews")
    assert_equal(tuple(made.labels.shape), (2,), "the shape of their labels")


@question("ex1-lstm", points=1)
def test_one_logit_per_review(submission):
    """Both readings give one logit per review, also for a batch of one."""
    for skip_padding in (False, True):
        model = submission.LSTMModel(skip_padding=skip_padding)
        for tokens in (torch.tensor([[1, 4, 5], [1, 6, 0]]), torch.tensor([[1, 4, 5]])):
            what = f"the shape of the result for skip_padding={skip_padding}"
            assert_equal(tuple(model(tokens).shape), (len(tokens),), what)


@question("ex1-lstm", points=1)
def test_padding_is_skipped(submission):
    """With skip_padding=True, further padding changes nothing."""
    model = submission.LSTMModel(skip_padding=True)
    short, long = torch.tensor([[1, 4, 5]]), torch.tensor([[1, 4, 5, 0, 0, 0]])
    hint = "Is the state read at the last nonzero token of each review?"
    assert_close(model(long), model(short).detach(), "the logit of a padded review", hint=hint)


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

torch.manual_seed(0)
tokens = torch.tensor([[1, 4], [1, 5], [1, 6], [1, 7]]).to(device)
dataset = IMDBDataset(tokens, torch.tensor([1.0, 0.0, 1.0, 0.0]).to(device))
model = Tiny().to(device)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
before = model.score.weight.detach().clone()
with unseen_output():
    metrics = train(model, nn.BCEWithLogitsLoss(), optimizer, dataset, dataset, 3, 2)
moved = not torch.equal(before, model.score.weight)
"""


@question("ex1-train", points=1)
def test_reports_each_epoch(submission):
    """Each of the four measures has a number per epoch."""
    assert_reports(tiny_training(submission).metrics)


@question("ex1-train", points=1)
def test_training_moves_parameters(submission):
    """The optimizer changes the parameters, and the loss falls."""
    made = tiny_training(submission)
    if not made.moved:
        fail("training left the parameters as they were", "Does the optimizer take its step?")
    if not made.metrics["val_loss"][2] < made.metrics["val_loss"][0]:
        fail("the validation loss does not fall", "Are old gradients cleared at each step?")


def assert_reports(metrics):
    """A dict of the four measures, each with a float for every one of three epochs."""
    hint = "Return a dict with train_loss, train_acc, val_loss and val_acc"
    for name in [f"{part}_{measure}" for part in ("train", "val") for measure in ("loss", "acc")]:
        if not isinstance(metrics, dict) or not isinstance(metrics.get(name), list | tuple):
            fail(f"the result has no list {name!r}", hint)
        assert_equal([type(value) for value in metrics[name]], [float] * 3, f"metrics[{name!r}]")


def tiny_training(submission):
    """Three epochs of the student's `train` on four reviews."""
    return submission.setup(
        TINY_REVIEWS,
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
        fail(f"the three data sets have {sizes} samples", "Is one of them used twice?")
    assert_holds_parameters(submission, submission.model_lstm, submission.optimizer_lstm)


@question("ex1-setup", points=1)
def test_loss_takes_logits(submission):
    """A logit of 0 means one half, so its loss is ln 2."""
    value = submission.loss(torch.zeros(4), torch.tensor([0.0, 1.0, 1.0, 0.0]))
    assert_close(value, torch.tensor(0.6931), "the loss", atol=1e-3, hint="Does it take logits?")


def assert_holds_parameters(submission, model, optimizer):
    """Every parameter of the model is one that the optimizer updates."""
    made = submission.setup(
        "held = {id(p) for group in optimizer.param_groups for p in group['params']}\n"
        "complete = all(id(p) in held for p in model.parameters())",
        model=model,
        optimizer=optimizer,
    )
    if not made.complete:
        fail("the optimizer lacks parameters of the model", "Run the cell again from its top")


# --- Exercise 2 ---------------------------------------------------------------------------------


@question("ex2-digits", points=1)
def test_digits_of_a_number(submission):
    """123 in 3 places is 1 2 3."""
    actual = submission.convert_int_to_vector(123, 3)
    assert_tensor_equal(actual, torch.tensor([1, 2, 3]), "the digits")


@question("ex2-digits", points=1)
def test_zeros_on_the_left(submission):
    """5 in 3 places is 0 0 5."""
    actual = submission.convert_int_to_vector(5, 3)
    assert_tensor_equal(actual, torch.tensor([0, 0, 5]), "the digits")


@question("ex2-labels", points=1)
def test_shapes_of_labels(submission):
    """Three int64 tensors, a row of digits per sample."""
    labels = submission.generate_labels(20, 4)
    for name in ("num_1", "num_2", "sum"):
        assert_equal(tuple(labels[name].shape), (20, 4), f"the shape of {name!r}")
        assert_equal(labels[name].dtype, torch.int64, f"the dtype of {name!r}")


@question("ex2-labels", points=1)
def test_sums_are_right(submission):
    """Read as numbers, the first two add up to the third."""
    labels = submission.generate_labels(200, 3)
    places = torch.tensor([100, 10, 1])
    num_1, num_2, total = ((labels[name] * places).sum(1) for name in ("num_1", "num_2", "sum"))
    assert_tensor_equal(total, num_1 + num_2, "sum")


@question("ex2-dataset", points=1)
def test_form_of_a_sample(submission):
    """A sample holds two numbers as images, and the digits of their sum."""
    sample = submission.NumberMNIST(max_length=2, train=False, num_samples=5)[3]
    for name in ("num_1", "num_2"):
        assert_equal(tuple(sample[name].shape), (2, 1, 28, 28), f"the shape of {name!r}")
        assert_equal(sample[name].dtype, torch.float32, f"the dtype of {name!r}")
    assert_equal(tuple(sample["label"].shape), (2,), "the shape of 'label'")


@question("ex2-dataset", points=1)
def test_label_is_the_sum(submission):
    """The label of a sample is its sum, and both numbers have images of their own."""
    dataset = submission.NumberMNIST(max_length=3, train=False, num_samples=8)
    sample = dataset[2]
    assert_tensor_equal(sample["label"], dataset.labels["sum"][2], "the label")
    if torch.equal(sample["num_1"], sample["num_2"]):
        fail("both numbers have the same images", "Are the second number's images its own?")


@question("ex2-model", points=1)
def test_logits_per_place(submission):
    """Ten logits for each place, with the classes in the second dimension."""
    model = submission.AdditionModel()
    for length in (2, 3):
        images = torch.rand(4, length, 1, 28, 28)
        assert_equal(tuple(model(images, images).shape), (4, 10, length), "the shape of the logits")


@question("ex2-model", points=1)
def test_both_directions(submission):
    """The first digit of the sum depends on the last digits of the summands (a carry)."""
    model = submission.AdditionModel().eval()
    images = torch.rand(1, 3, 1, 28, 28)
    other = images.clone()
    other[:, 2] = 1 - other[:, 2]
    if torch.equal(model(images, images)[:, :, 0], model(other, other)[:, :, 0]):
        fail("the first place does not see the last one", "Is the LSTM bidirectional?")


# An adder in name only, and two samples; `train_addition` needs no more.
TINY_SUMS = """
import torch
from torch import nn

from lib.kit.checks import unseen_output

class Tiny(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(2, 10)

    def forward(self, num_1, num_2):
        means = torch.stack([num_1.mean(dim=(2, 3, 4)), num_2.mean(dim=(2, 3, 4))], dim=2)
        return self.fc(means).permute(0, 2, 1)

torch.manual_seed(0)
images = torch.rand(4, 2, 1, 28, 28)
dataset = [
    {"num_1": images[i], "num_2": images[3 - i], "label": torch.tensor([0, 7])} for i in range(4)
]
model = Tiny().to(device)
optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
before = model.fc.weight.detach().clone()
with unseen_output():
    metrics = train_addition(model, nn.CrossEntropyLoss(), optimizer, dataset, dataset, 3, 2)
moved = not torch.equal(before, model.fc.weight)
"""


@question("ex2-train", points=1)
def test_addition_reports_each_epoch(submission):
    """Each of the four measures has a number per epoch."""
    assert_reports(tiny_addition(submission).metrics)


@question("ex2-train", points=1)
def test_addition_moves_parameters(submission):
    """The optimizer changes the parameters, and the loss falls."""
    made = tiny_addition(submission)
    if not made.moved:
        fail("training left the parameters as they were", "Does the optimizer take its step?")
    if not made.metrics["val_loss"][2] < made.metrics["val_loss"][0]:
        fail("the validation loss does not fall", "Are old gradients cleared at each step?")


def tiny_addition(submission):
    """Three epochs of the student's `train_addition` on four samples."""
    return submission.setup(
        TINY_SUMS, device=submission.device, train_addition=submission.train_addition
    )


@question("ex2-setup", points=1)
def test_addition_optimizer(submission):
    """The optimizer holds the model's parameters."""
    assert_holds_parameters(submission, submission.model_addition, submission.optimizer_addition)


@question("ex2-setup", points=1)
def test_addition_loss_takes_logits(submission):
    """Equal logits mean one tenth for each digit, so their loss is ln 10."""
    value = submission.loss_addition(torch.zeros(2, 10, 3), torch.zeros(2, 3, dtype=torch.int64))
    hint = "Does it take logits for ten classes?"
    assert_close(value, torch.tensor(2.3026), "the loss", atol=1e-3, hint=hint)


# Says 042 in evaluation mode and without gradients, and something else otherwise.
FIXED_ADDER = """
import torch
from torch import nn

from lib.kit.checks import unseen_output

class Fixed(nn.Module):
    def forward(self, num_1, num_2):
        if self.training or torch.is_grad_enabled():
            digits = torch.tensor([[9, 9, 9]])
        else:
            digits = torch.tensor([[0, 4, 2]])
        return nn.functional.one_hot(digits, 10).float().permute(0, 2, 1).to(num_1.device)

model = Fixed()
images = torch.rand(3, 1, 28, 28)
dataset = [{"num_1": images, "num_2": images, "label": torch.tensor([1, 0, 7])}]
with unseen_output():
    prediction, label = plot_prediction(model, dataset, 0)
"""


@question("ex2-predict", points=1)
def test_number_from_digits(submission):
    """The digits 1 0 7 are the number 107."""
    made = submission.setup(FIXED_ADDER, plot_prediction=submission.plot_prediction)
    assert_equal(made.label, 107, "the true sum")


@question("ex2-predict", points=1)
def test_predicts_in_evaluation_mode(submission):
    """The model predicts in evaluation mode and without gradients."""
    made = submission.setup(FIXED_ADDER, plot_prediction=submission.plot_prediction)
    assert_equal(made.prediction, 42, "the prediction", hint="model.eval() and torch.no_grad()?")


# --- Exercise 3 ---------------------------------------------------------------------------------


@question("ex3-by-hand", points=1)
def test_rows_are_weights(submission):
    """Each row of A sums to 1."""
    weights = submission.a_by_hand
    assert_equal(tuple(weights.shape), (3, 3), "the shape of A")
    assert_close(weights.float().sum(1), torch.ones(3), "the row sums of A", atol=0.02)


@question("ex3-by-hand", points=1)
def test_output_fits_weights(submission):
    """Your output is your A times your V."""
    weights, values = submission.a_by_hand.float(), submission.v_by_hand.float()
    assert_equal(tuple(values.shape), (3, 2), "the shape of V")
    assert_close(submission.out_by_hand.float(), weights @ values, "the output", atol=0.2)


@question("ex3-self-attention", points=1)
def test_shapes_of_attention(submission):
    """The output is (N, d_v), the weights are (N, N) with rows that sum to 1."""
    x, w_q, w_k, w_v = torch.rand(5, 4), torch.rand(4, 3), torch.rand(4, 3), torch.rand(4, 2)
    output, weights = submission.self_attention(x, w_q, w_k, w_v)
    assert_equal(tuple(output.shape), (5, 2), "the shape of the output")
    assert_equal(tuple(weights.shape), (5, 5), "the shape of the weights")
    hint = "Over which dimension is the softmax?"
    assert_close(weights.sum(1), torch.ones(5), "the row sums", hint=hint)


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
    hint = "Is every exponent at most 0?"
    assert_close(submission.softmax_tiled(blocks), expected, "the softmax", hint=hint)


@question("ex3-flash", points=1)
def test_equals_attention(submission):
    """Blocks of 2 give what PyTorch's attention gives."""
    query, key, value = torch.randn(3, 4), torch.randn(6, 4), torch.randn(6, 5)
    expected = torch.nn.functional.scaled_dot_product_attention(query, key, value)
    hint = "Scaled by the root of d_k? Old l and o rescaled?"
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
        fail("some positions have equal vectors", "Does the angle grow with the position?")


@question("ex4-attention", points=1)
def test_attention_skips_padding(submission):
    """One logit per review, and further padding changes nothing."""
    model = submission.AttentionModel().eval()
    short, long = torch.tensor([[1, 4, 5]]), torch.tensor([[1, 4, 5, 0, 0]])
    expected = model(short).detach()
    assert_equal(tuple(expected.shape), (1,), "the shape of the result")
    hint = "Is padding masked as a key, and left out of the mean?"
    assert_close(model(long), expected, "the logit of a padded review", atol=1e-4, hint=hint)


@question("ex4-attention", points=1)
def test_order_matters(submission):
    """The same words in another order give another logit."""
    model = submission.AttentionModel().eval()
    tokens = torch.arange(1, 161).reshape(20, 8)  # of one review, two orders may agree by chance
    forwards, backwards = model(tokens).detach(), model(tokens.flip(1)).detach()
    if not (forwards - backwards).abs().max() > 1e-4:  # rounding alone makes 1e-6
        fail("the order of the words does not matter", "Are the positions added?")


@question("ex4-setup", points=1)
def test_four_heads(submission):
    """The model attends with four heads, in batches."""
    assert_equal(submission.model_attention.attn.num_heads, 4, "the number of heads")
    assert_equal(submission.model_attention.attn.batch_first, True, "batch_first")


@question("ex4-setup", points=1)
def test_attention_optimizer(submission):
    """The optimizer holds the model's parameters."""
    assert_holds_parameters(submission, submission.model_attention, submission.optimizer_attention)
