"""Finds in a release what students must not receive; knows nothing of the tag compiler."""

from .allowed import AllowList, entry_for, read_allow_list
from .scan import Leak, find_leaks
from .secrets import Secrets, read_secrets

__all__ = [
    "AllowList",
    "Leak",
    "Secrets",
    "entry_for",
    "find_leaks",
    "read_allow_list",
    "read_secrets",
]
