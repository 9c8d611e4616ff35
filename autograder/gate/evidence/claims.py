"""Claims: what set-up code says of a run in the worker, where a student's code can say it as well.

Raw values (tensors, arrays, objects) are none; calls are none either, for they run something. What
is left are counts, flags, names and lists of what was called.
"""

import re

from ...engine.untrusted.protocol import decode
from .witness import SETUP, Answer, Testimony

_CLAIM = re.compile(rf"{re.escape(SETUP)}(\.\w+)+")


def claims_in(heard: Testimony) -> list[str]:
    """Where set-up code was read, and nothing came but numbers, texts and the like."""
    return [
        place
        for place, answers in heard.items()
        if _CLAIM.fullmatch(place) and all(answer.is_plain for answer in answers)
    ]


def name_of(claim: str) -> str:
    """The name under which set-up code has it."""
    return claim.removeprefix(f"{SETUP}.")


def says_nothing(claim: str, heard: Testimony, elsewhere: Testimony) -> bool:
    """Whether a claim is yes or no, or the same for other inputs."""
    answers, others = heard[claim], elsewhere.get(claim, [])
    is_same = _contents(answers) == _contents(others)
    return any(map(_is_yes_or_no, answers)) or (is_same and asks_other(heard, elsewhere))


def asks_other(heard: Testimony, elsewhere: Testimony) -> bool:
    """Whether a test asked with other inputs in the second run."""
    return _questions(heard) != _questions(elsewhere)


def _questions(heard: Testimony) -> dict[str, list[bytes]]:
    return {place: [answer.question for answer in answers] for place, answers in heard.items()}


def _contents(answers: list[Answer]) -> list[bytes]:
    return [bytes(answer.said.header) for answer in answers if answer.said is not None]


def _is_yes_or_no(answer: Answer) -> bool:
    return answer.said is not None and type(decode(answer.said, lambda *handle: None)) is bool
