"""Says in one line what keeps a file of hidden tests from being imported."""

import traceback
from pathlib import Path

from ..errors import shown
from ..printable import printable

REMEDY = "fix the test file"


def why_broken(error: BaseException, file: Path) -> str:
    """Where an import failed, why, and what to do: `file:line: what is wrong; remedy`.

    Args:
        error: what was raised; pytest wraps it in one of its own.
        file: what was to be imported. The line may be in a module beside it.
    """
    while error.__cause__ is not None:
        error = error.__cause__
    what = printable(f"{type(error).__name__}: {error}")
    if isinstance(error, SyntaxError) and error.filename:
        what = printable(f"{type(error).__name__}: {error.msg}")
        return f"{shown(Path(error.filename))}:{error.lineno}: {what}; {REMEDY}"
    if isinstance(error, SystemExit):
        what = f"it ends the program when it is imported (SystemExit: {printable(str(error))})"
    if isinstance(error, ImportError):
        what += ", so install that or import another"
    return f"{_place(error, file)}: {what}; {REMEDY}"


def ended(file: str) -> str:
    """The same of a file whose import ended the whole process, so that nothing was raised."""
    what = (
        "the grader's process ended while it was imported, by os._exit, a crash or lack of memory"
    )
    return f"{shown(Path(file))}: {what}; {REMEDY}"


def _place(error: BaseException, file: Path) -> str:
    """The line nearest to the error that is in the file or beside it."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).parent == file.parent
    ]
    return f"{shown(Path(frames[-1].filename))}:{frames[-1].lineno}" if frames else shown(file)
