"""Content is read once, and its hash stands for all that a result depends on."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from autograder.judge.content import Content, ExtraFile, extra_files, read_content

contents = st.builds(
    Content,
    student=st.sampled_from(["ana", "ben"]),
    name=st.sampled_from(["", "a.ipynb", "b.ipynb"]),
    notebook=st.sampled_from([None, b"", b"{}", b"\n"]),
    notes=st.lists(st.sampled_from(["", "a", "b", "a, b"]), max_size=2).map(tuple),
    files=st.lists(
        st.builds(
            ExtraFile,
            name=st.sampled_from(["a.py", "b.py"]),
            content=st.sampled_from([None, b"", b"{}"]),
            why=st.sampled_from(["", "is empty"]),
        ),
        max_size=2,
    ).map(tuple),
)


@given(contents, contents)
def test_equal_hashes_mean_equal_hand_ins(one: Content, other: Content) -> None:
    def shown(content: Content) -> tuple[object, ...]:
        return content.name, content.notebook, content.notes, content.files

    assert (one.digest() == other.digest()) == (shown(one) == shown(other))


def test_a_file_or_none(tmp_path: Path) -> None:
    path = tmp_path / "lab.ipynb"
    assert read_content("ana", path).notes == ("lab.ipynb was not handed in",)
    path.write_bytes(b"{}")
    assert read_content("ana", path) == Content("ana", "lab.ipynb", b"{}")


def test_with_the_files_beside_it(tmp_path: Path) -> None:
    (tmp_path / "lab.ipynb").write_bytes(b"{}")
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "a.py").write_bytes(b"x = 1")
    content = read_content("ana", tmp_path / "lab.ipynb", ("nets/a.py", "b.py"))
    assert content.files == (
        ExtraFile("nets/a.py", b"x = 1"),
        ExtraFile("b.py", None, "was not handed in"),
    )
    assert content.files == extra_files(("nets/a.py", "b.py"), {"nets/a.py": b"x = 1"})
    assert content.size_bytes == 7
