"""MNIST's files, fetched and checked as all our files are, and read as they are packed.

Data: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition",
Proceedings of the IEEE, 1998.
"""

import gzip
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .download import DownloadError, RemoteFile, download, how_to_replace

_HOST = "https://ossci-datasets.s3.amazonaws.com/mnist"
MNIST_FILES = (  # images and digits for training, images and digits for testing
    RemoteFile(
        f"{_HOST}/train-images-idx3-ubyte.gz", 9_912_422, "md5:f68b3c2dcbeaaa9fbdd348bbdeb94873"
    ),
    RemoteFile(
        f"{_HOST}/train-labels-idx1-ubyte.gz", 28_881, "md5:d53e105ee54ea40749a09fcbcd1e9432"
    ),
    RemoteFile(
        f"{_HOST}/t10k-images-idx3-ubyte.gz", 1_648_877, "md5:9fb629c4189551a2d022fa330f9573f3"
    ),
    RemoteFile(f"{_HOST}/t10k-labels-idx1-ubyte.gz", 4_542, "md5:ec29112dd5afa0611ce80d1b7f02629c"),
)
IMAGE_SHAPE = (28, 28)
UNSIGNED_BYTES = 8  # how the format names the type of its numbers


def mnist_digits(
    train: bool, cache_dir: str, files: Sequence[RemoteFile] = MNIST_FILES
) -> tuple[Tensor, Tensor]:
    """Images (N, 28, 28), uint8, and the digits on them (N,), int64, in MNIST's order.

    Only the two files of the split are asked for, and only as they are packed: of an unpacked copy
    nobody knows whether it is whole.

    Raises:
        DownloadError: a file can't be had, or isn't what it should be.
    """
    folder = str(Path(cache_dir, "MNIST", "raw"))  # where torchvision keeps them, too
    of_split = files[:2] if train else files[2:]
    image_file, digit_file = (download(remote, folder) for remote in of_split)
    images, digits = _read_idx(image_file), _read_idx(digit_file)
    if images.shape[1:] != IMAGE_SHAPE or digits.shape != images.shape[:1]:
        raise DownloadError(
            f"{image_file} holds an array of shape {images.shape} and {digit_file.name} one of "
            f"{digits.shape}, but each image has 28 x 28 pixels and one digit; "
            f"{how_to_replace('both')}"
        )
    return torch.from_numpy(images), torch.from_numpy(digits).long()


def _read_idx(path: Path) -> np.ndarray:
    """An array of bytes in MNIST's format: type and rank, the sizes as big-endian int32, the data.

    Raises:
        DownloadError: the file isn't of that format.
    """
    try:
        with gzip.open(path) as packed:
            content = bytearray(packed.read())  # writable, as PyTorch wants its memory
        zeros, kind, rank = content[:2], content[2], content[3]
        sizes = np.frombuffer(content, dtype=">i4", count=rank, offset=4)
        if zeros != b"\0\0" or kind != UNSIGNED_BYTES:
            raise ValueError("another format")
        return np.frombuffer(content, dtype=np.uint8, offset=4 + 4 * rank).reshape(sizes)
    except (OSError, EOFError, zlib.error, IndexError, ValueError) as error:
        raise DownloadError(
            f"{path} is no packed array of MNIST ({error}); {how_to_replace('it')}"
        ) from error
