"""Comments as students read them: what was ticked, then what graders wrote."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from ..rubric import Rubric

TICK = "✓ "  # begins the line of an item
SAVED_LIMIT = 40
SAVED_CHARACTERS = 400  # longer ones are for one answer only


def composed(rubric: Rubric, items: Mapping[str, float], comments: Sequence[str]) -> str:
    """The comment of an answer; "" if there is nothing to say."""
    ticked = [
        f"{TICK}{item.text} ({_points(items[item.id], item.points)})"
        for item in rubric.items
        if item.id in items
    ]
    return "\n\n".join(["\n".join(ticked)] * bool(ticked) + list(comments))


def saved_comments(comments: Iterable[str]) -> list[str]:
    """What graders wrote to answers of a question, most used first; ticked items are left out."""
    counts = Counter(filter(None, map(_own_words, comments)))
    fit = [text for text, _ in counts.most_common() if len(text) <= SAVED_CHARACTERS]
    return fit[:SAVED_LIMIT]


def _own_words(comment: str) -> str:
    lines = comment.splitlines()
    while lines and (lines[0].startswith(TICK) or not lines[0].strip()):
        del lines[0]
    return "\n".join(lines).strip()


def _points(given: float, most: float) -> str:
    if given == most:
        return f"{given:+g}"
    return f"{given:+g} of {abs(most):g}"
