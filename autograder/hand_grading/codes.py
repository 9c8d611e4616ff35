"""Codes of answers: graders see them in place of names.

A code follows from a secret of the course, the question, whose the answer is, and the answer. So it
is made again from what lies there when a sheet comes back, and no file maps codes to students. An
answer that changed has another code. Letters only, and no vowels: no spreadsheet takes a code for a
number, a date or a formula, and none is a word.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

LETTERS = "bcdfghjkmnpqrstvwxz"  # none that looks like a digit
NUM_LETTERS, NUM_CHECKS, GROUP = 9, 3, 4


@dataclass(frozen=True)
class Codes:
    """The codes of one question in one course."""

    secret: bytes
    lab: str
    question: str

    def code(self, owner: str, answer: str, number: int = 0) -> str:
        """The code of an answer; `number` tells two apart that would have the same one."""
        letters = self._letters(("answer", owner, answer, str(number)), NUM_LETTERS)
        return written(letters + self._check(letters))

    def is_of(self, code: str) -> bool:
        """Whether a code was made for this question, of whatever answer."""
        letters = code.replace("-", "")
        return letters[NUM_LETTERS:] == self._check(letters[:NUM_LETTERS])

    def token(self, kind: str, *said: str) -> str:
        """A short word for something that graders need not read."""
        return self._letters((kind, *said), NUM_LETTERS)

    def _check(self, letters: str) -> str:
        return self._letters(("check", letters), NUM_CHECKS)

    def _letters(self, said: tuple[str, ...], count: int) -> str:
        text = repr((self.lab, self.question, *said)).encode("utf-8", "surrogatepass")
        number = int.from_bytes(hmac.digest(self.secret, text, hashlib.sha256))
        letters = ""
        for _ in range(count):
            number, rest = divmod(number, len(LETTERS))
            letters += LETTERS[rest]
        return letters


def written(letters: str) -> str:
    """As people read it: in groups."""
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def read_code(text: str) -> str:
    """A code as somebody or a spreadsheet wrote it; "" if it is none."""
    letters = re.sub(r"[\s\-'\u2010-\u2015\u00ad]", "", text).lower()
    is_code = len(letters) == NUM_LETTERS + NUM_CHECKS and set(letters) <= set(LETTERS)
    return written(letters) if is_code else ""
