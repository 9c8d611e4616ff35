"""Files that a lab's text leads to: copied under a name of their own, or refused at their line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.compiler.linked_files import files_below
from autograder.compiler.notebooks import Lab, read_pieces
from autograder.errors import UserError

WriteLab = Callable[..., Path]


def place(lab: Path, *names: str) -> None:
    """Put files beside a lab, each with its name as content."""
    for name in names:
        path = lab.parent / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")


def student(lab: Lab) -> str:
    return "\n\n".join(piece.student for piece in lab.pieces)


def copied(lab: Lab) -> dict[str, str]:
    """What each copied file holds, so that no two are confused."""
    return {name: path.read_text("utf-8") for name, path in lab.linked.items()}


@pytest.mark.parametrize(
    ("text", "new", "files"),
    [
        ("![a](a.png)", None, {"a.png": "a.png"}),
        ("![a](./b/../a.png)", None, {"a.png": "a.png"}),
        ("[d](data.csv)", None, {"data.csv": "data.csv"}),
        ("![a](../figures/a.png)", "![a](figures/a.png)", {"figures/a.png": "../figures/a.png"}),
        (
            "![a](../figures/a.png 'Title') [b](<../a b.pdf>)",
            "![a](figures/a.png 'Title') [b](<a%20b.pdf>)",
            {"figures/a.png": "../figures/a.png", "a b.pdf": "../a b.pdf"},
        ),
        ("[p](../a%20b.pdf#page=2)", "[p](a%20b.pdf#page=2)", {"a b.pdf": "../a b.pdf"}),
        (
            "<img src='../figures/a.png' width=3>",
            "<img src='figures/a.png' width=3>",
            {"figures/a.png": "../figures/a.png"},
        ),
        (
            "![a][f]\n\n[f]: ../figures/a.png 'Title'",
            "![a][f]\n\n[f]: figures/a.png 'Title'",
            {"figures/a.png": "../figures/a.png"},
        ),
        (
            "[![a](../figures/a.png)](../a%20b.pdf)",
            "[![a](figures/a.png)](a%20b.pdf)",
            {"figures/a.png": "../figures/a.png", "a b.pdf": "../a b.pdf"},
        ),
        (
            "```html\n<img src='../figures/a.png'>\n```",
            "%%html\n<img src='figures/a.png'>",
            {"figures/a.png": "../figures/a.png"},
        ),
        # one name, several files
        (
            "![a](../figures/a.png) ![a](figures/a.png)",
            "![a](figures/a-2.png) ![a](figures/a.png)",
            {"figures/a.png": "figures/a.png", "figures/a-2.png": "../figures/a.png"},
        ),
        (
            "![a](../../figures/a.png) ![a](../figures/a.png) ![a](../../figures/a.png)",
            "![a](figures/a.png) ![a](figures/a-2.png) ![a](figures/a.png)",
            {"figures/a.png": "../../figures/a.png", "figures/a-2.png": "../figures/a.png"},
        ),
        (
            "![a](../figures/A.png) ![a](../figures/a.png)",
            "![a](figures/A.png) ![a](figures/a-2.png)",
            {"figures/A.png": "../figures/A.png", "figures/a-2.png": "../figures/a.png"},
        ),
        ("![a](../given.png)", "![a](given-2.png)", {"given-2.png": "../given.png"}),
        ("[n](../lab.ipynb)", "[n](lab-2.ipynb)", {"lab-2.ipynb": "../lab.ipynb"}),
        ("![a](../lab/a.png)", "![a](a.png)", {"a.png": "a.png"}),
        ("![a](student/given.png)", "![a](given.png)", {"given.png": "student/given.png"}),
        (
            "![a](figures/a.png) ![a](figures/A.png) ![a](Given.png)",
            "![a](figures/a.png) ![a](figures/A-2.png) ![a](Given-2.png)",
            {
                "figures/a.png": "figures/a.png",
                "figures/A-2.png": "figures/A.png",
                "Given-2.png": "Given.png",
            },
        ),
        # nothing to copy
        ("![a](given.png) [folder](given) [x](given/x.csv)", None, {}),
        ("[top](#title) [self](lab.ipynb#title) [w](https://x.org/a.png)", None, {}),
        ("[m](mailto:a@x.org) ![w](//x.org/a.png) ![d](data:image/png;base64,x)", None, {}),
        ("`![a](gone.png)` <!-- ![a](gone.png) -->", None, {}),
    ],
)
def test_where_links_lead(
    write_lab: WriteLab, text: str, new: str | None, files: dict[str, str]
) -> None:
    path = write_lab(text)
    place(path, "a.png", "b/x", "data.csv", "figures/a.png", "../figures/a.png", "../a b.pdf")
    place(path, "../../figures/a.png", "../figures/A.png", "student/given.png", "../given.png")
    place(path, "student/given/x.csv", "../lab.ipynb", "figures/A.png", "Given.png")
    lab = read_pieces(path)
    assert student(lab) == (new or text)
    assert copied(lab) == files
    assert lab.linked_by_solution == lab.linked


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("# T\n\ntext\n![a](gone.png)", 4, "the image gone.png is missing"),
        ("[a](gone.pdf)", 1, "the file gone.pdf is missing"),
        ("[x](www.example.org)", 1, "write https:// before it"),
        ("[todo]: more", 1, "the file more is missing"),
        ("[x]: gone.png", 1, "the image gone.png is missing"),
        ("text\n<img src='gone.png'>", 2, "the image gone.png is missing"),
        ("![a](../gone.png)", 1, "is missing"),
        ("![a](A.PNG)", 1, "there is a.png"),
        ("![a](Figures/a.png)", 1, "there is a.png in figures/"),
        ("![a](../Figures/a.png)", 1, "there is a.png in figures/"),
        ("![a](figures)", 1, "figures is a folder"),
        ("![a](figures/a.png/)", 1, None),
        ("![a](attachment:a.png)", 1, "attachment:a.png is attached"),
        ("![a](/figures/a.png)", 1, "a path of one machine"),
        ("![a](file:///figures/a.png)", 1, "a path of one machine"),
        ("![a](C:/figures/a.png)", 1, "a path of one machine"),
        (r"![a](C:\figures\a.png)", 1, "a path of one machine"),
        ("[a](~/a.png)", 1, "a path of one machine"),
        (r"![a](figures\a.png)", 1, "write / between folders"),
        ("![a](../../../a.png)", 1, "outside of the project"),
        ("![a](linked/a.png)", 1, "outside of the project"),
        ("![a](both.png)", 1, "also lies in student/"),
        ("[t](hidden/test_x.py)", 1, "students don't receive"),
        ("[t](variants/right/x.txt)", 1, "students don't receive"),
        ("[t](../other/hidden/test_x.py)", 1, "students don't receive"),
        ("[s](lab.md)", 1, "students don't receive"),
        ("[s](../other/other.md)", 1, "students don't receive"),
        ("[s](../../lib/reference.py)", 1, "students don't receive"),
        ("![a](my figure.png)", 1, "a blank as %20"),
        ("text\n![a][b]\n\n\n[b]: a.png", 2, "isn't in the same cell"),
        ("x\n#!TAG HWBEGIN\n![a](gone.png)\n#!TAG HWEND", 3, "is missing"),
        ("x\n#!TAG HWBEGIN\n#!MSG See ![a](gone.png)\ny\n#!TAG HWEND", 3, "is missing"),
        ("![a](gone.png)\n\n```python\nx = 1\n```", 1, "is missing"),
        ("![a](a.png)\n\n\n![a](a.png)\n![a](gone.png)", 5, "is missing"),
    ],
)
def test_links_that_lead_nowhere(
    write_lab: WriteLab, text: str, line: int, words: str | None
) -> None:
    path = write_lab(text)
    place(path, "a.png", "figures/a.png", "../figures/a.png", "../../../a.png", "both.png")
    place(path, "student/both.png", "hidden/test_x.py", "variants/right/x.txt")
    place(path, "../other/other.md", "../other/hidden/test_x.py", "../../lib/reference.py")
    (path.parent / "linked").symlink_to(path.parents[3])
    if words is None:  # a slash too many is no harm
        read_pieces(path)
        return
    with pytest.raises(UserError) as caught:
        read_pieces(path)
    assert caught.value.message.startswith(f"{path}:{line}: ")
    assert words in caught.value.message
    assert "\n" not in caught.value.message


def test_the_solutions_pictures_stay_with_the_solution(write_lab: WriteLab) -> None:
    path = write_lab(
        "![a](../figures/a.png)\n\n#!TAG QUESTION q 1\n#!TAG HWBEGIN\n"
        "![p](../proofs/a.png) ![p](../figures/proof.png) <img src='secret.png'>\n[d](d.pdf)\n"
        "#!TAG HWEND\n"
    )
    place(
        path, "../figures/a.png", "../figures/proof.png", "../proofs/a.png", "secret.png", "d.pdf"
    )
    lab = read_pieces(path)
    assert set(lab.linked) == {"figures/a.png"}
    assert set(lab.linked_by_solution) == {
        "figures/a.png", "proofs/a.png", "figures/proof.png", "secret.png", "d.pdf"
    }  # fmt: skip
    assert "proof" not in student(lab)
    assert "![p](proofs/a.png) ![p](figures/proof.png)" in lab.pieces[-1].solution


def test_ids_of_cells_do_not_follow_the_files(write_lab: WriteLab) -> None:
    path = write_lab("![a](../figures/a.png)")
    place(path, "../figures/a.png")
    before = read_pieces(path)
    place(path, "student/figures/a.png")
    after = read_pieces(path)
    assert student(before) != student(after)
    assert [p.cell_id for p in before.pieces] == [p.cell_id for p in after.pieces]


def test_a_lab_outside_of_any_project_reaches_its_neighbours(tmp_path: Path) -> None:
    path = tmp_path / "course" / "lab1" / "lab1.md"
    path.parent.mkdir(parents=True)
    path.write_text("![a](../figures/a.png)", "utf-8")
    place(path, "../figures/a.png", "../../a.png")
    assert set(read_pieces(path).linked) == {"figures/a.png"}
    path.write_text("![a](../../a.png)", "utf-8")
    with pytest.raises(UserError, match="outside of the project"):
        read_pieces(path)
    (tmp_path / ".git").mkdir()
    assert set(read_pieces(path).linked) == {"a.png"}


def test_a_relative_path_to_the_lab(write_lab: WriteLab, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_lab("![a](../figures/a.png)")
    place(path, "../figures/a.png")
    monkeypatch.chdir(path.parent)
    found = read_pieces(Path("lab.md")).linked["figures/a.png"]
    assert found.samefile(path.parent / "../figures/a.png")


def test_files_below_a_folder(tmp_path: Path) -> None:
    for name in ("a/b.txt", "__pycache__/c.pyc", ".ipynb_checkpoints/d", ".hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    names = [path.relative_to(tmp_path).as_posix() for path in files_below(tmp_path)]
    assert names == [".hidden", "a/b.txt"]
