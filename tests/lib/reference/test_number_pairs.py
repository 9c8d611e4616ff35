"""Numbers, their digits and their images."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lib.kit.data import load_digit_images
from lib.reference.number_pairs import (
    NumberMNIST,
    convert_int_to_vector,
    convert_vector_to_int,
    draw_rows,
    generate_labels,
)


@given(st.integers(0, 10**6 - 1))
def test_digits_are_those_of_the_written_number(number: int) -> None:
    written = [int(digit) for digit in f"{number:06}"]
    vector = convert_int_to_vector(number, 6)
    assert vector.tolist() == written
    assert convert_vector_to_int(vector) == number


@pytest.mark.parametrize("max_length", [1, 2, 3])
def test_labels_add_up_and_cover_the_range(max_length: int) -> None:
    labels = generate_labels(20_000, max_length)
    num_1, num_2, total = (convert_vector_to_int(labels[n]) for n in ("num_1", "num_2", "sum"))
    assert torch.equal(num_1 + num_2, total)
    largest = (10**max_length - 1) // 2
    assert (int(num_1.min()), int(num_1.max())) == (0, largest)
    assert total.max() < 10**max_length


def test_images_show_their_digits() -> None:
    pairs = NumberMNIST(max_length=2, train=False, num_samples=30)
    images, targets = load_digit_images(train=False)
    by_content = {image.numpy().tobytes(): int(t) for image, t in zip(images, targets, strict=True)}
    assert pairs.shape == (30, 2, 1, 28, 28)
    assert len(pairs) == 30
    for index in range(len(pairs)):
        sample = pairs[index]
        for name in ("num_1", "num_2"):
            assert sample[name].shape == (2, 1, 28, 28)
            shown = [by_content[image.numpy().tobytes()] for image in sample[name].squeeze(1)]
            assert shown == pairs.labels[name][index].tolist()
        assert torch.equal(sample["label"], pairs.labels["sum"][index])


@given(st.integers(0, 100))
def test_every_image_of_a_digit_can_be_drawn(seed: int) -> None:
    torch.manual_seed(seed)
    targets = torch.arange(10).repeat(3)[torch.randperm(30)]
    rows = draw_rows(targets, torch.full((200,), 4))
    assert set(rows.tolist()) == set((targets == 4).nonzero().squeeze(1).tolist())
