"""Downloads: whole and checked, or not there at all; what broke off is resumed."""

import hashlib
import multiprocessing
import os
import tempfile
from collections.abc import Iterator
from multiprocessing.queues import SimpleQueue
from pathlib import Path

import pytest

import lib.kit.data.download
from lib.kit.data.download import CHUNK_BYTES, DownloadError, RemoteFile, download

from .conftest import WebServer

CONTENT = bytes(range(256)) * (CHUNK_BYTES // 128)  # two chunks
NOBODY = 65_534  # a user who may write nowhere


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
    assert server.requests == [""]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (CONTENT[::-1], "not the file we know: its sha256 differs"),
        (CONTENT + b"!", "not the file we know: it is longer"),
    ],
    ids=["other", "longer"],
)
def test_another_file_is_refused(
    server: WebServer, tmp_path: Path, content: bytes, message: str
) -> None:
    with pytest.raises(DownloadError, match=message):
        download(offer(server, content), str(tmp_path))
    assert leftovers(tmp_path) == []
    assert download(offer(server), str(tmp_path)).read_bytes() == CONTENT


def test_what_broke_off_is_resumed(server: WebServer, tmp_path: Path) -> None:
    server.sends_bytes = 100_000
    remote = offer(server)
    with pytest.raises(DownloadError, match=r"can't fetch http.*; 100000 bytes are kept"):
        download(remote, str(tmp_path))
    assert leftovers(tmp_path) == ["words.bin.partial"]
    server.sends_bytes = None
    assert download(remote, str(tmp_path)).read_bytes() == CONTENT
    assert server.requests == ["", "bytes=100000-"]
    assert leftovers(tmp_path) == ["words.bin"]


def test_a_server_that_cannot_resume_begins_again(server: WebServer, tmp_path: Path) -> None:
    server.sends_bytes, server.resumes = 100_000, False
    with pytest.raises(DownloadError, match="bytes are kept"):
        download(offer(server), str(tmp_path))
    server.sends_bytes = None
    assert download(offer(server), str(tmp_path)).read_bytes() == CONTENT


def test_a_shorter_file_is_not_taken(server: WebServer, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=f"ended after {len(CONTENT) - 1} of {len(CONTENT)}"):
        download(offer(server, CONTENT[:-1]), str(tmp_path))
    assert leftovers(tmp_path) == ["words.bin.partial"]
    assert download(offer(server), str(tmp_path)).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("partial", "on_server", "message"),
    [
        (b"?" * 1000, CONTENT, "its sha256 differs"),
        (CONTENT[::-1], CONTENT, "its sha256 differs"),
        (CONTENT[:2000], CONTENT[:1000], "HTTP Error 416"),
    ],
    ids=["damaged", "whole but damaged", "longer than the server's"],
)
def test_a_partial_download_of_no_use_costs_one_try(
    server: WebServer, tmp_path: Path, partial: bytes, on_server: bytes, message: str
) -> None:
    (tmp_path / "words.bin.partial").write_bytes(partial)
    with pytest.raises(DownloadError, match=message):
        download(offer(server, on_server), str(tmp_path))
    assert leftovers(tmp_path) == []
    assert download(offer(server), str(tmp_path)).read_bytes() == CONTENT


def test_a_silent_server_is_given_up(
    server: WebServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lib.kit.data.download, "TIMEOUT_S", 0.2)
    server.sends_bytes, server.falls_silent = 100_000, True
    with pytest.raises(DownloadError, match="timed out; 100000 bytes are kept"):
        download(offer(server), str(tmp_path))


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
    assert server.requests == [""]


@pytest.mark.parametrize(
    ("damaged", "difference"),
    [
        (CONTENT[::-1], "its sha256 differs"),
        (CONTENT[:-1] + b"!", "its sha256 differs"),
        (CONTENT[:1000], "it has 1,000 bytes, not 131,072"),
        (b"", "it has 0 bytes, not 131,072"),
        (CONTENT + b"!", "it has 131,073 bytes, not 131,072"),
    ],
    ids=["another file", "one byte differs", "cut off", "empty", "too long"],
)
def test_a_file_in_the_cache_is_checked(
    server: WebServer, tmp_path: Path, damaged: bytes, difference: str
) -> None:
    remote, path = offer(server), tmp_path / "words.bin"
    path.write_bytes(damaged)
    with pytest.raises(DownloadError) as caught:
        download(remote, str(tmp_path))
    advice = "delete it and run this again, then a new copy is fetched"
    assert str(caught.value) == f"{path} is not the file we know: {difference}; {advice}"
    assert path.read_bytes() == damaged  # it may be somebody's own
    assert server.requests == []
    path.unlink()
    assert download(remote, str(tmp_path)).read_bytes() == CONTENT


def test_a_file_that_changed_since_the_last_call_is_noticed(
    server: WebServer, tmp_path: Path
) -> None:
    remote = offer(server)
    path = download(remote, str(tmp_path))
    path.write_bytes(CONTENT[1:])
    with pytest.raises(DownloadError, match="it has 131,071 bytes, not 131,072"):
        download(remote, str(tmp_path))


def test_a_folder_in_place_of_the_file_is_named(server: WebServer, tmp_path: Path) -> None:
    (tmp_path / "words.bin").mkdir()
    with pytest.raises(DownloadError, match=r"can't read .*words\.bin: Is a directory"):
        download(offer(server), str(tmp_path))


@pytest.mark.parametrize("cache", ["file", "file/below"])
def test_a_file_in_place_of_the_cache_is_named(
    server: WebServer, tmp_path: Path, cache: str
) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(DownloadError, match=r"can't keep words\.bin in .*(exists|directory)"):
        download(offer(server), str(tmp_path / cache))


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that other users can reach; pytest's own can't be."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def test_a_read_only_cache_is_read(server: WebServer, shared: Path) -> None:
    remote = offer(server)
    path = download(remote, str(shared))
    assert where_nothing_may_be_written(remote, shared) == str(path)


def test_a_read_only_cache_that_lacks_the_file_is_named(server: WebServer, shared: Path) -> None:
    said = where_nothing_may_be_written(offer(server), shared)
    assert said == f"can't keep words.bin in {shared}: Permission denied"
    assert server.requests == []


def test_a_file_that_may_not_be_read_is_named(server: WebServer, shared: Path) -> None:
    remote = offer(server)
    path = download(remote, str(shared))
    path.chmod(0o000)
    said = where_nothing_may_be_written(remote, shared)
    assert said == f"can't read {path}: Permission denied"


def where_nothing_may_be_written(remote: RemoteFile, folder: Path) -> str:
    """What `download` returns or says, in a process of its own: root may write anywhere."""
    context = multiprocessing.get_context("fork")
    said: SimpleQueue[str] = context.SimpleQueue()

    def child() -> None:
        if os.geteuid() == 0:
            os.setuid(NOBODY)
        try:
            said.put(str(download(remote, str(folder))))
        except DownloadError as error:
            said.put(str(error))

    folder.chmod(0o555)
    process = context.Process(target=child)
    process.start()
    process.join()
    folder.chmod(0o755)
    return said.get()


def leftovers(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")
