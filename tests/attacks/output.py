"""What others look at later: feedback pages, the class table, exports."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .ingest import zipped
from .recipe import CENTRE, Attack, Lab, answer, answer_cell, changed, check_cell, code_cell

PAGES = "it writes no pages"
SCRIPT = "<script>alert('LOOT')</script>"
ON_ERROR = "<img src=x onerror=\"alert('LOOT')\">"


def written_answer(text: str) -> Any:
    """The written answer is this."""

    def change(notebook: Any, lab: Lab) -> None:
        check_cell(notebook, "ex4-why")["source"] = text

    return change


def added_cell(text: str) -> Any:
    """A text cell of the student's own."""

    def change(notebook: Any, lab: Lab) -> None:
        cell = {"cell_type": "markdown", "id": "added", "metadata": {}, "source": text}
        notebook["cells"].append(cell)

    return change


def stored_output(notebook: Any, lab: Lab) -> None:
    """Pages made from what the student's file shows."""
    cell = answer_cell(notebook, CENTRE)
    data = {"text/html": SCRIPT, "image/svg+xml": f"<svg>{SCRIPT}</svg>", "text/plain": "1"}
    cell["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": data}]


def attachment(notebook: Any, lab: Lab) -> None:
    """An image that isn't one."""
    cell = check_cell(notebook, "ex4-why")
    cell["attachments"] = {"a.svg": {"image/svg+xml": SCRIPT, "text/html": SCRIPT}}
    cell["source"] = "![a](attachment:a.svg)"


def ugly_archive(lab: Lab, path: Path) -> None:
    """A notebook in an archive, under a name that a terminal understands."""
    name = "\x1b[31m\u202e[/b]LOOT\n=1+1.ipynb"
    path.write_bytes(zipped({name: json.dumps(lab.solved).encode()}))


def broken_image(notebook: Any, lab: Lab) -> None:
    """An image whose data ends early."""
    cell = check_cell(notebook, "ex4-why")
    cell["attachments"] = {"a.png": {"image/png": "AA==\" onerror=\"alert('LOOT')"}}
    cell["source"] = "![a](attachment:a.png)"


def metadata(notebook: Any, lab: Lab) -> None:
    """Markup wherever a page might print a name."""
    notebook["metadata"] |= {"title": SCRIPT, "authors": [{"name": SCRIPT}]}
    notebook["metadata"]["kernelspec"] = {"name": SCRIPT, "display_name": SCRIPT, "language": "x"}
    notebook["metadata"]["language_info"] = {"name": SCRIPT, "pygments_lexer": SCRIPT}
    notebook["cells"].append({**code_cell("1"), "id": "x", "metadata": {"name": SCRIPT}})


def with_file(name: str, put: Callable[[Lab, Path], object]) -> Attack:
    """The solution, and beside it another file."""

    def hand_in(lab: Lab, path: Path) -> None:
        path.write_text(json.dumps(lab.solved), "utf-8")
        put(lab, path.parent)

    return Attack(name, 10, hand_in, only_here=PAGES)


def link_to(target: str) -> Callable[[Lab, Path], None]:
    """A link to what has this name on the site."""
    return lambda lab, folder: (folder / "notes.txt").symlink_to(lab.names.get(target, target))


def file(name: str, text: str) -> Callable[[Lab, Path], object]:
    """A file of this name."""
    return lambda lab, folder: (folder / name).write_text(text, "utf-8")


def raising(name: str, message: str) -> Attack:
    """An answer that raises an error with this message."""
    return answer(name, 6, f"def centre(x): raise ValueError({message!r})", only_here=PAGES)


