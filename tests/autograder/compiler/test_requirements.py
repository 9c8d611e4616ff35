"""A requirements.txt is read as pip reads it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.compiler.requirements import read_requirements
from autograder.errors import UserError


def read(folder: Path, content: str | bytes) -> tuple[list[str], list[tuple[int, str]]]:
    """What is listed, and what is for pip alone."""
    path = folder / "requirements.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    requirements = read_requirements(path)
    return [str(one) for one in requirements.listed], requirements.for_pip_alone


def test_each_way_to_name_a_package(tmp_path: Path) -> None:
    listed, for_pip_alone = read(
        tmp_path,
        b"\xef\xbb\xbf# what students need\r\n\r\nnumpy\r\n  scikit_learn >= 1.2 , < 2  # why\r\n"
        b'pandas[excel]==2.*; python_version < "4"\r\nlong-\\\r\nname\r\n'
        b"mine @ https://example.org/mine.zip#sha256=00\r\n",
    )
    assert listed == [
        "numpy",
        "scikit_learn<2,>=1.2",
        'pandas[excel]==2.*; python_version < "4"',
        "long-name",
        "mine @ https://example.org/mine.zip#sha256=00",
    ]
    assert for_pip_alone == []


@pytest.mark.parametrize(
    "line",
    [
        *("-r more.txt", "-e .", "--pre", "--index-url https://example.org", "./a.whl", "a==b==c"),
        *("https://example.org/a.whl", "a --hash=sha256:00", "git+https://example.org/a"),
    ],
)
def test_what_only_pip_reads(tmp_path: Path, line: str) -> None:
    assert read(tmp_path, f"numpy\n\n{line}  # why\nrich") == (["numpy", "rich"], [(3, line)])


def test_names_are_compared_in_one_spelling(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("Scikit_Learn\nruamel.yaml\nscikit-learn>1\n", "utf-8")
    assert read_requirements(path).names == {"scikit-learn", "ruamel-yaml"}


def test_another_encoding_is_named_at_its_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"requirements.txt:2: not UTF-8 text; save"):
        read(tmp_path, b"numpy\n# gr\xf6\xdfer\n")


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_any_text_is_read(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    listed, for_pip_alone = read(tmp_path_factory.mktemp("any"), text)
    assert len(listed) + len(for_pip_alone) <= len(text.splitlines())
