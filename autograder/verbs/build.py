"""Builds labs, each for itself: a mistake in one holds up no other."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..compiler.build import BuiltLab, build_labs, refuse_clashes
from ..errors import UserError, shown
from ..lab import SOURCE_RECORD, find_labs, labs_in_other_formats, source_in


@dataclass(frozen=True)
class Built:
    """What came of it."""

    labs: list[BuiltLab] = field(default_factory=list)
    errors: list[UserError] = field(default_factory=list)  # a mistake for each lab that has one
    notes: list[str] = field(default_factory=list)


def build_project(project: Path) -> Built:
    """Build all labs of a project into its `release/` and `.build/solution/`.

    A release whose source is gone gets a note: it can't be built any more.
    """
    sources = find_labs(project / "source")
    release_dir = project / "release"
    built = build_each(sources, release_dir, project / ".build" / "solution")
    built.errors.extend(labs_in_other_formats(project / "source"))
    released = sorted(path.parent for path in release_dir.glob("*/*.ipynb"))
    known = {source.stem for source in sources}
    for folder in dict.fromkeys(released):
        if folder.name not in known and (folder / f"{folder.name}.ipynb").is_file():
            built.notes.append(
                f"{shown(folder)}: its source is gone; delete the release, or bring back "
                f"{shown(project / 'source' / folder.name)}"
            )
    return built


def build_each(sources: Sequence[Path], release_dir: Path, solution_dir: Path) -> Built:
    """Build labs, each named by its file or its folder, into `release_dir/<lab>/` and
    `solution_dir/<lab>/`.

    Raises:
        UserError: if the folders won't do, or two labs have one name (exit code 2).
    """
    sources = [source_in(source) for source in sources]
    refuse_clashes(sources, release_dir, solution_dir)
    built = Built()
    for source in sources:
        try:
            built.labs.extend(build_labs([source], release_dir, solution_dir))
            record = solution_dir / SOURCE_RECORD.format(lab=source.stem)
            record.write_text(f"{source.resolve()}\n", "utf-8")  # grading looks there for tests
        except UserError as error:
            built.errors.append(error)
    return built
