"""Runs submissions apart from the grader; the verdict is never made where their code runs."""

from .failures import (
    CallTimeout,
    CellError,
    EngineUnavailable,
    MissingName,
    ProtocolViolation,
    StudentError,
    WorkerLost,
    printable,
)
from .limits import CONFINEMENT, Limits
from .remote import Remote, Submission
from .worker import Worker
from .zygote import Zygote

__all__ = [
    "CONFINEMENT",
    "CallTimeout",
    "CellError",
    "EngineUnavailable",
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
