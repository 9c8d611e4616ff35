"""Attacks by way of what a lab asks for besides the notebook: code in it, or no code at all.

They are the locker's. Its first answer builds on `mean` of `model.py`: without it, that question is
lost and nothing else.
"""

import codecs
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .forge import FIND_ENCODER, PROTOCOL
from .ingest import NO_NOTEBOOK, dumped, zipped
from .output import PAGES, SCRIPT
from .recipe import ERROR, PRELUDE, Attack, Lab, answer_cell, changed

FILE = "model.py"
NO_LIMIT = "it is a file like others there"
NOT_COLLECTED = "it starts no Python where students' files lie"
NOT_IMPORTED = "it imports the file where it lies, and Python imports no such file"
NO_TWINS = "it runs on a disk that tells capitals from small letters"
LENDS_NOTHING = "it has the solution in the student's own process and lends nothing"


def placed(name: str, honest: float, put: Callable[[Lab, Path], object], **more: Any) -> Attack:
    """The solved notebook, and in its folder what `put` leaves there."""

    def hand_in(lab: Lab, path: Path) -> None:
        path.write_text(json.dumps(lab.solved), "utf-8")
        put(lab, path.parent)

    return Attack(name, honest, hand_in, **more)


def module(name: str, honest: float, source: str, **more: Any) -> Attack:
    """The solved notebook, with this as its module."""

    def put(lab: Lab, folder: Path) -> None:
        (folder / FILE).write_text(PRELUDE + lab.fill_in(source), "utf-8")

    return placed(name, honest, put, **more)


def holding(name: str, honest: float, content: bytes, **more: Any) -> Attack:
    """The solved notebook, with these bytes in its module's place."""
    return placed(name, honest, lambda lab, folder: (folder / FILE).write_bytes(content), **more)


def after_a_mistake(name: str, honest: float, answer: str, **more: Any) -> Attack:
    """A module that is wrong, and a last answer that calls the first one, which earns credit."""

    def change(notebook: Any, lab: Lab) -> None:
        answer_cell(notebook, ERROR)["source"] = PRELUDE + lab.fill_in(answer)

    def hand_in(lab: Lab, path: Path) -> None:
        changed(name, honest, change).hand_in(lab, path)
        (path.parent / FILE).write_text("def mean(values): return 0.0\n", "utf-8")

    return Attack(name, honest, hand_in, at=ERROR, **more)


def archived(name: str, honest: float, members: Callable[[Lab], dict[str, bytes]]) -> Attack:
    """An archive with the solved notebook and these."""

    def hand_in(lab: Lab, path: Path) -> None:
        path.write_bytes(zipped({"locker.ipynb": dumped(lab.solved)} | members(lab)))

    return Attack(name, honest, hand_in, only_here=NO_NOTEBOOK)


def extra(name: str, **more: Any) -> Attack:
    """All right, and a file that nobody asked for, which Python may run on its own."""
    source = "__import__('os').system('echo mine > ' + {canary!r})\n"

    def put(lab: Lab, folder: Path) -> None:
        (folder / FILE).write_bytes(lab.files[FILE])
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        mine = source.format(canary=lab.names["canary"])
        path.write_text(f"import os; {mine}" if name.endswith(".pth") else mine, "utf-8")

    return placed(f"a {name} beside it", 10, put, only_here=NOT_COLLECTED, **more)


# -- no code ---------------------------------------------------------------------------------------


def secret(lab: Lab, folder: Path) -> None:
    """The neighbour's file, by a link."""
    (folder / FILE).symlink_to(lab.names["neighbour_file"])


def endless(lab: Lab, folder: Path) -> None:
    """A link to a file without end."""
    (folder / FILE).symlink_to("/dev/zero")


def linked_folder(lab: Lab, folder: Path) -> None:
    """A folder that is a link, and the neighbour's file in it."""
    (folder / "code").symlink_to(Path(lab.names["neighbour_file"]).parent)


def huge(lab: Lab, folder: Path) -> None:
    """More than any disk has."""
    with (folder / FILE).open("wb") as file:
        file.truncate(2**36)


def twins(lab: Lab, folder: Path) -> None:
    """Two files that are one where capitals don't count, and neither has the expected name."""
    (folder / "Model.py").write_bytes(lab.files[FILE])
    (folder / "MODEL.py").write_bytes(b"def mean(values): return 0.0\n")


