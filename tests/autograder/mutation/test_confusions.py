"""What a lab's students confuse is read from its folder; each mistake has its line."""

from pathlib import Path

import pytest

from autograder.errors import UserError, shown
from autograder.mutation.confusions import GENERAL, Confusions, read_confusions

OF_A_LAB = """names = [["median", "mean"]]

[keywords]
interpolate = ['mode="nearest"', "copy=True"]

[endings]
smooth = [".round()"]
"""


def test_general_ones_and_those_of_the_lab(tmp_path: Path) -> None:
    path = tmp_path / "confusions.toml"
    path.write_text(OF_A_LAB, "utf-8")
    assert read_confusions(path) == Confusions(
        names=(*GENERAL, ("median", "mean")),
        keywords={"interpolate": ('mode="nearest"', "copy=True")},
        endings={"smooth": (".round()",)},
    )


def test_no_file_and_an_empty_one(tmp_path: Path) -> None:
    assert read_confusions(tmp_path / "confusions.toml") == Confusions()
    (tmp_path / "confusions.toml").write_text("", "utf-8")
    assert read_confusions(tmp_path / "confusions.toml") == Confusions()


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("names = [\n", 2, "not TOML"),
        ("\nnams = []\n", 2, "unknown key `nams`"),
        ('\nnames = [["median"]]\n', 2, "`names` are pairs"),
        ('names = [["a b", "c"]]\n', 1, "`names` are pairs"),
        ("names = 1\n", 1, "`names` are pairs"),
        ("keywords = 1\n", 1, "a table `[keywords]`"),
        ('[keywords]\nf = "copy=True"\n', 2, "`f` is a list of texts"),
        ("[endings]\n\nf = [1]\n", 3, "`f` is a list of texts"),
    ],
)
def test_mistakes_have_their_line(text: str, line: int, message: str, tmp_path: Path) -> None:
    path = tmp_path / "confusions.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(UserError) as caught:
        read_confusions(path)
    assert caught.value.message.startswith(f"{shown(path)}:{line}: ")
    assert message in caught.value.message
