"""Do the files that students install from agree? A lab's author may have written some of them."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..compiler.installation import PROJECT, REQUIREMENTS
from ..compiler.requirements import read_requirements
from ..errors import shown
from .bench import Finding

LOCK = "uv.lock"

Names = set[str] | None  # of packages; None where there is no such file, or none that can be read


def find_disagreements(release_dir: Path) -> list[Finding]:
    """What one of the files names and another lacks, and files that uv can't read."""
    findings: list[Finding] = []
    files = {name: release_dir / name for name in (REQUIREMENTS, PROJECT, LOCK)}
    listed = _names(files[REQUIREMENTS], _of_requirements, findings)
    named = _names(files[PROJECT], _of_project, findings)
    locked = _names(files[LOCK], _of_lock, findings)
    findings += _lacking(files[PROJECT], named, listed, f"{REQUIREMENTS} names; add it")
    findings += _lacking(files[REQUIREMENTS], listed, named, f"{PROJECT} names; add it")
    findings += _lacking(files[LOCK], locked, named, f"{PROJECT} names; run `uv lock` again")
    return findings


def _names(file: Path, read: Callable[[Path], set[str]], findings: list[Finding]) -> Names:
    if not file.is_file():
        return None
    try:
        return read(file)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        wrong = f"uv can't read it ({error!r:.80}); fix it, or take it out of student/"
        findings.append(Finding(f"{shown(file)}:1", wrong))
        return None


def _lacking(file: Path, names: Names, wanted: Names, what: str) -> Iterator[Finding]:
    if names is not None and wanted is not None:
        for name in sorted(wanted - names):
            yield Finding(f"{shown(file)}:1", f"lacks {name}, which {what}")


def _of_requirements(file: Path) -> set[str]:
    return read_requirements(file).names


def _of_project(file: Path) -> set[str]:
    """What uv installs unless it is told otherwise."""
    said = tomllib.loads(file.read_text("utf-8"))
    groups = said.get("dependency-groups", {})
    default = said.get("tool", {}).get("uv", {}).get("default-groups", ["dev"])
    texts = [*said["project"].get("dependencies", ())]
    for name in groups if default == "all" else default:
        texts += [text for text in groups.get(name, ()) if isinstance(text, str)]
    return {canonicalize_name(Requirement(text).name) for text in texts}


def _of_lock(file: Path) -> set[str]:
    packages = tomllib.loads(file.read_text("utf-8"))["package"]
    return {canonicalize_name(package["name"]) for package in packages}
