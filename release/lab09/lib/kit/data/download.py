"""Fetch a file once: with progress, a checksum, and never half a file under its name."""

import hashlib
import urllib.error
import urllib.request
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock
from tqdm.auto import tqdm

CHUNK_BYTES = 1 << 16
TIMEOUT_S = 30.0  # without a byte


class RemoteFile(NamedTuple):
    """Where a file is, how long it is and its checksum, as "sha256:..." or "md5:..."."""

    url: str
    size_bytes: int
    checksum: str


class DownloadError(RuntimeError):
    """A file could not be fetched, or is not the file that was meant."""

    def _render_traceback_(self) -> list[str]:  # a notebook shows this in place of a traceback
        return [f"DownloadError: {self}"]


def how_to_replace(what: str) -> str:
    """The end of a message about files in the cache that can't be used."""
    return f"delete {what} and run this again, then a new copy is fetched"


def download(remote: RemoteFile, cache_dir: str) -> Path:
    """The path of the file in `cache_dir`, fetched there if it isn't yet; checked in any case.

    A download that broke off is resumed by the next call. A second process that wants the same
    file waits for the first and then uses its file.

    Raises:
        DownloadError: the server doesn't answer, what it sends or what is there already has
            another checksum, or `cache_dir` can't be read or written.
    """
    path = Path(cache_dir) / remote.url.rsplit("/", maxsplit=1)[-1]
    try:
        if not path.exists():  # else nothing need be written, not even a lock
            path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{path}.lock"):
                if not path.exists():
                    _fetch(remote, path)
    except OSError as error:
        raise DownloadError(f"can't keep {path.name} in {path.parent}: {_reason(error)}") from error
    try:
        difference = _difference(path, remote)
    except OSError as error:
        raise DownloadError(f"can't read {path}: {_reason(error)}") from error
    if difference:
        raise DownloadError(f"{path} is not the file we know: {difference}; {how_to_replace('it')}")
    return path


def _fetch(remote: RemoteFile, path: Path) -> None:
    partial = path.with_name(f"{path.name}.partial")
    try:
        _receive(remote, partial)
    except (urllib.error.URLError, ConnectionError, TimeoutError, HTTPException) as error:
        if getattr(error, "code", None) == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            partial.unlink()  # of another file, or the server's is another one now
        kept = f"; {partial.stat().st_size} bytes are kept" if partial.exists() else ""
        advice = "is there a network? Then run this again"
        raise DownloadError(f"can't fetch {remote.url}: {error}{kept}; {advice}") from error
    if difference := _difference(partial, remote):
        partial.unlink()
        raise DownloadError(f"{remote.url} is not the file we know: {difference}")
    partial.replace(path)  # atomic: the name only ever stands for a whole, checked file


def _difference(path: Path, remote: RemoteFile) -> str:
    """What tells a file from the one that was meant, "" if nothing does."""
    size_bytes = path.stat().st_size
    if path.is_file() and size_bytes != remote.size_bytes:
        return f"it has {size_bytes:,} bytes, not {remote.size_bytes:,}"
    algorithm, _, expected = remote.checksum.partition(":")
    with path.open("rb") as file:
        actual = hashlib.file_digest(file, algorithm).hexdigest()
    return "" if actual == expected else f"its {algorithm} differs"


def _reason(error: OSError) -> str:
    return error.strerror or str(error)


def _receive(remote: RemoteFile, partial: Path) -> None:
    """Get what is missing of a file; all of it, if the server can't begin in the middle."""
    have_bytes = partial.stat().st_size if partial.exists() else 0
    if have_bytes >= remote.size_bytes:  # whole, if nobody has changed it
        return
    request = urllib.request.Request(remote.url)
    if have_bytes:
        request.add_header("Range", f"bytes={have_bytes}-")
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:
        if response.status != HTTPStatus.PARTIAL_CONTENT:
            have_bytes = 0
        with (
            partial.open("ab" if have_bytes else "wb") as file,
            tqdm(total=remote.size_bytes, unit="B", unit_scale=True, desc=partial.stem) as bar,
        ):
            bar.update(have_bytes)
            while chunk := response.read1(CHUNK_BYTES):
                have_bytes += len(chunk)
                if have_bytes > remote.size_bytes:
                    partial.unlink()
                    raise DownloadError(f"{remote.url} is not the file we know: it is longer")
                file.write(chunk)
                bar.update(len(chunk))
    if have_bytes < remote.size_bytes:
        raise ConnectionError(f"the server ended after {have_bytes} of {remote.size_bytes} bytes")
