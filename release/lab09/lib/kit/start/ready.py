"""Is everything here that a lab needs? `get_ready()` says what there is, or what to do.

It runs before all else, also under a Python that is too old for the rest of the kit. So it is
written for Python 3.7, and imports nothing else before it has looked at the version.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

OLDEST_PYTHON = (3, 11)  # that the kit is written for; a lab may ask for a newer one
RELEASE_DIR = Path(__file__).resolve().parents[3]  # where this package lies beside the notebook
# What shows a notebook. It is open by now, and where it is shown elsewhere (in VS Code, in Colab),
# these are not needed.
SHOWS_NOTEBOOKS = {"ipykernel", "ipywidgets", "jupyter", "jupyterlab", "nbgrader", "notebook"}
AGAIN = "then run this cell again."


class NotReady(Exception):
    """Something is missing; shown as one line, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [f"Not ready: {self}"]


def get_ready(folder: Path = RELEASE_DIR) -> None:
    """Print the versions of Python and of the packages that the lab needs.

    Args:
        folder: where `requirements.txt` and `pyproject.toml` lie.

    Raises:
        NotReady: Python or a package is too old or missing, or the lab's folder is not whole.
    """
    python = ".".join(str(part) for part in sys.version_info[:3])
    oldest = _oldest_python(folder / "pyproject.toml")
    if sys.version_info[:2] < oldest:
        wanted = ".".join(str(part) for part in oldest)
        raise NotReady(
            f"Python {python} is too old, this lab needs {wanted} or newer: install it, and start "
            "Jupyter with it, as README.md says."
        )
    requirements = folder / "requirements.txt"
    if not requirements.is_file():
        raise NotReady(f"{requirements.name} is missing: put the whole folder of the lab into "
                       f"{folder.parent}, {AGAIN}")  # fmt: skip
    found = _packages(requirements.read_text("utf-8-sig"))
    print(f"Ready: {', '.join([f'Python {python}', *found])}")


def _oldest_python(project: Path) -> tuple[int, ...]:
    text = project.read_text("utf-8") if project.is_file() else ""
    found = re.search(r'^requires-python = ">=(\d+)\.(\d+)', text, re.MULTILINE)
    return max(OLDEST_PYTHON, tuple(int(part) for part in found.groups()) if found else ())


def _packages(requirements: str) -> list[str]:
    """Each package that is asked for, with its version."""
    from importlib.metadata import PackageNotFoundError, version
    from importlib.util import find_spec

    lines = [re.sub(r"(^|\s)#.*", "", line).strip() for line in requirements.splitlines()]
    indexes = [line for line in lines if line.startswith("--extra-index-url ")]
    found, missing = [], []
    for name, oldest in _needed(lines):
        wanted = f'"{name}>={oldest}"' if oldest else f'"{name}"'
        try:
            here = version(name)
        except PackageNotFoundError:
            if find_spec(name.replace("-", "_")) is None:
                missing.append(wanted)
            continue
        if oldest and _is_older(here, oldest):
            command = " ".join(["%pip install -U", wanted, *indexes])
            raise NotReady(f"{name} {here} is too old: run `{command}` in a cell above this one, "
                           f"restart the kernel, {AGAIN}")  # fmt: skip
        found.append(f"{name} {here}")
    if missing:
        command = " ".join(["%pip install", *missing, *indexes])
        raise NotReady(f"a package is missing: run `{command}` in a cell above this one, {AGAIN}")
    return found


def _needed(lines: list[str]) -> list[tuple[str, str]]:
    """The names of the packages, each with its oldest version that will do; "" for any."""
    from packaging.requirements import InvalidRequirement, Requirement

    needed = []
    for line in lines:
        try:
            one = Requirement(line)
        except InvalidRequirement:  # an empty line, or what is for pip alone
            continue
        if one.name.lower() not in SHOWS_NOTEBOOKS and (not one.marker or one.marker.evaluate()):
            needed.append((one.name, _oldest_version(one.specifier)))
    return needed


def _oldest_version(specifiers: Any) -> str:
    """A newer version than the one that is pinned will do, in Colab say."""
    lowest = [one.version for one in specifiers if one.operator in ("==", ">=", "~=", "===")]
    return lowest[0].replace(".*", "") if lowest else ""


def _is_older(here: str, wanted: str) -> bool:
    from packaging.version import InvalidVersion, Version

    try:
        return Version(here) < Version(wanted)
    except InvalidVersion:
        return False
