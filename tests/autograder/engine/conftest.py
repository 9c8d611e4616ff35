"""A real zygote for all tests of the engine, and workers that end with their test."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.engine import Policy, Worker, Zygote

LIBRARIES = ("torch", "torch.utils.data", "numpy", "matplotlib.pyplot")
SUPPORT_FILES = {
    "lib/__init__.py": '"""What students receive."""\n',
    "lib/kit/data/__init__.py": "ANSWER = 42\n",
    "lib/kit/checks/__init__.py": "def check(question): ...\n",
    "figure.txt": "a file\n",
}


def is_alive(pid: int) -> bool:
    """Whether a process exists that hasn't ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="session")
def support_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small release folder, in a path with a blank."""
    folder = tmp_path_factory.mktemp("a release")
    for name, content in SUPPORT_FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return folder


@pytest.fixture(scope="session", params=["strong", "acceptable"])
def zygote(support_dir: Path, request: pytest.FixtureRequest) -> Iterator[Zygote]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_SECRET", "of the grader")
        policy = Policy(request.param)
        with Zygote(support_dir, policy=policy, imports=LIBRARIES) as zygote:
            yield zygote


@pytest.fixture(scope="session")
def processes_below() -> Callable[[int], set[int]]:
    """`processes_below(pid)`: the machine's numbers of all that a process and its own started."""

    def children() -> Iterator[tuple[int, int]]:
        for file in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                state, parent, *_ = file.read_text().rpartition(") ")[2].split()
                if state != "Z":
                    yield int(file.parent.name), int(parent)

    def below(pid: int) -> set[int]:
        parents = dict(children())
        found = {pid}
        while more := {child for child, parent in parents.items() if parent in found} - found:
            found |= more
        return found - {pid}

    return below


@pytest.fixture
def fork(zygote: Zygote) -> Iterator[Callable[[str], Worker]]:
    """`fork(source)`: a worker that ran a cell."""
    workers: list[Worker] = []

    def start(source: str = "", seed: int = 0) -> Worker:
        workers.append(zygote.fork(seed))
        assert workers[-1].execute(source) is None
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
