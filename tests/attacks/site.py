"""A place worth attacking, in a folder of its own.

Secrets, files, sockets and a process are planted there, open to everybody, so that nothing but
the grader's own confinement protects them.
"""

import contextlib
import json
import os
import re
import secrets
import shutil
import site as python_site
import socket
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib
import nbformat

from autograder.compiler.build import build_labs

from .recipe import Attack, Lab
from .witnesses import Descriptors, Files, Leftovers, Listener, Processes, Traces, Victim, Witness

LAB_DIR = Path(__file__).parent / "lab"
PROJECT = Path(__file__).resolve().parents[2]
LAB = "vault"  # unless another is asked for
FILE = "model.py"  # is handed in besides the notebook, where a lab asks for it
SECRETS = ("environment", "hidden", "solution", "gradebook", "neighbour", "arguments")
PLANTED = ("release", "solution", "source", "course", "canary", "home")


class Site:
    """The place, a context manager.

    Args:
        lab_name: the lab that is handed in.

    Attributes:
        release_root, source_root, solution_root: of the lab, as grading takes them.
        class_dir: a course, where attacks are handed in.
        folder: of all this.
    """

    def __init__(self, lab_name: str = LAB) -> None:
        self.lab_name = lab_name

    def __enter__(self) -> "Site":
        self._closing = contextlib.ExitStack()
        self.folder = Path(self._closing.enter_context(tempfile.TemporaryDirectory()))
        self.folder.chmod(0o755)
        self._built = self.folder / "built"  # planted again after an attack changed something
        self._built.mkdir(mode=0o700)
        # Another site may be under attack at the same time, by a grader that withstands nothing.
        self._marker = f"left-by-an-attack-{secrets.token_hex(4)}"
        self._secrets = {name: f"SECRET-{name}-{secrets.token_hex(4)}" for name in SECRETS}
        self.release_root, self.source_root = self.folder / "release", self.folder / "source"
        self.solution_root = self.folder / "solution"
        self.class_dir = self.folder / "class"
        self._build()
        self._plant()
        self._closing.enter_context(_with_temporary_folder(self.folder / "tmp"))
        self._closing.enter_context(_with_environment("TOKEN", self._secrets["environment"]))
        self._closing.enter_context(_without_bytecode())
        self._closing.enter_context(_with_environment("PYTHONDONTWRITEBYTECODE", "1"))
        sockets = self.folder / "sockets"
        sockets.mkdir()
        lab = self.lab_name
        tcp = Listener(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0))
        self._victim = Victim(self._secrets["arguments"])
        self._files = Files([self.folder / name for name in PLANTED], self._plant)
        self._leftovers = Leftovers(self.folder / "tmp")
        packages = [Path(one) for one in python_site.getsitepackages()]
        self._processes = Processes()
        self._descriptors = Descriptors()
        self._witnesses: list[Witness] = [
            self._processes,  # before the next one starts a new one
            self._victim,
            tcp,
            Listener(socket.AF_INET, socket.SOCK_DGRAM, tcp.address),
            Listener(socket.AF_UNIX, socket.SOCK_STREAM, str(sockets / "path")),
            Listener(socket.AF_UNIX, socket.SOCK_STREAM, f"\0{sockets}/abstract"),
            Listener(socket.AF_UNIX, socket.SOCK_DGRAM, f"\0{sockets}/datagram"),
            self._files,
            self._leftovers,
            Traces(self._marker, [*packages, Path(matplotlib.matplotlib_fname()).parent]),
            self._descriptors,
        ]
        (sockets / "path").chmod(0o777)
        self._names = {
            "grader": os.getpid(),
            "port": tcp.address[1],
            "socket": str(sockets / "path"),
            "abstract": f"{sockets}/abstract",
            "abstract_udp": f"{sockets}/datagram",
            "hidden": str(self.source_root / lab / "hidden" / f"test_{lab}.py"),
            "solution": str(self.folder / "solution" / lab / f"{lab}.ipynb"),
            "solution_file": str(self.folder / "solution" / lab / FILE),
            "release": str(self.release_root / lab / "checks.py"),
            "gradebook": str(self.folder / "course" / "gradebook.db"),
            "neighbour": str(self.folder / "course" / "neighbour" / f"{lab}.ipynb"),
            "neighbour_file": str(self.folder / "course" / "neighbour" / FILE),
            "canary": str(self.folder / "canary" / "note.txt"),
            "home": str(self.folder / "home"),
            "project": str(PROJECT),
            "marker": self._marker,
        }
        return self

    def __exit__(self, *_: object) -> None:
        for witness in self._witnesses:
            witness.close()
        self._closing.close()

    @property
    def lab(self) -> Lab:
        """What recipes are given."""
        lab = self.lab_name
        blank = nbformat.read(self._built / "release" / lab / f"{lab}.ipynb", as_version=4)
        return Lab(
            blank, self._solved, self._names | {"victim": self._victim.pid}, self._solved_files
        )

    def settle(self) -> None:
        """What the grader itself started or left so far is none of an attack's doing."""
        self._processes.expect()
        self._leftovers.expect()
        self._descriptors.expect()

    def hand_in(self, attack: Attack, **names: Any) -> Path:
        """The submission that an attack makes, in a folder of its own; it may know more names."""
        student = re.sub(r"\W+", "-", attack.name)
        path = self.class_dir / "submitted" / student / self.lab_name / f"{self.lab_name}.ipynb"
        path.parent.mkdir(parents=True)
        lab = self.lab
        attack.hand_in(replace(lab, names=lab.names | names), path)
        return path

    def evidence(self, said: str) -> list[str]:
        """What an attack achieved, given all that graders and students can read of its result."""
        read = [f"read a secret: {name}" for name, it in self._secrets.items() if it in said]
        loot = ["says it succeeded"] * ("raised Loot" in said)
        return read + loot + [event for witness in self._witnesses for event in witness.saw()]

    def _build(self) -> None:
        lab = self.lab_name
        source = LAB_DIR / "source" / lab / f"{lab}.md"
        release_root, solution_root = self._built / "release", self._built / "solution"
        build_labs([source], release_root, solution_root)
        self._solved = nbformat.read(solution_root / lab / f"{lab}.ipynb", as_version=4)
        solved = [solution_root / lab / FILE]
        self._solved_files = {path.name: path.read_bytes() for path in solved if path.exists()}
        shutil.copytree(LAB_DIR / "source", self._built / "source")
        neighbour = self._built / "course" / "neighbour"
        shutil.copytree(solution_root / lab, neighbour)
        for name, file in [
            ("hidden", self._built / "source" / lab / "hidden" / f"test_{lab}.py"),
            *(
                ("solution", solution_root / lab / one)
                for one in (f"{lab}.ipynb", *self._solved_files)
            ),
            *(("neighbour", neighbour / one) for one in (f"{lab}.ipynb", *self._solved_files)),
        ]:
            text = file.read_text("utf-8")
            line = f'KEY = "{self._secrets[name]}"\n'
            file.write_text(
                text + line if file.suffix == ".py" else _with_line(text, line), "utf-8"
            )
        with contextlib.closing(sqlite3.connect(self._built / "course" / "gradebook.db")) as book:
            book.execute("create table grade (student text, auto_score real)")
            book.execute("insert into grade values (?, 5)", [self._secrets["gradebook"]])
            book.commit()
        for name in ("home", "canary"):
            (self._built / name).mkdir()
        (self._built / "canary" / "note.txt").write_text("as it was\n", "utf-8")

    def _plant(self) -> None:
        """Put everything (back) in its place, for everybody to read and to write."""
        for name in PLANTED:
            shutil.rmtree(self.folder / name, ignore_errors=True)
            shutil.copytree(self._built / name, self.folder / name)
            for path in [self.folder / name, *(self.folder / name).rglob("*")]:
                path.chmod(0o777 if path.is_dir() else 0o666)


def _with_line(notebook: str, line: str) -> str:
    """A notebook with a line more as its title, and in the cells where students answer."""
    content = json.loads(notebook)
    content["metadata"]["title"] = line
    for cell in content["cells"]:
        if cell["cell_type"] == "code" and cell["metadata"]["nbgrader"]["solution"]:
            cell["source"] = [*cell["source"], f"\n{line}"]
    return json.dumps(content)


@contextlib.contextmanager
def _with_environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


@contextlib.contextmanager
def _without_bytecode() -> Iterator[None]:
    """Importing the lab's tests leaves nothing beside them; for judges, a variable says so."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


@contextlib.contextmanager
def _with_temporary_folder(folder: Path) -> Iterator[None]:
    """Whatever this process keeps for a while lies there."""
    folder.mkdir()
    before, tempfile.tempdir = tempfile.tempdir, str(folder)
    try:
        yield
    finally:
        tempfile.tempdir = before
