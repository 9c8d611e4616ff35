"""Runs submissions apart from the grader; the verdict is never made where their code runs."""

from .causes import Cause
from .confinement import Policy, describe, strongest_possible
from .failures import (
    CellError,
    ConfinementRefused,
    EngineUnavailable,
    MissingName,
    Misuse,
    StudentError,
    WorkerLost,
    ZygoteLost,
)
from .limits import Limits
from .loan import Loan
from .remote import Remote, Submission
from .untrusted.forms import Unsendable
from .worker import Worker
from .zygote import Zygote

__all__ = [
    "Cause",
    "CellError",
    "ConfinementRefused",
    "EngineUnavailable",
    "Limits",
    "Loan",
    "MissingName",
    "Misuse",
    "Policy",
    "Remote",
    "StudentError",
    "Submission",
    "Unsendable",
    "Worker",
    "WorkerLost",
    "Zygote",
    "ZygoteLost",
    "describe",
    "strongest_possible",
]
