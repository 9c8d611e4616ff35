"""Runs one submission's cells and answers questions about what they defined."""

import ast
import contextlib
import functools
import importlib
import itertools
import os
import random
import shutil
import socket
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NoReturn

from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell

from . import arrays, heap, lenient, plots, slips, tensors
from .contents import NoContent, content_of
from .forms import Unsendable
from .frame import Frame
from .lending import Lender
from .meant import meant_by
from .names import LikelyNames
from .protocol import MAX_ERRNO, decode, encode
from .rewriting import LOOKUPS, Rewriting
from .settings import Settings
from .stand_ins import Borrower

CELL_FILES = "<ipython-input-"  # how IPython names the code of cells
AGAIN = f"{CELL_FILES}again>"


class UnseenFormatter(DisplayFormatter):
    """Makes pictures and HTML of what is displayed only for code that captures them.

    Nobody else sees what a worker shows, and drawing a figure takes longer than most answers.
    """

    def format(self, obj: Any, include: Any = None, exclude: Any = None) -> Any:
        """The representations of an object, none if they would be lost."""
        if isinstance(self.parent.display_pub, CapturingDisplayPublisher):
            return super().format(obj, include, exclude)
        self.ipython_display_formatter(obj)  # an object's own code, which may do more than show it
        return {}, {}


class NotebookShell(InteractiveShell):
    """IPython without windows, subprocesses and tracebacks: asking for them has no effect."""

    def init_display_formatter(self) -> None:
        """Leave undrawn what nobody sees."""
        self.display_formatter = UnseenFormatter(parent=self)
        self.configurables.append(self.display_formatter)

    def init_magics(self) -> None:
        """Leave `%%bash` cells undone."""
        super().init_magics()
        for name in ("bash", "sh", "script"):
            self.register_magic_function(lambda line, cell: None, "cell", name)

    def enable_gui(self, gui: str | None = None) -> None:
        """Leave `%gui` undone."""

    def enable_matplotlib(self, gui: str | None = None) -> tuple[str | None, str]:
        """Leave `%matplotlib` undone: plots are drawn to memory and not shown."""
        return gui, "agg"

    def system(self, cmd: str) -> None:
        """Leave `!cmd`, `%pip` and the like undone."""

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> list[str]:
        """Leave `lines = !cmd` undone."""
        return []

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        """Format nothing: exceptions are reported by `described`."""

    showsyntaxerror = showtraceback


class Missing(Exception):
    """The attribute asked for does not exist."""


