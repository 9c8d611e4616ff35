"""What our pages have in common: templates that escape, a style on one line, and a policy."""

import base64
import functools
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


@functools.cache
def templates_in(folder: Path) -> Environment:
    """The templates of a folder; they escape whatever they are given."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@functools.cache
def style_of(path: Path) -> str:
    """A style sheet as it stands in a page."""
    return " ".join(path.read_text("utf-8").split())


@functools.cache
def policy_of(style: str, script: str = "", shows_pictures: bool = False) -> str:
    """A page's content security policy: its style and its script, by their hashes, the pictures
    that lie in it if it shows any, and nothing else."""
    allowed = ["default-src 'none'", f"style-src {_hashed(style)}"]
    allowed += [f"script-src {_hashed(script)}"] * bool(script)
    allowed += ["img-src data:"] * shows_pictures
    return "; ".join([*allowed, "base-uri 'none'", "form-action 'none'"])


def _hashed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
