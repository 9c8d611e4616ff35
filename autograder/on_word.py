"""Tests of a lab that take the worker's word: its author lists them, beside the hidden tests."""

from pathlib import Path

from .toml_file import read_entries

WITNESSED_FILE = "worker_witnessed.toml"  # nothing else proves what they test
ONLY_COSTS_FILE = "only_costs.toml"  # they judge values besides


def read_on_word(hidden_dir: Path) -> frozenset[str]:
    """The names of these tests.

    Raises:
        UserError: if an entry lacks something.
    """
    witnessed = read_entries(hidden_dir / WITNESSED_FILE, "test", ("name", "reason"))
    costing = read_entries(hidden_dir / ONLY_COSTS_FILE, "test", ("name", "claim", "reason"))
    return frozenset(entry["name"] for _, entry in [*witnessed, *costing])