ATTACKS: list[Attack] = [
    raising("a script in a message", SCRIPT),
    raising("a handler in a message", ON_ERROR),
    raising("colours in a message", "\x1b[31mLOOT\x1b[2J\x1b]0;LOOT\x07"),
    raising("markup in a message", "the limit is [red]LOOT[/red] [/nothing] [link=file:///]LOOT"),
    raising("a formula in a message", "=HYPERLINK(\"http://localhost/?\"&A1,\"LOOT\")"),
    raising("text backwards in a message", "\u202eTOOL\u2066\u200b limit"),
    raising("a page of lines in a message", "LOOT\n" * 10_000),
    raising("mathematics in a message", "$\\href{javascript:alert('LOOT')}{LOOT}$"),
    answer("a script in a type's name", 6, f"""
        def centre(x): return type({SCRIPT!r}, (), {{}})()
    """, only_here=PAGES),
    answer("a script in an error's name", 6, f"""
        def centre(x): raise type({SCRIPT!r}, (Exception,), {{}})
    """, only_here=PAGES),
    answer("a script in a function's name", 6, f"""
        def centre(x): 1 / 0
        centre.__code__ = centre.__code__.replace(co_name={SCRIPT!r})
    """, only_here=PAGES),
    answer("a huge repr", 6, """
        class Huge:
            def __repr__(self): return "LOOT" * 10**8
        def centre(x): return Huge()
    """, only_here=PAGES),
    answer("a cell that raises a script", 6, f"raise ValueError({SCRIPT!r})", only_here=PAGES),
    answer("output of a script", 6, f"""
        from IPython.display import HTML, Javascript, display
        display(HTML({SCRIPT!r}), Javascript("alert('LOOT')"))
        print({SCRIPT!r})
        def centre(x): return x
    """, only_here=PAGES),
    changed("a script as written answer", 10, written_answer(SCRIPT), only_here=PAGES),
    changed("a handler as written answer", 10, written_answer(ON_ERROR), only_here=PAGES),
    changed("a link as written answer", 10, only_here=PAGES, change=written_answer(
        "[LOOT](javascript:alert('LOOT')) <a href=\"javascript:alert('LOOT')\">LOOT</a>")),
    changed("a frame as written answer", 10, only_here=PAGES, change=written_answer(
        "<iframe srcdoc=\"<script>alert('LOOT')</script>\"></iframe>"
        "<object data=\"data:text/html,LOOT\"></object><svg onload=\"alert('LOOT')\"></svg>")),
    changed("a form as written answer", 10, only_here=PAGES, change=written_answer(
        "<form action=\"http://localhost/LOOT\"><button>Next</button></form>"
        "<style>body{background:url(http://localhost/LOOT)}</style>"
        "<meta http-equiv=refresh content=\"0;url=http://localhost/LOOT\">")),
    changed("the end of the page as written answer", 10, only_here=PAGES, change=written_answer(
        f"</div></main></body></html><!-- {SCRIPT} --><title></title>--><textarea>{SCRIPT}")),
    changed("a script in a formula", 10, only_here=PAGES, change=written_answer(
        f"$x < {SCRIPT}$ $$\\text{{{ON_ERROR}}}$$ $\\text{{&lt;img src=x onerror=alert()>}}$")),
    changed("a link in a formula", 10, only_here=PAGES, change=written_answer(
        "$\\href{javascript:alert('LOOT')}{LOOT}$ $\\style{background:url(//LOOT)}{x}$")),
    changed("a formula that grows for ever", 10, only_here=PAGES, change=written_answer(
        "$" + "".join(f"\\newcommand{{\\a{chr(97 + n)}}}{{\\a{chr(98 + n)}\\a{chr(98 + n)}}}"
                      for n in range(25)) + "\\aa$ " + "${{{{{{" * 10_000)),
    changed("a script in a cell of one's own", 10, added_cell(SCRIPT), only_here=PAGES),
    changed("a script in a stored output", 10, stored_output, only_here=PAGES),
    changed("a script in an attachment", 10, attachment, only_here=PAGES),
    changed("a script in the metadata", 10, metadata, only_here=PAGES),
    changed("an image that breaks out", 10, broken_image, only_here=PAGES),
    changed("an image that isn't there", 10, only_here=PAGES, change=written_answer(
        "![LOOT](attachment:none.png) ![LOOT](&#97;ttachment:none.png)")),
    Attack("an archive of an ugly name", 10, ugly_archive, only_here=PAGES),
    changed("text that takes long to render", 10, only_here=PAGES, change=written_answer(
        "\\begin{a}" * 10_000)),
    # -- other files in the folder that is handed in ----------------------------------------
    with_file("a link to the gradebook beside it", link_to("gradebook")),
    with_file("a link to the neighbour's beside it", link_to("neighbour")),
    with_file("a link to nowhere beside it", link_to("/nowhere")),
    with_file("a pipe beside it", lambda lab, folder: os.mkfifo(folder / "pipe")),
    with_file("a date that is none", file("timestamp.txt", "LOOT")),
    with_file("a check of one's own beside it", file("checks.py", "def assert_close(*_): ...")),
]  # fmt: skip
