"""Copies of our files in folders where an instructor may keep files too.

What was written is recorded by its hash. So a later copy replaces and deletes only what is still as
we wrote it; everything else belongs to a person, and stays.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

from ..atomic_file import write_atomically


def put_copies(folder: Path, files: Mapping[str, bytes], record: Path) -> list[str]:
    """Make a folder hold these files, by their paths in it, and none that we put there before.

    Each file is written atomically; stopped half-way, the next run does the rest.

    Args:
        folder: where to.
        files: all that it should hold of ours.
        record: a file of our own, which remembers what was written.

    Returns:
        A note for each file of a person's that was in the way or was one of ours before.
    """
    before = _read(record)
    notes = [note for name in before if name not in files for note in _take(folder, name, before)]
    for name, content in files.items():
        notes += _put(folder, name, content, before.get(name))
    after = {name: _hash(content) for name, content in files.items()}
    if after != before:
        write_atomically(record, (json.dumps(after, indent=1) + "\n").encode())
    return notes


def _put(folder: Path, name: str, content: bytes, ours: str | None) -> list[str]:
    path, notes = folder / name, []
    there = _hash_at(path)
    if there == _hash(content):
        return []
    if there is None or there != ours:
        in_the_way = (one for one in (*_parents(folder, path), path) if _is_in_the_way(one, path))
        notes = [_move_aside(one) for one in in_the_way]
    write_atomically(path, content)
    return notes


def _take(folder: Path, name: str, before: Mapping[str, str]) -> list[str]:
    """Delete a file of ours, and the folders that are empty then."""
    path = folder / name
    there = _hash_at(path)
    if there is None:
        return []
    if there != before[name]:
        return [f"{path}: it is not in the release any more; it was changed by hand, so it stays"]
    path.unlink()
    for parent in reversed(_parents(folder, path)):
        if any(parent.iterdir()):
            break
        parent.rmdir()
    return []


def _parents(folder: Path, path: Path) -> list[Path]:
    """The folders between, from the outermost."""
    return [one for one in reversed(path.parents) if folder in one.parents]


def _is_in_the_way(one: Path, path: Path) -> bool:
    if one != path:
        return one.is_file() or (one.is_symlink() and not one.is_dir())
    return one.exists() or one.is_symlink()


def _move_aside(path: Path) -> str:
    number = 1
    while os.path.lexists(kept := path.with_name(f"{path.name}.kept-{number}")):
        number += 1
    path.rename(kept)
    return f"{path}: the release has such a file too; yours was not ours to replace: it is {kept}"


def _hash_at(path: Path) -> str | None:
    """The hash of a regular file, None for anything else."""
    return _hash(path.read_bytes()) if path.is_file() and not path.is_symlink() else None


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read(record: Path) -> dict[str, str]:
    """What was written, by name; nothing if that can't be read, so that all there is stays."""
    try:
        known = json.loads(record.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    items = known.items() if isinstance(known, dict) else ()
    return {name: digest for name, digest in items if isinstance(digest, str)}
