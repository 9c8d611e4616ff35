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
        offered.append(offer(server, name, content))
    return offered


@pytest.mark.parametrize("train", [True, False])
def test_fetched_once_and_read(
    server: WebServer, files: list[RemoteFile], tmp_path: Path, train: bool
) -> None:
    for _ in range(2):
        images, digits = mnist_digits(train, str(tmp_path), files)
        assert torch.equal(images, torch.from_numpy(IMAGES))
        assert digits.tolist() == [3, 8] and digits.dtype == torch.int64
    names = sorted(path.name.split("-")[0] for path in tmp_path.rglob("*.gz"))
    assert names == ["train" if train else "t10k"] * 2  # the other split's files are not wanted
    assert len(server.requests) == 2


def test_two_kernels_at_once(server: WebServer, files: list[RemoteFile], tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        loaded = pool.starmap(mnist_digits, [(True, str(tmp_path), files)] * 2)
        pool.close()
        pool.join()
    assert [digits.tolist() for _, digits in loaded] == [[3, 8]] * 2
    assert len(server.requests) == 2


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


def test_files_of_the_other_split_may_be_damaged(
    server: WebServer, files: list[RemoteFile], tmp_path: Path
) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"):
        (raw / name).write_bytes(b"cut off")
    assert mnist_digits(False, str(tmp_path), files)[1].tolist() == [3, 8]
    with pytest.raises(DownloadError, match=r"train-images.*it has 7 bytes.*delete it and run"):
        mnist_digits(True, str(tmp_path), files)


def test_an_unpacked_copy_is_not_taken(
    server: WebServer, files: list[RemoteFile], tmp_path: Path
) -> None:
    """As with 8,000 images under the name of 60,000."""
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / "train-images-idx3-ubyte").write_bytes(idx(IMAGES[:1]))
    assert len(mnist_digits(True, str(tmp_path), files)[0]) == 2


@pytest.mark.parametrize(
    ("images", "digits"),
    [
        (IMAGES[:1], DIGITS),
        (IMAGES, DIGITS[:1]),
        (IMAGES[:, 1:], DIGITS),
        (DIGITS, DIGITS),
        (IMAGES, IMAGES),
    ],
    ids=["an image too few", "a digit too few", "27 rows", "no images", "no digits"],
)
def test_shapes_and_counts_must_agree(
    server: WebServer, tmp_path: Path, images: np.ndarray, digits: np.ndarray
) -> None:
    files = [
        offer(server, f"{name}.gz", gzip.compress(idx(array)))
        for name, array in (("images", images), ("digits", digits))
    ]
    with pytest.raises(DownloadError) as caught:
        mnist_digits(True, str(tmp_path), files)
    (line,) = str(caught.value).splitlines()
    assert f"images.gz holds an array of shape {images.shape}" in line
    assert f"digits.gz one of {digits.shape}" in line
    assert line.endswith("delete both and run this again, then a new copy is fetched")


@pytest.mark.parametrize(
    "content",
    [
        b"no archive",
        gzip.compress(b""),
        gzip.compress(b"\0\0\x08"),
        gzip.compress(idx(IMAGES)[:-1]),
        gzip.compress(idx(IMAGES) + b"!"),
        gzip.compress(idx(IMAGES))[:-20],
        gzip.compress(b"\0\0\x0d" + idx(IMAGES)[3:]),  # floats
        gzip.compress(b"PK\x08" + idx(IMAGES)[3:]),
    ],
    ids=["text", "nothing", "head", "short", "long", "cut", "floats", "head of others"],
)
def test_another_format_is_named(server: WebServer, tmp_path: Path, content: bytes) -> None:
    images = offer(server, "images.gz", content)
    digits = offer(server, "digits.gz", gzip.compress(idx(DIGITS)))
    with pytest.raises(DownloadError, match=r"images\.gz is no packed array of MNIST .*delete it"):
        mnist_digits(True, str(tmp_path), [images, digits])


def offer(server: WebServer, name: str, content: bytes) -> RemoteFile:
    """A file with its true checksum, whatever is in it."""
    server.files[f"/{name}"] = content
    return RemoteFile(
        f"{server.url}/{name}", len(content), f"md5:{hashlib.md5(content).hexdigest()}"
    )
