"""Runs submissions apart from the grader; the verdict is never made where their code runs."""

from .causes import Cause
from .confinement import Policy, describe, strongest_possible
from .failures import (
    CellError,
    ConfinementRefused,
    EngineUnavailable,
    MissingName,
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
    "Cause",
    "CellError",
    "ConfinementRefused",
    "EngineUnavailable",
    "Limits",
    "MissingName",
    "Policy",
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
