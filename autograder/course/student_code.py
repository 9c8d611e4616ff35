"""A student's own code, as it is shown beside what failed."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from ..judge.results import HandedFile
from . import wording
from .excerpt import CodeLine, own_lines
from .reasons import Reason
from .standing import CELL_LIMIT, Standing

CODE_LIMIT = 4_000  # characters of the code for a question
CODE_LINES = 100  # of a cell
CELLS_LIMIT = 6  # cells of code for a question


def student_code(
    question: Standing, released: Mapping[str, str], files: Sequence[HandedFile]
) -> list[dict[str, Any]]:
    """The student's own lines for a question, in order, as much of them as fits, and what is near
    a failure in a file that was handed in."""
    reasons = [reason for reason in question.reasons if not reason.is_open]
    cells = [cell for cell in question.work if cell["cell_type"] == "code"]
    cells = [cell for cell in cells if cell["source"].strip()]
    shown, room = [], CODE_LIMIT
    for cell in cells[:CELLS_LIMIT]:
        if room <= 0:
            break
        source = cell["source"][:CELL_LIMIT]
        marked = _marked_line(cell["id"], source, reasons, len(cells) == 1)
        lines = own_lines(released.get(cell["id"], ""), source, marked)
        lines += [CodeLine(0)] * (len(source) < len(cell["source"]))
        shown += [{"label": "", "text": _lines(lines, room)}] * bool(lines)
        room -= sum(len(line.text) for line in lines)
    if (more := len(cells) - CELLS_LIMIT) > 0:
        shown.append({"label": "", "text": f"({wording.many(more, 'more cell')} not shown)"})
    return shown + _near_in_files(reasons, files)


def _marked_line(cell_id: str, source: str, reasons: Iterable[Reason], only: bool) -> int:
    """The line of a cell where something went wrong, 0 if no reason says so of this cell."""
    count = source.count("\n") + 1
    for reason in reasons:
        place = reason.place
        if place is None or place.home or place.line > count:
            continue
        if reason.failure is not None:
            is_here = reason.failure.cell_id == cell_id
        else:
            is_here = f"def {place.function}(" in source if place.function else only
        if is_here:
            return place.line
    return 0


def _near_in_files(reasons: Iterable[Reason], files: Sequence[HandedFile]) -> list[dict[str, Any]]:
    texts = {file.name: file.text for file in files if file.text}
    places = [reason.place for reason in reasons]
    found = dict.fromkeys((place.home, place.line) for place in places if place)
    return [
        {
            "label": wording.line(name),
            "text": _lines(own_lines(texts[name], texts[name], line), CODE_LIMIT),
        }
        for name, line in found
        if name in texts
    ]


def _lines(lines: Sequence[CodeLine], room: int) -> Markup:
    """Code as HTML; its lines have numbers if one is marked, which a message names by its own."""
    text = "\n".join(line.text if line.number else "⋮" for line in lines[:CODE_LINES])
    shown = str(escape(wording.cut(text, room))).split("\n")
    more = len(lines) - len(shown)
    if any(line.marked for line in lines):
        shown = [_numbered(line, html) for line, html in zip(lines, shown, strict=False)]
    if more:
        shown.append(f"({wording.many(more, 'more line')} not shown)")
    return Markup("\n".join(shown))


def _numbered(line: CodeLine, html: str) -> str:
    if not line.number:
        return '<span class="no">   ⋮</span>'
    if line.marked:
        return f'<mark><span class="no">▶{line.number:3}</span> {html}</mark>'
    return f'<span class="no">{line.number:4}</span> {html}'