class Session:
    """One submission's notebook, and every object of it that the grader holds a handle to."""

    def __init__(self, shell: NotebookShell, borrower: Borrower) -> None:
        self.shell = shell
        self.borrower = borrower
        self.borrows = False
        self.is_lenient = False
        self.settings = Settings()
        self.test = contextlib.ExitStack()  # open while a test runs
        self.home = Path.cwd()
        self.files: dict[str, str] = {}  # of the student's: path -> what it is called
        self.cells: list[str] = []  # the text of those that ran
        self.objects: dict[int, Any] = {0: shell.user_module}
        self.numbers = itertools.count(1)
        self.operations: dict[str, Callable[..., Any]] = {
            "execute": self.execute,
            "get": self.get,
            "call": lambda target, arguments, named: target(*arguments, **named),
            "item": lambda target, key: target[key],
            "len": len,
            "content": content_of,
            "setup": setup,
            "again": self.again,
            "give_back": heap.give_back,
            "keep_freed": heap.keep_freed,
            "place": self.place,
            "lack": self.lack,
            "hide": self.hide,
            "be_lenient": self.be_lenient,
            "slips": slips.noted,
            "borrow": self.borrow,
            "lend": lambda *wanted: self.lender.answer(*wanted),
        }

    @functools.cached_property
    def lender(self) -> Lender:
        """What lends this notebook's objects, if it holds the solution."""
        return Lender(self.shell.user_module)

    def answer(self, request: Frame, limit_bytes: int) -> Frame:
        """Do what is asked; whatever student code raises becomes the reply."""
        nonce, operation, released, seed, wanted, *arguments = decode(request, self.object_of, Path)
        for number in released:
            del self.objects[number]
        wrap = self.lender.lend if operation == "lend" else self.handle_of
        try:
            if seed is not None:
                self.begin_test(seed)
            with self.borrower.during(nonce):
                result = self.operations[operation](*arguments)
            if wanted:
                return self.with_attributes((nonce, "value", result), wanted, limit_bytes)
            return encode((nonce, "value", result), wrap, limit_bytes)
        except Missing:
            reply: tuple[Any, ...] = (nonce, "missing")
        except (Unsendable, NoContent) as reason:
            reply = (nonce, "raised", "", str(reason), "", 0)
        except BaseException as error:  # SystemExit and KeyboardInterrupt as well
            reply = (nonce, "raised", *described(error, self.files))
        return encode(reply, self.handle_of, limit_bytes)

    def with_attributes(self, reply: tuple[Any, ...], names: list[str], limit_bytes: int) -> Frame:
        """A reply, and along with it those attributes of a set-up that are there, if all of them
        can cross."""
        made = vars(reply[-1])
        told = {name: made[name] for name in names if name in made}
        try:
            return encode((*reply, told), self.handle_of, limit_bytes)
        except Unsendable:
            return encode((*reply, {}), self.handle_of, limit_bytes)

    def place(self, name: str, piece: bytes, is_first: bool) -> None:
        """Write a piece of a file that was handed in, before any cell runs."""
        path = self.home / name
        path.parent.mkdir(exist_ok=True)
        with path.open("wb" if is_first else "ab") as file:
            file.write(piece)
        self.know(name, name)

    def lack(self, name: str, why: str) -> None:
        """Say, where a module is imported that was not handed in, just that; one that the release
        has in its place stays, and what is raised in it says so."""
        path = self.home / name
        if name.endswith(".py") and not path.exists():
            self.place(name, f"raise ImportError({f'{name} {why}'!r})\n".encode(), True)
        self.know(name, f"{name}, which {why}")

    def hide(self) -> None:
        """Have modules loaded from files that were handed in, and the files gone."""
        for path in map(Path, self.files):
            if path.suffix == ".py":
                name = ".".join(path.with_suffix("").relative_to(self.home).parts)
                with contextlib.suppress(BaseException):  # who needs it will see why
                    importlib.import_module(name)
        for path in map(Path, self.files):
            path.unlink(missing_ok=True)

    def know(self, name: str, told: str) -> None:
        """Tell of lines in a file; and import it from where it lies now."""
        self.files[str(self.home / name)] = told
        sys.modules.pop(name.removesuffix(".py").replace("/", "."), None)
        importlib.invalidate_caches()

    def begin_test(self, seed: int) -> None:
        """A test's questions find settings and generators as if no cell had changed them."""
        self.test.close()
        self.test.enter_context(self.settings.as_usual())
        tensors.use_threads(1)
        seed_generators(seed)

    def be_lenient(self) -> None:
        """Overlook slips, where they would stop an answer."""
        lenient.begin()
        self.shell.user_ns["__builtins__"] = LikelyNames(CELL_FILES, LOOKUPS)
        self.shell.ast_transformers.append(Rewriting())
        self.is_lenient = True

    def get(self, target: Any, name: str) -> Any:
        """An attribute; of the notebook, also what can be borrowed."""
        is_of_notebook = target is self.shell.user_module
        if is_of_notebook and self.borrows and name not in self.shell.user_ns:
            self.borrow([name])
        value = get(target, name)
        return meant_by(value, name) if is_of_notebook and self.is_lenient else value

    def borrow(self, names: list[str]) -> None:
        """Set names as an earlier answer has them, and from now on whatever the grader asks for."""
        self.borrows = True
        self.borrower.bind(names, self.shell.user_ns)

    def again(self, name: str, source: str, inputs: dict[str, Any]) -> ModuleType:
        """Run the cell that set a name once more, after `source`, which may give others new values:
        it finds them in `names`, and the cell's text in `cell`. The notebook keeps what it had.

        Returns:
            What all names were in the end.
        """
        texts = map(self.shell.transform_cell, reversed(self.cells))
        return run_again(texts, self.shell.user_ns, name, source, inputs)

    def handle_of(self, value: Any) -> tuple[int, str]:
        """A new number for a value, with the name of its type."""
        number = next(self.numbers)
        self.objects[number] = value
        return number, type(value).__name__

    def object_of(self, number: int, type_name: str) -> Any:
        """The value that was given this number."""
        return self.objects[number]

    def execute(self, source: str) -> None:
        """Run a cell as Jupyter does, under the student's own settings."""
        self.test.close()
        self.cells.append(source)
        result = self.shell.run_cell(source)
        plots.close_all()  # as Jupyter does after each cell
        stay_alone()  # in case this cell was the first to import something
        result.raise_error()


def get(target: Any, name: str) -> Any:
    """An attribute; an AttributeError from inside a property is not taken for a lack of it."""
    try:
        return getattr(target, name)
    except AttributeError as error:
        if error.obj is target and error.name == name:
            raise Missing from None
        raise


