"""Files that are no notebooks, or notebooks that were never saved by a notebook editor."""

import copy
import io
import json
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .recipe import (
    CENTRE,
    ERROR,
    NORMS,
    POSITIVE,
    Attack,
    Lab,
    answer_cell,
    changed,
    check_cell,
    code_cell,
)  # fmt: skip

NO_NOTEBOOK = "it stops, and everybody has to wait"
READER = "its reader is nbformat, without a grader behind it"


def content(name: str, make: Callable[[Lab], bytes]) -> Attack:
    """A file with this content and nothing to grade in it."""

    def hand_in(lab: Lab, path: Path) -> None:
        path.write_bytes(make(lab))

    return Attack(name, 0, hand_in, only_here=NO_NOTEBOOK)


def instead(name: str, make: Callable[[Lab, Path], object]) -> Attack:
    """Something else in the file's place."""

    def hand_in(lab: Lab, path: Path) -> None:
        make(lab, path)

    return Attack(name, 0, hand_in, only_here=NO_NOTEBOOK)


def mangled(name: str, honest: float, change: Callable[[Any], object]) -> Attack:
    """The solution after somebody's editor or hand went over it."""
    return changed(name, honest, lambda notebook, lab: _none(change(notebook)), only_here=READER)


def _none(_: object) -> None: ...


def zipped(members: dict[str, bytes]) -> bytes:
    """An archive, whatever the names of its members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def dumped(notebook: Any) -> bytes:
    return json.dumps(notebook).encode()


def each_cell(change: Callable[[Any, int], object]) -> Callable[[Any], None]:
    """Do something to every cell."""

    def change_all(notebook: Any) -> None:
        for number, cell in enumerate(notebook["cells"]):
            change(cell, number)

    return change_all


def without_ids(notebook: Any) -> None:
    """As Colab and old editors save it."""
    notebook["nbformat_minor"] = 2
    for cell in notebook["cells"]:
        del cell["id"]


def without_marks(notebook: Any) -> None:
    """As Colab saves what was pasted into a new notebook: other ids, no marks of nbgrader's."""
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"colab{number}"
        cell["metadata"] = {"colab": {"base_uri": "https://localhost/"}, "outputId": "1"}


def format_3(notebook: Any) -> None:
    """As notebooks were before 2015."""
    cells = []
    for cell in notebook.pop("cells"):
        old = {"cell_type": cell["cell_type"], "metadata": cell["metadata"]}
        if cell["cell_type"] == "code":
            old |= {
                "input": cell["source"],
                "language": "python",
                "outputs": [],
                "collapsed": False,
            }
        else:
            old["source"] = cell["source"]
        cells.append(old)
    notebook |= {"nbformat": 3, "nbformat_minor": 0, "worksheets": [{"cells": cells}]}
    notebook["metadata"] = {"name": ""}


def source_of_lines(notebook: Any) -> None:
    """As editors save it: a list of lines."""
    for cell in notebook["cells"]:
        cell["source"] = cell["source"].splitlines(keepends=True)


def duplicated(notebook: Any) -> None:
    """An answer twice, and the second one wrong."""
    cell = answer_cell(notebook, CENTRE)
    second = {**copy.deepcopy(cell), "source": "def centre(x): return x"}
    notebook["cells"].insert(notebook["cells"].index(cell) + 1, second)


def split(notebook: Any) -> None:
    """An answer in two cells, of which the second has a new id."""
    cell = answer_cell(notebook, CENTRE)
    lines = cell["source"].splitlines(keepends=True)
    cell["source"] = "import math\n"
    second = {**code_cell("".join(lines)), "id": "fresh"}
    notebook["cells"].insert(notebook["cells"].index(cell) + 1, second)


def retyped(notebook: Any) -> None:
    """An answer that became text."""
    cell = answer_cell(notebook, CENTRE)
    cell["cell_type"] = "markdown"
    del cell["outputs"], cell["execution_count"]


def deleted(notebook: Any) -> None:
    notebook["cells"].remove(answer_cell(notebook, CENTRE))


def odd_ids(cell: Any, number: int) -> None:
    """Ids and marks of types that none has."""
    odd: list[Any] = [[], {}, 7, None, "", "x" * 10**5]
    if ANSWERED.search(str(cell["source"])) is None:
        cell["id"] = odd[number % len(odd)]
        cell["metadata"]["nbgrader"] = odd[(number + 1) % len(odd)]


def odd_marks(cell: Any, number: int) -> None:
    """Marks of the right type with values that none has."""
    if ANSWERED.search(str(cell["source"])) is None:
        cell["metadata"]["nbgrader"] = {"grade_id": [], "points": "1e999", "schema_version": {}}


