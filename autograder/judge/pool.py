"""Warm processes, one per core, for all that is judged: a class, the gate, mutants, attacks."""

import contextlib
import itertools
import json
import os
import pickle
import queue
import subprocess
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, TypeVar

from ..engine import ConfinementRefused, EngineUnavailable
from ..errors import HiddenTestsBroken
from ..tied_process import start_tied
from . import warm
from .broken_files import ended
from .warm import Grader, Task

FATAL = {kind.__name__: kind for kind in (ConfinementRefused, EngineUnavailable, HiddenTestsBroken)}
BY_ITSELF_S = 2.0
Done = TypeVar("Done", bound=Task)


@dataclass(frozen=True)
class Failed:
    """What a task came to whose judges died, or met a defect of ours."""

    reason: str


class WarmProcess:
    """The near end of a warm process, which judges one task at a time, on these cores."""

    def __init__(self, grader: Grader, rehearsal: Task | None, cores: list[int]) -> None:
        self._process, self._connection = start_tied(warm.__name__)
        with contextlib.suppress(OSError):  # where that is not allowed
            os.sched_setaffinity(self._process.pid, cores)
        self._connection.send_bytes(pickle.dumps((grader, rehearsal)))
        self.confinement = ""
        self.rehearsed: Any = None

    def wait_until_ready(self) -> None:
        """Raises `EngineUnavailable` or `HiddenTestsBroken` if it can't get warm."""
        importing = ""
        while not self.confinement:
            try:
                said = self._connection.recv()
            except (EOFError, OSError):
                raise HiddenTestsBroken(ended(importing)) if importing else _killed() from None
            _raise_if_fatal(said)
            importing = said.get(warm.IMPORTING, "")
            self.confinement = said.get(warm.READY, "")
            self.rehearsed = said.get(warm.REHEARSED)

    def judge(self, task: Task) -> Any:
        """What came of a task, or `Failed` if two judges came to no end with it.

        Raises:
            EngineUnavailable, HiddenTestsBroken: if nothing can be judged.
        """
        frame = pickle.dumps(task)
        answer = self._ask(frame)
        if "done" not in answer:  # perhaps the machine was short of something for a moment
            try:
                answer = self._ask(frame)
            except EngineUnavailable:
                _raise_if_fatal(answer)  # it said why before it ended
                raise
        _raise_if_fatal(answer)
        return answer["done"] if "done" in answer else Failed(f"{answer['failed']}, twice")

    def _ask(self, frame: bytes) -> dict[str, Any]:
        """The answer of a judge, forked for this."""
        try:
            self._connection.send_bytes(frame)
            answer = json.loads(self._connection.recv_bytes(warm.ANSWER_LIMIT_BYTES + 1024))
        except (EOFError, OSError):
            raise _killed() from None
        return dict(answer)

    def close(self) -> None:
        """End it, whatever it is doing."""
        self._connection.close()  # an idle one ends by itself; its judges are counted as its own
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(BY_ITSELF_S)
        self._process.kill()
        self._process.wait()


class Pool:
    """Warm processes for one lab, a context manager. The thread that enters it has to outlive it.

    Args:
        grader: what is the same for all tasks.
        jobs: how many tasks are judged at a time, at most one per core: whatever one starts then
            takes nothing from the others. Processes are started as they are needed.
        rehearsal: done by each process once, before its first task; see `warm`.
    """

    def __init__(self, grader: Grader, jobs: int, rehearsal: Task | None = None) -> None:
        self.grader = grader
        self._cores = sorted(os.sched_getaffinity(0))
        self.jobs = min(jobs, len(self._cores))
        self._rehearsal = rehearsal
        self._idle: queue.SimpleQueue[WarmProcess] = queue.SimpleQueue()

    def __enter__(self) -> "Pool":
        self._processes: list[WarmProcess] = []
        self._starting, self._is_closing = threading.Lock(), False
        self._threads = ThreadPoolExecutor(self.jobs)
        return self

    def __exit__(self, *_: object) -> None:
        with self._starting:
            self._is_closing = True
        for process in self._processes:  # before the threads end, and with them what they started
            process.close()
        self._threads.shutdown(cancel_futures=True)

    def warm_up(self) -> None:
        """Start one process and wait for it, where the first task would else.

        Raises:
            EngineUnavailable, HiddenTestsBroken: if nothing can be judged.
        """
        process = self._idle_process()
        process.wait_until_ready()
        self._idle.put(process)

    def run(self, tasks: Iterable[Done]) -> Iterator[tuple[Done, Any]]:
        """Each task with what came of it, or `Failed`, as soon as it is known.

        Tasks are taken one by one while others are judged, so that a class need not fit in memory.

        Raises:
            EngineUnavailable, HiddenTestsBroken: if nothing can be judged.
        """
        coming = iter(tasks)
        running: dict[Future[Any], Done] = {}
        try:
            while True:
                for task in itertools.islice(coming, self.jobs + 1 - len(running)):
                    running[self._threads.submit(self.judge, task)] = task
                if not running:
                    return
                for done in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(done), done.result()
        finally:
            for future in running:
                future.cancel()

    @property
    def confinement(self) -> str:
        """How workers are confined; empty until the first task is done."""
        return next(filter(None, (process.confinement for process in self._processes)), "")

    @property
    def rehearsed(self) -> Any:
        """What came of the rehearsal; None until the first task is done, or without one."""
        return next((p.rehearsed for p in self._processes if p.rehearsed is not None), None)

    def judge(self, task: Task) -> Any:
        """What came of one task, or `Failed`; from any thread."""
        process = self._idle_process()
        try:
            if not process.confinement:
                process.wait_until_ready()
            return process.judge(task)
        finally:
            self._idle.put(process)

    def _idle_process(self) -> WarmProcess:
        """One that is idle, a new one as long as there may be more, or the next that gets idle."""
        with self._starting:
            if self._is_closing:
                raise _killed()
            if self._idle.empty() and len(self._processes) < self.jobs:
                cores = self._cores[len(self._processes) :: self.jobs]
                self._processes.append(WarmProcess(self.grader, self._rehearsal, cores))
                return self._processes[-1]
        return self._idle.get()


def _raise_if_fatal(said: dict[str, Any]) -> None:
    kind = FATAL.get(said.get("kind", ""))
    if kind is not None:
        raise kind(said["failed"])


def _killed() -> EngineUnavailable:
    return EngineUnavailable(
        "a process of the grader was killed, perhaps out of memory; what was graded is kept: run "
        "again, with fewer --jobs"
    )
