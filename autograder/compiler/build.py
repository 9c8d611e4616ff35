"""Builds labs: what students receive into one folder, the solutions into another.

All labs are compiled and all folders made before any is put in place, so a mistake in one lab, or a
full disk, leaves everything as it was.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.errors import UserError
from autograder.lab import read_lab_folder

from .extra_files import ExtraFiles, read_extra_files
from .installation import installation
from .linked_files import Files
from .notebooks import (
    Lab,
    LabQuestion,
    lab_questions,
    read_pieces,
    solution_notebook,
    student_notebook,
    write_notebook,
)
from .points import read_lab_tests
from .support import support_files


@dataclass(frozen=True)
class BuiltLab:
    """What was written for a lab, and what its author should know."""

    lab: str
    release_notebook: Path
    solution_notebook: Path
    questions: list[LabQuestion]
    notices: list[str]
    extra: frozenset[str] = frozenset()  # questions whose points are extra credit


@dataclass(frozen=True)
class _CompiledLab:
    lab: Lab
    questions: list[LabQuestion]
    release_files: Files
    solution_files: Files
    installation: dict[str, bytes]
    extra: ExtraFiles
    extra_credit: frozenset[str]


def build_labs(sources: list[Path], release_dir: Path, solution_dir: Path) -> list[BuiltLab]:
    """Build each lab into `release_dir/<lab>/` and `solution_dir/<lab>/`, replacing what is there.

    A question's points are summed over the lab's hidden tests and its public checks.

    Raises:
        UserError: a lab, a test or a path is wrong; then nothing is written.
    """
    refuse_clashes(sources, release_dir, solution_dir)
    compiled = [_compile(source) for source in sources]
    with tempfile.TemporaryDirectory() as folder:
        stage = Path(folder)
        _stage(compiled, stage)
        made = [
            (stage / version / one.lab.name, root / one.lab.name)
            for version, root in (("release", release_dir), ("solution", solution_dir))
            for one in compiled
        ]
        _put_in_place(made)
    return [
        BuiltLab(
            lab=one.lab.name,
            release_notebook=release_dir / one.lab.name / f"{one.lab.name}.ipynb",
            solution_notebook=solution_dir / one.lab.name / f"{one.lab.name}.ipynb",
            questions=one.questions,
            notices=one.lab.notices,
            extra=one.extra_credit,
        )
        for one in compiled
    ]


def refuse_clashes(sources: Sequence[Path], release_dir: Path, solution_dir: Path) -> None:
    """See to it that no lab would be built over another, over its source or beside its solution.

    Raises:
        UserError: if one would (exit code 2).
    """
    if release_dir.resolve() == solution_dir.resolve():
        raise UserError(f"{release_dir}: solutions would lie in the release; name two folders", 2)
    seen: dict[str, Path] = {}
    for source in sources:
        if source.stem in seen:
            raise UserError(f"{source}: has the name of {seen[source.stem]}; rename one", 2)
        seen[source.stem] = source
        for target in (release_dir / source.stem, solution_dir / source.stem):
            if source.resolve().is_relative_to(target.resolve()):
                raise UserError(f"{source}: lies in {target}, which is replaced; move it", 2)


def _compile(source: Path) -> _CompiledLab:
    lab, folder = read_pieces(source), read_lab_folder(source)
    questions = lab_questions(lab, read_lab_tests(folder))
    folder.refuse_unknown_questions([question.id for question in questions])
    folder.refuse_unfit_rubrics({one.id: one.points for one in questions if one.kind == "written"})
    lab.notices += folder.imports_not_there()
    lab.notices += folder.exercises_without([question.id for question in questions])
    extra = read_extra_files(folder)
    lab.notices += extra.notices
    files = support_files(lab, folder, extra.release)
    install = installation(folder, files[0])
    lab.notices += install.notices
    return _CompiledLab(lab, questions, *files, install.files, extra, folder.extra)


def _stage(compiled: Iterable[_CompiledLab], stage: Path) -> None:
    """Make every lab's two folders under `stage`, the release by nbgrader's own steps."""
    # nbgrader takes seconds to import; a lab with a mistake in it never gets here.
    from .generate import generate

    for one in compiled:
        released = generate(student_notebook(one.lab, one.questions), one.lab.path)
        folder = stage / "release" / one.lab.name
        contents = one.installation | one.extra.release
        _write_folder(folder, released, one.release_files, contents)
        solved, folder = solution_notebook(one.lab, released), stage / "solution" / one.lab.name
        contents = one.installation | one.extra.solution
        _write_folder(folder, solved, one.solution_files, contents)


def _write_folder(
    folder: Path, notebook: nbformat.NotebookNode, files: Files, contents: Mapping[str, bytes]
) -> None:
    write_notebook(notebook, folder / f"{folder.name}.ipynb")
    for name, path in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    for name, content in contents.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _put_in_place(made: list[tuple[Path, Path]]) -> None:
    """Put each new folder in its target's place, and none if one of them can't be written."""
    with contextlib.ExitStack() as stack:
        copies = []
        for new, target in made:
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                folder = tempfile.TemporaryDirectory(prefix=".build-", dir=target.parent)
                beside = Path(stack.enter_context(folder))
                shutil.copytree(new, beside / "new")
            except OSError as error:
                raise UserError(f"{target}: cannot be written ({error}); fix that") from error
            copies.append((beside, target))
        for beside, target in copies:
            with contextlib.suppress(FileNotFoundError):
                target.rename(beside / "old")
            (beside / "new").rename(target)
