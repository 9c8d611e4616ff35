"""Fetch a file once: with progress, a checksum, and never half a file under its name."""

import hashlib
import urllib.request
from http.client import HTTPException
from pathlib import Path
from typing import IO, NamedTuple

from filelock import FileLock
from tqdm.auto import tqdm

CHUNK_BYTES = 1 << 16
TIMEOUT_S = 30.0


class RemoteFile(NamedTuple):
    """Where a file is, how long it is and its checksum, as "sha256:..." or "md5:..."."""

    url: str
    size_bytes: int
    checksum: str


class DownloadError(RuntimeError):
    """A file could not be fetched, or is not the file that was meant."""


def download(remote: RemoteFile, cache_dir: str) -> Path:
    """The path of the file in `cache_dir`, fetched there if it isn't yet.

    A second process that wants the same file waits for the first and then uses its file.

    Raises:
        DownloadError: the server doesn't answer, or what it sends has another checksum.
    """
    path = Path(cache_dir) / remote.url.rsplit("/", maxsplit=1)[-1]
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"):
        if not path.exists():
            _fetch(remote, path)
    return path


def _fetch(remote: RemoteFile, path: Path) -> None:
    partial = path.with_name(f"{path.name}.partial")
    algorithm, _, expected = remote.checksum.partition(":")
    digest = hashlib.new(algorithm)
    try:
        with (
            urllib.request.urlopen(remote.url, timeout=TIMEOUT_S) as response,
            partial.open("wb") as file,
            tqdm(total=remote.size_bytes, unit="B", unit_scale=True, desc=path.name) as bar,
        ):
            _copy(response, file, digest, bar, remote.size_bytes)
        if digest.hexdigest() != expected:
            raise DownloadError(f"{remote.url} is not the file we know: its {algorithm} differs")
        partial.replace(path)  # atomic: the name only ever stands for a whole, checked file
    except (OSError, HTTPException) as error:
        raise DownloadError(f"can't fetch {remote.url}: {error}") from error
    finally:
        partial.unlink(missing_ok=True)


def _copy(
    response: IO[bytes],
    file: IO[bytes],
    digest: "hashlib._Hash",
    bar: "tqdm[None]",
    limit_bytes: int,
) -> None:
    while chunk := response.read(CHUNK_BYTES):
        if file.tell() + len(chunk) > limit_bytes:
            raise DownloadError(f"the server sends more than the expected {limit_bytes} bytes")
        file.write(chunk)
        digest.update(chunk)
        bar.update(len(chunk))
