"""How long a submission may take and how much it may send."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

QUESTION_LIMITS = ("call_timeout_s", "cell_timeout_s", "test_timeout_s")  # what one may have


@dataclass(frozen=True)
class Limits:
    """Bounds for one submission; each deadline ends the worker, whatever it is doing.

    What it may use besides time holds for one worker; asking for more fails in its own code.
    """

    call_timeout_s: float = 10.0
    cell_timeout_s: float = 30.0
    test_timeout_s: float = 20.0
    submission_timeout_s: float = 300.0  # without the student's own cells
    own_cells_timeout_s: float = 60.0  # of all cells together that the student added
    frame_limit_bytes: int = 64 * 2**20
    start_timeout_s: float = 120.0  # of the zygote, which imports libraries
    memory_bytes: int = 2 * 2**30  # of address space, besides what libraries take at their start
    scratch_bytes: int = 256 * 2**20
    scratch_files: int = 2_000
    threads: int = 64
    open_files: int = 256
    judge_memory_bytes: int = 2**30  # of address space, besides what its libraries take
    judge_cpu_s: float = 60.0  # of what it computes itself; it waits for workers most of the time
    # Of single questions, by id, those that differ: of calls and tests, and of its own cells.
    of_questions: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def of(self, question: str | None) -> "Limits":
        """Those that hold for a question; None stands for what leads up to no question."""
        own = self.of_questions.get(question or "")
        return replace(self, **own) if own else self  # type: ignore[arg-type]

    @property
    def own_replays_timeout_s(self) -> float:
        """Of own cells that run again, in place of a worker that was lost."""
        return 2 * self.own_cells_timeout_s

    @property
    def longest_s(self) -> float:
        """The most that all workers of a submission can take."""
        return self.submission_timeout_s + self.own_cells_timeout_s + self.own_replays_timeout_s
