"""What is easily taken for something else: in general here, of one lab in its `confusions.toml`.

`source/<lab>/variants/confusions.toml` may be missing, and so may everything in it:

    names = [["median", "mean"]]         # taken for each other, in both directions

    [keywords]
    interpolate = ['mode="nearest"']     # added where they don't belong

    [endings]
    smooth = [".round()"]                # put after what is assigned in a function of this name

"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..errors import UserError
from ..toml_file import mistake, read_toml

CONFUSIONS_FILE = "confusions.toml"  # in the lab's folder of variants

Pairs = tuple[tuple[str, str], ...]
Texts = Mapping[str, tuple[str, ...]]

GENERAL: Pairs = (
    ("sum", "mean"),
    ("max", "min"),
    ("amax", "amin"),
    ("argmax", "argmin"),
    ("maximum", "minimum"),
    ("sin", "cos"),
    ("exp", "log"),
    ("zfill", "ljust"),
    ("get", "setdefault"),
    ("int64", "float32"),
    ("int64", "int32"),
)


@dataclass(frozen=True)
class Confusions:
    """What students take for something else."""

    names: Pairs = GENERAL
    keywords: Texts = field(default_factory=dict)  # function -> keyword arguments to add
    endings: Texts = field(default_factory=dict)  # function -> what to put after assigned values


def read_confusions(path: Path) -> Confusions:
    """The general ones and those of this file; the general ones if there is no such file.

    Raises:
        UserError: as `file:line: what is wrong; what to do`.
    """
    if not path.is_file():
        return Confusions()
    read, text = read_toml(path)
    for key in read.keys() - {"names", "keywords", "endings"}:
        raise _wrong(path, text, key, f"unknown key `{key}`; the keys are names, keywords, endings")
    pairs = read.get("names", [])
    if not isinstance(pairs, list) or not all(_is_pair(pair) for pair in pairs):
        wanted = '`names` are pairs; write `names = [["this", "that"]]`'
        raise _wrong(path, text, "names", wanted)
    return Confusions(
        GENERAL + tuple((first, second) for first, second in pairs),
        _texts(path, text, "keywords", read.get("keywords", {})),
        _texts(path, text, "endings", read.get("endings", {})),
    )


def _is_pair(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(name, str) and name.isidentifier() for name in value)
    )


def _texts(path: Path, text: str, key: str, table: Any) -> Texts:
    if not isinstance(table, dict):
        raise _wrong(path, text, key, f"`{key}` is a table `[{key}]`; write it so")
    for function, values in table.items():
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            message = f'`{function}` is a list of texts; write `{function} = ["…"]`'
            raise _wrong(path, text, function, message)
    return {function: tuple(values) for function, values in table.items()}


def _wrong(path: Path, text: str, key: str, message: str) -> UserError:
    named = re.compile(rf"\s*\[?\s*[\"']?{re.escape(key)}\b")
    line = next((n for n, line in enumerate(text.split("\n"), 1) if named.match(line)), 1)
    return mistake(path, line, message)
