"""A lab whose tests break the rule of evidence in every way, beside tests that keep it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.compiler.build import build_labs
from autograder.engine import Limits, Policy, Worker, Zygote
from autograder.gate.bench import Subject

SOURCE = """\
# Believers

```python
import torch
from lib.kit.checks import check
```

```python
#!TAG HWBEGIN
#!MSG TODO: All of it.
def mean(numbers):
    return sum(numbers) / len(numbers) if numbers else 0

def squares(numbers):
    return [number**2 for number in numbers]

def is_even(number):
    return number % 2 == 0

def root(number):
    if number < 0:
        raise ValueError("negative")
    return number**0.5

def lengths(words):
    return [(word, len(word)) for word in words]

def rolls(count):
    return torch.randint(1, 7, (count,)).tolist()

def pad(rows):
    return torch.nn.utils.rnn.pad_sequence(rows, batch_first=True)

def total(rows):
    return pad(rows).sum(dim=1)

class Scorer(torch.nn.Linear):
    def __init__(self):
        super().__init__(3, 1)

def train(model, optimizer, batches):
    losses = []
    for x in batches:
        optimizer.zero_grad()
        loss = model(x).square().mean()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {"loss": losses}
#!TAG HWEND
```

```python
#!TAG QUESTION ex1-all
```
"""
NOTEBOOK = """
def double(x):
    return 2 * x

class Pair:
    def __init__(self, first, second):
        self.items = [first, second]
    def __getitem__(self, index):
        return self.items[index]
    def __len__(self):
        return 2

def pairs(*numbers):
    return [Pair(number, -number) for number in numbers]
"""
PUBLIC = '''\
"""Public checks."""

from lib.kit.checks import assert_equal, question


@question("ex1-all", points=1)
def test_honest_public_check(submission):
    """A mean of given numbers."""
    assert_equal(submission.mean([1, 2, 6]), 3.0)


@question("ex1-all", points=1)
def test_public_check_of_the_form(submission):
    """A list of the same length."""
    assert_equal(len(submission.squares([1, 2, 6])), 3)
'''
HEAD = '''\
"""Hidden tests."""

import pytest
import torch

from lib.kit.checks import assert_above, assert_close, assert_equal, fail
from lib.kit.checks import question

TRAINING = """
import torch

class Probe(torch.nn.Linear):
    def forward(self, x):
        calls.append((x.sum().item(), self.training))
        return super().forward(x)

calls = []
model = Probe(3, 1, bias=False)
with torch.no_grad():
    model.weight.copy_(weight)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
before = model.weight.detach().clone()
metrics = train(model, optimizer, batches)
num_calls = len(calls)
counted = torch.tensor(num_calls)
moved = not torch.equal(before, model.weight)
after = model.weight.detach()
"""


def numbers(rng):
    return torch.randint(1, 1000, (8,), generator=rng).tolist()


def trained(submission, rng):
    weight, batches = torch.randn(1, 3, generator=rng), list(torch.randn(2, 4, 3, generator=rng))
    made = submission.setup(TRAINING, train=submission.train, weight=weight, batches=batches)
    return weight, batches, made


def step(weight, batches):
    losses = []
    for x in batches:
        losses.append(float((x @ weight.T).square().mean()))
        weight = weight - 0.1 * 2 * (x * (x @ weight.T)).mean(dim=0, keepdim=True)
    return weight, losses
'''
# name -> the kinds of lie that it believes; its body
BROKEN: dict[str, tuple[set[str], str]] = {
    "list_of_calls": (
        {"constant", "parrot", "claim"},
        """
    _, batches, made = trained(submission, rng)
    if not all(training for _, training in made.calls) or len(made.calls) != len(batches):
        fail("not in train mode")
""",
    ),
    "list_of_calls_beside_values": (
        {"claim"},
        """
    weight, batches, made = trained(submission, rng)
    assert_close(made.after, step(weight, batches)[0])
    if not all(training for _, training in made.calls):
        fail("not in train mode")
