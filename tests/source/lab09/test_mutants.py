"""Lab 9's mutants are the mistakes that its students make."""

import ast

import pytest

from autograder.lab import find_lab
from autograder.mutation.confusions import CONFUSIONS_FILE, read_confusions
from autograder.mutation.equivalent import EQUIVALENT_FOLDER, read_equivalents
from autograder.mutation.mutants import Mutant, make_mutants
from autograder.variants.solution import Solution, read_solution

LAB = find_lab("lab09")


@pytest.fixture(scope="module")
def lab09() -> Solution:
    return read_solution(LAB.source)


@pytest.fixture(scope="module")
def mutants(lab09: Solution) -> list[Mutant]:
    return make_mutants(lab09, read_confusions(LAB.variants_dir / CONFUSIONS_FILE))


def test_there_are_many_and_each_differs(lab09: Solution, mutants: list[Mutant]) -> None:
    assert len(mutants) >= 250
    assert {mutant.question for mutant in mutants} == set(lab09.questions)
    trees = {(mutant.cell_id, ast.dump(ast.parse(mutant.source))) for mutant in mutants}
    assert len(trees) == len(mutants)
    solved = {(i, ast.dump(ast.parse(cell.source))) for i, cell in lab09.cells.items()}
    assert not trees & solved


def test_only_lines_of_the_blank_change(lab09: Solution, mutants: list[Mutant]) -> None:
    for mutant in mutants:
        blank = lab09.blanks[mutant.blank]
        removed = [line[1:] for line in mutant.diff.split("\n") if line[0] == "-"]
        assert removed
        assert set(removed) <= set(blank.lines)


@pytest.mark.parametrize(
    ("blank", "line"),
    [
        ("ex1-decode.1", "rank_to_word.get(token + 3"),
        ("ex1-filter.1", "word < max_id"),
        ("ex1-lstm.2", "state = hidden[0]"),
        ("ex1-train.2", "with torch.enable_grad():"),
        ("ex1-train.1", "model.train()"),
        ("ex1-setup.6", 'nn.BCEWithLogitsLoss(reduction="sum")'),
        ("ex2-digits.1", "for digit in list(str(num).zfill(length))[::-1]"),
        ("ex2-dataset.2", '"label": self.labels["sum"][idx - 1]'),
        ("ex2-model.1", "kernel_size=5, stride=3"),
        ("ex2-model.3", "batch_first=True, bidirectional=False"),
        ("ex3-self-attention.1", "torch.softmax(query @ key.T / key.shape[1] ** 0.5, dim=0)"),
        ("ex3-self-attention.1", "torch.softmax(query @ key.T, dim=1)"),
        ("ex3-flash.1", "rescale = torch.exp(new_m - m)"),
        ("ex4-attention.1", "num_heads=4, batch_first=False"),
        ("ex4-attention.3", "embedded, embedded, embedded, need_weights=False"),
        ("ex4-attention.3", "is_padding = tokens != 0"),
    ],
)
def test_mistakes_that_students_make(blank: str, line: str, mutants: list[Mutant]) -> None:
    diffs = [mutant.diff for mutant in mutants if mutant.blank == blank]
    assert any(line in text for diff in diffs for text in diff.split("\n") if text[0] == "+")


def test_missing_steps_of_training(mutants: list[Mutant]) -> None:
    diffs = [mutant.diff for mutant in mutants if mutant.blank == "ex1-train.3"]
    for step in ("optimizer.zero_grad()", "batch_loss.backward()", "optimizer.step()"):
        assert f"-            {step}\n+            pass" in diffs


def test_every_equivalent_is_a_mutant_with_a_reason(mutants: list[Mutant]) -> None:
    equivalents = read_equivalents(LAB.variants_dir / EQUIVALENT_FOLDER, mutants)
    assert len(equivalents) >= 60
    assert all(len(entry.reason.split()) >= 3 for entry in equivalents.values())
