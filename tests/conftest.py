"""What holds for all tests."""

import gc


def pytest_collection_finish() -> None:
    """Leave all tests and libraries that lie there by now out of every search for garbage."""
    gc.freeze()
