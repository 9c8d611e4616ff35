"""The different texts of a class: what several handed in alike is one text with several owners."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .documents import Document
from .normal_form import Kind


@dataclass(frozen=True)
class StudentTexts:
    """What one student wrote; `unit` is the number of the student's group, or of the student."""

    student: str
    unit: int
    documents: Sequence[Document]


@dataclass(frozen=True)
class Copy:
    """A text as one student handed it in; in other copies, names and comments may differ."""

    student: str
    unit: int
    text: str


@dataclass
class Text:
    """Copies with one normal form."""

    question: str
    kind: Kind
    normal: str
    copies: list[Copy] = field(default_factory=list)

    @property
    def units(self) -> frozenset[int]:
        """Whose it is; a group is one."""
        return frozenset(copy.unit for copy in self.copies)

    @property
    def students(self) -> list[str]:
        """Whose it is."""
        return [copy.student for copy in self.copies]


def texts_of(hand_ins: Iterable[StudentTexts]) -> dict[Kind, list[Text]]:
    """The texts of each kind, in the order in which they are met."""
    found: dict[Kind, dict[tuple[str, str], Text]] = defaultdict(dict)
    for hand_in in hand_ins:
        for one in hand_in.documents:
            blank = Text(one.question, one.kind, one.normal)
            text = found[one.kind].setdefault((one.question, one.normal), blank)
            text.copies.append(Copy(hand_in.student, hand_in.unit, one.text))
    return {kind: list(texts.values()) for kind, texts in found.items()}
