"""Which column of a file of grades is meant."""

import re
from collections.abc import Iterable, Mapping


def chosen(
    header: list[str],
    named: Mapping[int, tuple[str, str]],
    wanted: Iterable[str],
    labels: Iterable[str],
) -> tuple[int | None, str]:
    """The column that somebody names, else the one that is called as the lab is.

    Args:
        header: the titles of all columns.
        named: columns that hold an assignment's grades, each with its title and its number.
        wanted: a column's title or number, if one was named.
        labels: what the lab is called.

    Returns:
        The column, and why there is none.
    """
    wanted = [one for one in wanted if one]
    there_are = "; ".join(header[number] for number in named) or "none"
    for one in wanted:
        exact = [n for n, title in enumerate(header) if title == one.strip()]
        found = exact or [n for n, texts in named.items() if one.strip() in texts]
        if len(found) == 1:
            return found[0], ""
        which = "no such column" if not found else "more than one such column"
        return None, f"{which}: {one}; name one by its number with --column: {there_are}"
    keys = {_key(label) for label in labels}
    found = [number for number, (title, _) in named.items() if _key(title) in keys]
    if len(found) == 1:
        return found[0], ""
    which = "no column is" if not found else "more than one column is"
    return None, f"{which} called as the lab; name one with --column: {there_are}"


def _key(title: str) -> str:
    """A title without case, spaces, marks and leading zeros: `lab05` is `Lab 5`."""
    plain = re.sub(r"[\W_]+", "", title.casefold())
    return re.sub(r"0+(?=\d)", "", re.sub(r"(?<=\d)(?=\D)|(?<=\D)(?=\d)", " ", plain)).replace(
        " ", ""
    )
