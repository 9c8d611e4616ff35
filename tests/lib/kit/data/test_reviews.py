"""One call for both kinds of reviews."""

import functools
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from lib.kit.data import load_reviews, load_word_index
from lib.kit.data.download import DownloadError
from lib.kit.data.imdb import imdb_reviews, imdb_word_index

from .conftest import WebServer
from .test_imdb import LABELS, REVIEWS, npz, serve


def test_the_sample_is_the_default() -> None:
    (train_x, train_y), (test_x, test_y) = load_reviews()
    assert (len(train_x), len(train_y), len(test_x), len(test_y)) == (4000, 4000, 1000, 1000)
    words = {rank + 3: word for word, rank in load_word_index().items()}
    text = " ".join(words[token] for token in train_x[0][1:])
    assert len(text) > 10


def test_rare_words_are_out_of_the_vocabulary() -> None:
    (limited, _), _ = load_reviews(num_words=50)
    (whole, _), _ = load_reviews()
    assert limited == [[token if token < 50 else 2 for token in review] for review in whole]


def test_imdb_comes_in_the_same_form(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reviews = serve(server, "imdb.npz", npz(REVIEWS))
    words = serve(server, "imdb_word_index.json", json.dumps({"the": 1}).encode())
    source = "lib.kit.data.reviews."
    monkeypatch.setattr(f"{source}imdb_reviews", functools.partial(imdb_reviews, remote=reviews))
    monkeypatch.setattr(
        f"{source}imdb_word_index", functools.partial(imdb_word_index, remote=words)
    )
    (train_x, train_y), _ = load_reviews("imdb", num_words=100, cache_dir=str(tmp_path))
    assert sorted(train_y) == sorted(LABELS)
    assert [1, 2, 7, 7, 2] in train_x  # 503 and 88586 are above the limit
    assert load_word_index("imdb", cache_dir=str(tmp_path)) == {"the": 1}


@pytest.mark.parametrize(
    ("load", "name"), [(load_reviews, "imdb.npz"), (load_word_index, "imdb_word_index.json")]
)
def test_another_file_under_imdbs_name_is_refused(
    tmp_path: Path, load: Callable[..., object], name: str
) -> None:
    (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(DownloadError, match=rf"{name} is not the file we know: it has 2 bytes"):
        load("imdb", cache_dir=str(tmp_path))


@pytest.mark.parametrize("load", [load_reviews, load_word_index])
def test_a_misspelt_source_is_refused(load: object) -> None:
    with pytest.raises(ValueError, match="no data source 'keras'; choose one of sample, imdb"):
        load("keras")  # type: ignore[operator]
