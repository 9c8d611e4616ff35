"""Ratio: 12,000 pairs of numbers made by copying images, sample by sample, to the notebook's way.

The copying loop stacks the images of each sample into one large tensor, as data sets are often
written; the notebook's `NumberMNIST` draws indices for all samples at once and copies no image.
"""

from collections.abc import Iterator

import torch

from lib.kit.data import load_digit_images
from tests.bench.measure import Row, Run, memory_ratio, time_ratio
from tests.bench.notebook import notebook

NUM_PAIRS = 12_000
MAX_LENGTH = 3


def rows() -> Iterator[Row]:
    torch.set_num_threads(1)
    yield Row("time", time_ratio(copy_images, draw_indices, rounds=3), at_least=30)
    yield Row("memory", memory_ratio(copy_images, draw_indices), at_least=20)


def draw_indices() -> Run:
    load_digit_images()  # once read, they stay in memory
    make_pairs = notebook()["NumberMNIST"]
    convert = notebook()["convert_int_to_vector"]

    def run() -> object:
        convert.cache_clear()  # the first data set of a notebook finds it empty
        return make_pairs(MAX_LENGTH, num_samples=NUM_PAIRS)

    return run


def copy_images() -> Run:
    images, digits = load_digit_images()
    of_digit = [(digits == digit).nonzero().squeeze(1) for digit in range(10)]
    largest = (10**MAX_LENGTH - 1) // 2

    def run() -> object:
        shape = (NUM_PAIRS, MAX_LENGTH, 1, 28, 28)
        data = {"num_1": torch.zeros(shape), "num_2": torch.zeros(shape)}
        sums = []
        for sample in range(NUM_PAIRS):
            summands = [int(torch.randint(largest + 1, (1,))) for _ in data]
            for name, number in zip(data, summands, strict=True):
                chosen = []
                for digit in as_digits(number):
                    candidates = of_digit[int(digit)]
                    chosen.append(images[candidates[torch.randint(len(candidates), (1,))]])
                data[name][sample] = torch.stack(chosen)
            sums.append(as_digits(sum(summands)))
        return data, torch.stack(sums)

    return run


def as_digits(number: int) -> torch.Tensor:
    return torch.tensor([int(digit) for digit in f"{number:0{MAX_LENGTH}}"])