def compiled_only(lab: Lab, folder: Path) -> None:
    """Bytecode without its source."""
    (folder / "model.pyc").write_bytes(b"\xa7\r\r\n" + bytes(12) + b"\xe3")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "model.cpython-311.pyc").write_bytes(bytes(64))


def package(lab: Lab, folder: Path) -> None:
    """A package with the module's name, which Python would prefer to it."""
    (folder / FILE).write_bytes(lab.files[FILE])
    (folder / "model").mkdir()
    (folder / "model" / "__init__.py").write_text("raise SystemExit('the wrong one')\n", "utf-8")


def shadow(lab: Lab, folder: Path) -> None:
    """A module in the place of one that tests use; and the mean is wrong."""
    (folder / FILE).write_text("def mean(values): return 0.0\n", "utf-8")
    (folder / "statistics.py").write_text("def fmean(values): return 0.0\n", "utf-8")


def many_names(lab: Lab, folder: Path) -> None:
    """More files than anybody looks at, all of which could be meant."""
    for number in range(3000):
        (folder / f"model ({number}).py").write_text(f"# {number}\n", "utf-8")


def deep(depth: int) -> bytes:
    """Source that its reader falls into."""
    return b"x = " + b"-" * depth + b"1\n"


CODE: list[Attack] = [
    # -- when it is imported ---------------------------------------------------------------------
    module("environment", 6, "search(str(dict(os.environ)))"),
    module("hidden tests by path", 6, "search(open($hidden).read())"),
    module("the solution's file", 6, "search(open($solution_file).read())"),
    module("the neighbour's file", 6, "search(open($neighbour_file).read())"),
    module("a file by going up from its own", 6, """
        search(open(os.path.dirname(__file__) + "/.." * 30 + $solution_file).read())
    """),
    module("a TCP connection", 6, """
        import socket
        socket.create_connection(("127.0.0.1", $port), timeout=0.3)
        raise Loot("connected")
    """),
    module("a daemon", 6, """
        import time
        if os.fork() == 0:
            os.setsid()
            time.sleep(20)
            os._exit(0)
        raise Loot("forked")
    """),
    module("an endless loop", 6, "while True: pass"),
    module("os._exit", 6, "os._exit(0)"),
    module("memory that is used", 6, """
        kept = [bytearray(64 * 2**20) for _ in range(24)]
        raise Loot(f"had {len(kept) * 64} MiB")
    """),
    # -- when an answer calls it -------------------------------------------------------------------
    module("names and frames", 6, """
        def mean(values):
            import sys
            frame, texts = sys._getframe(), []
            while frame:
                texts += [str(names) for names in (frame.f_locals, frame.f_globals)]
                frame = frame.f_back
            search(*texts)
    """),
    module("os._exit in a function", 6, "def mean(values): os._exit(0)"),
    module("a number that says yes", 6, """
        class Yes(float):
            __sub__ = __rsub__ = __abs__ = lambda self, *_: Yes()
            __eq__ = __lt__ = __gt__ = __le__ = __ge__ = lambda self, other: True
            __hash__ = float.__hash__
        def mean(values): return Yes()
    """),
    module("every comparison says yes", 6, """
        import builtins
        builtins.all = lambda *_: True
        def mean(values): return 0.0
    """),
    module("answers in its place", 6, """
        import sys, types
        class Anything(types.ModuleType):
            def __getattr__(self, name): return lambda *_: Anything("number")
            __sub__ = __rsub__ = __abs__ = lambda self, *_: self
            __lt__ = __gt__ = __eq__ = lambda self, other: True
        sys.modules["model"] = Anything("model")
        __getattr__ = mean = None
        del mean
    """),
    module("an answer to another question", 6, FIND_ENCODER + """
forge(lambda reply: (b"12345678", "value", 1.0))
""", only_here=PROTOCOL, costs_more=True),
    module("easier hidden tests", 6, """
        with open($hidden, "a") as tests: tests.write("\\nassert_close = lambda *_: None\\n")
        raise Loot("the tests are content with anything")
    """),
    # -- what it leaves for others -----------------------------------------------------------------
    module("its own file changed", 10, """
        with open(__file__, "a") as file: file.write("raise Loot('read again')")
        def mean(values): return sum(values) / len(values)
    """, only_here="it reads the file once"),
    module("bytecode for the next one", 6, """
        import py_compile
        open("mine.py", "w").write("raise SystemExit")
        py_compile.compile("mine.py", os.path.dirname($neighbour_file) + "/model.pyc")
        raise Loot("left")
    """),
    # -- the solution, which credit is carried from ------------------------------------------------
    after_a_mistake("the solution by the first answer's module", 3, """
        import sys
        def error(prediction, target):
            mean = centre.__globals__["mean"]
            search(str(mean.__globals__), str(vars(sys.modules["model"])), str(globals()))
    """, only_here=LENDS_NOTHING),
    after_a_mistake("the solution by importing again", 3, """
        import importlib, sys
        def error(prediction, target):
            centre([1.0, 2.0])
            found = importlib.reload(sys.modules["model"])
            search(str(vars(found)), open(found.__file__).read())
    """, only_here=LENDS_NOTHING),
]  # fmt: skip

