"""What a bundle has installed: what grading needs, in the versions that are installed here."""

from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from ..compiler.requirements import known_packages
from ..lab_file import Index

# What our own code imports where it grades; tests/autograder/bundle holds it to that.
GRADING = (
    *("filelock", "ipython", "jupytext", "latex2mathml", "markupsafe", "mistune", "msgpack"),
    *("nbformat", "nh3", "packaging", "pytest", "traitlets"),
)
# What students open notebooks with, and nothing that is graded uses.
TOOLS = frozenset({"ipykernel", "jupyter", "jupyterlab", "nbgrader", "notebook"})


def requirements_text(
    libraries: Iterable[str], listed: Iterable[Requirement], index: Index | None
) -> str:
    """A file for pip with all of it pinned.

    Args:
        libraries: names that the lab's files import.
        listed: what the lab's students install.
        index: where some packages come from, instead of PyPI.
    """
    known = known_packages()
    asked = [Requirement(name) for name in GRADING]
    asked += [Requirement(name) for library in libraries for name in known.get(library, ())]
    asked += [one for one in listed if canonicalize_name(one.name) not in TOOLS]
    lines = [f"--extra-index-url {index.url}"] if index else []
    return "\n".join([*lines, *sorted(pinned(asked))]) + "\n"


def pinned(asked: Iterable[Requirement]) -> set[str]:
    """A line for each package asked for and for each that it needs; what is not installed here
    stays as it is written."""
    lines: dict[str, str] = {}
    waiting = [(one, extra) for one in asked for extra in ("", *one.extras)]
    seen = set()
    while waiting:
        one, extra = waiting.pop()
        name = canonicalize_name(one.name)
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        try:
            lines[name] = f"{name}=={Version(version(name)).public}"
        except PackageNotFoundError:
            lines[name] = str(one)
            continue
        waiting += _needs(name, extra)
    return set(lines.values())


def _needs(name: str, extra: str) -> Iterator[tuple[Requirement, str]]:
    for text in requires(name) or ():
        one = Requirement(text)
        if one.marker is None or one.marker.evaluate({"extra": extra}):
            for inner in ("", *one.extras):
                yield one, inner
