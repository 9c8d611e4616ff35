"""Pairs of numbers as images of handwritten digits, with their sums (Exercise 2)."""

import torch
from torch import Tensor
from torch.utils.data import Dataset

from ..kit.data import load_digit_images
from ..kit.data.sources import DigitSource


def convert_int_to_vector(num: int | Tensor, length: int) -> Tensor:
    """The decimal digits of one or many numbers, zeros on the left.

    Args:
        num: a number, or int64 of any shape, not negative and below 10**length.

    Returns:
        int64, (..., length).
    """
    place_values = 10 ** torch.arange(length - 1, -1, -1)  # (length,)
    return torch.as_tensor(num).unsqueeze(-1) // place_values % 10


def convert_vector_to_int(digits: Tensor) -> Tensor:
    """The numbers that rows of digits spell, the way back: int64, (..., length) -> (...)."""
    place_values = 10 ** torch.arange(digits.shape[-1] - 1, -1, -1)  # (length,)
    return (digits * place_values).sum(dim=-1)


def generate_labels(num_samples: int, max_length: int) -> dict[str, Tensor]:
    """Random summands and their sums, as digits; all at once.

    Both summands are uniform on 0 .. (10**max_length - 1) // 2, the largest range in which no
    sum needs more than `max_length` digits.

    Returns:
        num_1, num_2 and sum, each int64, (num_samples, max_length).
    """
    largest = (10**max_length - 1) // 2
    numbers = torch.randint(largest + 1, (2, num_samples))  # (2, num_samples)
    num_1, num_2, total = convert_int_to_vector(
        torch.cat([numbers, numbers.sum(dim=0, keepdim=True)]), max_length
    )
    return {"num_1": num_1, "num_2": num_2, "sum": total}


class NumberMNIST(Dataset[dict[str, Tensor]]):
    """Samples of two numbers of `max_length` digit images and the digits of their sum.

    It keeps the index of each image, not the image: the images of 20,000 pairs would be 376 MB.
    """

    def __init__(
        self,
        max_length: int = 3,
        train: bool = True,
        num_samples: int | None = None,
        source: DigitSource = "sample",
    ) -> None:
        num_samples = num_samples or (20_000 if train else 5_000)
        self.images, targets = load_digit_images(source, train)  # (M, 28, 28), (M,)
        self.labels = generate_labels(num_samples, max_length)
        self.rows_1 = draw_rows(targets, self.labels["num_1"])  # (num_samples, max_length)
        self.rows_2 = draw_rows(targets, self.labels["num_2"])

    @property
    def shape(self) -> tuple[int, ...]:
        """(num_samples, max_length, 1, 28, 28), of either number."""
        return (*self.rows_1.shape, 1, *self.images.shape[1:])

    def __len__(self) -> int:
        return len(self.rows_1)

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        return {
            "num_1": self.images[self.rows_1[index]].unsqueeze(-3),  # (max_length, 1, 28, 28)
            "num_2": self.images[self.rows_2[index]].unsqueeze(-3),
            "label": self.labels["sum"][index],  # (max_length,)
        }


def draw_rows(targets: Tensor, digits: Tensor) -> Tensor:
    """For each digit the row of a random image that shows it, without a loop.

    Sorted by class, the images of a digit lie side by side: a random place in that stretch.

    Args:
        targets: the class of each image, int64, (M,).
        digits: int64, any shape.

    Returns:
        Rows of `targets`, in the shape of `digits`.
    """
    by_class = targets.argsort()  # (M,)
    count = targets.bincount(minlength=10)  # (10,)
    start = count.cumsum(dim=0) - count  # (10,)
    place = (torch.rand(digits.shape) * count[digits]).long()
    return by_class[start[digits] + place]
