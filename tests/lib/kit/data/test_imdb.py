"""Keras' files: the same reviews as Keras reads, and no pickle that runs anything."""

import hashlib
import io
import json
import os
import pickle
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lib.kit.data.download import DownloadError, RemoteFile
from lib.kit.data.imdb import SHUFFLE_SEED, imdb_reviews, imdb_word_index

from .conftest import WebServer

REVIEWS = [[14, 22, 16], [1], [], [500, 4, 4, 88583], [7, 9], [30]]
LABELS = [1, 0, 0, 1, 1, 0]


def serve(server: WebServer, name: str, content: bytes) -> RemoteFile:
    server.files[f"/{name}"] = content
    checksum = f"sha256:{hashlib.sha256(content).hexdigest()}"
    return RemoteFile(f"{server.url}/{name}", len(content), checksum)


def npz(reviews: Any, protocol: int | None = None) -> bytes:
    """An archive like Keras'; with `protocol`, the reviews are pickled that way."""
    arrays = {"y_train": np.array(LABELS), "y_test": np.array(LABELS[::-1])}
    arrays |= {"x_train": as_objects(reviews), "x_test": as_objects(reviews[::-1])}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w") as file:
                if array.dtype.hasobject and protocol is not None:
                    header = np.lib.format.header_data_from_array_1_0(array)
                    np.lib.format.write_array_header_1_0(file, header)
                    pickle.dump(array, file, protocol=protocol)
                else:
                    np.lib.format.write_array(file, array)
    return buffer.getvalue()


def as_objects(items: list[Any]) -> Any:
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


@pytest.mark.parametrize("protocol", [None, 0, 2, 3, 4, 5])
def test_reviews_are_those_of_keras(
    server: WebServer, tmp_path: Path, protocol: int | None
) -> None:
    remote = serve(server, "imdb.npz", npz(REVIEWS, protocol))
    train, test = imdb_reviews(str(tmp_path), remote)

    # As Keras does it: one generator shuffles the training rows, then the test rows.
    rng = np.random.RandomState(SHUFFLE_SEED)
    for split, reviews, labels in ((train, REVIEWS, LABELS), (test, REVIEWS[::-1], LABELS[::-1])):
        rows = np.arange(len(reviews))
        rng.shuffle(rows)
        assert split.reviews == [[1, *(rank + 3 for rank in reviews[row])] for row in rows]
        assert split.labels == [labels[row] for row in rows]
        assert all(type(label) is int for label in split.labels)


class RunsWhenLoaded:
    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, (self.command,)


def test_a_pickle_that_would_run_a_command_is_refused(server: WebServer, tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    reviews = [*REVIEWS[:-1], RunsWhenLoaded(f"touch '{witness}'")]
    remote = serve(server, "imdb.npz", npz(reviews))
    with pytest.raises(pickle.UnpicklingError, match=r"names (posix|nt)\.system"):
        imdb_reviews(str(tmp_path), remote)
    assert not witness.exists()


@pytest.mark.parametrize("reviews", [REVIEWS[1:], [*REVIEWS, [7]]], ids=["too few", "too many"])
def test_each_review_needs_a_label(
    server: WebServer, tmp_path: Path, reviews: list[list[int]]
) -> None:
    remote = serve(server, "imdb.npz", npz(reviews))
    counts = f"{len(reviews)} reviews and {len(LABELS)} labels in train"
    with pytest.raises(DownloadError, match=rf"imdb\.npz holds no reviews .*{counts}.*delete it"):
        imdb_reviews(str(tmp_path), remote)


@pytest.mark.parametrize("content", [b"no archive", npz(REVIEWS)[:-40]])
def test_what_is_no_archive_is_named(server: WebServer, tmp_path: Path, content: bytes) -> None:
    remote = serve(server, "imdb.npz", content)
    with pytest.raises(DownloadError, match=r"imdb\.npz holds no reviews with their labels"):
        imdb_reviews(str(tmp_path), remote)


def test_word_ranks(server: WebServer, tmp_path: Path) -> None:
    ranks = {"the": 1, "café": 2}
    remote = serve(server, "imdb_word_index.json", json.dumps(ranks).encode())
    assert imdb_word_index(str(tmp_path), remote) == ranks
