"""Runs one submission's cells and answers calls about what they defined."""

import itertools
import os
import random
import shutil
import socket
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import torch
from IPython.core.interactiveshell import InteractiveShell

from .protocol import Frame, Unsendable, decode, encode

STUDENT_FILES = ("<ipython-input-",)  # how IPython names the code of cells


class NotebookShell(InteractiveShell):
    """IPython without terminal, history or subprocesses: what those would do is left undone."""

    def enable_gui(self, gui: str | None = None) -> None:
        """Accept `%gui`."""

    def enable_matplotlib(self, gui: str | None = None) -> tuple[str | None, str]:
        """Accept `%matplotlib`; plots are drawn to memory and not shown."""
        return gui, "agg"

    def system(self, cmd: str) -> None:
        """Accept `!cmd`, `%pip` and the like."""

    system_piped = system_raw = system

    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> list[str]:
        """Accept `names = !cmd`."""
        return []

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        """Spend no time on a traceback that nobody sees."""

    showsyntaxerror = showtraceback


class Missing(Exception):
    """The attribute asked for does not exist."""


class Session:
    """One submission's notebook and every object of it that the grader holds a handle to."""

    def __init__(self, shell: NotebookShell) -> None:
        self.shell = shell
        self.objects: dict[int, Any] = {0: shell.user_module}
        self.numbers = itertools.count(1)
        self.operations: dict[str, Callable[..., Any]] = {
            "execute": self.execute,
            "get": self.get,
            "call": lambda target, arguments, named: target(*arguments, **named),
            "item": lambda target, key: target[key],
            "len": len,
            "setup": self.setup,
            "seed": seed_generators,
        }

    def answer(self, request: Frame, limit_bytes: int) -> Frame:
        """Perform one request; whatever the student's code raises becomes part of the reply."""
        nonce, operation, released, *arguments = decode(request, self.resolve)
        for number in released:
            self.objects.pop(number, None)
        try:
            result = self.operations[operation](*arguments)
            return encode((nonce, "value", result), self.wrap, limit_bytes)
        except Missing:
            reply: tuple[Any, ...] = (nonce, "missing")
        except Unsendable as reason:
            reply = (nonce, "unsendable", str(reason))
        except BaseException as error:  # also SystemExit and KeyboardInterrupt
            reply = (nonce, "raised", *described(error))
        return encode(reply, self.wrap, limit_bytes)

    def wrap(self, value: Any) -> tuple[int, str]:
        """A new handle to a value, with the name of its type."""
        number = next(self.numbers)
        self.objects[number] = value
        return number, type(value).__name__

    def resolve(self, number: int, type_name: str) -> Any:
        """The object of a handle."""
        return self.objects[number]

    def execute(self, source: str) -> tuple[str, str, str] | None:
        """Run a cell as Jupyter does; None, or what it raised."""
        result = self.shell.run_cell(source)
        plt.close("all")  # as Jupyter's inline plots are after each cell
        error = result.error_before_exec or result.error_in_exec
        return None if error is None else described(error)

    def get(self, target: Any, name: str) -> Any:
        """An attribute; an AttributeError from inside a property is the student's, not a lack."""
        try:
            return getattr(target, name)
        except AttributeError as error:
            if error.obj is target and error.name == name:
                raise Missing from None
            raise

    def setup(self, source: str, inputs: dict[str, Any]) -> ModuleType:
        """Run a test's set-up code in a namespace of its own holding `inputs`."""
        namespace = ModuleType("setup")
        vars(namespace).update(inputs)
        exec(compile(source, "<setup>", "exec"), vars(namespace))  # the hidden test's own text
        return namespace


def described(error: BaseException) -> tuple[str, str, str]:
    """Type name, message and place of an exception, whose own methods may misbehave."""
    try:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
        return type(error).__name__, "".join(message[:2000]), _student_line(error)
    except BaseException:
        return "an exception", "its message can't be read", ""


def _student_line(error: BaseException) -> str:
    """The innermost line of the notebook's own code, "" if none is involved."""
    if isinstance(error, SyntaxError) and str(error.filename).startswith(STUDENT_FILES):
        return f"line {error.lineno} of its cell"
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith(STUDENT_FILES):
            function = "" if frame.name.startswith("<") else f", in {frame.name}"
            return f"line {frame.lineno} of its cell{function}"
    return ""


def seed_generators(seed: int) -> None:
    """Seed Python's, numpy's and torch's generators."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def run(
    connection: socket.socket,
    shell: NotebookShell,
    *,
    support_dir: str | None,
    work_dir: str,
    seed: int,
    limit_bytes: int,
) -> None:
    """Serve one submission in `work_dir`, an empty directory, until the grader hangs up."""
    if support_dir is not None:
        shutil.copytree(support_dir, work_dir, dirs_exist_ok=True)
    os.chdir(work_dir)
    os.environ["HOME"] = work_dir
    sys.path.insert(0, str(Path(work_dir)))
    sys.dont_write_bytecode = True
    seed_generators(seed)
    session = Session(shell)
    while True:
        try:
            request = Frame.receive(connection, limit_bytes)
        except EOFError:
            return
        session.answer(request, limit_bytes).send(connection)
