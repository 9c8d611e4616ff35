"""Makes a new lab: a small one that passes the release gate, to be rewritten by its author."""

import re
import shutil
from pathlib import Path

from ..errors import UserError, shown

TEMPLATE = Path(__file__).with_name("new_lab")
PLACEHOLDER = "LABNAME"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


def new_lab(lab: str, source_root: Path) -> Path:
    """Write `source_root/<lab>/` and return the lab's Markdown file.

    Raises:
        UserError: if the name won't do, or such a folder is there (exit code 2).
    """
    if not _NAME.fullmatch(lab):
        wanted = "begin with a letter, go on with letters, digits, - and _, at most 40 in all"
        raise UserError(f"`{lab}` is no name for a lab; {wanted}", exit_code=2)
    folder = source_root / lab
    # Names that differ only in case are one folder on some machines, and one lab for students.
    for other in sorted(source_root.iterdir()) if source_root.is_dir() else []:
        if other.name.casefold() == lab.casefold():
            raise UserError(f"{shown(other)}: is already there; choose another name", exit_code=2)
    draft = folder.with_name(f".{lab}.new")
    shutil.rmtree(draft, ignore_errors=True)
    for template in sorted(path for path in TEMPLATE.rglob("*") if path.is_file()):
        if "__pycache__" not in template.parts:
            target = draft / _target(template, lab)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(template.read_text("utf-8").replace(PLACEHOLDER, lab), "utf-8")
    draft.rename(folder)
    return folder / f"{lab}.md"


def _target(template: Path, lab: str) -> Path:
    """Where a file of the template goes; the lab's own file has its name."""
    name = template.relative_to(TEMPLATE)
    renamed = f"{lab}.md" if name == Path("lab.md") else name.name.replace(PLACEHOLDER, lab)
    return name.with_name(renamed)
