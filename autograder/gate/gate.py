"""The release gate: no lab is released unless all of its checks pass."""

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table
from rich.text import Text

from ..errors import shown
from ..project import HOME
from .bench import Bench, Finding, Seen, Subject
from .contents import check_clean, check_parses, check_self_contained
from .evidence import check_evidence
from .execution import check_executes
from .leaks import Leak, entry_for, find_leaks, read_allow_list, read_secrets
from .messages import check_messages
from .questions import check_points, check_tests
from .rebuild import check_rebuild
from .scores import check_blank, check_solution, check_tests_can_fail
from .trials import trial_pool


@dataclass(frozen=True)
class Check:
    """A line of the gate's table. Checks of one lane run one after the other, lanes in parallel."""

    name: str
    look: Callable[[Bench], Seen]
    lane: str


@dataclass(frozen=True)
class Outcome:
    """What a check came to."""

    name: str
    seen: Seen
    seconds: float

    @property
    def ok(self) -> bool:
        return not self.seen.findings


def check_leaks(bench: Bench) -> Seen:
    """Nothing of solutions, hidden tests or the reference lies anywhere in the release."""
    subject = bench.subject
    files_dir = subject.folder.files_dir
    secrets = read_secrets(subject.source, subject.hidden_dir, HOME, files_dir)
    allow_list = read_allow_list(subject.hidden_dir)
    leaks, stale = allow_list.sift(find_leaks(subject.release_dir, secrets))
    findings = [
        Finding(
            f"{shown(subject.release_dir)}/{leak.file}:{leak.line}",
            f"{leak.what}; {_remedy(leak, allow_list.path)}",
        )
        for leak in leaks
    ]
    for entry in stale:
        wrong = f"allows what {entry.file} no longer holds; remove the entry"
        findings.append(Finding(f"{shown(allow_list.path)}:{entry.line}", wrong))
    num_secrets = sum(of_kind.size for of_kind in secrets)
    return Seen(f"{num_secrets} secrets, {len(allow_list.entries)} allowed", findings)


def _remedy(leak: Leak, allow_list: Path) -> str:
    if not leak.text or len(leak.text) > LONGEST_WAIVER:
        return "remove it"
    return f"remove it, or add to {shown(allow_list)}:\n{entry_for(leak)}"


CHECKS = (
    Check("every cell parses", check_parses, "files"),
    Check("blank notebook executes", check_executes, "kernel"),
    Check("solution scores 100 %", check_solution, "grades"),
    Check("blank scores 0", check_blank, "grades"),
    Check("every test can fail", check_tests_can_fail, "grades"),
    Check("no test believes a liar", check_evidence, "grades"),
    Check("every question is tested", check_tests, "files"),
    Check("points add up", check_points, "files"),
    Check("messages tell nothing", check_messages, "files"),
    Check("nothing leaks", check_leaks, "files"),
    Check("rebuild is identical", check_rebuild, "grades"),
    Check("no traces of a run", check_clean, "files"),
    Check("folder is complete", check_self_contained, "files"),
)
LONGEST_WAIVER = 2_000  # characters: more is data, and nobody would read it
FIRST_OF_LANE = (check_rebuild,)  # what others wait for: it builds the solution


def inspect(subject: Subject, on_outcome: Callable[[Outcome], None]) -> list[Outcome]:
    """Run all checks, in the order of `CHECKS`.

    Raises:
        UserError: if the lab was not released (exit code 2) or a file of it can't be read.
        EngineUnavailable, HiddenTestsBroken: if nothing can be graded.
    """
    outcomes: dict[str, Outcome] = {}

    def run_lane(checks: list[Check]) -> None:
        for check in checks:
            started_at = time.monotonic()
            seen = check.look(bench)
            outcomes[check.name] = Outcome(check.name, seen, time.monotonic() - started_at)
            on_outcome(outcomes[check.name])

    lanes: dict[str, list[Check]] = {}
    for check in sorted(CHECKS, key=lambda check: check.look not in FIRST_OF_LANE):
        lanes.setdefault(check.lane, []).append(check)
    with (
        ThreadPoolExecutor(len(lanes)) as threads,  # outlives the processes that it starts
        trial_pool(subject.assignment) as pool,
        tempfile.TemporaryDirectory() as folder,
    ):
        bench = Bench(subject, Path(folder), pool)
        running = [threads.submit(run_lane, checks) for checks in lanes.values()]
        wait(running)
        for lane in running:
            lane.result()
    return [outcomes[check.name] for check in CHECKS]


def as_table(lab: str, outcomes: list[Outcome]) -> Table:
    """A line per check."""
    table = Table(title=f"{lab}: release gate", title_justify="left")
    table.add_column("check", no_wrap=True)
    table.add_column("looked at")
    table.add_column("result", no_wrap=True)
    table.add_column("time/s", justify="right")
    for outcome in outcomes:
        verdict = Text("ok", "green") if outcome.ok else Text("failed", "bold red")
        seconds = f"{outcome.seconds:.1f}"
        table.add_row(outcome.name, Text(outcome.seen.looked_at), verdict, seconds)
    return table


def findings_of(outcomes: list[Outcome]) -> list[Text]:
    """A line for each thing to fix."""
    return [
        Text(f"{finding.place}: {finding.what}")
        for outcome in outcomes
        for finding in outcome.seen.findings
    ]


def notes_of(outcomes: list[Outcome]) -> list[Text]:
    """A line for each thing that was let pass, with its reason."""
    return [Text(note) for outcome in outcomes for note in outcome.seen.notes]


def as_json(outcomes: list[Outcome]) -> list[dict[str, object]]:
    """The table as plain data."""
    return [
        {
            "check": outcome.name,
            "looked_at": outcome.seen.looked_at,
            "ok": outcome.ok,
            "seconds": round(outcome.seconds, 1),
            "findings": [f"{f.place}: {f.what}" for f in outcome.seen.findings],
            "notes": outcome.seen.notes,
        }
        for outcome in outcomes
    ]
