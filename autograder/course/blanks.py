"""The blanks of every release that a course was graded by.

A student may hand in an earlier release than the one of now. A blank of it is no answer either.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..assignment import is_answer
from ..atomic_file import write_atomically
from ..identity import short_hash
from ..judge.submission import StudentCell

Blanks = Mapping[str, Sequence[str]]  # an answer's id -> the hashes of its blanks


def known_blanks(record: Path, release: Any) -> Blanks:
    """Those of this release and of all before it; `record` remembers them."""
    before = read_blanks(record)
    blanks = {name: list(hashes) for name, hashes in before.items()}
    for cell in filter(is_answer, release["cells"]):
        hashes = blanks.setdefault(cell["id"], [])
        if (blank := short_hash(cell["source"])) not in hashes:
            hashes.append(blank)
    if blanks != before:
        write_atomically(record, (json.dumps(blanks, indent=1) + "\n").encode())
    return blanks


def without_blanks(cells: Sequence[StudentCell], blanks: Blanks) -> tuple[StudentCell, ...]:
    """A student's cells without the answers that hold what some release gave, and no picture."""
    return tuple(
        cell
        for cell in cells
        if cell.attachments or short_hash(cell.source) not in blanks.get(cell.id, ())
    )


def read_blanks(record: Path) -> Blanks:
    """What was remembered; nothing if that can't be read."""
    try:
        known = json.loads(record.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    items = known.items() if isinstance(known, dict) else ()
    return {name: hashes for name, hashes in items if isinstance(hashes, list)}
