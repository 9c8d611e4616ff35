"""Which platform a download or a file of grades is of: their names and titles say so."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..course.roster import Roster
from ..delimited import Delimited
from ..errors import UserError, shown
from . import blackboard, brightspace, canvas, gradescope, ilias, moodle, plain
from .archive import BESIDE_LIMIT, DEPTH_LIMIT, Archive
from .clue import Clues
from .grade_file import GradeFile

READERS: dict[str, Callable[[Archive], Clues]] = {
    one.NAME: one.read for one in (moodle, canvas, blackboard, brightspace, ilias, gradescope)
}
TITLES = {
    one.NAME: one.TITLE
    for one in (moodle, canvas, blackboard, brightspace, ilias, gradescope, plain)
}
# What names files so that hardly anybody else does.
PRECISE = {one.NAME for one in (moodle, blackboard, brightspace, gradescope)}
FEW = 10  # of so many folders at the top, one may be named otherwise
ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".7z", ".rar")


@dataclass(frozen=True)
class Reading:
    """What a platform's rules make of a download below so many folders that hold all of it."""

    platform: str
    depth: int
    archive: Archive
    clues: Clues

    @property
    def is_fit(self) -> bool:
        """Whether nearly all at the top is named as the platform names it.

        At the top lies what platforms name: people's folders, or all files. How many files one
        person has, and how they are called, decides nothing. A file or two may lie beside.
        Gradescope's file of metadata lies where no student's does, and says it by itself.
        """
        if self.platform == gradescope.NAME:
            return True
        named, others = self._named_and_others
        few = (len(named) + len(others)) // FEW
        files = {one.entry for one in self.archive.members if one.entry == one.path}
        return bool(named) and len(others - files) <= few and len(others) <= max(few, BESIDE_LIMIT)

    @property
    def is_half(self) -> bool:
        """Whether half of what lies at the top is named as the platform names it."""
        named, others = self._named_and_others
        return bool(named) and len(named) >= len(others)

    @property
    def num_people(self) -> int:
        """How many people's hand-ins these are."""
        return len({clue.person for clue in self.clues.values()})

    def tells(self, roster: Roster) -> bool:
        """Whether any of them is a student's, by ids."""
        return any(roster.tell(clue.ids).student for clue in self.clues.values())

    def says_less_than(self, other: "Reading") -> bool:
        """Whether another platform names all that this one does, and more or more precisely.

        So files that students call as another platform would make no download one of it.
        """
        mine, theirs = self.clues.keys(), other.clues.keys()
        is_vaguer = self.platform not in PRECISE and other.platform in PRECISE
        return mine < theirs or (mine == theirs and is_vaguer)

    @property
    def _named_and_others(self) -> tuple[set[str], set[str]]:
        files = [one for one in self.archive.members if not one.is_clutter]
        others = {one.entry for one in files if one.path not in self.clues and not one.wrong}
        return {one.entry for one in files} - others, others


def recognise(
    archive: Archive, roster: Roster, platform: str | None = None
) -> tuple[str, Archive, Clues]:
    """The platform that a download is of, and what the names in it say.

    Folders that hold all of it don't count. The first one that a person could have is theirs, and
    so is all in it.

    Args:
        platform: its name, where somebody says which it is.

    Raises:
        UserError: if none fits, or two do (exit code 2).
    """
    if not any(not member.is_clutter for member in archive.members):
        wrong = f"{shown(archive.path)}: no files in it; name what you downloaded"
        raise UserError(wrong, exit_code=2)
    readings = [
        Reading(name, depth, inner, clues)
        for depth in range(archive.depth + 1)
        for inner in [archive.without_folders(depth)]
        for name, read in READERS.items()
        if platform in (None, name) and (clues := read(inner))
    ]
    found = _below_titles(readings, roster) if platform else _fitting(archive, roster, readings)
    if not found and platform in (None, plain.NAME):
        found = _plain(archive, roster)
    if found:
        return found[0].platform, found[0].archive, found[0].clues
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


def _fitting(archive: Archive, roster: Roster, readings: list[Reading]) -> list[Reading]:
    """The reading that fits, if nothing says another."""
    fits = [one for one in readings if one.is_fit]
    fits = [
        one
        for one in fits
        if not any(one.depth == other.depth and one.says_less_than(other) for other in fits)
    ]
    outer = [one for one in fits if one.depth == fits[0].depth]
    folders = _of_people(archive, roster, fits)
    if len(outer) == 1 and outer[0].platform in PRECISE and not folders:
        return outer
    if len({one.platform for one in fits + folders}) > 1:
        raise _unclear(archive, fits + folders)
    if not fits and not folders and (halves := [one for one in readings if one.is_half]):
        raise _unclear(archive, halves)
    return _below_titles(fits, roster) or folders


def _below_titles(fits: list[Reading], roster: Roster) -> list[Reading]:
    """The outermost reading first; but the title of an exercise may look like a person's folder.

    So where the outermost one names one person, and nobody of ours, another that names some of
    ours comes first, else one that names several.
    """
    if not fits or fits[0].platform in PRECISE or fits[0].tells(roster) or fits[0].num_people > 1:
        return fits
    inner = [one for one in fits if one.platform == fits[0].platform]
    told = [one for one in inner if one.tells(roster)]
    return [*told, *(one for one in inner if one.num_people > 1), *fits]


def _of_people(archive: Archive, roster: Roster, fits: list[Reading]) -> list[Reading]:
    """The reading by which all folders at the top are students', by their own ids.

    Of a single folder above what another platform names, a name that mentions somebody will do.
    """
    for one in _plain(archive, roster, fits[0].depth if fits else DEPTH_LIMIT):
        is_above = bool(fits) and one.depth < fits[0].depth
        if is_above or plain.is_sure(one.archive, roster):
            return [one]
    return []


def _plain(archive: Archive, roster: Roster, most: int = DEPTH_LIMIT) -> list[Reading]:
    return [
        Reading(plain.NAME, depth, inner, clues)
        for depth in range(min(archive.depth, most) + 1)
        if (clues := plain.read(inner := archive.without_folders(depth), roster))
    ]


def _unclear(archive: Archive, readings: list[Reading]) -> UserError:
    titles = dict.fromkeys(TITLES[one.platform] for one in readings)
    what = " and ".join(titles) if len(titles) > 1 else f"{next(iter(titles))} in part"
    wrong = f"{shown(archive.path)}: its names fit {what}; say which with --platform"
    return UserError(wrong, exit_code=2)


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
