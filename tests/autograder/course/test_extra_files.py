"""Files besides the notebook are found where they may lie, and nothing else is taken for one."""

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.extra_files import (
    SIZE_LIMIT_BYTES,
    TOGETHER_LIMIT_BYTES,
    Asked,
    collect,
)
from autograder.course.notebook_file import NotebookFile, notebooks_in
from autograder.judge.content import ExtraFile

LAB = "lab1"
ASKED = Asked(("model.py",), frozenset({"checks.py", "lib/__init__.py", "model.py"}))
Notes = tuple[str, ...]


def hand_in(
    root: Path, files: dict[str, bytes], asked: Asked = ASKED, home: str = LAB
) -> tuple[tuple[ExtraFile, ...], Notes]:
    """Put files beside Ana's notebook and collect what is asked for."""
    folder = root / "ana" / home
    for name, content in {f"{LAB}.ipynb": b"{}", **files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    parts = ("ana", *Path(home).parts, f"{LAB}.ipynb")
    return collect(root, "ana", LAB, NotebookFile(root, parts), asked)


def test_what_is_asked_for_is_taken_without_a_word(tmp_path: Path) -> None:
    asked = Asked(("model.py", "plots/loss.png"))
    given_ = {"model.py": b"x = 1", "plots/loss.png": b"\x89PNG", "notes.txt": b"mine"}
    files, notes = hand_in(tmp_path, given_, asked)
    assert files == (ExtraFile("model.py", b"x = 1"), ExtraFile("plots/loss.png", b"\x89PNG"))
    assert notes == ()


@pytest.mark.parametrize(
    "name",
    [
        "Model.py",
        "model (1).py",
        "model(2).py",
        "model.py.txt",
        "model.py (1)",
        "MODEL.PY.download",
    ],
)
def test_what_computers_make_of_a_name_is_told(tmp_path: Path, name: str) -> None:
    (file,), notes = hand_in(tmp_path, {name: b"x = 1"})
    assert file == ExtraFile("model.py", b"x = 1")
    assert notes == (f"model.py was taken from {name}",)


def test_it_may_lie_a_folder_deeper_or_flat(tmp_path: Path) -> None:
    (file,), notes = hand_in(tmp_path, {"src/model.py": b"x = 1"})
    assert file.content == b"x = 1" and notes == ("model.py was taken from src/model.py",)
    flat, notes = hand_in(tmp_path, {"loss.png": b"1"}, Asked(("plots/loss.png",)))
    assert flat == (ExtraFile("plots/loss.png", b"1"),)
    assert "plots/loss.png was taken from loss.png" in notes


@pytest.mark.parametrize("name", ["models.py", "my model.py", "model.ipynb", "model", "modelpy"])
def test_another_name_is_another_file(tmp_path: Path, name: str) -> None:
    (file,), notes = hand_in(tmp_path, {name: b"x = 1"})
    assert file == ExtraFile("model.py", None, "was not handed in")
    assert notes[0] == "model.py was not handed in"


def test_of_several_none_is_guessed_but_the_exact_one_wins(tmp_path: Path) -> None:
    two = {"model (1).py": b"x = 1", "model (2).py": b"x = 2"}
    (file,), notes = hand_in(tmp_path, two)
    assert file.content is None and notes == (f"model.py {file.why}",)
    assert file.why == "is not clear, as several files could be meant (model (1).py, model (2).py)"
    (file,), notes = hand_in(tmp_path, {"model.py": b"x = 3"})
    assert file.content == b"x = 3" and notes == ()


def test_the_same_twice_is_no_question(tmp_path: Path) -> None:
    (file,), _ = hand_in(tmp_path, {"model (1).py": b"x = 1", "model (2).py": b"x = 1"})
    assert file.content == b"x = 1"


Make = Callable[[Path], object]
ODD: dict[str, tuple[Make, str]] = {
    "empty": (lambda path: path.touch(), "is empty"),
    "a folder": (lambda path: path.mkdir(), "is a folder"),
    "a link": (
        lambda path: path.symlink_to("/etc/passwd"),
        "is a link, and links are not followed",
    ),
    "a dead link": (lambda path: path.symlink_to("nowhere"), "is a link"),
    "a link to the neighbour": (
        lambda path: path.symlink_to("../../ben/lab1/model.py"),
        "is a link",
    ),
    "a pipe": (lambda path: os.mkfifo(path), "is not a file"),
    "large": (
        lambda path: os.truncate(touched(path), SIZE_LIMIT_BYTES + 1),
        "is larger than 10 MiB",
    ),
}


def touched(path: Path) -> Path:
    path.touch()
    return path


@pytest.mark.parametrize("kind", ODD)
def test_what_is_no_file_is_none_and_says_why(tmp_path: Path, kind: str) -> None:
    (tmp_path / "ben" / LAB).mkdir(parents=True)
    (tmp_path / "ben" / LAB / "model.py").write_bytes(b"secret = 1")
    (tmp_path / "ana" / LAB).mkdir(parents=True)
    make, why = ODD[kind]
    make(tmp_path / "ana" / LAB / "model.py")
    (file,), notes = hand_in(tmp_path, {})
    assert file.content is None and file.why.startswith(why)
    assert notes == (f"model.py {file.why}",)


def test_a_linked_folder_is_not_entered(tmp_path: Path) -> None:
    (tmp_path / "ben").mkdir()
    (tmp_path / "ben" / "loss.png").write_bytes(b"secret")
    (tmp_path / "ana" / LAB).mkdir(parents=True)
    (tmp_path / "ana" / LAB / "plots").symlink_to(tmp_path / "ben")
    (file,), _ = hand_in(tmp_path, {}, Asked(("plots/loss.png",)))
    assert file == ExtraFile("plots/loss.png", None, "was not handed in")


def test_together_they_have_a_limit(tmp_path: Path) -> None:
    names = tuple(f"part{number}.py" for number in range(3))
    files, _ = hand_in(tmp_path, dict.fromkeys(names, b"#" * (SIZE_LIMIT_BYTES - 1)), Asked(names))
    assert [file.content is None for file in files] == [False, False, True]
    assert sum(len(file.content or b"") for file in files) <= TOGETHER_LIMIT_BYTES
    assert files[2].why == "is too large: all files together may have 20 MiB"


def test_modules_that_nobody_asked_for_are_named_and_what_was_released_is_not(
    tmp_path: Path,
) -> None:
    more = {
        "checks.py": b"",
        "lib/__init__.py": b"",
        f"{LAB}.py": b"",
        "random.py": b"",
        "a.csv": b"",
    }
    _, notes = hand_in(tmp_path, {"model.py": b"x = 1", **more})
    assert notes == ("not asked for, so not looked at: lab1.py, random.py",)
    _, notes = hand_in(tmp_path / "2", {f"{name}.py": b"" for name in "abcdefgh"}, Asked())
    assert notes == ("not asked for, so not looked at: a.py, b.py, c.py, d.py, e.py and 3 more",)


def test_names_that_are_made_to_harm(tmp_path: Path) -> None:
    names = ["\x1b[31m.py", "a\u202e\n.py", "y" * 250 + ".py", "\udcff.py", "<b>.py", "((((.py"]
    _, notes = hand_in(tmp_path, dict.fromkeys(names, b"x"), Asked())
    (note,) = notes
    assert note.isprintable() and len(note) < 600
    note.encode()


def test_without_a_notebook_the_labs_folder_is_looked_into(tmp_path: Path) -> None:
    (tmp_path / "ana" / LAB).mkdir(parents=True)
    (tmp_path / "ana" / LAB / "model.py").write_bytes(b"x = 1")
    assert collect(tmp_path, "ana", LAB, None, ASKED)[0] == (ExtraFile("model.py", b"x = 1"),)
    assert collect(tmp_path, "nobody", LAB, None, ASKED)[0][0].why == "was not handed in"


def test_beside_a_loose_notebook_other_labs_are_left_alone(tmp_path: Path) -> None:
    other = {"lab2/model.py": b"other", "lab2/helper.py": b"", "lab2/lab2.ipynb": b"{}"}
    (file,), notes = hand_in(tmp_path, other, home=".")
    assert file.content is None and notes == ("model.py was not handed in",)


def archived(root: Path, members: dict[str, bytes]) -> NotebookFile:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, member in {"work/lab1.ipynb": b"{}", **members}.items():
            archive.writestr(name, member)
    (root / "ana").mkdir(parents=True)
    (root / "ana" / "lab1.zip").write_bytes(content.getvalue())
    (notebook,) = notebooks_in(root, ("ana", "lab1.zip"))
    return notebook


def test_in_an_archive_it_lies_beside_the_notebook(tmp_path: Path) -> None:
    members = {
        "work/model.py": b"x = 1",
        "model.py": b"elsewhere",
        "../../model.py": b"outside",
        "work/checks.py": b"",
        f"work/{'x' * 60_000}.py": b"long",
        "work/more.py": b"",
        "work/__MACOSX/model.py": b"",
    }
    files, notes = collect(tmp_path, "ana", LAB, archived(tmp_path, members), ASKED)
    assert files == (ExtraFile("model.py", b"x = 1"),)
    assert notes == ("not asked for, so not looked at: more.py",)


def test_a_member_that_unpacks_to_more_than_it_may(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("lab1.ipynb", "{}")
        archive.writestr("model.py", b"#" * (SIZE_LIMIT_BYTES + 1))
    (tmp_path / "ana").mkdir()
    (tmp_path / "a.zip").rename(tmp_path / "ana" / "a.zip")
    (notebook,) = notebooks_in(tmp_path, ("ana", "a.zip"))
    (file,), _ = collect(tmp_path, "ana", LAB, notebook, ASKED)
    assert file == ExtraFile("model.py", None, "is larger than 10 MiB")


NAMES = st.text(st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1)


@given(
    st.dictionaries(
        NAMES.filter(lambda name: "." not in name[:1] and "ipynb" not in name),
        st.binary(max_size=9),
    )
)
def test_whatever_is_handed_in_the_lab_says_what_it_is_called(
    tmp_path_factory: pytest.TempPathFactory, members: dict[str, bytes]
) -> None:
    root = tmp_path_factory.mktemp("any")
    members = {f"work/{name}": content for name, content in members.items()}
    files, notes = collect(root, "ana", LAB, archived(root, members), ASKED)
    assert [file.name for file in files] == ["model.py"]
    assert (files[0].content is None) == bool(files[0].why)
    assert all(note.isprintable() for note in notes)