def setup(source: str, inputs: dict[str, Any]) -> ModuleType:
    """Run a test's set-up code in a namespace of its own that holds `inputs`."""
    namespace = ModuleType("setup")
    vars(namespace).update(inputs)
    exec(compiled(source), vars(namespace))
    return namespace


def run_again(
    cells: Iterable[str], names: dict[str, Any], name: str, source: str, inputs: dict[str, Any]
) -> ModuleType:
    """Run the first of these cells that sets a name, in `names`, which are as before in the end."""
    cell = next((cell for cell in cells if sets(cell, name)), None)
    if cell is None:
        raise Missing
    kept = dict(names)
    made = ModuleType("again")
    try:
        exec(compiled(source), {"names": names, "cell": cell, **inputs})
        exec(compile(cell, AGAIN, "exec"), names)
        vars(made).update(names)
    finally:
        names.clear()
        names.update(kept)
    return made


def sets(cell: str, name: str) -> bool:
    """Whether a cell's text gives this name a value, as far as that shows without running it."""
    try:
        nodes = list(ast.walk(ast.parse(cell)))
    except SyntaxError:
        return False
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return name in stored | {n.name for n in nodes if isinstance(n, ast.FunctionDef | ast.ClassDef)}


@functools.cache  # tests of one question often set the same things up
def compiled(source: str) -> CodeType:
    """The code of a test's set-up."""
    return compile(source, "<setup>", "exec")


def described(error: BaseException, files: dict[str, str]) -> tuple[str, str, str, int]:
    """Name, message, place and error number of an exception, whose own methods may misbehave."""
    try:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        name, text = type(error).__name__[:100], "".join(message[:2000])
        return name, text, student_line(error, files), error_number(error)
    except BaseException:
        return "an exception", "its message can't be read", "", 0


def error_number(error: BaseException) -> int:
    """The number that the system gave, 0 if the exception has none."""
    number = error.errno if isinstance(error, OSError) else None
    return number if type(number) is int and 0 < number <= MAX_ERRNO else 0


def student_line(error: BaseException, files: dict[str, str]) -> str:
    """The innermost line of the notebook's own code, or of a file that was handed in with it; ""
    if none is involved."""

    def place(filename: str) -> str | None:
        return "its cell" if filename.startswith(CELL_FILES) else files.get(filename)

    if isinstance(error, SyntaxError) and (home := place(str(error.filename))):
        return f"line {error.lineno} of {home}" if error.lineno else f"in {home}"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if home := place(frame.filename):
            function = "" if frame.name.startswith("<") else f", in {frame.name}"
            return f"line {frame.lineno} of {home}{function}"
    return ""


def seed_generators(seed: int) -> None:
    """Seed Python's generator and those of the libraries that are loaded."""
    random.seed(seed)
    arrays.seed_generator(seed)
    tensors.seed_generator(seed)


def stay_alone() -> None:
    """Have libraries that are loaded start no processes, no threads and no windows."""
    tensors.load_without_processes()
    tensors.keep_one_thread()
    plots.keep_backend()


def settle(work_dir: str, support_dir: str | None, shipped: str) -> None:
    """Make an empty directory this process's own, holding a copy of what students receive.

    Packages that were loaded from `shipped` look for further modules in that copy first.
    """
    if support_dir is not None:
        shutil.copytree(support_dir, work_dir, dirs_exist_ok=True)
        for module in list(sys.modules.values()):
            paths = list(getattr(module, "__dict__", {}).get("__path__") or ())  # nothing computed
            if any(str(path).startswith(f"{shipped}/") for path in paths):
                own = [path.replace(shipped, work_dir, 1) for path in paths]
                module.__path__ = own + paths
    os.chdir(work_dir)
    os.environ |= {"HOME": work_dir, "TMPDIR": work_dir}
    tempfile.tempdir = None  # what the zygote found out
    sys.path.insert(0, work_dir)
    sys.dont_write_bytecode = True


def answer_grader(
    connection: socket.socket, shell: NotebookShell, seed: int, limit_bytes: int
) -> NoReturn:
    """Do what the grader asks for; `EOFError` or `OSError` when it hangs up."""
    seed_generators(seed)

    def exchange(frame: Frame) -> Frame:
        frame.send(connection)
        return Frame.receive(connection, limit_bytes)

    session = Session(shell, Borrower(exchange, limit_bytes))
    while True:
        request = Frame.receive(connection, limit_bytes)
        session.answer(request, limit_bytes).send(connection)
