"""Every string of a release is read, each at its line."""

import json
from pathlib import Path

from autograder.gate.leaks.contents import read, read_folder


def texts(name: str, content: bytes) -> set[tuple[int, str]]:
    return {(n, text) for item in read(name, content) for lines in item.texts for n, text in lines}


def test_strings_of_json_have_their_lines() -> None:
    content = json.dumps({"a": ["one\n", 'two "quoted"'], "b": {"c": 3}}, indent=1)
    assert {(3, "one"), (4, 'two "quoted"'), (7, "c")} <= texts("x.ipynb", content.encode())


def test_broken_json_is_read_as_text() -> None:
    assert (2, '"b": 2 x') in texts("x.ipynb", b'{"a": "\\q",\n"b": 2 x')


def test_html_is_also_read_without_its_tags() -> None:
    assert (2, "a < b") in texts("x.html", b"<p>\n<b>a</b> &lt; b")


def test_all_files_below_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c.txt").write_text("deep", "utf-8")
    (tmp_path / ".hidden").write_text("", "utf-8")
    assert [item.name for item in read_folder(tmp_path)] == [".hidden", "a/b/c.txt"]


def test_archives_in_archives_without_end_are_told() -> None:
    import gzip

    content = b"x"
    for _ in range(8):
        content = gzip.compress(content)
    *_, last = read("x.gz", content)
    assert "more than" in last.problem
