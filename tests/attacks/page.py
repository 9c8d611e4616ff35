"""Pages that act: in formgrader they have the grader's session, and the grader's fields."""

import base64
import io
import json
from pathlib import Path
from typing import Any

from PIL import Image

from .ingest import zipped
from .output import SCRIPT, added_cell, written_answer
from .recipe import CENTRE, POSITIVE, Attack, Lab, changed, check_cell, code_cell

FAST = "the renderer of today takes a moment for it, that of yesterday took minutes"
NAMES = "it takes no archives"


def written(name: str, text: str) -> Attack:
    """The solution with another written answer."""
    return changed(name, 10, written_answer(text))


def own(name: str, text: str) -> Attack:
    """The solution and a text cell of the student's own."""
    return changed(name, 10, added_cell(text))


def output(name: str, **data: Any) -> Attack:
    """The solution and a cell of the student's own with an output stored in it."""

    def change(notebook: Any, lab: Lab) -> None:
        cell = code_cell("1")
        shown = {kind.replace("_", "/"): text for kind, text in data.items()}
        cell["outputs"] = [{"output_type": "display_data", "metadata": {}, "data": shown}]
        notebook["cells"].append(cell)

    return changed(name, 10, change)


def _noise() -> str:
    """A picture of 90 kB."""
    file = io.BytesIO()
    Image.effect_noise((300, 300), 90).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def pasted(times: int) -> Any:
    """A picture in the cell, shown so many times."""

    def change(notebook: Any, lab: Lab) -> None:
        cell = check_cell(notebook, "ex4-why")
        cell["attachments"] = {"a.png": {"image/png": _noise()}}
        cell["source"] = "![a](attachment:a.png)\n\n" * times

    return change


def many_pictures(notebook: Any, lab: Lab) -> None:
    """A hundred pictures in a hundred cells."""
    for number in range(100):
        cell: dict[str, Any] = {"cell_type": "markdown", "id": f"p{number}", "metadata": {}}
        picture = {"a.png": {"image/png": _noise()}}
        notebook["cells"].append(
            {**cell, "source": "![a](attachment:a.png)", "attachments": picture}
        )


def many_texts(notebook: Any, lab: Lab) -> None:
    """Nine hundred texts, too long together."""
    for number in range(900):
        cell = {"cell_type": "markdown", "id": f"t{number}", "metadata": {}}
        notebook["cells"].append({**cell, "source": "LOOT " * 800})


def long_path(lab: Lab, path: Path) -> None:
    """A notebook in an archive at a path of 60 kB, beside the one to grade."""
    path.write_text(json.dumps(lab.solved), "utf-8")
    name = "\x1b[31m" + "LOOT" * 15_000 + ".ipynb"
    (path.parent / f"{path.stem}.zip").write_bytes(zipped({name: b"{}"}))


def padded_code(notebook: Any, lab: Lab) -> None:
    """Code that lexers take minutes for, in formgrader's server, where all graders wait."""
    for code in (" \n" * 10_000, "%%perl\n" + "m{" * 9_000, "a." * 10_000):
        notebook["cells"].append(code_cell(code))


def _nested(command: str, times: int) -> str:
    return f"\\{command}{{" * times + "LOOT" + "}" * times


