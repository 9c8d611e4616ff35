"""The mark that makes a function a test of one question."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

Test = TypeVar("Test", bound=Callable[..., None])


@dataclass(frozen=True)
class Question:
    """Which question a test belongs to and how many points passing it earns.

    `if_raises` is what a student may look at whose code raises an exception in this test.
    """

    id: str
    points: float
    if_raises: str = ""

    def with_hint(self, raised: str, notes: Iterable[str] = ()) -> str:
        """What was raised, with the hint for it if there is one, and what else the test noted."""
        hints = [hint for hint in (self.if_raises, *notes) if hint]
        return ". ".join([raised.removesuffix("."), *hints]) if hints else raised


def question(question_id: str, *, points: float, if_raises: str = "") -> Callable[[Test], Test]:
    """Mark a test function; a question's maximum is the sum over its tests.

    Id and points must be literals: the tag compiler reads them without running the file.
    """

    def mark(test: Test) -> Test:
        test.question = Question(question_id, points, if_raises)  # type: ignore[attr-defined]
        return test

    return mark


def question_of(test: Any) -> Question | None:
    """The mark of a test function, None if it has none."""
    mark = getattr(test, "question", None)
    return mark if isinstance(mark, Question) else None


def what_is_checked(test: Callable[..., Any]) -> str:
    """The first line of a test's docstring, which students read; else its name in words."""
    lines = (test.__doc__ or "").strip().splitlines()
    return lines[0] if lines else test.__name__.removeprefix("test_").replace("_", " ")