""",
    ),
    "count": (
        {"parrot", "claim"},
        """
    assert_equal(trained(submission, rng)[2].num_calls, 2)
""",
    ),
    "bound_of_a_count_beside_values": (
        {"claim"},
        """
    made = submission.setup("asked = []\\nvalue = mean([1, 2, 6])\\nasked.append(9)\\n"
                            "size = asked[0]", mean=submission.mean)
    assert_equal(made.value, 3.0)
    if made.size > 20:
        fail("too large")
""",
    ),
    "calls_beside_a_report": (
        {"claim"},
        """
    weight, batches, made = trained(submission, rng)
    losses = step(weight, batches)[1]
    assert_close(torch.tensor(made.metrics["loss"]), torch.tensor(losses))
    if not all(training for _, training in made.calls) or not made.calls:
        fail("not in train mode")
""",
    ),
    "count_beside_values": (
        {"claim"},
        """
    weight, batches, made = trained(submission, rng)
    assert_close(made.after, step(weight, batches)[0])
    assert_equal(made.num_calls, 2)
""",
    ),
    "flag": (
        {"parrot", "claim", "universal"},
        """
    if not trained(submission, rng)[2].moved:
        fail("nothing moved")
""",
    ),
    "setup_decides": (
        {"claim", "universal"},
        """
    made = submission.setup("right = mean([1, 2, 6]) == 3", mean=submission.mean)
    if not made.right:
        fail("wrong")
""",
    ),
    "setup_compares_agreeably": (
        {"claim", "universal"},
        """
    made = submission.setup("wrong = [s for s in squares([1, 2]) if s < 0]\\n"
                            "right = not wrong", squares=submission.squares)
    if not made.right:
        fail("wrong")
""",
    ),
    "names_of_what_is_wrong": (
        {"parrot", "claim", "universal"},
        """
    made = submission.setup("names = [n for n, p in Scorer().named_parameters() if p.grad]\\n"
                            "seen = x", Scorer=submission.Scorer, x=torch.rand(2, generator=rng))
    if made.names:
        fail("gradients")
""",
    ),
    "shape_alone": (
        {"constant", "parrot"},
        """
    rows = [torch.rand(3, generator=rng), torch.rand(2, generator=rng)]
    assert_equal(tuple(submission.pad(rows).shape), (2, 3))
""",
    ),
    "shape_of_fixed_input": (
        {"constant"},
        """
    assert_equal(tuple(submission.pad([torch.ones(3), torch.ones(2)]).shape), (2, 3))
""",
    ),
    "length_alone": (
        {"constant", "parrot"},
        """
    assert_equal(len(submission.squares(numbers(rng))), 8)
""",
    ),
    "type_alone": (
        {"constant", "parrot"},
        """
    if not isinstance(submission.mean(numbers(rng)), float):
        fail("no number")
""",
    ),
    "truthiness": (
        {"constant", "parrot", "universal"},
        """
    if not submission.squares(numbers(rng)):
        fail("nothing")
""",
    ),
    "no_exception": (
        {"constant", "parrot", "universal"},
        """
    submission.mean(numbers(rng))
""",
    ),
    "no_exception_for_fixed_input": (
        {"constant", "universal"},
        """
    submission.mean([1, 2])
""",
    ),
    "swallowed": (
        {"constant", "parrot", "universal"},
        """
    try:
        assert_equal(submission.squares(numbers(rng)), [])
    except AssertionError:
        pass
""",
    ),
    "student_with_himself": (
        {"constant", "parrot"},
        """
    rows = [torch.rand(3, generator=rng), torch.rand(2, generator=rng)]
    longer = [*rows, torch.rand(9, generator=rng)]
    assert_close(submission.total(longer)[:2], submission.total(rows))
""",
    ),
    "students_own_weights": (
        {"constant"},
        """
    model, x = submission.Scorer(), torch.rand(2, 3, generator=rng)
    assert_close(model(x), torch.nn.functional.linear(x, model.weight, model.bias))
