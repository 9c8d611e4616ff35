"""A lab's folder, `source/<lab>/`: all that is written by hand for one lab lies in it.

    <lab>.md      text, code, solutions, tags
    lab.toml      title, names of the exercises, imports, limits …; see `autograder.lab_file`
    student/      ships as it is; `checks.py` in it holds the public checks
    files/        files that students hand in besides the notebook, with tags
    hidden/       hidden tests, `test_*.py`, and their helpers
    variants/     right and wrong answers, mistakes, the demo class, equivalent mutants

`lab.toml` may be missing, and so may everything in it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from .conversion import in_another_format, what_to_do
from .errors import UserError, shown
from .lab_file import LabSettings, is_there, read_lab_file
from .project import find_project
from .toml_file import line_of, mistake, nearest

CONFIG_FILE = "lab.toml"
CHECKS_FILE = "checks.py"
SOURCE_RECORD = "{lab}.source.txt"  # beside a built solution: where the lab's Markdown file lies


@dataclass(frozen=True, kw_only=True)
class Lab(LabSettings):
    """One lab's folder and what its `lab.toml` says."""

    folder: Path
    name: str

    @property
    def source(self) -> Path:
        """The lab's Markdown file."""
        return self.folder / f"{self.name}.md"

    @property
    def student_dir(self) -> Path:
        """What ships as it is."""
        return self.folder / "student"

    @property
    def checks_file(self) -> Path:
        """The public checks."""
        return self.student_dir / CHECKS_FILE

    @property
    def files_dir(self) -> Path:
        """What students hand in besides the notebook, as the lab's author wrote it."""
        return self.folder / "files"

    @property
    def hidden_dir(self) -> Path:
        """The hidden tests and their helpers."""
        return self.folder / "hidden"

    @property
    def hidden_tests(self) -> list[Path]:
        """The files of hidden tests, by name."""
        return sorted(self.hidden_dir.glob("test_*.py"))

    @property
    def variants_dir(self) -> Path:
        """Other answers than the solution's, right ones and wrong ones."""
        return self.folder / "variants"

    def refuse_unknown_questions(self, known: Collection[str]) -> None:
        """See to it that what `lab.toml` says of questions is said of the lab's own.

        Raises:
            UserError: if not, with the line.
        """
        for name, question in self.questions.items():
            if name not in known:
                wrong = f"{self.name} has no question `{name}`"
                wrong = f"{wrong}; {nearest(name, known, 'the questions')}"
                raise mistake(self.folder / CONFIG_FILE, question.line, wrong)

    def refuse_unknown_packages(self, known: Collection[str]) -> None:
        """See to it that students receive packages that may ship, and no others.

        Raises:
            UserError: if `ships` has another one, with the line.
        """
        for name in self.ships or ():
            if name not in known:
                wrong = f"`{name}` in `ships` is no package that may ship"
                wrong = f"{wrong}; these are {', '.join(known)}"
                raise mistake(self.folder / CONFIG_FILE, self._line("ships"), wrong)

    def imports_not_there(self) -> list[str]:
        """What to say of `imports` and `prepare` that can't be imported here."""
        named = [(key, name) for key in ("imports", "prepare") for name in getattr(self, key)]
        return [
            f"{self._place(key)}: `{name}` in `{key}` can't be imported here; install it, or fix it"
            for key, name in named
            if not is_there(name, self.student_dir)
        ]

    def exercises_without(self, questions: Collection[str]) -> list[str]:
        """What to say of titles in `lab.toml` that no question has."""
        used = {question.partition("-")[0] for question in questions}
        return [
            f"{self._place('exercises', name)}: no question's id begins with `{name}-`"
            for name in self.exercises
            if name not in used
        ]

    def _place(self, *keys: str) -> str:
        """Where a key stands in `lab.toml`."""
        return f"{shown(self.folder / CONFIG_FILE)}:{self._line(*keys)}"

    def _line(self, *keys: str) -> int:
        return line_of((self.folder / CONFIG_FILE).read_text("utf-8"), *keys)

    def refuse_unfit_rubrics(self, written: Mapping[str, float]) -> None:
        """See to it that rubrics are of written answers, and give the points that these have.

        Args:
            written: the points of each written answer.

        Raises:
            UserError: if not, with the line.
        """
        for name, question in self.questions.items():
            rubric, most = question.rubric, written.get(name)
            if not rubric.items:
                continue
            wrong = ""
            if most is None:
                wrong = f"`{name}` is graded by tests; write rubrics for written answers"
            elif not rubric.takes_off and rubric.most < most:
                wrong = (
                    f"the rubric of `{name}` gives {rubric.most:g} points at most, and the "
                    f"question has {most:g}; add what is missing"
                )
            if wrong:
                raise mistake(self.folder / CONFIG_FILE, question.line, wrong)


def find_labs(source_root: Path | None = None) -> list[Path]:
    """The Markdown file of each lab: `<lab>/<lab>.md`. Any other file is no lab."""
    source_root = source_root or find_project() / "source"
    folders = sorted(source_root.iterdir()) if source_root.is_dir() else []
    sources = [folder / f"{folder.name}.md" for folder in folders if folder.is_dir()]
    return [source for source in sources if source.is_file()]


def labs_in_other_formats(source_root: Path) -> list[UserError]:
    """What to do about each folder whose lab is no Markdown file yet, or is called otherwise."""
    folders = sorted(source_root.iterdir()) if source_root.is_dir() else []
    errors = [_no_markdown(folder) for folder in folders if folder.is_dir()]
    return [error for error in errors if error is not None]


def place_of(given: Path, source_root: Path) -> Path:
    """A lab's file or folder; a name alone, which is neither, is a lab's there."""
    there = source_root / given
    is_name = len(given.parts) == 1 and not given.exists() and there.is_dir()
    return there if is_name else given


def source_in(named: Path) -> Path:
    """The lab's file that somebody names: by itself, or by its folder.

    Raises:
        UserError: the folder holds no lab (exit code 2).
    """
    if not named.is_dir():
        return named
    folder = named.resolve()
    source = named / f"{folder.name}.md"
    if source.is_file():
        return source
    missing = f"{shown(source)}: no such file; a lab's file has its folder's name"
    raise _no_markdown(folder) or UserError(missing, exit_code=2)


def _no_markdown(folder: Path) -> UserError | None:
    wanted = folder / f"{folder.name}.md"
    found = None if wanted.is_file() else in_another_format(folder)
    return UserError(what_to_do(found, wanted), exit_code=2) if found else None


def read_lab_folder(source: Path) -> Lab:
    """The lab of a Markdown file, which may lie anywhere.

    Raises:
        UserError: if `lab.toml` beside it is wrong, with the line.
    """
    folder, name = source.parent, source.stem
    path = folder / CONFIG_FILE
    settings = read_lab_file(path, name) if path.is_file() else LabSettings(title=name)
    return Lab(folder=folder, name=name, **vars(settings))


def find_lab(lab: str, source_root: Path | None = None) -> Lab:
    """The lab of this name.

    Raises:
        UserError: if there is none (exit code 2), or its `lab.toml` is wrong.
    """
    source_root = source_root or find_project() / "source"
    source = source_root / lab / f"{lab}.md"
    if not source.is_file():
        if source.parent.is_dir() and (error := _no_markdown(source.parent)):
            raise error
        known = ", ".join(source.stem for source in find_labs(source_root))
        there_are = f"there are: {known}" if known else "`python -m autograder new LAB` makes one"
        raise UserError(f"{shown(source)}: no such lab; {there_are}", exit_code=2)
    return read_lab_folder(source)
