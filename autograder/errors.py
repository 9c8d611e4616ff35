"""What goes wrong on the user's side: one clear line and an exit code."""

from pathlib import Path


class UserError(Exception):
    """A mistake the user can fix; `message` says what is wrong, where, and what to do.

    Exit code 1 stands for a failed check, 2 for misuse of a command.
    """

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code


class Unreadable(Exception):
    """What was handed in can't be read; the message says why, to its student and to the grader."""


class HiddenTestsBroken(Exception):
    """The instructor's tests could not be collected; no submission is at fault."""


def shown(path: Path) -> str:
    """A path as messages write it: relative to where the user stands, if it is below."""
    path, here = path.resolve(), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
