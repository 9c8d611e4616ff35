"""Runs submissions apart from the grader; the verdict is never made where their code runs."""

from .confinement import Policy, describe, strongest_possible
from .failures import (
    CallTimeout,
    CellError,
    ConfinementRefused,
    EngineUnavailable,
    MissingName,
    ProtocolViolation,
    StudentError,
    WorkerLost,
    printable,
)
from .limits import Limits
from .processes import zygote_of_this_process
from .remote import Remote, Submission
from .worker import Worker
from .zygote import Zygote

__all__ = [
    "CallTimeout",
    "CellError",
    "ConfinementRefused",
    "EngineUnavailable",
    "Limits",
    "MissingName",
    "Policy",
    "ProtocolViolation",
    "Remote",
    "StudentError",
    "Submission",
    "Worker",
    "WorkerLost",
    "Zygote",
    "describe",
    "printable",
    "strongest_possible",
    "zygote_of_this_process",
]
