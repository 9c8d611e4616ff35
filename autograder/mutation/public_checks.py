"""How many wrong answers the public checks of their questions see, before anything is handed in.

A student fixes what a check shows. A lab lists the wrong answers that its public checks cannot see,
each with the reason, in `variants/unseen_by_checks.toml`:

    [[unseen]]
    answers = ["device-left-out"]   # names of files
    reason = "there is one device only on most machines"
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.text import Text

from ..errors import shown
from ..printable import printable
from ..toml_file import line_of, mistake, read_toml
from .answers import GradedAnswer

FILE_NAME = "unseen_by_checks.toml"


@dataclass(frozen=True)
class Unseen:
    """The wrong answers that may pass their public checks: name -> why."""

    path: Path
    reasons: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PublicShare:
    """What public checks say of wrong answers, as grading ran them."""

    answers: list[GradedAnswer]
    unseen: Unseen

    @property
    def red(self) -> list[GradedAnswer]:
        """Those of which at least one public check fails."""
        return [one for one in self.answers if turns_red(one)]

    @property
    def green(self) -> list[GradedAnswer]:
        """Those that pass all their public checks."""
        return [one for one in self.answers if not turns_red(one)]

    @property
    def unexplained(self) -> list[GradedAnswer]:
        """Those that pass, and no reason says why they may."""
        return [one for one in self.green if one.variant.name not in self.unseen.reasons]

    @property
    def seen_after_all(self) -> list[str]:
        """Names in the list of which a public check fails."""
        return [one.variant.name for one in self.red if one.variant.name in self.unseen.reasons]

    def lines(self) -> Iterator[Text]:
        """The share, the answers that pass, and why they may."""
        share = len(self.red) / len(self.answers) if self.answers else 1
        seen = f"{len(self.red)} of {len(self.answers)} wrong answers"
        yield Text(f"{seen} turn a public check of their question red ({share:.0%})")
        for one in self.green:
            reason = self.unseen.reasons.get(one.variant.name)
            why = f"unseen: {reason}" if reason else f"no check sees it: {one.variant.title}"
            yield Text(f"  {printable(one.file)}: {why}", style="" if reason else "red")
        for name in self.seen_after_all:
            wrong = f"{printable(name)} turns a check red; take it out of the list"
            yield Text(f"  {shown(self.unseen.path)}: {wrong}", style="red")


def turns_red(answer: GradedAnswer) -> bool:
    """Whether a public check of a question that it answers fails."""
    return any(
        test.public and not test.passed
        for question in answer.questions
        if question.id in answer.variant.questions
        for test in question.tests
    )


def read_unseen(variants_dir: Path) -> Unseen:
    """A lab's list, empty if it has none.

    Raises:
        UserError: as `file:line: what is wrong; what to do`.
    """
    path = variants_dir / FILE_NAME
    if not path.is_file():
        return Unseen(path)
    content, text = read_toml(path)
    reasons: dict[str, str] = {}
    for entry in content.get("unseen", []):
        answers, reason = entry.get("answers"), entry.get("reason")
        named = isinstance(answers, list) and all(isinstance(one, str) for one in answers)
        if not named or not answers or not isinstance(reason, str) or not reason.strip():
            wrong = "an [[unseen]] needs `answers`, a list of names, and a `reason`; add them"
            raise mistake(path, line_of(text, "unseen"), wrong)
        for name in answers:
            if not any(variants_dir.glob(f"*/{name}.txt")):
                wrong = f"no answer is called {name}; take it out of the list"
                raise mistake(path, _line_with(text, name), wrong)
            reasons[name] = reason
    return Unseen(path, reasons)


def _line_with(text: str, name: str) -> int:
    lines = text.split("\n")
    return next((number for number, line in enumerate(lines, 1) if f'"{name}"' in line), 1)