KINDS: list[Attack] = [
    # -- in its place ------------------------------------------------------------------------------
    placed("no file", 6, lambda lab, folder: None, only_here="it is one that fails, for all"),
    placed("a link to the neighbour's", 6, secret),
    placed("a link to endless zeros", 6, endless, only_here=NOT_IMPORTED),
    placed("a folder that is a link", 6, linked_folder, only_here="it looks into no folders"),
    placed("a folder", 6, lambda lab, folder: (folder / FILE).mkdir(), only_here=NO_LIMIT),
    placed("a pipe", 6, lambda lab, folder: os.mkfifo(folder / FILE), only_here=NOT_IMPORTED),
    placed("64 GiB", 6, huge, only_here=NO_LIMIT),
    placed("twins by case", 6, twins, only_here=NO_TWINS),
    placed("bytecode alone", 6, compiled_only, only_here=NO_LIMIT),
    placed("three thousand copies", 6, many_names, only_here=NO_LIMIT),
    # -- no Python ---------------------------------------------------------------------------------
    holding("nothing", 6, b"", only_here=NO_LIMIT),
    holding("a NUL", 6, b"def mean(values): return 0\0\n", only_here=NO_LIMIT),
    holding("Latin-1", 6, b"# \xdcbung\ndef mean(values): return 0\n", only_here=NO_LIMIT),
    holding("UTF-16", 6, "def mean(values): return 0\n".encode("utf-16"), only_here=NO_LIMIT),
    holding("a byte order mark", 10, codecs.BOM_UTF8 + b"def mean(values):\r\n"
            b"    return sum(values) / len(values)\r\n", only_here="it is honest"),
    holding("an unknown encoding", 6, b"# coding: LOOT\ndef mean(values): return 0\n",
            only_here=NO_LIMIT),
    holding("a zip", 6, zipped({"model.py": b"raise SystemExit"}), only_here=NO_LIMIT),
    placed("a notebook", 6, lambda lab, folder: (folder / FILE).write_bytes(dumped(lab.solved)),
           only_here=NO_LIMIT),
    holding("source that is deep", 6, deep(10**6), only_here=NO_LIMIT),
    holding("source of 9 MiB", 6, b"x = [" + b"[]," * (3 * 2**20) + b"]\n", only_here=NO_LIMIT),
    # -- beside it ---------------------------------------------------------------------------------
    placed("a module that shadows one of the tests'", 6, shadow),
    placed("a package that shadows it", 10, package),
    *map(extra, ("conftest.py", "sitecustomize.py", "usercustomize.py", "mine.pth", "__init__.py",
                 "checks.py", "lib/__init__.py")),
    # -- in an archive -----------------------------------------------------------------------------
    archived("a zip that climbs with it", 10, lambda lab: {
        "model.py": lab.files[FILE], "../../../canary/model.py": b"raise SystemExit"}),
    archived("a zip bomb beside it", 6, lambda lab: {"model.py": bytes(2**27)}),
]  # fmt: skip

PAGE: list[Attack] = [
    module("a script in the module", 6, f'"""{SCRIPT}"""', only_here=PAGES),
    holding("the end of a page in the module", 6, only_here=PAGES, content=(
        f"</code></pre></body>{SCRIPT}\x1b[31mLOOT\x1b[2J\u202eTOOL".encode())),
    module("a script in the module's exception", 6, f"raise ValueError({SCRIPT!r})",
           only_here=PAGES),
    placed("a name with a script", 6, only_here=PAGES, put=lambda lab, folder: (
        folder / "<script>alert('LOOT')<\u2215script>\x1b[31mLOOT.py").touch()),
    holding("a million lines in the module", 6, b"LOOT\n" * 10**6, only_here=PAGES),
]  # fmt: skip