# Written answers: scripts, names of the grader's fields, things from elsewhere, work for others.
WRITTEN = {
    "a script in a diagram": f"```mermaid\ngraph TD;\n{SCRIPT}\n```",
    "a script in HTML": f"<div>\n{SCRIPT}\n</div>",
    "a handler in a drawing": "<svg><animate onbegin=\"alert('LOOT')\" attributeName=x dur=1s>",
    "a handler in a formula's HTML": (
        "<math><mtext><img src=x onerror=\"alert('LOOT')\"></mtext></math>"
    ),
    "a link that runs": "[read this](javascript:alert('LOOT'))",
    "a link that runs by reference": "[read this]\n\n[read this]: javascript:LOOT()",
    "a link to a page in the link": "[read this](data:text/html,<script>LOOT</script>)",
    "headings named like questions": f"# {CENTRE}\n\n# {POSITIVE}",
    "underlined headings named like questions": f"{CENTRE}\n===\n\n{POSITIVE}\n---",
    "headings named like other fields": f"# {CENTRE}_extra_credit\n\n# ex4-why-comment",
    "a picture from elsewhere": "![LOOT](http://localhost/LOOT.png)",
    "a picture from elsewhere by reference": "![LOOT][1]\n\n[1]: //localhost/LOOT.png",
    "a picture that logs the grader out": "![LOOT](/logout?LOOT)",
    "a link in a formula for MathJax": "$\\href{javascript:alert('LOOT')}{LOOT}$",
    "a formula for MathJax that grows": "$\\def\\LOOT{x\\LOOT\\LOOT}\\LOOT$ $$\\require{LOOT}$$",
    "text that runs backwards": "the grade is \u202eTOOL\u2066 and \u200b",
    "a picture in the text again and again": f"![a](data:image/png;base64,{'A' * 30_000}) " * 100,
}
# Texts in cells of the student's own.
OWN = {
    "a script in a diagram of one's own": f"~~~mermaid-beta {{}}\n{SCRIPT}\n~~~",
    "a handler in HTML": "<details open ontoggle=\"alert('LOOT')\">x</details>",
    "headings named like the page's parts": "# statusmessage\n\n# notebook-container",
    "a paragraph called like a question": f'<p id="{CENTRE}">LOOT</p>',
    "a field called like a question": f'<input class="score LOOT" id="{CENTRE}" value="4">',
    "buttons that give full credit": (
        '<div class="nbgrader_cell"><button class="full-credit LOOT">Next</button></div>'
    ),
    "a form that changes a grade": (
        '<form action="/formgrader/api/grade/LOOT" method="post"><input type="submit"></form>'
    ),
    "a picture from elsewhere in HTML": '<img srcset="http://localhost/LOOT.png 2x">',
    "other addresses for all links": '<base href="http://localhost/LOOT/">',
    "another style for the page": '<link rel="stylesheet" href="http://localhost/LOOT.css">',
    "a style that hides the page": (
        '<div style="position:fixed;inset:0;background:url(//LOOT)">LOOT</div>'
    ),
    "the page turned to another": '<meta http-equiv="refresh" content="0;url=//LOOT">',
    "a formula for MathJax in brackets": "\\\\\\\\(\\cssId{ex1-centre}{LOOT}\\\\\\\\)",
    "a text of three million characters": "LOOT " * 600_000,
}
# Written answers that take a browser or formgrader's server minutes, if nothing bounds them.
HEAVY = {
    "a formula three hundred formulas deep": f"${_nested('smash', 300)}$ LOOT",
    "a formula that climbs to another answer": f"${_nested('raise{1em}', 14)}$ LOOT",
    "links in links in links": "[" * 3_000 + "](files/" * 2_000 + "LOOT",
}
ATTACKS: list[Attack] = [
    *(written(name, text) for name, text in WRITTEN.items()),
    *(own(name, text) for name, text in OWN.items()),
    output("a script in an output of one's own", text_html=SCRIPT),
    output("an output that is a script", application_javascript="alert('LOOT')"),
    output("a diagram in an output", text_markdown=f"```mermaid\n{SCRIPT}\n```"),
    changed("a picture shown four hundred times", 10, pasted(400)),
    changed("a hundred pictures", 10, many_pictures),
    changed("nine hundred texts", 10, many_texts),
    *(changed(name, 10, written_answer(text), only_here=FAST) for name, text in HEAVY.items()),
    changed("code that is slow to colour", 10, padded_code, only_here=FAST),
    changed("80 kB of brackets", 10, written_answer("[" * 80_000), only_here=FAST),
    changed("a heading of 80 kB of blanks", 10, only_here=FAST, change=written_answer(
        "# " + " " * 80_000 + "LOOT")),
    changed("a deep quotation", 10, written_answer("> - " * 20_000), only_here=FAST),
    Attack("a path of 60 kB", 10, long_path, only_here=NAMES),
]  # fmt: skip
