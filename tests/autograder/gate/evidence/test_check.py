"""The check as the gate runs it: findings with places, and the list that excuses some."""

from pathlib import Path

import pytest

from autograder.engine import EngineUnavailable
from autograder.gate.bench import Bench, Seen, Subject
from autograder.gate.evidence import check_evidence
from autograder.gate.evidence.deception import NUM_LIARS
from autograder.gate.trials import trial_pool

from .conftest import BROKEN, HONEST, PUBLIC, solution_of, test_source, write_lab

SOURCE = """\
# Two functions

```python
#!TAG HWBEGIN
#!MSG TODO: Both of them.
def mean(numbers):
    return sum(numbers) / len(numbers) if numbers else 0

def squares(numbers):
    return [number**2 for number in numbers]
#!TAG HWEND
```

```python
#!TAG QUESTION ex1-all
```
"""
HEAD = '''\
"""Hidden tests."""

from lib.kit.checks import assert_close, assert_equal, fail, question


def numbers(rng):
    return [rng.randint(1, 1000) for _ in range(8)]
'''
LISTED = '[[test]]\nname = "test_setup_decides"\nreason = "nobody else sees it"\n'
STALE = '[[test]]\nname = "test_random_input"\nreason = "I thought so"\n'
TESTS = [
    test_source("length_alone", BROKEN["length_alone"][1], points=2),
    test_source("setup_decides", BROKEN["setup_decides"][1]),
    test_source("random_input", HONEST["random_input"]),
]


def lab(project: Path, tests: str, witnessed: str = "") -> Subject:
    """One without libraries, which each of the check's processes would load."""
    files = {
        "believers.md": SOURCE,
        "student/checks.py": PUBLIC,
        "hidden/test_all.py": HEAD + tests,
        "hidden/worker_witnessed.toml": witnessed,
    }
    return write_lab(project, files)


def check(subject: Subject) -> Seen:
    with trial_pool(subject.assignment) as pool:
        return check_evidence(Bench(subject, subject.project, pool, solution_of(subject)))


def test_findings_and_notes_have_places(tmp_path: Path) -> None:
    subject = lab(tmp_path, "".join(TESTS), LISTED + STALE)
    seen = check(subject)
    assert seen.looked_at == f"5 tests, {NUM_LIARS} liars, 2 worker-witnessed points"
    hidden, public, stale = (f"{finding.place}: {finding.what}" for finding in seen.findings)
    lines = (subject.hidden_dir / "test_all.py").read_text("utf-8").splitlines()
    line = 1 + lines.index("def test_length_alone(submission, rng):")
    assert f"hidden/test_all.py:{line}: test_length_alone believes a liar (any constant" in hidden
    assert "the answers to other inputs" in hidden
    assert hidden.endswith("give your reason in worker_witnessed.toml")
    assert "checks.py:13: test_public_check_of_the_form believes" in public
    assert "worker_witnessed.toml:4: lists test_random_input, which believes no liar" in stale
    note, _, total = seen.notes
    assert note.endswith("worker_witnessed.toml:1: test_setup_decides gives 1 on the worker's "
                         "word: nobody else sees it")  # fmt: skip
    assert "2 of at most 5 points" in total


def test_what_the_solution_fails_is_no_good_witness(tmp_path: Path) -> None:
    subject = lab(tmp_path, test_source("fails", BROKEN["fails"][1]))
    failing, _ = check(subject).findings
    assert failing.what.startswith("test_fails was shown no liar, as the solution fails it")


def test_a_test_that_is_broken_where_an_answer_is_wrong_is_found(tmp_path: Path) -> None:
    lines = "\n    if submission.squares([2, 3]) != [4, 9]:\n        fail(undefined)\n"
    subject = lab(tmp_path, test_source("breaks", lines))
    broken, _ = check(subject).findings
    assert broken.what.startswith("test_breaks is itself broken where an answer is wrong (")
    assert "NameError: name 'undefined' is not defined" in broken.what


def test_without_a_solution_there_is_nothing_to_tell(subject: Subject, tmp_path: Path) -> None:
    seen = check_evidence(Bench(subject, tmp_path, None))  # type: ignore[arg-type]
    assert (seen.looked_at, seen.findings) == ("nothing: there is no solution", [])


def test_a_judge_that_dies_is_told_of(tmp_path: Path) -> None:
    dies = "\n    import os\n    if submission.double is None:\n        os.abort()\n"
    subject = lab(tmp_path, test_source("dies", dies.replace("double is None", "mean")))
    with pytest.raises(EngineUnavailable, match="can't be shown liars"):
        check(subject)
