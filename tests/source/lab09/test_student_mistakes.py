"""Mistakes that a student of Lab 9 makes at the desk: the check below names each, or comes near."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from autograder.compiler.notebooks import read_pieces
from autograder.lab import find_lab
from tests.lib.kit.checks.desk import Desk, opened_desk

PIECES = [
    piece
    for piece in read_pieces(find_lab("lab09").source).pieces
    if piece.kind == "code" and piece.role != "check" and "skip-grading" not in piece.tags
]


class Mistake(NamedTuple):
    """A part of the solution, what stands in its place, and what the check says of it."""

    question: str
    right: str
    wrong: str
    says: str


MISTAKES = [
    Mistake("ex1-decode", "token - 3", "token - 2", "expected '<start> dull film"),
    Mistake("ex1-decode", 'return " ".join(words)', '" ".join(words)', "function without `return`"),
    Mistake("ex1-decode", 'return " ".join(words)', "return words", "of type str, not list"),
    Mistake("ex1-decode", "def decode_review(", "def decode(", "does not define `decode_review`"),
    Mistake(
        "ex1-decode",
        'return " ".join(words)',
        'raise NotImplementedError("Return the words.")',
        "Answered? Then delete the line with `raise`",
    ),
    Mistake("ex1-filter", "word <= max_id", "word < max_id", "max_id itself stays"),
    Mistake("ex1-filter", "word is not None and ", "", "in <listcomp>: kept = [word for word"),
    Mistake("ex1-padding", ", batch_first=True", "", "takes an argument for this"),
    Mistake("ex1-padding", "dtype=torch.int64", "dtype=torch.float32", "has dtype torch.float32"),
    Mistake(
        "ex1-padding",
        "return pad_sequence(tensors, batch_first=True).to(device)",
        "return tensors",
        "the batch should be a tensor, not of type list",
    ),
    Mistake(
        "ex1-padding",
        'torch.device("cuda" if torch.cuda.is_available() else "cpu")',
        "torch.cuda.is_available()",
        "`device` is no device",
    ),
    Mistake("ex1-dataset", "return self.data", "self.data", "function without `return`"),
    Mistake("ex1-lstm", ".sum(dim=1) - 1", ".sum(dim=1)", "IndexError: index 4 is out of bounds"),
    Mistake("ex1-lstm", "hidden[-1]", "hidden[0]", "the upper LSTM layer's state"),
    Mistake("ex1-train", "            optimizer.zero_grad()\n", "", "clear them for each batch"),
    Mistake("ex1-train", "no_grad():", "no_grad:", "to make an object, write `()`"),
    Mistake("ex1-train", "    model.eval()", "    model.eval", "call `model.eval()` first"),
    Mistake("ex1-setup", "IMDBDataset(val_x, val_y)", "IMDBDataset", "That is a class itself"),
    Mistake("ex1-setup", "nn.BCEWithLogitsLoss()", "nn.BCELoss()", "It should take logits"),
    Mistake("ex1-setup", "lstm.parameters()", "lstm.parameters", "That is a function itself"),
    Mistake(
        "ex1-setup",
        "LSTMModel(skip_padding=True).to(device)",
        "LSTMModel",
        "It was called on a class: make an object first",
    ),
    Mistake("ex2-digits", "str(num).zfill(length)", "str(num)", "shape (1,), not (3,)"),
    Mistake("ex2-labels", "num_1 + num_2, ", "num_1, ", "sum: 200 of 200 values wrong"),
    Mistake("ex2-model", "nn.Dropout(0.1)", "nn.Dropout", "self.dropout is the class Dropout"),
    Mistake("ex2-model", ", bidirectional=True", "", "in forward: logits = self.fc(outputs)"),
    Mistake("ex2-setup", "nn.CrossEntropyLoss()", "nn.BCEWithLogitsLoss()", "of ten classes"),
    Mistake("ex2-predict", ".unsqueeze(0)", "", "the model takes a batch of numbers"),
    Mistake("ex2-predict", "    model.eval()\n", "", "call `model.eval()` first"),
    Mistake("ex3-by-hand", "[3.0, 1.0], [2.0", "[3.0, 2.0], [2.0", "not right in Q: row 2"),
    Mistake("ex3-self-attention", "dim=1)", "dim=0)", "The softmax makes columns sum to 1"),
    Mistake(
        "ex3-self-attention",
        "torch.softmax(query @ key.T / key.shape[1] ** 0.5, dim=1)",
        "torch.softmax(query @ key.T, dim=1) / key.shape[1] ** 0.5",
        "Take the softmax last",
    ),
    Mistake("ex3-self-attention", "value, weights", "value", "Return the output and the weights"),
    Mistake("ex3-softmax-tiled", "f_t * factor for", "f_t for", "rescaled to the common maximum"),
    Mistake("ex3-flash", "return o / l", "return o", "at the end, o by l"),
    Mistake("ex4-positions", "torch.arange(0, d_model, 2)", "torch.arange(d_model // 2)", "2 * i"),
    Mistake("ex4-attention", "num_heads=4", "num_heads=2", "with four heads"),
    Mistake("ex4-attention", "num_heads=4", "num_heads=5", "in __init__: nn.MultiheadAttention("),
    Mistake("ex4-attention", "return self.embedding(", "self.embedding(", "without `return`"),
    Mistake(
        "ex4-setup", "model_attention.parameters()", "model_lstm.parameters()", "`parameters()"
    ),
]


@pytest.fixture(scope="module")
def desk(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A kernel in which the solution ran."""
    folder = tmp_path_factory.mktemp("desk") / "lab09"
    shutil.copytree(built / "release" / "lab09", folder)
    with opened_desk(folder) as desk:
        for piece in PIECES:
            assert not desk.run(piece.solution, piece.grade_id).error
        yield desk


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: f"{one.question}: {one.wrong[:30]!r}")
def test_the_check_says_what_is_wrong(mistake: Mistake, desk: Desk) -> None:
    answers = [one for one in PIECES if one.grade_id.startswith(f"{mistake.question}-answer")]
    (piece,) = (one for one in answers if mistake.right in one.solution)
    desk.run(piece.solution.replace(mistake.right, mistake.wrong), piece.grade_id)
    shown = desk.run(f'check("{mistake.question}")', mistake.question)
    desk.run(piece.solution, piece.grade_id)
    assert mistake.says in shown.table
    assert "✗" in shown.table or "↻" in shown.table or "○" in shown.table


