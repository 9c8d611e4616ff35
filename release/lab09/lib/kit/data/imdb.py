"""IMDB reviews as Keras distributes them: token ids in `imdb.npz`, ranks in a JSON file.

Data: Maas et al., "Learning Word Vectors for Sentiment Analysis", ACL 2011.

The reviews are NumPy *object* arrays, that is, pickles, and loading a pickle can run anything.
`_ListsOnly` therefore builds nothing but lists and numbers, with empty stand-ins for NumPy's
own types.
"""

import json
import pickle
import zipfile
from typing import IO, Any

import numpy as np
from numpy.lib import format as npy_format

from .download import DownloadError, RemoteFile, download, how_to_replace
from .review_grammar import INDEX_FROM, START_ID, Sample

_HOST = "https://storage.googleapis.com/tensorflow/tf-keras-datasets"
REVIEWS_FILE = RemoteFile(
    f"{_HOST}/imdb.npz",
    17_464_789,
    "sha256:69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
)
WORD_INDEX_FILE = RemoteFile(
    f"{_HOST}/imdb_word_index.json", 1_641_221, "md5:bfafd718b763782e994055a2d397834f"
)
SHUFFLE_SEED = 113  # Keras' default, so that review 0 is the same one here and there


def imdb_reviews(cache_dir: str, remote: RemoteFile = REVIEWS_FILE) -> tuple[Sample, Sample]:
    """Train and test reviews with every word of the data set, in Keras' order.

    Raises:
        DownloadError: the file can't be had, or isn't what it should be.
    """
    rng = np.random.RandomState(SHUFFLE_SEED)
    path = download(remote, cache_dir)
    try:
        with zipfile.ZipFile(path) as archive:
            return _read_split(archive, "train", rng), _read_split(archive, "test", rng)
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise DownloadError(
            f"{path} holds no reviews with their labels ({error}); {how_to_replace('it')}"
        ) from error


def imdb_word_index(cache_dir: str, remote: RemoteFile = WORD_INDEX_FILE) -> dict[str, int]:
    """The rank of each of the 88,584 words, 1 for the most frequent.

    Raises:
        DownloadError: the file can't be had, or isn't what it should be.
    """
    ranks: dict[str, int] = json.loads(download(remote, cache_dir).read_text("utf-8"))
    return ranks


def _read_split(archive: zipfile.ZipFile, name: str, rng: np.random.RandomState) -> Sample:
    reviews = _read_array(archive, f"x_{name}.npy")
    labels = _read_array(archive, f"y_{name}.npy")
    if len(reviews) != len(labels):
        raise ValueError(f"{len(reviews)} reviews and {len(labels)} labels in {name}")
    order = np.arange(len(reviews))
    rng.shuffle(order)
    return Sample(
        [[START_ID, *(rank + INDEX_FROM for rank in reviews[row])] for row in order],
        [int(labels[row]) for row in order],
    )


def _read_array(archive: zipfile.ZipFile, member: str) -> Any:
    """A plain array as NumPy reads it, an object array as a list."""
    with archive.open(member) as file:
        npy_format.read_magic(file)
        _, _, dtype = npy_format.read_array_header_1_0(file)
        if dtype.hasobject:
            return _ListsOnly(file).array()
    with archive.open(member) as file:
        return npy_format.read_array(file, allow_pickle=False)


class _StandIn:
    """Takes the place of whatever the pickle names; keeps its state, does nothing."""

    def __init__(self, *_args: object) -> None:
        self.state: tuple[Any, ...] = ()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.state = state


class _ListsOnly(pickle.Unpickler):
    """Reads a pickled object array without calling anything that the pickle names."""

    ALLOWED = frozenset(
        {
            ("numpy.core.multiarray", "_reconstruct"),
            ("numpy._core.multiarray", "_reconstruct"),
            ("numpy", "ndarray"),
            ("numpy", "dtype"),
            ("_codecs", "encode"),  # how protocol 2 writes the array's type code b"b"
        }
    )

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, encoding="latin1")  # Keras' file was written by Python 2

    def find_class(self, module: str, name: str) -> type[_StandIn]:
        if (module, name) not in self.ALLOWED:
            raise pickle.UnpicklingError(f"the reviews' file names {module}.{name}")
        return _StandIn

    def array(self) -> list[list[int]]:
        items: list[list[int]] = self.load().state[-1]  # (version, shape, dtype, order, items)
        return items
