"""The YAML header of a lab's file: which of its lines it takes, and whether the lab is Python."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from autograder.errors import UserError

_RULE = re.compile(r"---\s*")
_KEY = re.compile(r"\s*[A-Za-z_][\w.-]*\s*:(\s|$)|\s*#")
_PYTHON = re.compile(r"(?:[ix]?python|py|pyodide|pypy)[\d.]*")
# Kernels and languages other than Python, as words of their names.
_OTHERS = frozenset(
    {"almond", "bash", "calysto", "clojure", "cpp", "csharp", "deno", "elixir", "evcxr", "fsharp",
     "gnuplot", "go", "gonb", "gophernotes", "haskell", "ihaskell", "ijava", "ir", "iperl",
     "irkernel", "iruby", "java", "javascript", "js", "julia", "knitr", "kotlin", "lua", "matlab",
     "maxima", "ocaml", "octave", "perl", "php", "powershell", "prolog", "r", "ruby", "rust",
     "sage", "sagemath", "sas", "scala", "scheme", "sos", "spark", "sql", "stata", "swift",
     "typescript", "wolfram", "wolframlanguage", "xcpp", "xlua", "xr", "xsqlite"}
)  # fmt: skip
_NAMES_OF_LANGUAGE = ("language", "main_language", "default_lexer")


@dataclass(frozen=True)
class Header:
    """What a lab's file says of itself."""

    metadata: dict[str, Any] = field(default_factory=dict)  # Jupyter's, whatever holds it
    num_lines: int = 0  # of the file, before its first cell

    @property
    def jupytext(self) -> dict[str, Any]:
        """Jupytext's own settings."""
        return _table(self.metadata.get("jupytext"))

    @property
    def format_name(self) -> str:
        """The format that Jupytext wrote, empty if it wrote none."""
        return str(_table(self.jupytext.get("text_representation")).get("format_name", ""))


def read_header(path: Path, lines: list[str]) -> Header:
    """The header at the top of a file, empty if there is none.

    Raises:
        UserError: it never ends, isn't YAML, holds no keys, or names another language.
    """
    start = next((number for number, line in enumerate(lines) if line.strip()), 0)
    is_comment = lines[start].strip() == "<!--"  # Jupytext hides a header so, if it is asked to
    if is_comment:
        start = next((n for n in range(start + 1, len(lines)) if lines[n].strip()), start)
    if not _RULE.fullmatch(lines[start]):
        return Header()
    following = range(start + 1, len(lines))
    end = next((number for number in following if _RULE.fullmatch(lines[number])), None)
    if end is None:
        if any(_KEY.match(line) for line in lines[start + 1 : start + 2]):
            wrong = "the header that begins here never ends; close it with `---`"
            raise UserError(f"{path}:{start + 1}: {wrong}")
        return Header()  # a horizontal line
    read = _yaml(path, lines, start + 1, end)
    if is_comment:
        end = next((n for n in range(end, len(lines)) if "-->" in lines[n]), end)
    jupyter = read.get("jupyter")
    metadata = read | _table(jupyter)
    _refuse_other_languages(path, lines[:end], metadata, jupyter)
    return Header(metadata, end + 1)


def is_python(name: str) -> bool:
    """Whether a kernel or a language is Python's, by its name; unknown names are."""
    words = re.findall(r"[a-z]+", name.lower())
    if any(_PYTHON.fullmatch(word) for word in words):
        return True
    return not _OTHERS.intersection(words) and "c++" not in name.lower()


def _yaml(path: Path, lines: list[str], first: int, end: int) -> dict[str, Any]:
    text = "\n".join(lines[first:end])
    try:
        read = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = min(first + 1 + (mark.line if mark else 0), end)
        reason = getattr(error, "problem", None) or str(error)
        wrong = f"the header is no YAML ({' '.join(str(reason).split())}); fix it"
        raise UserError(f"{path}:{line}: {wrong}") from error
    if read is None:
        return {}
    if not isinstance(read, dict):
        wrong = (
            "what stands between the first two lines `---` is read as a header and holds no keys; "
            "write it as `key: value`, or put an empty line and other text above it"
        )
        raise UserError(f"{path}:{first}: {wrong}")
    return read


def _refuse_other_languages(
    path: Path, lines: list[str], metadata: dict[str, Any], jupyter: Any
) -> None:
    for key, name in _named(metadata, jupyter):
        if not is_python(name):
            place = re.compile(rf"\b{re.escape(key)}\b.*{re.escape(name)}")
            line = next((n for n, text in enumerate(lines, start=1) if place.search(text)), 1)
            wrong = f"`{key}: {name}` is another language; a lab is written in Python"
            raise UserError(f"{path}:{line}: {wrong}; write python there, or translate the lab")


def _named(metadata: dict[str, Any], jupyter: Any) -> list[tuple[str, str]]:
    """What the header names as the lab's language, with the key."""
    kernel = metadata.get("kernelspec")
    tables = [metadata, _table(metadata.get("jupytext")), _table(kernel)]
    found = [(key, table.get(key)) for table in tables for key in _NAMES_OF_LANGUAGE]
    found += [("name", _table(metadata.get("language_info")).get("name"))]
    found += [("engine", metadata.get("engine")), ("jupyter", jupyter), ("kernelspec", kernel)]
    has_language = isinstance(_table(kernel).get("language"), str)
    if not has_language:
        found += [(key, _table(kernel).get(key)) for key in ("name", "display_name")]
    return [(key, name) for key, name in found if isinstance(name, str)]


def _table(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
