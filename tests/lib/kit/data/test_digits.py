"""Digit images, of the sample and in MNIST's own files."""

import functools
import gzip
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lib.kit.data import load_digit_images
from lib.kit.data.digits import centre_by_mass
from lib.kit.data.download import DownloadError
from lib.kit.data.mnist import mnist_digits

from .conftest import WebServer, idx
from .test_mnist import offer


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


def test_mnist_comes_as_the_sample_does(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pixels = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
    contents = (idx(pixels), idx(np.array([3, 8], dtype=np.uint8)))
    files = [
        offer(server, f"{number}.gz", gzip.compress(content))
        for number, content in enumerate(contents)
    ]
    small = functools.partial(mnist_digits, files=files)
    monkeypatch.setattr("lib.kit.data.digits.mnist_digits", small)
    images, digits = load_digit_images("mnist", cache_dir=str(tmp_path))
    torch.testing.assert_close(images, torch.from_numpy(pixels) / 255)
    assert torch.equal(digits, torch.tensor([3, 8]))


def test_a_small_file_under_mnists_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "MNIST" / "raw" / "t10k-images-idx3-ubyte.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(gzip.compress(idx(np.zeros((2, 28, 28), dtype=np.uint8))))
    with pytest.raises(DownloadError, match=r"t10k-images-idx3-ubyte\.gz is not the file we know"):
        load_digit_images("mnist", train=False, cache_dir=str(tmp_path))
