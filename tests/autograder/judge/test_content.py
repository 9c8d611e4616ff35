"""Content is read once, and its hash stands for all that a result depends on."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from autograder.judge.content import Content, read_content

contents = st.builds(
    Content,
    student=st.sampled_from(["ana", "ben"]),
    name=st.sampled_from(["", "a.ipynb", "b.ipynb"]),
    notebook=st.sampled_from([None, b"", b"{}", b"\n"]),
    notes=st.lists(st.sampled_from(["", "a", "b", "a, b"]), max_size=2).map(tuple),
)


@given(contents, contents)
def test_equal_hashes_mean_equal_hand_ins(one: Content, other: Content) -> None:
    def shown(content: Content) -> tuple[object, ...]:
        return content.name, content.notebook, content.notes

    assert (one.digest() == other.digest()) == (shown(one) == shown(other))


def test_a_file_or_none(tmp_path: Path) -> None:
    path = tmp_path / "lab.ipynb"
    assert read_content("ana", path).notes == ("lab.ipynb was not handed in",)
    path.write_bytes(b"{}")
    assert read_content("ana", path) == Content("ana", "lab.ipynb", b"{}")