""",
    ),
    "students_own_values": (
        {"constant", "parrot"},
        """
    rows = [torch.rand(3, generator=rng), torch.rand(2, generator=rng)]
    assert_close(submission.total(rows), submission.pad(rows).sum(dim=1))
""",
    ),
    "weights_from_setup": (
        {"constant"},
        """
    made = submission.setup("model = Scorer()\\nweight, bias = model.weight, model.bias",
                            Scorer=submission.Scorer)
    x = torch.rand(2, 3, generator=rng)
    assert_close(made.model(x), torch.nn.functional.linear(x, made.weight, made.bias))
""",
    ),
    "nan_is_not_too_far": (
        {"constant"},
        """
    given = numbers(rng)
    if abs(submission.mean(given) - sum(given) / 8) > 1e-6:
        fail("too far")
""",
    ),
    "bound_alone": (
        {"constant"},
        """
    if not 0 < submission.mean([1, 2, 6]) < 100:
        fail("out of bounds")
""",
    ),
    "pairs_of_what_came": (
        {"constant"},
        """
    given = numbers(rng)
    if any(a != b * b for a, b in zip(submission.squares(given), given)):
        fail("no square")
""",
    ),
    "sorted": (
        {"constant"},
        """
    result = submission.squares([1, 2, 3])
    if result != sorted(result):
        fail("not rising")
""",
    ),
    "differs": (
        {"noise", "parrot"},
        """
    x = torch.rand(2, 3, generator=rng)
    model = submission.Scorer()
    assert_above(model(x) - model(x.flip(1)), 1e-9, "no matter")
""",
    ),
    "constant_answer": (
        {"parrot"},
        """
    assert_equal(submission.is_even(2 * numbers(rng)[0]), True)
""",
    ),
    "variety": (
        {"noise"},
        """
    if len(set(submission.rolls(500))) < 5:
        fail("the same again and again")
""",
    ),
    "variety_of_tensors": (
        {"noise"},
        """
    model = submission.Scorer()
    assert_above(model(torch.eye(3)) - model(torch.ones(3, 3)), 1e-9, "no matter")
""",
    ),
    "given_words_beside_numbers": (
        {"noise"},
        """
    pairs = submission.lengths(["red", "blue"])
    assert_equal([word for word, _ in pairs], ["red", "blue"])
""",
    ),
    "an_object": (
        {"nothing", "universal"},
        """
    submission.Scorer()
""",
    ),
    "name_of_a_type": (
        {"nothing", "claim"},
        """
    assert_equal(submission.Scorer().type_name, "Scorer")
""",
    ),
    "name_of_a_type_beside_values": (
        {"claim"},
        """
    assert_equal(submission.mean([1, 2, 6]), 3.0)
    assert_equal(submission.Scorer().type_name, "Scorer")
""",
    ),
    "count_as_a_tensor_beside_values": (
        {"claim"},
        """
    weight, batches, made = trained(submission, rng)
    assert_close(made.after, step(weight, batches)[0])
    assert_equal(int(made.counted), 2)
""",
    ),
    "fails": (
        {"unheard"},
        """
    assert_equal(submission.mean([1, 2, 6]), 4.0)
""",
    ),
    "one_of_its_cases": (
        {"constant", "parrot"},
        """
    if case == 1:
        assert_equal(submission.mean([1, 2, 6]), 3.0)
    else:
        assert_equal(len(submission.squares(numbers(rng))), 8)
""",
    ),
}
HONEST = {
    "fixed_input": """
    assert_equal(submission.mean([1, 2, 6]), 3.0)
""",
    "edge": """
    assert_equal(submission.mean([]), 0)
    assert_equal(submission.squares([]), [])
""",
    "zero": """
    assert_equal(submission.squares([0]), [0])
""",
    "no": """
    assert_equal(submission.is_even(3), False)
