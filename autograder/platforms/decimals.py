"""Numbers as tables have them: with a point or a comma, and with spaces that nobody sees."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

PLACES = 2  # platforms compare and show so many decimals
_WITH_PLACES = re.compile(r"-?\d+([.,])(\d{1,4})")


def read_number(text: str, mark: str = ".") -> Decimal | None:
    """The number that a cell holds; None if it holds none."""
    plain = re.sub(r"[\s'’]", "", unicodedata.normalize("NFKC", text))
    other = "," if mark == "." else "."
    if re.fullmatch(rf"-?\d{{1,3}}({re.escape(other)}\d{{3}})+({re.escape(mark)}\d+)?", plain):
        plain = plain.replace(other, "")  # it stands between thousands
    plain = plain.replace(mark, ".")
    return Decimal(plain) if re.fullmatch(r"-?(\d+(\.\d*)?|\.\d+)", plain) else None


def decimal_mark(*columns: Iterable[str]) -> str | None:
    """What stands before the decimals; the first column that shows it decides."""
    for column in columns:
        marks = [found[1] for text in column if (found := _WITH_PLACES.fullmatch(text.strip()))]
        if marks:
            return max((".", ","), key=marks.count)
    return None


def places_of(texts: Iterable[str]) -> int:
    """How many decimals the numbers of a column all have; 0 if they differ."""
    found = [_WITH_PLACES.fullmatch(text.strip()) for text in texts if re.search(r"\d", text)]
    return min((len(one[2]) if one else 0 for one in found), default=0)


def rounded(number: float | Decimal) -> Decimal:
    """A score with the decimals that platforms have."""
    exact = number if isinstance(number, Decimal) else Decimal(repr(float(number)))
    return exact.quantize(Decimal(1).scaleb(-PLACES), ROUND_HALF_UP)


def written(number: float | Decimal, mark: str = ".", places: int = 0) -> str:
    """A score as a cell holds it."""
    text = f"{rounded(number):f}".rstrip("0").rstrip(".") or "0"
    whole, _, decimals = ("0" if text == "-0" else text).partition(".")
    decimals = decimals.ljust(min(places, PLACES), "0")
    return f"{whole}{mark}{decimals}" if decimals else whole
