"""Says how a source in another of Jupytext's formats becomes a lab's Markdown file.

A lab is written as Markdown, because its lines are what messages name. Everything else that
Jupytext reads is refused with the command that converts it, once.
"""

import json
import re
import shlex
from pathlib import Path

from .errors import UserError, shown

MARKDOWN = ".md"
# Other languages' scripts are notebooks to Jupytext, too; a lab's language is Python.
_OTHER_SCRIPTS = {
    **{".r": "R", ".jl": "Julia", ".m": "MATLAB", ".scala": "Scala", ".rs": "Rust", ".go": "Go"},
    **{".js": "JavaScript", ".ts": "TypeScript", ".java": "Java", ".cpp": "C++", ".cs": "C#"},
    **{".fsx": "F#", ".fs": "F#", ".sh": "bash", ".ps1": "PowerShell", ".lua": "Lua", ".q": "q"},
    **{".hs": "Haskell", ".ml": "OCaml", ".clj": "Clojure", ".scm": "Scheme", ".ss": "Scheme"},
    **{".sage": "Sage", ".sas": "SAS", ".do": "Stata", ".tcl": "Tcl", ".groovy": "Groovy"},
    **{".pro": "IDL", ".gp": "gnuplot", ".mac": "Maxima", ".wolfram": "Wolfram Language"},
    **{".robot": "Robot Framework", ".resource": "Robot Framework", ".coco": "Coconut"},
    **{".sos": "SoS", ".xsh": "xonsh", ".lgt": "Logtalk", ".logtalk": "Logtalk"},
}
_CHUNK = re.compile(r"^ {0,3}`{3,}\{\s*(\w+)", re.MULTILINE)
_OTHER_CHUNKS = {"r": "R", "julia": "Julia", "ojs": "Observable JavaScript"}
_MARIMO = "marimo.App("
_CELL = re.compile(r"^\W{1,2} ?(%%|\+|-{3}\s*$|jupyter:|#{20}|!TAG|region\b)", re.MULTILINE)
_TAG_IN_TEXT = re.compile(r"^# +#!(TAG|MSG|HINT)\b", re.MULTILINE)
SUFFIXES = frozenset(
    {".ipynb", ".py", ".rmd", ".qmd", ".myst", ".mystnb", ".mnb", ".markdown"} | set(_OTHER_SCRIPTS)
)


def refuse_other_formats(path: Path) -> None:
    """Let nothing pass but Markdown.

    Raises:
        UserError: the file is of another format (exit code 2), with what to do.
    """
    if path.suffix not in (MARKDOWN, ".markdown"):
        raise UserError(f"{path}:1: {_wrong(path)}", exit_code=2)


def renamed(path: Path, suffix: str) -> str:
    """What to do about a file of another format that is called Markdown."""
    source, target = shlex.quote(str(path)), path.with_suffix(suffix)
    text = _text(path) if suffix == ".py" else ""
    return f"convert it: mv {source} {shlex.quote(str(target))} && {_command(target, text)}"


def in_another_format(folder: Path) -> Path | None:
    """The file of a lab's folder that has the lab's name but isn't its Markdown file."""
    wanted = folder.name.casefold()
    for path in sorted(path for path in folder.iterdir() if path.is_file()):
        suffix = path.suffix.lower()
        if path.stem.casefold() != wanted or suffix not in SUFFIXES | {MARKDOWN}:
            continue
        is_script = suffix == ".py" or suffix in _OTHER_SCRIPTS
        if not is_script or _CELL.search(_text(path)):  # another may be a helper of several labs
            return path
    return None


def what_to_do(path: Path, wanted: Path) -> str:
    """One line for a file that stands where a lab's Markdown file is wanted."""
    if path.suffix == MARKDOWN:
        return f"{shown(path)}:1: a lab's file has its folder's name; call it {wanted.name}"
    return f"{shown(path)}:1: {_wrong(path)}"


def _wrong(path: Path) -> str:
    suffix = path.suffix.lower()
    target = path.with_suffix(MARKDOWN)
    if suffix not in SUFFIXES | {MARKDOWN}:
        return "no format of a lab's; name a lab's .md file"
    if language := _other_language(path):
        return f"written in {language}, and a lab is written in Python; write it as {target.name}"
    what = _NAMES.get(suffix, "Markdown under another name")
    if target.is_file() and target != path:
        return f"{what}, and a lab is Jupytext's Markdown; name {target.name}, which lies beside it"
    return f"{what}, and a lab is Jupytext's Markdown; convert it: {_command(path, _text(path))}"


_NAMES = {
    ".ipynb": "a notebook",
    ".py": "a script",
    ".rmd": "R Markdown",
    ".qmd": "Quarto Markdown",
    ".myst": "MyST Markdown",
    ".mystnb": "MyST Markdown",
    ".mnb": "MyST Markdown",
}


def _command(path: Path, text: str) -> str:
    """What makes the lab's Markdown file, to be typed as it stands."""
    source, target = (shlex.quote(str(one)) for one in (path, path.with_suffix(MARKDOWN)))
    match path.suffix:
        case ".markdown" | ".MD" | ".Md" | ".mD" | ".Markdown" | ".MARKDOWN":
            return f"mv {source} {target}"
        case ".Rmd" | ".ipynb" | ".myst" | ".mystnb" | ".mnb":
            return f"jupytext --to md {source}"
        case ".py":
            if _MARIMO in text:
                notebook = shlex.quote(str(path.with_suffix(".ipynb")))
                export = f"marimo export ipynb {source} -o {notebook}"
                return f"{export} && jupytext --to md {notebook}"
            # In a script's text cells Jupytext takes `#!TAG` for a command and drops its `#`.
            fix = rf" && sed -i -E 's/^( *)!(TAG|MSG|HINT)\b/\1#!\2/' {target}"
            return f"jupytext --to md {source}" + (fix if _TAG_IN_TEXT.search(text) else "")
        case suffix:  # Jupytext knows these only by their usual spelling, and .qmd by Quarto alone
            usual = ".Rmd" if suffix.lower() in (".rmd", ".qmd") else suffix.lower()
            copy = shlex.quote(str(path.with_suffix(usual)))
            return f"cp {source} {copy} && jupytext --to md {copy}"


def _other_language(path: Path) -> str | None:
    if path.suffix.lower() in _OTHER_SCRIPTS:
        return _OTHER_SCRIPTS[path.suffix.lower()]
    if path.suffix.lower() in (".rmd", ".qmd"):
        chunks = [chunk.lower() for chunk in _CHUNK.findall(_text(path))]
        others = [name for chunk, name in _OTHER_CHUNKS.items() if chunk in chunks]
        return others[0] if others and "python" not in chunks else None
    if path.suffix.lower() != ".ipynb":
        return None
    try:
        metadata = json.loads(_text(path))["metadata"]
        language = metadata["kernelspec"].get("language") or metadata["language_info"]["name"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    is_python = not isinstance(language, str) or "python" in language.lower()
    return None if is_python else language


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace")
    except OSError:
        return ""
