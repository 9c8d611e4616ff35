"""Gradescope's export and its file of metadata."""

from pathlib import Path

import pytest

from autograder.errors import UserError
from autograder.platforms import gradescope
from autograder.platforms.archive import opened
from autograder.platforms.clue import Clues

from .downloads import gradescope_files, people, write_zip

ANA, BEN = people(2)


def clues_of(folder: Path, files: dict[str, bytes]) -> Clues:
    with opened(write_zip(folder / "a.zip", files)) as archive:
        return gradescope.read(archive.without_folders(1))


def test_the_metadata_say_who_handed_in_together_and_when(tmp_path: Path) -> None:
    clues = clues_of(tmp_path, gradescope_files([[ANA, BEN]], [b"{}"]))
    (clue,) = clues.values()
    assert [dict(one.ids) for one in clue.submitters] == [
        {"sid": one.id, "email": one.email} for one in (ANA, BEN)
    ]
    assert clue.handed_in == ANA.handed_in and clue.group == "submission_77001"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"- 1",
        b"a: [",
        b"submission_77001: 5",
        b"submission_77001:\n  :submitters: 7\n",
        b"!!python/object/apply:os.system ['true']",
        b"submission_77001:\n  :created_at: soon\n",
    ],
)
def test_metadata_of_nonsense_say_nothing(tmp_path: Path, text: bytes) -> None:
    files = {
        name: text if name.endswith(".yml") else data
        for name, data in gradescope_files([[ANA]], [b"{}"]).items()
    }
    (clue,) = clues_of(tmp_path, files).values()
    assert (clue.submitters, dict(clue.ids), clue.handed_in) == ((), {}, None)


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 200_000,
        b"- " * 200_000,
        b"? " * 200_000,
        b"{a: " * 200_000,
        b"\n".join(b" " * n + b"a:" for n in range(300)),
        b"a: &a {b: 1}\nc: {<<: [*a, *a]}",
    ],
)
def test_metadata_that_would_stop_us_are_one_line(tmp_path: Path, text: bytes) -> None:
    files = {gradescope.METADATA: text, "submission_1/lab.ipynb": b"{}"}
    with (
        opened(write_zip(tmp_path / "a.zip", files)) as archive,
        pytest.raises(UserError, match="in it is too large, or too deep"),
    ):
        gradescope.read(archive)


def test_large_metadata_are_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gradescope, "METADATA_LIMIT_BYTES", 100)
    with pytest.raises(UserError, match="too large"):
        clues_of(tmp_path, gradescope_files([[ANA]], [b"{}"]))


def test_metadata_beside_no_submissions_are_a_student_s(tmp_path: Path) -> None:
    files = {gradescope.METADATA: b"[" * 200_000, "lab.ipynb": b"{}"}
    with opened(write_zip(tmp_path / "a.zip", files)) as archive:
        assert gradescope.read(archive) == {}


def test_an_id_is_no_list(tmp_path: Path) -> None:
    text = "submission_77001:\n  :submitters:\n  - :sid: [1, 2]\n    :email: a@b\n"
    files = {gradescope.METADATA: text.encode(), "submission_77001/lab.ipynb": b"{}"}
    with opened(write_zip(tmp_path / "a.zip", files)) as archive:
        (clue,) = gradescope.read(archive).values()
    assert [dict(one.ids) for one in clue.submitters] == [{"email": "a@b"}]


def test_no_metadata_no_clues(tmp_path: Path) -> None:
    files = gradescope_files([[ANA]], [b"{}"])
    assert clues_of(tmp_path, {n: d for n, d in files.items() if not n.endswith(".yml")}) == {}