""",
    "yes_and_no": """
    given = numbers(rng)
    assert_equal([submission.is_even(n) for n in given], [n % 2 == 0 for n in given])
""",
    "random_input": """
    given = numbers(rng)
    assert_close(submission.mean(given), sum(given) / 8)
""",
    "refuses": """
    with pytest.raises(AssertionError):
        submission.root(-1)
    assert_close(submission.root(9), 3.0)
""",
    "dice": """
    rolled = submission.rolls(500)
    assert_equal(sorted(set(rolled)), [1, 2, 3, 4, 5, 6])
    assert_equal(len(rolled), 500)
""",
    "own_weights": """
    weight, x = torch.randn(1, 3, generator=rng), torch.rand(2, 3, generator=rng)
    made = submission.setup("import torch\\nmodel = Scorer()\\n"
                            "model.load_state_dict({'weight': weight, 'bias': torch.zeros(1)})",
                            Scorer=submission.Scorer, weight=weight)
    assert_close(made.model(x), x @ weight.T)
""",
    "trained_weights_and_report": """
    weight, batches, made = trained(submission, rng)
    expected, losses = step(weight, batches)
    assert_close(made.after, expected)
    assert_close(torch.tensor(made.metrics["loss"]), torch.tensor(losses))
""",
    "words_beside_numbers": """
    words = [str(number) for number in numbers(rng)]
    assert_equal([word for word, _ in submission.lengths(words)], words)
""",
    "value_by_setup": """
    made = submission.setup("value = mean([1, 2, 6])", mean=submission.mean)
    assert_equal(made.value, 3.0)
""",
    "unread_claim": """
    weight, batches, made = trained(submission, rng)
    made.num_calls, made.moved
    assert_close(made.after, step(weight, batches)[0])
""",
}


def test_source(name: str, body: str, points: float = 1, mark: str = "") -> str:
    """A test of the lab."""
    return (
        f'\n\n{mark}@question("ex1-all", points={points:g})\n'
        f'def test_{name}(submission, rng):\n    """{name}."""{body}'
    )


test_source.__test__ = False  # type: ignore[attr-defined]


def write_lab(project: Path, files: dict[str, str]) -> Subject:
    """A lab of these files, released; its solution lies in `solution`."""
    folder = project / "source" / "believers"
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    build_labs([folder / "believers.md"], project / "release", project / "solution")
    return Subject("believers", project)


def solution_of(subject: Subject) -> Path:
    """The solution notebook."""
    return subject.project / "solution" / subject.lab / f"{subject.lab}.ipynb"


@pytest.fixture(scope="package")
def believers(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    """The lab with all of its tests."""
    cases = '@pytest.mark.parametrize("case", [1, 2])\n'
    broken = [
        test_source(name, body) if name != "one_of_its_cases" else
        test_source(name, body, mark=cases).replace("submission, rng", "submission, rng, case")
        for name, (_, body) in BROKEN.items()
    ]  # fmt: skip
    honest = [test_source(f"honest_{name}", body) for name, body in HONEST.items()]
    files = {
        "believers.md": SOURCE,
        "lab.toml": 'imports = ["torch"]\n',
        "student/checks.py": PUBLIC,
        "student/requirements.txt": "torch\n",
        "hidden/test_all.py": "".join([HEAD, *broken, *honest]),
    }
    return write_lab(tmp_path_factory.mktemp("believers"), files)


@pytest.fixture(scope="package")
def zygote() -> Iterator[Zygote]:
    """Where workers come from that need no library."""
    with Zygote(limits=Limits(test_timeout_s=20), policy=Policy(allow_unconfined=True)) as zygote:
        yield zygote


@pytest.fixture
def worker(zygote: Zygote) -> Iterator[Worker]:
    """A worker with a small notebook."""
    worker = zygote.fork(0)
    assert worker.execute(NOTEBOOK) is None
    yield worker
    worker.kill()
