"""Digit images, of the sample and in MNIST's own files."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lib.kit.data import load_digit_images
from lib.kit.data.digits import centre_by_mass

from .conftest import idx


@pytest.mark.parametrize(("train", "size"), [(True, 1438), (False, 359)])
def test_the_sample_has_mnists_form(train: bool, size: int) -> None:
    images, digits = load_digit_images(train=train)
    assert images.shape == (size, 28, 28)
    assert images.dtype == torch.float32
    assert images.min() == 0
    assert 0.9 < images.max() <= 1
    assert digits.shape == (size,)
    assert digits.dtype == torch.int64
    assert digits.bincount().min() > 0.07 * size
    assert len(digits.bincount()) == 10


def test_no_image_is_in_both_splits() -> None:
    train, test = (load_digit_images(train=train)[0] for train in (True, False))
    assert {image.numpy().tobytes() for image in train}.isdisjoint(
        image.numpy().tobytes() for image in test
    )


def test_digits_are_centred() -> None:
    images, _ = load_digit_images()
    mass = images.sum(dim=(1, 2))
    for dim in (1, 2):
        centre = (images.sum(dim=3 - dim) * torch.arange(28)).sum(dim=1) / mass
        assert (centre - 13.5).abs().max() < 0.501  # whole pixels come no closer


@given(st.integers(-7, 7), st.integers(-7, 7))
def test_centring_undoes_a_shift(down: int, right: int) -> None:
    centred = torch.zeros(1, 28, 28)
    centred[0, 9:19, 12:16] = 1.0
    shifted = centred.roll((down, right), dims=(1, 2))
    assert torch.equal(centre_by_mass(shifted), centred)


def test_mnist_is_read_from_its_files(tmp_path: Path) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    images = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
    digits = np.array([3, 8], dtype=np.uint8)
    for split in ("train", "t10k"):
        (raw / f"{split}-images-idx3-ubyte").write_bytes(idx(images))
        (raw / f"{split}-labels-idx1-ubyte").write_bytes(idx(digits))
    loaded, targets = load_digit_images("mnist", train=False, cache_dir=str(tmp_path))
    torch.testing.assert_close(loaded, torch.from_numpy(images) / 255)
    assert torch.equal(targets, torch.tensor([3, 8]))
