"""The house keeps its shape: imports point one way, and nothing unwanted is tracked."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import LONGEST, TESTS

PROJECT = Path(__file__).resolve().parents[1]
TOP_LEVEL = {"README.md", "Makefile", "source", "release", "lib", "autograder", "tests"} | {
    "pyproject.toml",
    "requirements.lock",
    "LICENSE",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "docs",
}
SIZE_LIMIT_BYTES = 1 << 20
# Libraries of labs that the engine has an adapter for, and the files that may name them.
KNOWN_TO_THE_ENGINE = {
    "torch": {"networks.py", "tensors.py", "settings.py", "gpu.py", "lenient.py", "names.py"}
    | {"layers.py", "meant.py", "repairs.py"},
    "matplotlib": {"plots.py", "worker.py", "contents.py", "plain_code.py"},
    "numpy": {"arrays.py", "tensors.py", "settings.py", "lab_file.py", "contents.py"}
    | {"pandas_frames.py", "fingerprints.py", "highlight.py", "names.py", "repairs.py"},
    "pandas": {"pandas_frames.py"},
    "polars": {"polars_frames.py"},
    "PIL": {"images.py", "markdown.py"},
    "tqdm": {"progress_bars.py"},
}

# package -> packages of ours that it may import; the longest matching prefix decides
MAY_IMPORT: dict[str, set[str]] = {
    "lib.kit.checks": {"lib.kit.checks"},
    "lib.kit.data": {"lib.kit.data"},
    "lib.kit.figures": {"lib.kit.figures"},
    "lib.kit.start": {"lib.kit.start"},
    "lib.kit.training": {"lib.kit.training"},
    "lib.reference": {"lib.reference", "lib.kit.data"},
    "autograder.add_points": set(),
    "autograder.atomic_file": set(),
    "autograder.blank_errors": set(),
    "autograder.counted": set(),
    "autograder.delimited": {"autograder.errors"},
    "autograder.errors": set(),
    "autograder.lifeline": set(),
    "autograder.notebook": set(),
    "autograder.toml_file": {"autograder.errors"},
    "autograder.on_word": {"autograder.toml_file"},
    "autograder.rubric": {"autograder.toml_file"},
    "autograder.identity": set(),
    "autograder.page_template": set(),
    "autograder.printable": set(),
    "autograder.tied_process": set(),
    "autograder.zip_archive": set(),
    "autograder.project": {"autograder.errors"},
    "autograder.conversion": {"autograder.errors"},
    "autograder.lab": {
        "autograder.conversion",
        "autograder.errors",
        "autograder.lab_file",
        "autograder.project",
        "autograder.toml_file",
    },
    "autograder.lab_file": {
        "autograder.engine.limits",
        "autograder.errors",
        "autograder.rubric",
        "autograder.toml_file",
    },
    "autograder.assignment": {
        "autograder.notebook",
        "autograder.on_word",
        "autograder.rubric",
        "autograder.errors",
        "autograder.lab",
        "autograder.project",
        "autograder.engine.limits",
    },
    "autograder.render": {"autograder.render", "autograder.errors"},
    "autograder.render.editions": {
        "autograder.render",
        "autograder.compiler.notebooks",
        "autograder.assignment",
    },
    "autograder.compiler.ipython_syntax": set(),
    "autograder.compiler.tags": {"autograder.errors", "autograder.compiler.ipython_syntax"},
    "autograder.compiler.blanks": {
        "autograder.blank_errors",
        "autograder.errors",
        "autograder.compiler.tags",
        "autograder.compiler.ipython_syntax",
    },
    "autograder.compiler": {
        "autograder.add_points",
        "autograder.blank_errors",
        "autograder.compiler",
        "autograder.conversion",
        "autograder.identity",
        "autograder.lab",
        "autograder.lab_file",
        "autograder.project",
        "autograder.errors",
        "autograder.toml_file",
    },
    "autograder.engine.untrusted": {"autograder.engine.untrusted"},
    "autograder.engine": {"autograder.engine", "autograder.blank_errors", "autograder.printable"},
    "autograder.judge": {
        "autograder.add_points",
        "autograder.atomic_file",
        "autograder.judge",
        "autograder.identity",
        "autograder.notebook",
        "autograder.assignment",
        "autograder.engine",
        "autograder.errors",
        "autograder.printable",
        "autograder.tied_process",
        "lib.kit.checks",
    },
    "autograder.judge.cases": {"autograder.compiler", "autograder.errors"}
    | {"autograder.printable", "lib.kit.checks"},
    "autograder.judge.reproduction": {"autograder.judge", "autograder.variants"}
    | {"autograder.assignment", "autograder.engine"},
    "autograder.course": {
        "autograder.atomic_file",
        "autograder.blank_errors",
        "autograder.course",
        "autograder.delimited",
        "autograder.page_template",
        "autograder.tied_process",
        "autograder.identity",
        "autograder.printable",
        "autograder.assignment",
        "autograder.notebook",
        "autograder.project",
        "autograder.render.formulas",
        "autograder.render.mathml",
        "autograder.judge",
        "autograder.engine",
        "autograder.errors",
        "autograder.toml_file",
    },
    "autograder.class_report": {
        "autograder.class_report",
        "autograder.counted",
        "autograder.course",
        "autograder.engine",
        "autograder.judge.results",
        "autograder.page_template",
        "autograder.printable",
    },
    "autograder.hand_grading": {
        "autograder.assignment",
        "autograder.atomic_file",
        "autograder.course",
        "autograder.delimited",
        "autograder.errors",
        "autograder.hand_grading",
        "autograder.judge",
        "autograder.page_template",
        "autograder.platforms.decimals",
        "autograder.platforms.safe_text",
        "autograder.printable",
        "autograder.rubric",
    },
    "autograder.similarity": {
        "autograder.similarity",
        "autograder.compiler.ipython_syntax",
        "autograder.assignment",
        "autograder.counted",
        "autograder.course.blanks",
        "autograder.course.notebook",
        "autograder.judge",
        "autograder.page_template",
        "autograder.printable",
    },
    "autograder.course.notebook_file": {"autograder.errors", "autograder.printable"},
    "autograder.course.student_folder": {
        "autograder.errors",
        "autograder.printable",
        "autograder.course.notebook_file",
    },
    "autograder.course.extra_files": {
        "autograder.errors",
        "autograder.printable",
        "autograder.course.notebook_file",
        "autograder.judge.content",
    },
    "autograder.course.hand_ins": {
        "autograder.course.extra_files",
        "autograder.errors",
        "autograder.printable",
        "autograder.course.notebook_file",
        "autograder.course.student_folder",
        "autograder.judge.content",
    },
    "autograder.platforms.safe_text": set(),
    "autograder.platforms": {
        "autograder.platforms",
        "autograder.course.notebook_file",
        "autograder.course.student_folder",
        "autograder.course.extra_files",
        "autograder.course.hand_ins",
        "autograder.course.roster",
        "autograder.delimited",
        "autograder.errors",
        "autograder.printable",
    },
    # What nbgrader's buttons call: they go the way of the command.
    "autograder.course.plugins": {"autograder.course", "autograder.verbs.one_student"},
    "autograder.gate.leaks": {
        "autograder.gate.leaks",
        "autograder.errors",
        "autograder.toml_file",
    },
    "autograder.gate": {
        "autograder.add_points",
        "autograder.gate",
        "autograder.assignment",
        "autograder.lab",
        "autograder.compiler",
        "autograder.course",
        "autograder.engine",
        "autograder.errors",
        "autograder.judge",
        "autograder.on_word",
        "autograder.project",
        "autograder.toml_file",
        "lib.kit.checks",
    },
    "autograder.mutation": {
        "autograder.mutation",
        "autograder.toml_file",
        "autograder.assignment",
        "autograder.lab",
        "autograder.compiler",
        "autograder.engine",
        "autograder.errors",
        "autograder.judge",
        "autograder.printable",
        "autograder.variants",
    },
    "autograder.variants.format": {"autograder.errors"},
    "autograder.variants": {
        "autograder.variants",
        "autograder.compiler",
        "autograder.errors",
        "autograder.lab",
        "autograder.toml_file",
    },
    "autograder.bundle": {
        "autograder.bundle",
        "autograder.assignment",
        "autograder.atomic_file",
        "autograder.compiler.notebooks",
        "autograder.compiler.requirements",
        "autograder.course",
        "autograder.engine",
        "autograder.errors",
        "autograder.judge",
        "autograder.lab",
        "autograder.lab_file",
        "autograder.notebook",
        "autograder.printable",
        "autograder.project",
    },
    "autograder.bundle.run": {
        "autograder.assignment",
        "autograder.atomic_file",
        "autograder.bundle",
        "autograder.compiler.points",
        "autograder.course",
        "autograder.engine",
        "autograder.errors",
        "autograder.judge",
        "autograder.printable",
        "autograder.verbs.judge",
    },
    "autograder.verbs": {
        "autograder.add_points",
        "autograder.atomic_file",
        "autograder.bundle",
        "autograder.delimited",
        "autograder.verbs",
        "autograder.assignment",
        "autograder.class_report",
        "autograder.compiler.build",
        "autograder.compiler.points",
        "autograder.counted",
        "autograder.gate",
        "autograder.hand_grading",
        "autograder.mutation",
        "autograder.variants",
        "autograder.course",
        "autograder.engine",
        "autograder.errors",
        "autograder.judge",
        "autograder.lab",
        "autograder.notebook",
        "autograder.platforms",
        "autograder.printable",
        "autograder.project",
        "autograder.rubric",
        "autograder.similarity",
        "autograder.solution",
        "autograder.toml_file",
        "autograder.zip_archive",
    },
    "autograder.solution": {
        "autograder.compiler",
        "autograder.errors",
        "autograder.lab",
        "autograder.notebook",
    },
    "autograder.cli": {"autograder"},
    "autograder.__main__": {"autograder.cli"},
    "autograder.console": {"autograder.cli"},
}
# module -> where its tests are instead of in a file named after it, and why
TESTED_ELSEWHERE = {
    # What runs in another process is tested through what starts that.
    "autograder/engine/untrusted/worker.py": "tests/autograder/engine/test_worker.py",
    "autograder/engine/untrusted/zygote.py": "tests/autograder/engine/test_zygote.py",
    "autograder/judge/warm.py": "tests/autograder/judge/test_pool.py",
    # What it decides depends on mistakes that a pool of judges has learnt.
    "autograder/judge/fair_loss.py": "tests/autograder/judge/test_reproduction.py",
    # How a lenient worker goes on where torch refuses.
    "autograder/engine/untrusted/layers.py": "tests/autograder/engine/untrusted/test_lenient.py",
    "autograder/engine/untrusted/meant.py": "tests/autograder/engine/untrusted/test_lenient.py",
    "autograder/engine/untrusted/repairs.py": "tests/autograder/engine/untrusted/test_lenient.py",
    # Numbers alone: `lab.toml` changes them, and workers are held to them.
    "autograder/engine/limits.py": "tests/autograder/engine/test_worker.py",
}
STANDARD_LIBRARY_ONLY = [
    "autograder.compiler.ipython_syntax",
    "autograder.compiler.tags",
    "autograder.compiler.blanks",
    "autograder.course.notebook_file",
    "autograder.course.student_folder",
    "autograder.course.extra_files",
    "autograder.course.hand_ins",
]


def modules() -> Iterator[tuple[str, Path]]:
    for package in ("lib", "autograder"):
        for file in sorted((PROJECT / package).rglob("*.py")):
            if "new_lab" in file.parts:  # files of a lab to be
                continue
            parts = file.relative_to(PROJECT).with_suffix("").parts
            yield ".".join(parts).removesuffix(".__init__"), file


def imports_of(name: str, file: Path) -> set[str]:
    """Absolute names of everything that a file imports, also inside functions."""
    package = name.split(".") if file.name == "__init__.py" else name.split(".")[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            found |= {
                f"{origin}.{alias.name}" if _is_module(f"{origin}.{alias.name}") else origin
                for alias in node.names
            }
    return found


def _is_module(name: str) -> bool:
    path = PROJECT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def _within(name: str, packages: set[str]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


@pytest.mark.parametrize(("name", "file"), list(modules()), ids=str)
def test_imports_point_one_way(name: str, file: Path) -> None:
    rules = [prefix for prefix in MAY_IMPORT if _within(name, {prefix})]
    if not rules:
        assert file.name == "__init__.py", f"say in MAY_IMPORT what {name} may import"
        rules, allowed = [], set()
    else:
        allowed = MAY_IMPORT[max(rules, key=len)]
    ours = {used for used in imports_of(name, file) if _within(used, {"lib", "autograder"})}
    assert {used for used in ours if not _within(used, allowed)} == set()


@pytest.mark.parametrize(("name", "file"), list(modules()), ids=str)
def test_nothing_that_users_run_imports_the_tests(name: str, file: Path) -> None:
    assert not {used for used in imports_of(name, file) if _within(used, {"tests"})}
    text = file.read_text("utf-8")
    assert not re.search(
        r"(import_module|__import__|run_module|find_spec)\(\s*f?[\"']tests\b", text
    )


def test_the_autograder_names_no_lab_and_no_library_of_one() -> None:
    labs = [source.parent.name for source in (PROJECT / "source").glob("*/lab.toml")]
    exercises = [key for lab in labs for key in _lab_toml(lab)["exercises"]]
    texts = [file.read_text("utf-8") for file in (PROJECT / "lib" / "reference").rglob("*.py")]
    models = [name for text in texts for name in re.findall(r"^class (\w+)\(nn\.", text, re.M)]
    libraries = {name.split(".")[0] for lab in labs for name in _lab_toml(lab)["imports"]} - {"lib"}
    assert labs and exercises and models and "torch" in libraries
    words = [*labs, *models, *(libraries - KNOWN_TO_THE_ENGINE.keys())]
    named = re.compile(rf"\b({'|'.join(map(re.escape, words))})\b")
    asked = re.compile(rf"[\"']({'|'.join(exercises)})-[a-z-]+[\"']")  # a question's id in code
    for file in tracked_files():
        if file.is_relative_to(PROJECT / "autograder") and "new_lab" not in file.parts:
            text = file.read_text("utf-8")
            assert not named.search(text) and not asked.search(text), file
            for library, home in KNOWN_TO_THE_ENGINE.items():
                if file.name not in home:
                    assert not re.search(rf"\b{library}\b", text), f"{file} names {library}"


def _lab_toml(lab: str) -> dict[str, Any]:
    return tomllib.loads((PROJECT / "source" / lab / "lab.toml").read_text("utf-8"))


@pytest.mark.parametrize("name", STANDARD_LIBRARY_ONLY)
def test_what_has_to_start_fast_needs_only_the_standard_library(name: str) -> None:
    file = PROJECT.joinpath(*name.split(".")).with_suffix(".py")
    roots = {used.split(".")[0] for used in imports_of(name, file)} - {"autograder"}
    assert roots <= set(sys.stdlib_module_names)


def test_nbgrader_is_bridged_in_few_places_and_patched_nowhere() -> None:
    bridges = set()
    for name, file in modules():
        tree = ast.parse(file.read_text("utf-8"))
        theirs = set(_names_from(tree, "nbgrader"))
        if theirs:
            bridges.add(name)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Assign):
                continue
            for target in node.targets:
                changed = ast.unparse(target).split(".")
                assert len(changed) == 1 or changed[0] not in theirs, f"{file}:{target.lineno}"
    assert bridges == {
        "autograder.compiler.generate",
        "autograder.course.gradebook",
        "autograder.course.plugins",
    }


def test_every_module_has_a_file_of_tests_named_after_it() -> None:
    files = [file for _, file in modules() if file.name not in ("__init__.py", "__main__.py")]
    names = {file.relative_to(PROJECT).as_posix() for file in files}
    mirrors = {name: _mirror(name).is_file() for name in names}
    assert {name for name, is_there in mirrors.items() if not is_there} == set(TESTED_ELSEWHERE)
    for name, tests in TESTED_ELSEWHERE.items():
        assert (PROJECT / tests).is_file(), f"{name} is said to be tested in {tests}"


def _mirror(module: str) -> Path:
    path = PROJECT / "tests" / module
    return path.with_name(f"test_{path.name}")


def _names_from(tree: ast.Module, package: str) -> Iterator[str]:
    """The names that a file has for a package, and for what it imports from there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                origin = node.module if isinstance(node, ast.ImportFrom) else alias.name
                if (origin or "").split(".")[0] == package:
                    yield alias.asname or alias.name.split(".")[0]


def tracked_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    return [PROJECT / name for name in listed.stdout.split("\0") if name]


def test_top_level_stays_small() -> None:
    names = {file.relative_to(PROJECT).parts[0] for file in tracked_files()}
    assert {name for name in names if not name.startswith(".")} <= TOP_LEVEL


def test_no_large_files_and_no_paths_of_one_machine() -> None:
    home = re.compile(r"(?<![A-Za-z0-9_.])/(home|root|Users)/\w+")
    for file in tracked_files():
        content = file.read_bytes()
        assert len(content) < SIZE_LIMIT_BYTES, file
        assert not home.search(content.decode("utf-8", errors="ignore")), file


def test_the_files_that_are_started_first_are_there() -> None:
    assert [name for name in LONGEST if not (TESTS / name).is_file()] == []
