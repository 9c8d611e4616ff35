"""MNIST's four files, fetched as all our files are, and read by torchvision.

Data: LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document recognition",
Proceedings of the IEEE, 1998.
"""

import gzip
import shutil
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock
from torch import Tensor

from .download import RemoteFile, download
from .torchvision_without_ops import install_finder

_HOST = "https://ossci-datasets.s3.amazonaws.com/mnist"
MNIST_FILES = (
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


def mnist_digits(
    train: bool, cache_dir: str, files: Sequence[RemoteFile] = MNIST_FILES
) -> tuple[Tensor, Tensor]:
    """Images (N, 28, 28), uint8, and the digits on them (N,), int64, in MNIST's order.

    Raises:
        DownloadError: a file can't be had, or isn't what it should be.
    """
    install_finder()
    from torchvision.datasets import MNIST  # takes as long to import as torch itself

    raw = Path(cache_dir, "MNIST", "raw")  # where torchvision looks for them
    for remote in files:
        _unpack(raw / Path(remote.url).stem, remote)
    mnist = MNIST(cache_dir, train=train)
    return mnist.data, mnist.targets


def _unpack(path: Path, remote: RemoteFile) -> None:
    """Unpack a file beside its archive, once; its name only ever stands for the whole."""
    if path.exists():
        return
    archive = download(remote, str(path.parent))
    with FileLock(f"{path}.lock"):
        if path.exists():  # by now: another kernel wanted it too
            return
        partial = path.with_name(f"{path.name}.partial")
        with gzip.open(archive) as packed, partial.open("wb") as unpacked:
            shutil.copyfileobj(packed, unpacked)
        partial.replace(path)
