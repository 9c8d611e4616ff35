"""Templates escape, and a style is what its hash says."""

from base64 import b64decode
from hashlib import sha256
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from autograder.page_template import policy_hash, style_of, templates_in


def test_templates_escape_and_miss_nothing(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>{{ text }}</p>")
    page = templates_in(tmp_path).get_template("page.html")
    assert page.render(text="<b>") == "<p>&lt;b&gt;</p>"
    with pytest.raises(UndefinedError):
        page.render()


def test_a_style_is_on_one_line_and_hashed_as_it_stands(tmp_path: Path) -> None:
    (tmp_path / "page.css").write_text("a {\n  color: red;\n}\n")
    style = style_of(tmp_path / "page.css")
    assert style == "a { color: red; }"
    assert b64decode(policy_hash(style)) == sha256(style.encode()).digest()
