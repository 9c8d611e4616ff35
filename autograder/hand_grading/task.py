"""What a written question asks, as the released notebook has it above the answer."""

import re
from typing import Any

from ..assignment import is_answer, nbgrader_tag

_FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)  # hints, which graders need not see


def task_above(notebook: Any, question: str) -> str:
    """The Markdown of the cell before the answer; "" if that is none of text."""
    before = None
    for cell in notebook["cells"]:
        tag = nbgrader_tag(cell)
        if tag.get("grade_id") == question and tag.get("grade"):
            break
        before = cell
    if before is None or before["cell_type"] != "markdown" or is_answer(before):
        return ""
    return _FOLDED.sub("", before["source"]).strip()
