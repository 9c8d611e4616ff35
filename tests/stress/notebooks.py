"""Fuzzed notebooks: whatever is handed in, the run goes on and every student gets an outcome."""

import io
import json
import random
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .course import LAB, Course

# What a value in a notebook may be replaced by, and what an answer may say.
ODD_VALUES: list[Any] = [
    None, True, -1, 2**70, 1e308, float("nan"), "", "x" * 100_000, "\ud800", "\x00\x1b[31m", [], {},
    [[]] * 3, {"": {}}, "code", "markdown", "<script>alert(1)</script>", "=1+1", "../../etc",
]  # fmt: skip
ODD_SOURCES = [
    "raise SystemExit", "import os; os._exit(3)", "1/0", "def double(n): return 2 * n",
    "double = None", "%matplotlib inline\n!ls", "print('x' * 10**6)", "class double: ...",
    "def double(n):\n\treturn n", "\u2028", "import sys; sys.exit('\ud83d')", "del double",
    "def double(n): raise KeyboardInterrupt", "int = str", "%%bash\nexit 3", "double = lambda n: 6",
]  # fmt: skip

NODES_LIMIT = 20_000  # of a tree that is changed further; repeated repeats would never end

Change = Callable[[Any, random.Random], None]


def _nodes(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of a JSON tree, as container and key."""
    pending = [tree]
    while pending:
        container = pending.pop()
        for key in list(container) if isinstance(container, dict) else range(len(container)):
            yield container, key
            if isinstance(container[key], dict | list):
                pending.append(container[key])


def _replace(tree: Any, rng: random.Random) -> None:
    container, key = rng.choice(list(_nodes(tree)))
    container[key] = rng.choice(ODD_VALUES)


def _delete(tree: Any, rng: random.Random) -> None:
    container, key = rng.choice(list(_nodes(tree)))
    del container[key]


def _swap(tree: Any, rng: random.Random) -> None:
    (one, key), (other, other_key) = rng.choices(list(_nodes(tree)), k=2)
    one[key], other[other_key] = json.loads(json.dumps([other[other_key], one[key]]))


def _repeat(tree: Any, rng: random.Random) -> None:
    container, key = rng.choice([place for place in _nodes(tree) if isinstance(place[0], list)])
    container[key:key] = [container[key]] * rng.choice([1, 2, 2000])


def _answer(tree: Any, rng: random.Random) -> None:
    rng.choice(tree["cells"])["source"] = rng.choice(ODD_SOURCES)


def _bury(tree: Any, rng: random.Random) -> None:
    container, key = rng.choice(list(_nodes(tree)))
    for _ in range(rng.choice([10, 120])):  # five of them are what json still writes
        container[key] = [container[key]]


def _encode(tree: Any, rng: random.Random) -> bytes:
    encoding = rng.choice(["utf-8"] * 4 + ["utf-8-sig", "utf-16", "latin-1"])
    return json.dumps(tree, ensure_ascii=rng.random() < 0.5).encode(encoding, "replace")


def _damage(content: bytes, rng: random.Random) -> bytes:
    start = rng.randrange(len(content) + 1)
    match rng.choice(["cut", "drop", "insert", "flip", "zip", "repeat"]):
        case "cut":
            return content[:start]
        case "drop":
            return content[:start] + content[start + rng.randrange(50) :]
        case "insert":
            return content[:start] + rng.randbytes(rng.randrange(50)) + content[start:]
        case "flip":
            flipped = bytearray(content or b"x")
            flipped[start % len(flipped)] ^= 1 << rng.randrange(8)
            return bytes(flipped)
        case "zip":
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                archive.writestr(rng.choice([f"{LAB}.ipynb", "../../x.ipynb", "x.txt"]), content)
            return packed.getvalue()
        case _:
            return content * 2


CHANGES: list[Change] = [_replace, _delete, _swap, _repeat, _answer, _bury]


def fuzzed(base: bytes, changes: list[Change], rng: random.Random, damages: int) -> bytes:
    """A notebook with some of its tree changed and then some of its bytes."""
    tree = json.loads(base)
    for change in changes:
        if sum(1 for _ in _nodes(tree)) > NODES_LIMIT:
            break
        try:
            change(tree, rng)
        except (IndexError, KeyError, TypeError, AttributeError):  # an earlier change took it away
            continue
    content = _encode(tree, rng)
    for _ in range(damages):
        content = _damage(content, rng)
    return content


def hand_in_fuzzed(course: Course, count: int) -> list[str]:
    """Hand in that many different files; returns the students."""
    bases = [course.notebook("solution"), course.notebook("release")]
    students: dict[bytes, str] = {}

    @settings(
        max_examples=2 * count, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(
        st.sampled_from(bases),
        st.lists(st.sampled_from(CHANGES), max_size=5),
        st.integers(0, 2**64),
        st.sampled_from([0, 0, 0, 1, 2]),
    )
    def make(base: bytes, changes: list[Change], seed: int, damages: int) -> None:
        content = fuzzed(base, changes, random.Random(seed), damages)
        if len(students) < count:
            students.setdefault(content, f"student-{len(students):04d}")

    while len(students) < count:
        make()
    for content, student in students.items():
        course.hand_in(student, content)
    return list(students.values())


def run(count: int) -> str:
    """Grade a class of fuzzed hand-ins; a sentence of what came out.

    Raises:
        AssertionError: if the command fails, or a student is left without an outcome.
    """
    with tempfile.TemporaryDirectory() as folder:
        course = Course(Path(folder))
        students = hand_in_fuzzed(course, count)
        results = {one["student"]: one for one in course.grade()}
        in_gradebook = course.gradebook_scores()
        for student in students:
            result = results[student]
            assert result["status"] in ("graded", "unreadable"), result
            assert result["score"] == in_gradebook[student], result
            page = course.course_dir / "feedback" / student / LAB / f"{LAB}.html"
            assert page.is_file(), f"{student} has no feedback"
        unreadable = sum(one["status"] == "unreadable" for one in results.values())
        full = sum(one["score"] > 0 for one in results.values())
        return (
            f"{len(students)} fuzzed notebooks graded in one run: 0 crashes, 0 without an outcome "
            f"({unreadable} unreadable, {full} with points)"
        )
