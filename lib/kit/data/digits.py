"""Images of handwritten digits, 28 x 28: a sample that needs no network, or MNIST."""

import functools

import torch
from torch import Tensor
from torch.nn import functional as F

from .mnist import mnist_digits
from .sources import DIGIT_SOURCES, DigitSource, check_source

IMAGE_SIZE = 28
DIGIT_SIZE = 20  # MNIST fits a digit into 20 x 20 and centres it by mass in 28 x 28
SAMPLE_TEST_SHARE = 0.2
SPLIT_SEED = 9


def load_digit_images(
    source: DigitSource = "sample", train: bool = True, cache_dir: str = ".data"
) -> tuple[Tensor, Tensor]:
    """Images (N, 28, 28), float32 in [0, 1], and the digits 0 to 9 on them (N,), int64.

    "sample" has 1,438 images for training and 359 others for testing, every one a real hand's
    (scikit-learn's `load_digits`, enlarged from 8 x 8); "mnist" has 60,000 and 10,000 and is
    downloaded into `cache_dir` on first use.

    Raises:
        ValueError: a source that doesn't exist.
        DownloadError: "mnist" can't be had, or isn't what it should be.
    """
    check_source(source, DIGIT_SOURCES)
    if source == "mnist":
        images, digits = mnist_digits(train, cache_dir)
        return images.float() / 255, digits

    images, digits = _sample()
    test_size = int(SAMPLE_TEST_SHARE * len(digits))
    order = torch.randperm(len(digits), generator=torch.Generator().manual_seed(SPLIT_SEED))
    rows = order[test_size:] if train else order[:test_size]
    return images[rows], digits[rows]


@functools.cache
def _sample() -> tuple[Tensor, Tensor]:
    from sklearn.datasets import load_digits  # takes a second to import

    bunch = load_digits()
    small = torch.from_numpy(bunch.images).float() / 16  # (N, 8, 8)
    digits = F.interpolate(small.unsqueeze(1), size=DIGIT_SIZE, mode="bilinear")  # (N, 1, 20, 20)
    border = (IMAGE_SIZE - DIGIT_SIZE) // 2
    images = F.pad(digits.squeeze(1), (border,) * 4)  # (N, 28, 28)
    return centre_by_mass(images), torch.from_numpy(bunch.target).long()


def centre_by_mass(images: Tensor) -> Tensor:
    """Shift each image (N, H, W) by whole pixels, its centre of mass nearest to the middle.

    What leaves on one side comes back on the other, so digits need a border.
    """
    height, width = images.shape[1:]
    mass = images.sum(dim=(1, 2))  # (N,)
    row = (images.sum(dim=2) * torch.arange(height)).sum(dim=1) / mass  # (N,)
    column = (images.sum(dim=1) * torch.arange(width)).sum(dim=1) / mass  # (N,)
    down = ((height - 1) / 2 - row).round().long()
    right = ((width - 1) / 2 - column).round().long()
    rows = (torch.arange(height) - down[:, None]) % height  # (N, H): where each row comes from
    columns = (torch.arange(width) - right[:, None]) % width  # (N, W)
    return images[torch.arange(len(images))[:, None, None], rows[:, :, None], columns[:, None, :]]
