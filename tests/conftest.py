"""What holds for all tests."""

import gc
from pathlib import Path
from typing import Any

import pytest
from pygments.lexer import RegexLexer

TESTS = Path(__file__).parent
# The files that take over half a minute: they are started first, so that at the end no core waits
# for one of them.
LONGEST = {
    *("attacks/test_attacks.py", "attacks/test_locker.py", "autograder/course/test_gradebook.py"),
    *("autograder/verbs/test_grade.py", "autograder/verbs/test_week.py"),
    *("labs/test_weather.py", "source/lab00/test_tour.py", "source/lab09/test_forged.py"),
    *("source/lab09/test_hidden.py", "source/lab09/test_own_settings.py"),
    *("source/lab09/test_pipeline.py", "source/lab09/test_source.py", "test_docs.py"),
}


def pytest_sessionstart() -> None:
    """Look for no garbage while tests are collected and libraries loaded."""
    gc.disable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest."""
    items.sort(key=lambda item: item.path.relative_to(TESTS).as_posix() not in LONGEST)


def pytest_collection_finish() -> None:
    """Nor ever again among what lies there by now."""
    gc.freeze()
    gc.enable()


@pytest.fixture
def lexed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Texts in which this process looks for pygments' patterns, which can take it minutes."""
    texts: list[str] = []
    real = RegexLexer.get_tokens_unprocessed

    def look(self: RegexLexer, text: str, *rest: Any) -> Any:
        texts.append(text)
        return real(self, text, *rest)

    monkeypatch.setattr(RegexLexer, "get_tokens_unprocessed", look)
    return texts
