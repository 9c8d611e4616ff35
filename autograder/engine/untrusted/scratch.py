"""Folders on disk that a worker wrote into, for machines where it has no file system of its own."""

import contextlib
import secrets
import stat
from pathlib import Path


def is_oversized(folder: Path, pid: int, limit_bytes: int, limit_files: int) -> bool:
    """Whether a worker keeps more than it may; also if that can't be found out."""
    sizes: dict[int, int] = {}  # inode -> bytes on disk
    pending = [folder]
    while pending:
        try:
            for path in pending.pop().iterdir():
                status = path.lstat()
                sizes[status.st_ino] = status.st_blocks * 512
                if stat.S_ISDIR(status.st_mode):
                    pending.append(path)
                if len(sizes) > limit_files:
                    return True
        except FileNotFoundError:
            continue
        except OSError:  # too deep for a path, or closed to readers: no honest program does that
            return True
    return sum((sizes | _deleted_but_open(pid)).values()) > limit_bytes


def _deleted_but_open(pid: int) -> dict[int, int]:
    sizes = {}
    with contextlib.suppress(OSError):  # it is gone; or we are root, but not allowed to look
        for path in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                status = path.stat()
                if stat.S_ISREG(status.st_mode) and status.st_nlink == 0:
                    sizes[status.st_ino] = status.st_blocks * 512
    return sizes


def remove(folder: Path) -> None:
    """Delete a folder that nobody writes into any more, however deep or closed it is.

    What lies deeper is moved up first: a path may grow longer than the kernel takes.
    """
    pending = [folder]
    while pending:
        current = pending.pop()
        current.chmod(0o700)
        for path in list(current.iterdir()):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
                pending.append(path.rename(folder / secrets.token_hex(8)))
            else:
                path.unlink()
        if current != folder:
            current.rmdir()
    folder.rmdir()
