"""What holds for all tests."""

import gc
from typing import Any

import pytest
from pygments.lexer import RegexLexer


def pytest_sessionstart() -> None:
    """Look for no garbage while tests are collected and libraries loaded."""
    gc.disable()


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
