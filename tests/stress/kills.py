"""Killing the grading command at random moments: nothing lives on, and nothing is lost."""

import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from tests.attacks.witnesses import Processes, descendants

from .course import Course

GONE_WITHIN_S = 1.0
CLASS_SIZE = 16
ANSWERS = (
    "def double(number):\n    return 2 * number",
    "def double(number):\n    return number",
    "import time\ntime.sleep(0.5)\ndef double(number):\n    return number + number",
)


def _hand_in_class(course: Course, class_size: int) -> None:
    for number in range(class_size):
        tree = json.loads(course.notebook("solution"))
        for cell in tree["cells"]:
            if "def double" in "".join(cell["source"]):
                cell["source"] = ANSWERS[number % len(ANSWERS)]
        course.hand_in(f"student-{number:02d}", json.dumps(tree).encode())


def _start_afresh(course: Course, keep_release: bool) -> None:
    kept = {"submitted", *(["source", "release"] if keep_release else [])}
    for path in course.course_dir.iterdir():
        if path.is_dir() and path.name not in kept:
            shutil.rmtree(path)
        elif path.is_file():
            path.unlink()


def _kill_after(seconds: float, process: "subprocess.Popen[str]") -> set[int]:
    """SIGKILL, as a machine out of memory does it; what it had started and lives a second later."""
    time.sleep(seconds)
    started = descendants(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait()
    deadline = time.monotonic() + GONE_WITHIN_S
    while (alive := started & descendants(os.getpid())) and time.monotonic() < deadline:
        time.sleep(0.02)
    return alive


def run(count: int, class_size: int = CLASS_SIZE) -> str:
    """Kill a run that many times, each time complete it; a sentence of what came out.

    Raises:
        AssertionError: if a process lives on, the gradebook is damaged, or grades differ.
    """
    witness = Processes()  # what loses its parent becomes ours, so that it can be seen
    try:
        with tempfile.TemporaryDirectory() as folder:
            course = Course(Path(folder))
            _hand_in_class(course, class_size)
            started_at = time.monotonic()
            expected = {one["student"]: one["score"] for one in course.grade()}
            whole_s = time.monotonic() - started_at
            assert course.gradebook_scores() == expected
            for seed in range(count):
                _start_afresh(course, keep_release=seed % 2 == 1)
                alive = _kill_after(random.Random(seed).uniform(0, whole_s), course.start_grading())
                assert not alive, f"{len(alive)} processes live on after the grader was killed"
                assert course.has_sound_gradebook()
                assert {one["student"]: one["score"] for one in course.grade()} == expected
                assert course.gradebook_scores() == expected and course.has_sound_gradebook()
                assert course.published_scores() == expected
    finally:
        witness.close()
    return (
        f"{count} runs killed at random moments: 0 processes left after {GONE_WITHIN_S:g} s, "
        f"0 gradebooks damaged, {count} classes completed with the same grades"
    )