OWN = [  # cells that a student adds, and what ends their harm
    ("ex3-softmax-tiled", "sum = 0", "`sum` is a name of Python's own", "del sum"),
    ("ex1-lstm", "nn = 'a net'", "`nn` is a name of the lab's", "from torch import nn"),
    ("ex1-padding", "torch = None", "`torch` is a name of the lab's", "import torch"),
    ("ex1-padding", "pad_sequence = []", "`pad_sequence` is a name of the lab's", ""),
    ("ex3-flash", "zip = 'lab09.zip'", "`zip` is a name of Python's own", "del zip"),
]


@pytest.mark.parametrize(("question", "source", "says", "undo"), OWN, ids=lambda one: one[:20])
def test_names_that_another_cell_takes(
    question: str, source: str, says: str, undo: str, desk: Desk
) -> None:
    desk.run(source, "own")
    table = desk.run(f'check("{question}")', question).table
    if undo:
        desk.run(undo, "own")
    else:
        (imports,) = (one for one in PIECES if "import pad_sequence" in one.solution)
        desk.run(imports.solution, imports.grade_id)
    assert "↻ run again" in table and says in table
    after = desk.run(f'check("{question}")', question).table
    assert "✓ passed" in after and "↻" not in after


def test_a_question_whose_earlier_one_is_open(desk: Desk) -> None:
    (blank,) = (one for one in PIECES if one.grade_id.startswith("ex2-digits-answer"))
    desk.run(blank.student, blank.grade_id)
    table = desk.run('check("ex2-labels")', "ex2-labels").table
    desk.run(blank.solution, blank.grade_id)
    assert "this builds on ex2-digits, which is still open" in table


def test_a_folder_that_was_left(desk: Desk) -> None:
    desk.run("import os; os.chdir('/')", "own")
    assert "✓ passed" in desk.run('check("ex1-filter")', "ex1-filter").table
