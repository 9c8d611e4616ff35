"""Takes what one student uploaded as a course has hand-ins, so that the same is decided about it.

Names, kinds and sizes of what lies there are the student's. Nothing is followed or opened but plain
files; links are copied as links, which finding the notebook tells of.
"""

import os
import re
import stat
from collections import deque
from dataclasses import replace
from pathlib import Path

from ..course.extra_files import Asked
from ..course.hand_ins import SUBMITTED, find_hand_ins
from ..course.notebook_file import SIZE_LIMIT_BYTES, is_clutter
from ..course.student_folder import DEPTH_LIMIT, ENTRY_LIMIT, nothing
from ..judge.content import Content

STUDENT = "student"  # Gradescope knows who it is; grading need not


def read_upload(upload: Path, course_dir: Path, lab: str, asked: Asked) -> Content:
    """The hand-in that lies in a folder, by way of a course folder made for it.

    Args:
        upload: where the platform put the student's files.
        course_dir: an empty folder.
        asked: what the lab asks for besides the notebook.
    """
    folder = course_dir / SUBMITTED / STUDENT / lab
    folder.mkdir(parents=True)
    _copy(upload, folder)
    rows = find_hand_ins(course_dir, lab, asked=asked)
    for row in rows:
        if row.student == STUDENT:
            content = row.load()
            return replace(content, notes=tuple(_as_uploaded(note, lab) for note in content.notes))
    return Content(STUDENT, "", None, nothing("no files").notes)


def _as_uploaded(note: str, lab: str) -> str:
    """Without the lab's folder before paths, which students have not made."""
    return re.sub(rf"(?<![\w/]){re.escape(lab)}/", "", note)


def _copy(upload: Path, target: Path) -> None:
    """Copy folder by folder; no more than what finding a notebook looks at."""
    folders, left = deque([(upload, target, 0)]), ENTRY_LIMIT + 1  # one more, so that it is told
    while folders and left > 0:
        source, copy, depth = folders.popleft()
        for entry in sorted(os.scandir(source), key=lambda entry: entry.name)[:left]:
            left -= 1
            if is_clutter(entry.name):
                continue
            mode = entry.stat(follow_symlinks=False).st_mode
            place = copy / entry.name
            if stat.S_ISDIR(mode):
                place.mkdir()
                if depth <= DEPTH_LIMIT:
                    folders.append((Path(entry.path), place, depth + 1))
            elif stat.S_ISLNK(mode):
                place.symlink_to(Path(entry.path).readlink())
            elif stat.S_ISREG(mode):
                with Path(entry.path).open("rb") as file:  # one byte more says that it is too large
                    place.write_bytes(file.read(SIZE_LIMIT_BYTES + 1))
