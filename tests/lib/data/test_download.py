"""Downloads: whole and checked, or not there at all."""

import hashlib
import multiprocessing
from pathlib import Path

import pytest

from lib.data.download import CHUNK_BYTES, DownloadError, RemoteFile, download

from .conftest import WebServer

CONTENT = bytes(range(256)) * (CHUNK_BYTES // 128)  # two chunks


def offer(server: WebServer, content: bytes = CONTENT, algorithm: str = "sha256") -> RemoteFile:
    server.files["/data/words.bin"] = content
    checksum = f"{algorithm}:{hashlib.new(algorithm, CONTENT).hexdigest()}"
    return RemoteFile(f"{server.url}/data/words.bin", len(CONTENT), checksum)


@pytest.mark.parametrize("algorithm", ["sha256", "md5"])
def test_a_file_is_fetched_once(server: WebServer, tmp_path: Path, algorithm: str) -> None:
    remote = offer(server, algorithm=algorithm)
    path = download(remote, str(tmp_path / "cache"))
    assert path == tmp_path / "cache" / "words.bin"
    assert path.read_bytes() == CONTENT
    assert download(remote, str(tmp_path / "cache")) == path
    assert server.num_requests == 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (CONTENT[::-1], "not the file we know: its sha256 differs"),
        (CONTENT[:-1], "not the file we know"),
        (CONTENT + b"!", f"more than the expected {len(CONTENT)} bytes"),
    ],
    ids=["other", "shorter", "longer"],
)
def test_another_file_is_refused(
    server: WebServer, tmp_path: Path, content: bytes, message: str
) -> None:
    with pytest.raises(DownloadError, match=message):
        download(offer(server, content), str(tmp_path))
    assert leftovers(tmp_path) == []
    assert download(offer(server), str(tmp_path)).read_bytes() == CONTENT


def test_a_server_that_hangs_up_leaves_nothing(server: WebServer, tmp_path: Path) -> None:
    server.missing_bytes = 1000
    with pytest.raises(DownloadError):
        download(offer(server, CONTENT[:-1000]), str(tmp_path))
    assert leftovers(tmp_path) == []


def test_what_the_server_lacks_is_named(server: WebServer, tmp_path: Path) -> None:
    remote = RemoteFile(f"{server.url}/gone.npz", 1, "md5:0")
    with pytest.raises(DownloadError, match=r"can't fetch http.*gone\.npz: HTTP Error 404"):
        download(remote, str(tmp_path))


def test_no_server_at_all_is_named(server: WebServer, tmp_path: Path) -> None:
    remote = RemoteFile("http://127.0.0.1:9/words.bin", 1, "md5:0")
    with pytest.raises(DownloadError, match="can't fetch http"):
        download(remote, str(tmp_path))


def test_processes_that_start_together_fetch_once(server: WebServer, tmp_path: Path) -> None:
    remote = offer(server)
    context = multiprocessing.get_context("spawn")
    with context.Pool(2) as pool:
        paths = pool.starmap(download, [(remote, str(tmp_path))] * 2)
        pool.close()
        pool.join()
    assert paths == [tmp_path / "words.bin"] * 2
    assert server.num_requests == 1


def leftovers(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.suffix != ".lock"]
