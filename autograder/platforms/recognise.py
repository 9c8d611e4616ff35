"""Which platform a download or a file of grades is of: their names and titles say so."""

from collections.abc import Callable, Iterable

from ..course.roster import Roster
from ..delimited import Delimited
from ..errors import UserError, shown
from . import blackboard, brightspace, canvas, gradescope, ilias, moodle, plain
from .archive import Archive
from .clue import Clues
from .grade_file import GradeFile

READERS: dict[str, Callable[[Archive], Clues]] = {
    one.NAME: one.read for one in (moodle, canvas, blackboard, brightspace, ilias, gradescope)
}
TITLES = {
    one.NAME: one.TITLE
    for one in (moodle, canvas, blackboard, brightspace, ilias, gradescope, plain)
}
ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".7z", ".rar")


def recognise(
    archive: Archive, roster: Roster, platform: str | None = None
) -> tuple[str, Archive, Clues]:
    """The platform that a download is of, and what the names in it say.

    A format fits if at least half of the files are named as it names them. Folders that hold all
    of them don't count.

    Args:
        platform: its name, where somebody says which it is.

    Raises:
        UserError: if none fits, or two do (exit code 2).
    """
    if not any(not member.is_clutter for member in archive.members):
        wrong = f"{shown(archive.path)}: no files in it; name what you downloaded"
        raise UserError(wrong, exit_code=2)
    for depth in range(archive.depth + 1):
        inner = archive.without_folders(depth)
        fits = {
            name: clues
            for name, read in READERS.items()
            if platform in (None, name) and _is_most(clues := read(inner), inner, platform)
        }
        if len(fits) > 1:
            names = " and ".join(TITLES[name] for name in fits)
            raise UserError(
                f"{shown(archive.path)}: its names fit {names}; say which with --platform",
                exit_code=2,
            )
        if fits:
            ((name, clues),) = fits.items()
            return name, inner, clues
    if platform in (None, plain.NAME):
        for depth in range(archive.depth + 1):
            inner = archive.without_folders(depth)
            if clues := plain.read(inner, roster):
                return plain.NAME, inner, clues
    what = TITLES[platform] if platform else ", ".join(TITLES.values())
    entries = [member.raw for member in archive.members if not member.is_clutter]
    todo = "name what you downloaded, or fill in the roster"
    if all(entry.lower().endswith(ARCHIVES) for entry in entries):
        todo = "it holds only other archives: unpack it, and name the one that you downloaded"
    raise UserError(
        f"{shown(archive.path)}: its names (such as {entries[0][:80]}) fit no format that we read "
        f"({what}); {todo}",
        exit_code=2,
    )


def _is_most(clues: Clues, archive: Archive, platform: str | None) -> bool:
    if platform is not None:
        return bool(clues)
    files = [member for member in archive.members if not member.is_clutter]
    named = sum(member.path in clues for member in files)
    return named > 0 and 2 * named >= len(files)


def grade_file(
    table: Delimited, wanted: Iterable[str] = (), labels: Iterable[str] = ()
) -> GradeFile:
    """A platform's own file of grades, with our column.

    Raises:
        UserError: if it is none that we know (exit code 2).
    """
    wanted, labels = tuple(one for one in wanted if one), tuple(labels)
    if canvas.claims(table):
        return canvas.grade_file(table, wanted, labels)
    if ilias.claims(table):
        return ilias.grade_file(table, wanted)
    if blackboard.claims(table):
        return blackboard.grade_file(table, wanted, labels)
    if brightspace.claims(table):
        return brightspace.grade_file(table, wanted, labels)
    if moodle.claims(table):
        return moodle.grade_file(table, wanted)
    raise UserError(
        f"{table.place(table.rows[0])}: the titles are those of no platform that we know; name a "
        "Canvas gradebook, a Moodle grading worksheet, a Blackboard or Brightspace gradebook, or "
        "an ILIAS status file",
        exit_code=2,
    )
