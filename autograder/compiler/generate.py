"""nbgrader's own release step: cells are locked, checked, and get their checksums.

It works on the notebook alone. What else `nbgrader generate_assignment` does needs a course and a
gradebook, and belongs to grading.
"""

from pathlib import Path

import nbformat
from nbgrader.nbgraderformat import MetadataValidator, ValidationError
from nbgrader.preprocessors import ClearOutput, ComputeChecksums, LockCells

from ..errors import UserError

# The tag compiler has already taken solutions out.
STEPS = (LockCells, ClearOutput, ComputeChecksums)


def generate(draft: nbformat.NotebookNode, source: Path) -> nbformat.NotebookNode:
    """The notebook as students get it; `source` is blamed for what nbgrader refuses.

    Raises:
        UserError: with nbgrader's reason, two cells of one name say.
    """
    try:
        MetadataValidator().validate_nb(draft)
    except ValidationError as error:
        raise UserError(f"{source}: nbgrader refuses it: {error}") from None
    notebook, resources = draft, dict[str, object]()
    for step in STEPS:
        notebook, resources = step()(notebook, resources)
    return notebook
