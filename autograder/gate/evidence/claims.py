"""Claims: what set-up code says of a run in the worker, where a student's code can say it as well.

Raw values (tensors, arrays, objects) are none; calls are none either, for they run something. What
is left are counts, flags, names and lists of what was called.
"""

import re
from dataclasses import replace

from ...engine.untrusted.protocol import decode, encode
from .witness import LIMIT_BYTES, SETUP, Answer, Testimony

NONSENSE = (None, "nonsense")  # one is untrue and the other true: no test that looks takes both
_CLAIM = re.compile(rf"{re.escape(SETUP)}(\.\w+)+")


def claims_in(heard: Testimony) -> Testimony:
    """What was read of set-up code that is made of numbers, texts and the like alone."""
    return {
        place: answers
        for place, answers in heard.items()
        if _CLAIM.fullmatch(place) and all(answer.is_plain for answer in answers)
    }


def name_of(place: str) -> str:
    """The name under which set-up code has a claim."""
    return place.removeprefix(f"{SETUP}.")


def empty_claims(heard: Testimony, elsewhere: Testimony) -> list[str]:
    """The names of claims that are no evidence, whatever else a test judges.

    They are yes or no, or the same for other inputs.
    """
    claims, others = claims_in(heard), claims_in(elsewhere)
    is_other_run = asks_other(heard, elsewhere)
    return [
        name_of(place)
        for place, answers in claims.items()
        if any(map(_is_yes_or_no, answers))
        or (is_other_run and _contents(answers) == _contents(others.get(place, [])))
    ]


def defaced(heard: Testimony, nonsense: str | None) -> Testimony:
    """The same with nonsense for each claim: a test that passes on all nonsense judges none."""
    said = encode(nonsense, lambda value: (0, ""), LIMIT_BYTES)
    return heard | {
        place: [replace(answer, said=said) for answer in answers]
        for place, answers in claims_in(heard).items()
    }


def asks_other(heard: Testimony, elsewhere: Testimony) -> bool:
    """Whether a test asked with other inputs in the second run."""
    return _questions(heard) != _questions(elsewhere)


def _questions(heard: Testimony) -> dict[str, list[bytes]]:
    return {place: [answer.question for answer in answers] for place, answers in heard.items()}


def _contents(answers: list[Answer]) -> list[bytes]:
    return [bytes(answer.said.header) for answer in answers if answer.said is not None]


def _is_yes_or_no(answer: Answer) -> bool:
    return answer.said is not None and type(decode(answer.said, lambda *handle: None)) is bool
