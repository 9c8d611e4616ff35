"""A grader as they are commonly written: the student's code and the asserts in one process.

It also carries credit forward as one would: a question that fails after another one is tried again
with the solution's cells before it. A notebook imports the files beside it. Run as a program, it
reads a list of paths a line and answers with a line of JSON. Each submission is graded by a fork,
so that torch is imported once; all else is as naive as can be.
"""

import json
import linecache
import os
import select
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
LIMIT_S = 1.0
Plain = dict[str, tuple[int, str]]  # question id -> points and the source of a test cell


class NaiveGrader:
    """The program and the one who asks it; a context manager."""

    def __init__(self, lab: str, gradebook: str, hidden_tests: str, solution: str) -> None:
        self._arguments = [lab, gradebook, hidden_tests, solution]

    def __enter__(self) -> "NaiveGrader":
        self._start()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()

    def _start(self) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "tests.attacks.naive_grader"]
        self._process = subprocess.Popen(
            command + self._arguments, cwd=PROJECT, text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._readline(60)

    def revive(self) -> int:
        """The program's process id; it is started anew if an attack was its end."""
        if self._process.poll() is not None:
            self._start()
        return self._process.pid

    def grade(self, submitted: list[Path]) -> list[tuple[float, str]]:
        """Points, and what the grader said, of submissions that it grades at the same time."""
        try:
            print(json.dumps(list(map(str, submitted))), file=self._process.stdin, flush=True)
            answers = json.loads(self._readline(LIMIT_S + 2))
            return [(answer["got"], answer["text"]) for answer in answers]
        except (OSError, ValueError):
            self.__exit__()
            return [(0, "the grader is gone") for _ in submitted]

    def _readline(self, limit_s: float) -> str:
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], limit_s)[0]:
            raise OSError("no answer")
        return self._process.stdout.readline()


def main(lab: str, gradebook: str, hidden_tests: str, solution: str) -> None:
    """Answer until there are no more questions."""
    if lab == "vault":
        import torch

        torch.set_num_threads(1)
    book = sqlite3.connect(gradebook)  # stays open, as graders have it
    students = [name for name, _ in book.execute("select * from grade")]
    tests = Path(hidden_tests).read_text("utf-8")
    solved = json.loads(Path(solution).read_text("utf-8"))["cells"]
    print("ready", flush=True)
    for line in sys.stdin:
        forks = [fork(Path(path), tests, students, solved) for path in json.loads(line)]
        deadline = time.monotonic() + LIMIT_S
        print(json.dumps([read_result(*one, deadline) for one in forks]), flush=True)


def fork(path: Path, tests: str, students: list[str], solved: list[Any]) -> tuple[int, int]:
    """Where to read what a fork prints, and its process id."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        os.dup2(writer, 1)
        grade(path, tests, students, solved)
        os._exit(0)
    os.close(writer)
    return reader, pid


def grade(path: Path, tests: str, students: list[str], solved: list[Any]) -> None:
    """Run the cells, and at each check cell its asserts; print the scores."""
    os.chdir(path.parent)
    sys.path.insert(0, str(path.parent))  # as it is where a notebook runs
    from tests.attacks.lab.plain_tests import PLAIN_TESTS

    plain = PLAIN_TESTS[path.stem]
    cells = json.loads(path.read_text("utf-8"))["cells"]
    scores: dict[str, float] = {}
    said: list[str] = []
    result = {"points": 10, "scores": scores}
    run(cells, plain, scores, said)
    wanted = [at for at, cell in enumerate(cells) if _question(cell, plain)]
    failed = [at for at in wanted if cells[at]["id"] not in scores]
    for check in failed[1:]:
        carried: dict[str, float] = {}
        run([*solved[: check - 1], *cells[check - 1 : check + 1]], plain, carried, said)
        scores |= {id: points for id, points in carried.items() if id == cells[check]["id"]}
    print(json.dumps({**result, "text": "\n".join(said)}), flush=True)


def run(cells: list[Any], plain: Plain, scores: dict[str, float], said: list[str]) -> None:
    """Run cells in a namespace of their own."""
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in cells:
        question = _question(cell, plain)
        source = plain[question][1] if question else "".join(cell["source"])
        try:
            if cell["cell_type"] == "code":
                file = (
                    f"<cell {len(linecache.cache)}>"  # its text can be asked for, as in notebooks
                )
                linecache.cache[file] = (len(source), None, source.splitlines(True), file)
                exec(compile(source, file, "exec"), names)
        except Exception as error:
            said.append(f"raised {type(error).__name__}: {error}")
        else:
            if question:
                scores[cell["id"]] = cell["metadata"]["nbgrader"]["points"]


def _question(cell: Any, plain: Plain) -> str:
    """The question whose asserts run in place of a cell; empty if none do."""
    mark = cell["metadata"].get("nbgrader", {})
    return mark["grade_id"] if mark.get("grade") and mark["grade_id"] in plain else ""


def read_result(reader: int, pid: int, deadline: float) -> dict[str, Any]:
    """What the fork printed, when it has ended or its time is up."""
    content, text = b"", ""
    while select.select([reader], [], [], max(0.0, deadline - time.monotonic()))[0]:
        more = os.read(reader, 2**20)
        content = (content + more)[: 2**22]
        if not more:
            break
    else:
        text = "took too long"
        os.kill(pid, signal.SIGKILL)
    os.close(reader)
    os.waitpid(pid, 0)
    for line in content.splitlines() or [b""]:
        try:
            printed = json.loads(line)
            return {"got": sum(printed["scores"].values()), "text": text + printed["text"]}
        except (ValueError, KeyError, TypeError):
            continue
    return {"got": 0, "text": text or "no result"}


if __name__ == "__main__":
    main(*sys.argv[1:])
