"""What our pages have in common: templates that escape, a style on one line, and its hash."""

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
def policy_hash(text: str) -> str:
    """As a content security policy names what it allows."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