ANSWERED = re.compile("^def ", re.MULTILINE)


def many_cells(notebook: Any) -> None:
    """As many cells as fit."""
    notebook["cells"] += [code_cell("") for _ in range(100_000)]


def long_answer(notebook: Any) -> None:
    """An answer of three million characters."""
    answer_cell(notebook, CENTRE)["source"] += "\n#" + "x" * 3_000_000


def half_a_character(notebook: Any) -> None:
    """Text that can't be written as UTF-8."""
    answer_cell(notebook, CENTRE)["source"] += '\ntext = "\ud800"'
    notebook["cells"].append({**code_cell("# \udfff"), "id": "\udfff"})


def no_text(notebook: Any) -> None:
    """NUL, which Python doesn't take in source code."""
    answer_cell(notebook, CENTRE)["source"] += "\n#\0"


def nowhere(lab: Lab, path: Path) -> None:
    path.symlink_to("/nowhere")


def endless(lab: Lab, path: Path) -> None:
    path.symlink_to("/dev/zero")


def secret(lab: Lab, path: Path) -> None:
    path.symlink_to(lab.names["neighbour"])


def pipe(lab: Lab, path: Path) -> None:
    os.mkfifo(path)


def huge(lab: Lab, path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**36)


def itself(lab: Lab, path: Path) -> None:
    path.symlink_to(path.name)


ATTACKS: list[Attack] = [
    # -- no notebook ---------------------------------------------------------------------------
    content("nothing", lambda lab: b""),
    content("text", lambda lab: b"My notebook is attached.\n"),
    content("UTF-16", lambda lab: dumped(lab.solved).decode().encode("utf-16")),
    content("Latin-1", lambda lab: dumped(lab.solved).replace(b"A lab", b"\xdcbung")),
    content("half a notebook", lambda lab: dumped(lab.solved)[:-100]),
    content("a number", lambda lab: b"7"),
    content("a number of a million digits", lambda lab: b'{"cells": ' + b"9" * 10**6 + b"}"),
    content("deep JSON", lambda lab: b"[" * 10**6),
    content("deep JSON in a notebook", lambda lab: dumped({**lab.solved, "metadata": 9**9}).replace(
        b"387420489", b'{"a":' * 10**5 + b"1" + b"}" * 10**5)),
    content("cells that are numbers", lambda lab: dumped({**lab.solved, "cells": [1, 2]})),
    content("a zip bomb", lambda lab: zipped({"vault.ipynb": bytes(2**27)})),
    content("a zip that climbs", lambda lab: zipped({"../../../canary/climbed": b"up"})),
    content("HTML", lambda lab: b"<html><script>alert(1)</script></html>"),
    instead("a folder", lambda lab, path: path.mkdir()),
    instead("a link to nowhere", nowhere),
    instead("a link to itself", itself),
    instead("a link to endless zeros", endless),
    instead("a link to the neighbour's", secret),
    instead("a pipe", pipe),
    instead("64 GiB", huge),
    # -- notebooks that were mangled ---------------------------------------------------------------
    mangled("without ids", 10, without_ids),
    mangled("without ids and marks", 10, without_marks),
    mangled("format 3", 10, format_3),
    mangled("a format of the future", 10, lambda notebook: notebook.update(nbformat=99)),
    mangled("a format of no number", 10, lambda notebook: notebook.update(nbformat="4")),
    mangled("lines", 10, source_of_lines),
    mangled("an answer twice", 6, duplicated),
    mangled("an answer split", 10, split),
    mangled("an answer that became text", 10, retyped),
    mangled("an answer deleted", 6, deleted),
    mangled("cells in reverse", 10, lambda notebook: notebook["cells"].reverse()),
    mangled("ids of odd types", 10, each_cell(odd_ids)),
    mangled("marks of odd types", 10, each_cell(odd_marks)),
    mangled("no metadata", 10, lambda notebook: notebook.pop("metadata")),
    mangled("a hundred thousand cells", 0, many_cells),
    mangled("an answer of three million characters", 6, long_answer),
    mangled("half a character", 10, half_a_character),
    mangled("a NUL", 6, no_text),
    mangled("check cells moved to the top", 10, lambda notebook: notebook["cells"].sort(
        key=lambda cell: cell["source"].startswith("check("), reverse=True)),
    mangled("every answer in one cell", 10, lambda notebook: [
        answer_cell(notebook, CENTRE).update(source="\n".join(
            answer_cell(notebook, one)["source"] for one in (CENTRE, POSITIVE, NORMS, ERROR)))]),
    mangled("a check cell without points", 10, lambda notebook: check_cell(
        notebook, CENTRE)["metadata"]["nbgrader"].update(points=None, grade="yes")),
]  # fmt: skip
