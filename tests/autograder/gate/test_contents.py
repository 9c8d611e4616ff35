"""What a release is made of: each fault is found, at its line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.assignment import COLAB_TAG
from autograder.compiler.colab import colab_cell
from autograder.gate.bench import Bench, Finding, Seen, Subject
from autograder.gate.contents import check_clean, check_parses, check_self_contained

CHECKS: list[Callable[[Bench], Seen]] = [check_parses, check_clean, check_self_contained]


def findings(check: Callable[[Bench], Seen], subject: Subject) -> list[Finding]:
    return check(Bench(subject, Path(), None)).findings  # type: ignore[arg-type]


def edit(subject: Subject, change: Callable[[Any], None]) -> None:
    notebook = nbformat.read(subject.notebook_path, as_version=4)
    change(notebook)
    nbformat.write(notebook, subject.notebook_path)


@pytest.mark.parametrize("check", CHECKS)
def test_a_sound_release(check: Callable[[Bench], Seen], subject: Subject) -> None:
    assert findings(check, subject) == []


def test_a_cell_that_does_not_parse(subject: Subject) -> None:
    def spoil(notebook: Any) -> None:
        notebook.cells[1].source += "\n%pip install x\nx = ("

    edit(subject, spoil)
    (finding,) = findings(check_parses, subject)
    assert "doesn't parse" in finding.what
    file, line = finding.place.rsplit(":", 1)
    assert Path(file) == subject.notebook_path
    assert subject.notebook_path.read_text("utf-8").split("\n")[int(line) - 1].strip() == '"x = ("'


def test_a_module_that_does_not_parse(subject: Subject) -> None:
    (subject.release_dir / "checks.py").write_text("\n\ndef f(:\n", "utf-8")
    (finding,) = findings(check_parses, subject)
    assert finding.place.endswith("checks.py:3")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda nb: nb.cells[1].outputs.append(nbformat.v4.new_output("stream")), "outputs"),
        (lambda nb: nb.cells[1].update(execution_count=3), "an execution count"),
        (lambda nb: nb.cells[0].metadata.update(execution={}), "metadata `execution`"),
        (lambda nb: nb.cells[0].metadata.update(tags=["2026-01-02T03:04"]), "a time in"),
        (lambda nb: nb.metadata.update(widgets={}), "the notebook has metadata `widgets`"),
    ],
)
def test_traces_of_a_run(subject: Subject, change: Callable[[Any], None], words: str) -> None:
    edit(subject, change)
    (finding,) = findings(check_clean, subject)
    assert words in finding.what


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("import sklearn.metrics", "imports sklearn, which requirements.txt doesn't install"),
        (
            "from lib.reference.models import x",
            "imports lib.reference.models, which the release lacks",
        ),
        ("import autograder.judge", "imports autograder, which requirements.txt doesn't install"),
        ("import no_such_package", "imports no_such_package"),
    ],
)
def test_imports_that_students_cannot_follow(subject: Subject, line: str, words: str) -> None:
    path = subject.release_dir / "checks.py"
    path.write_text(f"import json, IPython, torch\n{line}\n", "utf-8")  # ipykernel needs IPython
    (finding,) = findings(check_self_contained, subject)
    assert words in finding.what
    assert finding.place.endswith("checks.py:2")


def test_what_only_colab_imports(subject: Subject) -> None:
    def add(notebook: Any, *tags: str) -> None:
        cell = nbformat.v4.new_code_cell(colab_cell("small"), metadata={"tags": [*tags]})
        notebook.cells.insert(0, cell)

    edit(subject, lambda notebook: add(notebook, COLAB_TAG))
    assert findings(check_self_contained, subject) == []
    edit(subject, add)
    (finding,) = findings(check_self_contained, Subject(subject.lab, subject.project))
    assert "imports google, which requirements.txt doesn't install" in finding.what


def test_files_to_install_from_that_disagree(subject: Subject) -> None:
    project = subject.release_dir / "pyproject.toml"
    project.write_text(project.read_text("utf-8").replace('"numpy"', '"numbers"'), "utf-8")
    lacks = [finding.what for finding in findings(check_self_contained, subject)]
    assert lacks == [
        "lacks numpy, which requirements.txt names; add it",
        "lacks numbers, which pyproject.toml names; add it",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "![x](a/b.png)",
        "<img src='a/b.png'>",
        "text <img\nsrc=a/b.png> text",
        "[x](a/b.png)",
        "[x][y]\n\n[y]: a/b.png 'title'",
        "| a |\n|---|\n| ![x](a/b.png) |",
        '- in a list\n\n  <a href="a/b.png#part">x</a>',
    ],
)
def test_a_link_that_leads_nowhere(subject: Subject, text: str) -> None:
    def refer(notebook: Any) -> None:
        notebook.cells[
            0
        ].source += f"\n\n![there](https://x.org/a.png) $f[x](y)$ [up](#top)\n\n{text}"

    edit(subject, refer)
    (finding,) = findings(check_self_contained, subject)
    assert "leads to a/b.png" in finding.what
    picture = subject.release_dir / "a" / "b.png"
    picture.parent.mkdir()
    picture.touch()
    assert findings(check_self_contained, subject) == []


def test_a_picture_that_is_attached(subject: Subject) -> None:
    edit(subject, lambda notebook: notebook.cells[0].update(source="![x](attachment:x.png)"))
    (finding,) = findings(check_self_contained, subject)
    assert "attachment:x.png" in finding.what


def test_a_page_beside_the_notebook(subject: Subject) -> None:
    page = subject.release_dir / "README.md"
    page.write_text("# Lab\n\n[gone](gone.pdf) [there](checks.py)\n", "utf-8")
    (finding,) = findings(check_self_contained, subject)
    assert finding.place.endswith("README.md:3")
    assert "leads to gone.pdf" in finding.what


def test_a_module_that_students_write_may_be_imported(subject: Subject) -> None:
    (subject.release_dir / "checks.py").write_text("import model, nets.deep\n", "utf-8")
    assert len(findings(check_self_contained, subject)) == 2
    text = "files = ['model.py', 'nets/deep.py']"
    (subject.source.parent / "lab.toml").write_text(text, "utf-8")
    again = Subject(subject.lab, subject.project)
    assert findings(check_self_contained, again) == []
