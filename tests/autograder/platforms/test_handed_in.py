"""Which file of a hand-in is taken."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.course.extra_files import Asked
from autograder.platforms.archive import opened
from autograder.platforms.clue import Clue
from autograder.platforms.handed_in import HandedIn, open_unit
from autograder.platforms.whose import Unit, units_of

from .downloads import write_zip

NAMES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/\\\0"), min_size=1, max_size=12
).filter(lambda name: name not in (".", ".."))


def of_files(folder: Path, files: dict[str, bytes], asked: Asked | None = None) -> HandedIn:
    with opened(write_zip(folder / "a.zip", files)) as archive:
        (unit,) = units_of((one, Clue("p", one.path)) for one in archive.members)
        return open_unit(archive, unit, "lab", asked or Asked(), folder / "open")


@pytest.mark.parametrize(
    ("files", "taken"),
    [
        ({"lab.ipynb": b"1"}, "lab.ipynb"),
        ({"LAB (1).ipynb.txt": b"1", "x.pdf": b"2"}, "LAB (1).ipynb.txt"),
        ({"deep/er/mine.ipynb": b"1"}, "deep/er/mine.ipynb"),
        ({"lab.ipynb": b"1", "scratch.ipynb": b"2"}, "lab.ipynb"),
        ({"a.ipynb": b"1", "b.ipynb": b"1"}, "a.ipynb"),
        ({"a.ipynb": b"1", "b.ipynb": b"2"}, None),
        ({"lab.ipynb": b""}, None),
        ({"lab.py": b"1"}, None),
        ({"lab.zip": b"PK no archive"}, None),
        ({f"{'n' * 300}.ipynb": b"1"}, f"{'n' * 300}.ipynb"),
        ({f"{'d/' * 25}x.ipynb": b"1"}, f"{'d/' * 25}x.ipynb"),
        ({"a": b"1", "a/b.ipynb": b"2"}, "a/b.ipynb"),
    ],
)  # fmt: skip
def test_the_nearest_notebook(tmp_path: Path, files: dict[str, bytes], taken: str | None) -> None:
    found = of_files(tmp_path, files)
    assert (found.taken.path if found.taken else None) == taken
    if taken:
        assert found.contents() == {"lab.ipynb": files[taken]}
    else:
        assert found.notes and found.notes[0].startswith("nothing to grade")


def test_files_that_the_lab_asks_for(tmp_path: Path) -> None:
    files = {"lab.ipynb": b"1", "Model (1).py": b"2", "more.py": b"3"}
    found = of_files(tmp_path, files, Asked(("model.py",)))
    assert found.contents() == {"lab.ipynb": b"1", "model.py": b"2"}
    assert found.extra == {"Model (1).py"}
    assert any("not asked for" in note for note in found.notes)


def test_what_is_too_large_is_not_opened(tmp_path: Path) -> None:
    noise = random.Random(0).randbytes(1 << 20) * 21
    found = of_files(tmp_path, {"lab.ipynb": noise})
    assert found.taken is None and found.digests == {"lab.ipynb": ""}


@given(st.dictionaries(NAMES, st.binary(min_size=1, max_size=3), min_size=1, max_size=4))
def test_no_name_leads_out_or_hides_another(
    tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("names")
    unit = Unit(Clue("p", ""))
    archive_files = {f"{n}.bin": data for n, data in enumerate(files.values())}
    with opened(write_zip(folder / "a.zip", archive_files)) as archive:
        unit.files = [
            (one, Clue("p", f"{name}.ipynb"))
            for one, name in zip(archive.members, files, strict=True)
        ]
        found = open_unit(archive, unit, "lab", Asked(), folder / "open")
    inside = [path for path in (folder / "open").rglob("*") if path.is_file()]
    assert len(inside) == len(files) == len(found.digests)
    assert sorted(path.read_bytes() for path in inside) == sorted(files.values())
    assert {path.name for path in folder.iterdir()} == {"a.zip", "open"}
