"""What a lab asks for besides the notebook, told from its release."""

from ..assignment import Assignment
from .extra_files import Asked


def asked_of(assignment: Assignment) -> Asked:
    """What a lab asks for besides the notebook, and what students have from it."""
    files = (path for path in assignment.release_dir.rglob("*") if path.is_file())
    released = (path.relative_to(assignment.release_dir).as_posix() for path in files)
    return Asked(assignment.files, frozenset(released))
