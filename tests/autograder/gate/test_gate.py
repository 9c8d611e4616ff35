"""The gate as one command, on a small lab with a leak in it; `tests/test_lab09.py` has Lab 9."""

import tomllib
from pathlib import Path

from rich.console import Console

from autograder.gate.bench import Bench, Subject
from autograder.gate.gate import CHECKS, Outcome, as_json, as_table, findings_of, inspect
from autograder.gate.trials import trial_pool


def test_all_checks_run_and_a_leak_is_found(subject: Subject) -> None:
    notes = subject.release_dir / "notes.txt"
    notes.write_text("So it is:\n  return 2 * x\n", "utf-8")
    seen: list[Outcome] = []
    outcomes = inspect(subject, seen.append)
    names = [check.name for check in CHECKS]
    assert [outcome.name for outcome in outcomes] == names
    assert sorted(outcome.name for outcome in seen) == sorted(names)
    failed = [outcome.name for outcome in outcomes if not outcome.ok]
    assert failed == ["nothing leaks", "rebuild is identical"]

    leak, stray = (line.plain for line in findings_of(outcomes))
    assert f"{notes}:2: a line of a solution, {subject.source}:12" in leak
    waiver = leak.split("or add to ")[1].split(":\n", 1)
    assert waiver[0].endswith("hidden/allowed_leaks.toml")
    assert tomllib.loads(waiver[1])["allowed"][0]["file"] == "notes.txt"
    assert f"{notes}:1: is not what the source builds" in stray
    console = Console(width=80, record=True, file=None)
    console.print(as_table("small", outcomes))
    table = console.export_text()
    assert all(name in table for name in names)
    assert table.count("failed") == 2
    assert [check["ok"] for check in as_json(outcomes)].count(False) == 2


def test_what_our_own_packages_say_is_no_secret_of_a_project_elsewhere(
    subject: Subject, tmp_path: Path
) -> None:
    """The project has no `lib`: what ships, and the reference, lie where our code does."""
    assert not (subject.project / "lib").exists()
    shipped = next((subject.release_dir / "lib/kit/checks").glob("selfcheck.py"))
    line = next(one for one in shipped.read_text("utf-8").splitlines() if "except Exception" in one)
    hidden = next(subject.hidden_dir.glob("test_*.py"))
    tries = f'\n\nTRIES = """\ntry:\n    function()\n{line}\n    raised = error\n"""\n'
    hidden.write_text(hidden.read_text("utf-8") + tries, "utf-8")
    (look,) = [check.look for check in CHECKS if check.name == "nothing leaks"]
    bench = Bench(subject, tmp_path, trial_pool(subject.assignment))
    assert look(bench).findings == []
