"""Runs submissions apart from the grader; the verdict is never made where their code runs."""

from .failures import (
    CallTimeout,
    CellError,
    MissingName,
    ProtocolViolation,
    StudentError,
    WorkerLost,
    printable,
)
from .limits import Limits
from .remote import Remote, Submission
from .worker import Worker
from .zygote import Zygote

__all__ = [
    "CallTimeout",
    "CellError",
    "Limits",
    "MissingName",
    "ProtocolViolation",
    "Remote",
    "StudentError",
    "Submission",
    "Worker",
    "WorkerLost",
    "Zygote",
    "printable",
]
