"""What helps a student with a question: its head, its folded hints, the field of a written answer.

    #!TAG TASK 10 easy       **Your task** (4 points, about 10 minutes, easy)
    #!HINT Look at …         <details><summary>Hint 1 of 2</summary> … </details>

It is plain Markdown and HTML that JupyterLab, VS Code and Colab show alike. Points come from the
tests, so nobody writes them by hand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from . import tags


@dataclass
class Helps:
    """What a text cell holds for the question that follows it."""

    task: tags.Task | None = None
    hints: list[tags.Hint] = field(default_factory=list)
    question: str = ""  # the id of that question
    first: int = 1  # the number of its first hint
    of: int = 0  # how many hints the question has


def head(task: tags.Task, points: float) -> str:
    """The line that says what a question asks of a student: points, time, difficulty."""
    worth = [f"{points:g} point{'s' if points != 1 else ''}"] if points else []
    minutes = f"about {task.minutes} minute{'s' if task.minutes != 1 else ''}"
    return f"**Your task** ({', '.join([*worth, minutes, task.difficulty])})"


def folded(hints: Sequence[str], first: int, of: int) -> str:
    """Hints, each to be opened by itself."""
    titles = [f"Hint {first + place} of {of}" if of > 1 else "Hint" for place in range(len(hints))]
    return "\n\n".join(
        f"<details><summary>{title}</summary>\n\n{hint}\n\n</details>"
        for title, hint in zip(titles, hints, strict=True)
    )


def answer_field(message: str) -> str:
    """A written answer's place: it looks like a field, and says how to fill it."""
    asked = "\n".join(f"> {line}".rstrip() for line in message.split("\n"))
    return f"> ✎ **Double-click here, and write in the place of this text.**\n>\n{asked}"


def give_to_questions(cells: Sequence[tuple[Helps, str | None]]) -> None:
    """Find out which question each cell's help is for: the next one below.

    Args:
        cells: what each cell holds, and the question that the cell itself is of.

    Raises:
        TagError: none follows, or a question has two heads; `line` is that of the file.
    """
    question: str | None = None
    of_question: dict[str, list[Helps]] = {}
    for helps, own_question in reversed(cells):
        question = own_question or question
        for tag in _tags(helps):
            if question is None:
                wrong = f"no question follows this {_name(tag)}"
                raise tags.TagError(tag.line, f"{wrong}; put it above the question that it is for")
        if question and (helps.task or helps.hints):
            helps.question = question
            of_question.setdefault(question, []).insert(0, helps)
    for name, parts in of_question.items():
        _refuse_two_heads(name, parts)
        count = 0
        for helps in parts:
            helps.first, helps.of = count + 1, sum(len(part.hints) for part in parts)
            count += len(helps.hints)


def _refuse_two_heads(question: str, parts: list[Helps]) -> None:
    heads = [part.task for part in parts if part.task]
    if len(heads) > 1:
        wrong = f"`{question}` has a {tags.TASK} in line {heads[0].line} already"
        raise tags.TagError(heads[1].line, f"{wrong}; keep one")


def _tags(helps: Helps) -> Iterator[tags.Task | tags.Hint]:
    if helps.task:
        yield helps.task
    yield from helps.hints


def _name(tag: tags.Task | tags.Hint) -> str:
    return tags.TASK if isinstance(tag, tags.Task) else tags.HINT
