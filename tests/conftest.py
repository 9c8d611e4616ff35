"""What holds for all tests."""

import gc


def pytest_sessionstart() -> None:
    """Look for no garbage while tests are collected and libraries loaded."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Nor ever again among what lies there by now."""
    gc.freeze()
    gc.enable()
