"""A released lab as grading sees it: the instructor's cells, its questions, its tests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .engine.limits import Limits
from .errors import UserError
from .lab import CHECKS_FILE, SOURCE_RECORD, read_lab_folder
from .notebook import read_notebook
from .on_word import read_on_word
from .project import find_project
from .rubric import Rubric

SKIP_GRADING_TAG = "skip-grading"
COLAB_TAG = "only-in-colab"


@dataclass(frozen=True)
class GradedQuestion:
    """A question of the lab; `written` ones are graded by hand."""

    id: str
    max_score: float
    written: bool
    extra: bool = False  # its points are extra credit: none of the lab's maximum


@dataclass(frozen=True)
class Assignment:
    """One lab: the released notebook, the folder it ships in, and its test files."""

    lab: str
    release_dir: Path
    notebook: Any  # the instructor's copy
    test_files: tuple[Path, ...]
    solution: Any = None  # the same cells with the reference's answers; None without carried credit
    files: tuple[str, ...] = ()  # names of what is handed in besides the notebook
    solution_files: Mapping[str, bytes] = field(default_factory=dict)  # those of the solution
    imports: tuple[str, ...] = ()  # what its submissions use; loaded before they run
    prepare: tuple[str, ...] = ()  # functions of what ships; called before they run
    title: str = ""
    exercises: Mapping[str, str] = field(default_factory=dict)  # the start of an id, and its title
    limits: Limits = field(default_factory=Limits)
    take_values: bool = False  # tests can't use what comes back before they say what it is
    extra: frozenset[str] = frozenset()  # questions whose points are extra credit
    rubrics: Mapping[str, Rubric] = field(default_factory=dict)  # of written answers
    on_word: frozenset[str] = frozenset()  # tests that take the worker's word
    source: Path | None = None  # the lab's Markdown file, beside which its hidden tests lie

    @property
    def mistake_dirs(self) -> list[Path]:
        """The folders of the lab's known mistakes, as far as there are any."""
        if self.source is None:
            return []
        folders = [self.source.parent / "variants" / name for name in ("mistakes", "wrong")]
        return [folder for folder in folders if folder.is_dir()]

    @property
    def questions(self) -> list[GradedQuestion]:
        """In the order of the notebook."""
        return [
            GradedQuestion(
                tag["grade_id"],
                float(tag["points"]),
                bool(tag["solution"]),
                tag["grade_id"] in self.extra,
            )
            for tag in map(nbgrader_tag, self.notebook.cells)
            if tag.get("grade")
        ]

    @property
    def tested(self) -> tuple[str, ...]:
        """The questions that are graded by tests, in order."""
        return tuple(question.id for question in self.questions if not question.written)


def load_assignment(
    lab: str,
    release_root: Path,
    source_root: Path | None = None,
    solution_root: Path | None = None,
    source: Path | None = None,
) -> Assignment:
    """Read a released lab; `solution_root/<lab>/<lab>.ipynb` is its solution, if it fits.

    Its hidden tests lie beside `source`, the lab's Markdown file: without one, that of
    `source_root`, else the one that it was built from.

    Raises:
        UserError: if it was not released there (exit code 2).
    """
    path = release_root / lab / f"{lab}.ipynb"
    if not path.is_file():
        found = sorted(p.name for p in release_root.glob("*") if (p / f"{p.name}.ipynb").is_file())
        known = f"released are: {', '.join(found)}" if found else "run `make release` first"
        raise UserError(f"{path}: no such released lab; {known}", exit_code=2)
    if source is None:
        source = source_root / lab / f"{lab}.md" if source_root else _source_of(lab, release_root)
    folder = read_lab_folder(source)
    checks = path.parent / CHECKS_FILE
    notebook = read_notebook(path)
    graded = [tag for tag in map(nbgrader_tag, notebook.cells) if tag.get("grade")]
    folder.refuse_unknown_questions([tag["grade_id"] for tag in graded])
    folder.refuse_unfit_rubrics(
        {tag["grade_id"]: float(tag["points"]) for tag in graded if tag.get("solution")}
    )
    return Assignment(
        lab=lab,
        source=source,
        release_dir=path.parent,
        notebook=notebook,
        test_files=(*([checks] if checks.is_file() else []), *folder.hidden_tests),
        solution=solution_root and _read_solution(solution_root / lab / path.name, notebook),
        imports=folder.imports,
        prepare=folder.prepare,
        title=folder.title,
        exercises=folder.exercises,
        limits=folder.limits,
        take_values=folder.take_values,
        files=folder.files,
        solution_files=_read_files(solution_root and solution_root / lab, folder.files),
        extra=folder.extra,
        on_word=read_on_word(folder.hidden_dir),
        rubrics={name: one.rubric for name, one in folder.questions.items() if one.rubric.items},
    )


def _source_of(lab: str, release_root: Path) -> Path:
    """The Markdown file that a release was built from: the project's, unless it was built with a
    solution beside it that says something else."""
    project = find_project()
    record = release_root.parent / "solution" / SOURCE_RECORD.format(lab=lab)
    if release_root.resolve() != (project / "release").resolve() and record.is_file():
        return Path(record.read_text("utf-8").strip())
    return project / "source" / lab / f"{lab}.md"


def _read_files(folder: Path | None, names: tuple[str, ...]) -> dict[str, bytes]:
    """Those of the files that are there."""
    paths = {name: folder / name for name in names} if folder else {}
    return {name: path.read_bytes() for name, path in paths.items() if path.is_file()}


def _read_solution(path: Path, released: Any) -> Any | None:
    """The solved notebook; None if there is none, or if it is that of another release."""
    try:
        solution = read_notebook(path)
    except Exception:  # of many kinds, for a file that is no notebook
        return None
    return solution if _given(solution) == _given(released) else None


def _given(notebook: Any) -> list[tuple[str, str | None]]:
    """The cells' ids, and the text of those that are no answers."""
    return [(cell.get("id"), None if is_answer(cell) else cell.source) for cell in notebook.cells]


def nbgrader_tag(cell: Any) -> dict[str, Any]:
    """A cell's nbgrader metadata, empty for a cell that nbgrader doesn't know."""
    tag = cell["metadata"].get("nbgrader")
    return dict(tag) if isinstance(tag, dict) else {}


def is_answer(cell: Any) -> bool:
    """Whether students write in this cell (a blank in code, or a written answer)."""
    return bool(nbgrader_tag(cell).get("solution"))


def is_own(cell: Any) -> bool:
    """Whether the student added this cell."""
    return not nbgrader_tag(cell)


def question_id(cell: Any) -> str | None:
    """The question whose check cell this is, None for any other cell."""
    tag = nbgrader_tag(cell)
    return tag["grade_id"] if tag.get("grade") and not tag.get("solution") else None


def is_skipped(cell: Any) -> bool:
    """Whether the author marked the cell as not to be executed for grading."""
    return SKIP_GRADING_TAG in cell.metadata.get("tags", [])


def is_for_colab(cell: Any) -> bool:
    """Whether the compiler wrote this cell for Google Colab: nothing of it is graded or shown."""
    return COLAB_TAG in cell.metadata.get("tags", [])
