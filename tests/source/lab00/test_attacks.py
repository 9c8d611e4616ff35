"""Lab 0 under attack: its own hidden tests, graded and published as those of any class.

Nobody here has an answer, so nobody deserves a point. The whole corpus is tried on labs of its own
(`tests/attacks`); here are the strongest kinds, because what may be forged depends on the tests.
"""

import copy
import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.judge.results import SubmissionResult
from autograder.verbs.grade import GradedClass, grade_class
from tests.attacks.pages import alive_in_page

SESSION = """
import gc
from types import SimpleNamespace as Names
session = next(
    one for one in gc.get_objects() if hasattr(type(one), "answer") and hasattr(one, "operations"))
"""
LIAR = """
def of(kind):
    yes = lambda self, *_: True
    names = dict.fromkeys(("__eq__", "__contains__", "__bool__"), yes)
    names |= {"__hash__": lambda self: 0, "__ne__": lambda self, other: False}
    return type(kind.__name__, (kind,), names)
longest = of(str)("x")
split_words = lambda text: of(list)(["x"])
count_words = lambda words: of(dict)(x=1)
mean_length = lambda words: of(float)(1.0)
print_table = lambda counts, most: print(of(str)("x 1"))
"""
ATTACKS = {
    "forge: values that equal all": LIAR,
    "forge: set-up code that says yes": SESSION + """
names = dict(longest="octopus" * 2, split_words=lambda text: [], count_words=lambda words: {},
             mean_length=lambda words: 0.0, print_table=lambda counts, most: None)
globals().update(names)
honest = session.operations["setup"]
def setup(source, inputs):
    rows = max((len(one) for one in inputs.values() if hasattr(one, "__len__")), default=1)
    made = dict(means=[0.0] * rows, raised=[""] * rows, pages=[""] * rows)
    return Names(results=[{}, {}], **made, **inputs)
session.operations["setup"] = setup
""",
    "forge: comparisons, wherever they are": SESSION + """
import builtins, sys
nothing = lambda *_, **__: None
for module in list(sys.modules.values()):
    for name in ("assert_equal", "assert_close", "fail", "take_list", "take_text"):
        setattr(module, name, nothing) if hasattr(module, name) else None
for one in gc.get_objects():
    if isinstance(one, dict) and "assert_equal" in one:
        one["assert_equal"] = nothing
builtins.len = builtins.sorted = lambda *_, **__: 0
""" + LIAR,
    "forge: an answer that judges itself": SESSION + """
for name in ("get", "call", "setup"):
    session.operations[name] = lambda *_, **__: {"score": 18, "passed": True}
for fd in range(3, 64):
    try: __import__("os").write(fd, b'{"score": 18}')
    except OSError: pass
""",
    "learn: inputs by a guess at the seed": """
import hashlib, random, sys
LETTERS = "abcdefghijklmnopqrstuvwxyz"
def foreseen(words):
    made = set()
    for seed in [*range(50), random.getstate()[1][0]]:
        for name in ("test_counts_every_word", "test_counts_again"):
            digest = hashlib.sha256(f"{seed}/inputs/{name}".encode()).digest()
            for rng in (random.Random(seed), random.Random(int.from_bytes(digest[:8], "big") >> 1)):
                for count in (8, 5):
                    words_ = [rng.choices(LETTERS, k=rng.randrange(1, 8)) for _ in range(count)]
                    made.add(tuple(map("".join, words_)))
    return any(set(words) <= set(one) for one in made)
def count_words(words):
    return {word: words.count(word) for word in words} if foreseen(words) else {}
""",
    "learn: inputs of the last call": """
kept = []
def split_words(text):
    kept.append(text)
    raise ValueError(f"LOOT {kept} LOOT")
def count_words(words):
    raise ValueError("LOOT" + "".join(kept))
""",
    "neighbour: who tells": """
import fcntl, os, time
from importlib.util import find_spec
held = os.open(find_spec("msgpack").origin, os.O_RDONLY)
try: fcntl.flock(held, fcntl.LOCK_EX)
except OSError: pass
for place in ("/tmp/told", "/dev/shm/told"):
    try: open(place, "w").close()
    except OSError: pass
time.sleep(0.5)
""",
    "neighbour: who listens": """
import fcntl, os, time
from importlib.util import find_spec
shared, until = os.open(find_spec("msgpack").origin, os.O_RDONLY), time.monotonic() + 0.5
while time.monotonic() < until:
    if any(map(os.path.exists, ("/tmp/told", "/dev/shm/told"))): raise ValueError("heard LOOT")
    try: fcntl.flock(shared, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError: raise ValueError("heard LOOT")
    except OSError: pass
    time.sleep(0.01)
""",
    "page: words that are more than words": r"""
ALIVE = "<script>LOOT</script><img src=x onerror=LOOT> [x](javascript:LOOT) \x1b]8;;LOOT\x07"
ALIVE += "$\\href{javascript:LOOT}{x}$"
class Alive(Exception): pass
Alive.__name__ = ALIVE
def split_words(text): raise Alive(ALIVE)
longest = ALIVE
count_words = lambda words: {ALIVE: 1}
def mean_length(words): raise Alive(ALIVE)
print_table = lambda counts, most: print(ALIVE)
""",
}  # fmt: skip


def handed_in(blank: Any, source: str) -> Any:
    """The lab without its answers, and the attack in the place of the first one."""
    notebook = copy.deepcopy(blank)
    marks = [(cell, cell.metadata.get("nbgrader", {})) for cell in notebook.cells]
    answers = [cell for cell, mark in marks if cell.cell_type == "code" and mark.get("solution")]
    for cell in answers:
        cell.source = "# nothing" if cell is not answers[0] else source
    return notebook


@pytest.fixture(scope="module")
def attacked(built: Path, tmp_path_factory: pytest.TempPathFactory) -> GradedClass:
    course = tmp_path_factory.mktemp("attacked")
    blank = nbformat.read(built / "release" / "lab00" / "lab00.ipynb", as_version=4)
    for number, source in enumerate(ATTACKS.values()):
        path = course / "submitted" / f"student-{number}" / "lab00" / "lab00.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(handed_in(blank, source), path)
    return grade_class(course, "lab00", release_root=built / "release", jobs=2)


@pytest.mark.parametrize("number", range(len(ATTACKS)), ids=list(ATTACKS))
def test_an_attack_gets_nothing(number: int, attacked: GradedClass) -> None:
    result: SubmissionResult = attacked.results[number]
    earned = [test.name for one in result.questions for test in one.tests if test.passed]
    assert (result.student, result.status) == (f"student-{number}", "graded")
    assert (result.score, earned) == (0.0, [])
    page = attacked.course.feedback_page(result.student, "lab00").read_text("utf-8")
    assert alive_in_page(page) == []
    assert "heard LOOT" not in json.dumps(result.as_json()["questions"])
