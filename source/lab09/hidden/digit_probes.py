"""The images of digits that the lab's data holds, and which of them an image is."""

import functools

import torch
from torch import Tensor

from lib.kit.data import load_digit_images


@functools.cache
def known_digits(train: bool) -> tuple[Tensor, Tensor]:
    """All images of the data (known, 28, 28), and their classes (known,)."""
    return load_digit_images("sample", train=train)


def nearest_digits(images: Tensor, train: bool) -> Tensor:
    """The class of the data image equal to each of `images` (count, 28, 28); -1 if none is."""
    known, classes = known_digits(train)
    distances = torch.cdist(images.flatten(1), known.flatten(1))  # (count, known)
    nearest = distances.min(dim=1)
    return torch.where(nearest.values < 0.05, classes[nearest.indices], -1)
