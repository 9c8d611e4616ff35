"""Templates escape, and policies allow just what pages have."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from autograder.page_template import policy_of, style_of, templates_in


def test_templates_escape_and_miss_nothing(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<p>{{ text }}</p>")
    page = templates_in(tmp_path).get_template("page.html")
    assert page.render(text="<b>") == "<p>&lt;b&gt;</p>"
    with pytest.raises(UndefinedError):
        page.render()


def test_a_style_is_on_one_line(tmp_path: Path) -> None:
    (tmp_path / "page.css").write_text("a {\n  color: red;\n}\n")
    assert style_of(tmp_path / "page.css") == "a { color: red; }"


def hashed(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_a_policy_allows_what_the_page_has_and_nothing_else() -> None:
    assert policy_of("a {}") == (
        f"default-src 'none'; style-src {hashed('a {}')}; base-uri 'none'; form-action 'none'"
    )
    assert policy_of("a {}", "alert(1)", shows_pictures=True) == (
        f"default-src 'none'; style-src {hashed('a {}')}; script-src {hashed('alert(1)')}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
