"""Finds tests that believe a liar, and so break the rule of evidence."""

from .check import check_evidence

__all__ = ["check_evidence"]
