"""A student's desk: a released folder, a notebook's file, a real kernel that runs its cells."""

import html
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.manager import KernelManager

PROJECT = Path(__file__).resolve().parents[4]
START_S, RUN_S = 60, 60


def lay_out(folder: Path, checks: str) -> None:
    """Put the package of checks and a `checks.py` into a folder, as a release has them."""
    shutil.copytree(PROJECT / "lib" / "kit" / "checks", folder / "lib" / "kit" / "checks")
    for name in ("lib/__init__.py", "lib/kit/__init__.py"):
        shutil.copy(PROJECT / name, folder / name)
    (folder / "checks.py").write_text(checks, "utf-8")


@dataclass(frozen=True)
class Shown:
    """What a cell's run showed: outputs in the order in which they came."""

    outputs: list[dict[str, Any]]

    @property
    def table(self) -> str:
        """The text of the tables, a line for each row, and code between backticks."""
        pages = [one["data"].get("text/html", "") for one in self.outputs if "data" in one]
        pages = [re.sub(r"(?<!<br>)<code>(.*?)</code>", r"`\1`", page) for page in pages]
        rows = "\n".join(pages).replace("</tr>", "\n").replace("<br>", " | ")
        return html.unescape(re.sub(r"<[^>]+>", " ", rows))

    @property
    def error(self) -> str:
        """What it ended in, "" if all went well."""
        return next(
            (f"{one['ename']}: {one['evalue']}" for one in self.outputs if "ename" in one), ""
        )

    @property
    def printed(self) -> str:
        return "".join(one["text"] for one in self.outputs if one.get("name") == "stdout")


class Desk:
    """Runs cells as Jupyter does; with `ids` the kernel is told which cell runs."""

    def __init__(self, kernel: Any, folder: Path, ids: bool = True) -> None:
        self.kernel, self.folder, self.ids = kernel, folder, ids

    def run(self, source: str, cell_id: str = "") -> Shown:
        """Run one cell."""
        content = {
            "code": source,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        }
        told = {"cellId": cell_id} if self.ids and cell_id else {}
        message = self.kernel.session.msg("execute_request", content, metadata=told)
        self.kernel.shell_channel.send(message)
        outputs = []
        while True:
            answer = self.kernel.get_iopub_msg(timeout=RUN_S)
            if answer["parent_header"].get("msg_id") != message["header"]["msg_id"]:
                continue
            if answer["msg_type"] in ("display_data", "execute_result", "error", "stream"):
                outputs.append(answer["content"])
            elif answer["content"].get("execution_state") == "idle":
                return Shown(outputs)

    def save(self, name: str, cells: list[tuple[str, str, str]]) -> None:
        """Write the notebook's file: cells by id, role and text. Roles are "given", "answer",
        "check", and "" for the student's own."""
        written: list[dict[str, Any]] = [
            {
                "cell_type": "code",
                "id": cell_id,
                "metadata": {
                    "nbgrader": {
                        "grade_id": cell_id,
                        "grade": role == "check",
                        "locked": role in ("check", "given"),
                        "solution": role == "answer",
                    }
                    if role
                    else {}
                },
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
            for cell_id, role, source in cells
        ]
        notebook = {"cells": written, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        (self.folder / name).write_text(json.dumps(notebook), "utf-8")


@contextmanager
def opened_desk(folder: Path, ids: bool = True, **environment: str) -> Iterator[Desk]:
    """A kernel in the folder."""
    import os

    manager = KernelManager(kernel_name="python3")
    hidden = {"PYTHONPATH", "JPY_SESSION_NAME"}
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    manager.start_kernel(
        cwd=str(folder), env={**kept, "IPYTHONDIR": str(folder / ".ipython"), **environment}
    )
    kernel = manager.client()
    kernel.start_channels()
    try:
        kernel.wait_for_ready(timeout=START_S)
        yield Desk(kernel, folder, ids)
    finally:
        kernel.stop_channels()
        manager.shutdown_kernel(now=True)
