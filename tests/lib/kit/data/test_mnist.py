"""MNIST's files in their exact format, from a server on this machine."""

import gzip
import hashlib
import multiprocessing
from pathlib import Path

import numpy as np
import pytest
import torch

from lib.kit.data.download import DownloadError, RemoteFile
from lib.kit.data.mnist import MNIST_FILES, mnist_digits

from .conftest import WebServer, idx

IMAGES = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
DIGITS = np.array([3, 8], dtype=np.uint8)


@pytest.fixture
def files(server: WebServer) -> list[RemoteFile]:
    """Small data under MNIST's names."""
    offered = []
    for known in MNIST_FILES:
        name = known.url.rsplit("/")[-1]
        content = gzip.compress(idx(IMAGES if "images" in name else DIGITS), mtime=0)
        server.files[f"/{name}"] = content
        checksum = f"md5:{hashlib.md5(content).hexdigest()}"
        offered.append(RemoteFile(f"{server.url}/{name}", len(content), checksum))
    return offered


@pytest.mark.parametrize("train", [True, False])
def test_fetched_once_and_read(
    server: WebServer, files: list[RemoteFile], tmp_path: Path, train: bool
) -> None:
    for _ in range(2):
        images, digits = mnist_digits(train, str(tmp_path), files)
        assert torch.equal(images, torch.from_numpy(IMAGES))
        assert digits.tolist() == [3, 8] and digits.dtype == torch.int64
    assert len(server.requests) == 4


def test_two_kernels_at_once(server: WebServer, files: list[RemoteFile], tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        loaded = pool.starmap(mnist_digits, [(True, str(tmp_path), files)] * 2)
        pool.close()
        pool.join()
    assert [digits.tolist() for _, digits in loaded] == [[3, 8]] * 2
    assert len(server.requests) == 4


def test_what_broke_off_leaves_nothing_to_read(
    server: WebServer, files: list[RemoteFile], tmp_path: Path
) -> None:
    server.sends_bytes = 20
    with pytest.raises(DownloadError, match="bytes are kept"):
        mnist_digits(True, str(tmp_path), files)
    assert [path.suffix for path in (tmp_path / "MNIST" / "raw").glob("*ubyte*[!k]")] == [
        ".partial"
    ]
    server.sends_bytes = None
    _, digits = mnist_digits(True, str(tmp_path), files)
    assert digits.tolist() == [3, 8]
