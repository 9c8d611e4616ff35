"""The files that students install from: one that names less than another is found."""

from pathlib import Path

import pytest

from autograder.gate.installation import find_disagreements

PROJECT = """
[project]
name = "lab"
dependencies = ["Scikit_Learn"]
[project.optional-dependencies]
gpu = ["big==2"]
[dependency-groups]
default = ["big", {include-group = "more"}]
more = []
[tool.uv]
default-groups = ["default"]
"""
LOCK = '[[package]]\nname = "big"\n[[package]]\nname = "scikit-learn"\n[[package]]\nname = "six"\n'
FILES = {"requirements.txt": "scikit-learn\nbig>1\n", "pyproject.toml": PROJECT, "uv.lock": LOCK}


def found(folder: Path, **changed: str | None) -> list[str]:
    """What is found where some files are others, or gone."""
    names = {name.replace(".", "_"): name for name in FILES}
    assert set(changed) <= set(names)
    for key, name in names.items():
        content = changed.get(key, FILES[name])
        if content is not None:
            (folder / name).write_text(content, "utf-8")
    return [
        f"{Path(one.place).name}: {one.what}".removeprefix(f"{folder}/")
        for one in find_disagreements(folder)
    ]


def test_files_that_agree(tmp_path: Path) -> None:
    assert found(tmp_path) == []


@pytest.mark.parametrize("gone", ["requirements_txt", "pyproject_toml", "uv_lock"])
def test_each_may_be_missing(tmp_path: Path, gone: str) -> None:
    assert found(tmp_path, **{gone: None}) == []


def test_all_groups_may_be_installed(tmp_path: Path) -> None:
    project = PROJECT.replace('["default"]\n', '"all"\n').replace("more = []", 'more = ["six"]')
    assert found(tmp_path, pyproject_toml=project) == [
        "requirements.txt:1: lacks six, which pyproject.toml names; add it"
    ]


@pytest.mark.parametrize(
    ("file", "content", "finding"),
    [
        (
            "requirements_txt",
            "big\n",
            "requirements.txt:1: lacks scikit-learn, which pyproject.toml names; add it",
        ),
        (
            "requirements_txt",
            "big\nscikit.learn\nsix",
            "pyproject.toml:1: lacks six, which requirements.txt names; add it",
        ),
        (
            "pyproject_toml",
            PROJECT.replace('default-groups = ["default"]', ""),
            "pyproject.toml:1: lacks big, which requirements.txt names; add it",
        ),
        (
            "uv_lock",
            LOCK.replace("big", "tiny"),
            "uv.lock:1: lacks big, which pyproject.toml names; run `uv lock` again",
        ),
    ],
)
def test_what_one_lacks(tmp_path: Path, file: str, content: str, finding: str) -> None:
    assert found(tmp_path, **{file: content}) == [finding]


@pytest.mark.parametrize("file", ["pyproject_toml", "uv_lock"])
@pytest.mark.parametrize(
    "content",
    [
        *("", "x = [", "project = 3\npackage = 3", '[project]\ndependencies = ["a b"]\n'),
        *("[project]\ndependencies = 3\n", "tool = 3\n[project]\n", "[[package]]\nname = 3\n"),
    ],
)
def test_what_uv_cannot_read(tmp_path: Path, file: str, content: str) -> None:
    (finding,) = found(tmp_path, **{file: content})
    name = file.replace("_", ".")
    assert finding.startswith(f"{name}:1: uv can't read it (") and "\n" not in finding
    assert finding.endswith("; fix it, or take it out of student/")
