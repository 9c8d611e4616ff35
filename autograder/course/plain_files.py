"""Has nbgrader take only plain files from the folders that students hand in.

It copies such a folder into the student's feedback, links and all: one to the gradebook would
bring the gradebook, one to nowhere, a pipe or a date that is none would stop the whole class.
"""

import datetime
import stat
from pathlib import Path
from typing import Any

import nbgrader.converters.base
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files, parse_utc

from ..judge.ingest import SIZE_LIMIT_BYTES


def plain_files(path: str, exclude: list[str] | None = None) -> list[str]:
    """Files below a folder that are files, and not large."""
    return [file for file in find_all_files(path, exclude) if _is_plain(Path(file))]


def date_handed_in(course: Any, folder: str) -> datetime.datetime | None:
    """What nbgrader's `timestamp.txt` says, if it says anything."""
    path = Path(folder, "timestamp.txt")
    try:
        return parse_utc(path.read_text("utf-8").strip()) if _is_plain(path) else None
    except Exception:  # dateutil raises many kinds
        course.log.warning("%s holds no date", path)
        return None


def _is_plain(path: Path) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(status.st_mode) and status.st_size <= SIZE_LIMIT_BYTES


nbgrader.converters.base.find_all_files = plain_files
CourseDirectory.get_existing_timestamp = date_handed_in
