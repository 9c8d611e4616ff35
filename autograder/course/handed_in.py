"""When a student handed in: nbgrader's `timestamp.txt`.

It lies in a folder that students may write to, so it is read with care.
"""

import stat
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from .moments import earliest, written

TIMESTAMP_FILE = "timestamp.txt"
SIZE_LIMIT_BYTES = 200


def read_timestamp(folder: Path) -> tuple[str | None, list[str]]:
    """The file's text, None if there is none; a note if something else stands in its place."""
    path = folder / TIMESTAMP_FILE
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > SIZE_LIMIT_BYTES:
            raise OSError("it is no small file")
        return path.read_text("utf-8", errors="replace").strip() or None, []
    except FileNotFoundError:
        return None, []
    except OSError as error:
        reason = error.strerror or error
        return None, [f"{TIMESTAMP_FILE} can't be read ({reason}), so the work counts as in time"]


def moment_of(text: str | None, zone: tzinfo = UTC) -> datetime | None:
    """When that was, in UTC; None if the text holds no date.

    A time without a zone is on the clock of `zone`.
    """
    moment = written(text, zone) if text else None
    return None if moment is None else earliest(moment, zone)
