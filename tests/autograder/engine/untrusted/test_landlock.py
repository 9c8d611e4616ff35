"""Landlock as this kernel has it, and as older ones do."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.engine.untrusted import landlock
from autograder.engine.untrusted.confine import PR_SET_NO_NEW_PRIVS
from autograder.engine.untrusted.linux import call

try:
    KNOWN = landlock.version()
except OSError:
    pytest.skip("this kernel has no Landlock", allow_module_level=True)


@pytest.mark.parametrize("version", range(1, KNOWN + 1))
def test_only_what_is_listed_can_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: int
) -> None:
    monkeypatch.setattr(landlock, "version", lambda: version)
    readable, writable, other = (tmp_path / name for name in ("read", "write", "other"))
    for folder in (readable, writable, other):
        folder.mkdir()
        (folder / "file").write_text("text")
    expected: dict[str, list[Callable[[], object]]] = {
        "read": [(readable / "file").read_text, (writable / "file").read_text],
        "write": [lambda: (writable / "new").write_text("x"), (writable / "folder").mkdir,
                  lambda: (writable / "new").rename(writable / "moved"),
                  (writable / "moved").unlink, lambda: (writable / "a").symlink_to("b"),
                  lambda: os.truncate(writable / "file", 0),
                  lambda: Path("/dev/null").write_text("x")],
    }  # fmt: skip
    refused: list[Callable[[], object]] = [
        (other / "file").read_text, lambda: list(other.iterdir()),
        lambda: (readable / "file").open("a"), lambda: (readable / "new").touch(),
        (readable / "file").unlink, lambda: (writable / "b").hardlink_to(readable / "file"),
        lambda: os.mkfifo(other / "pipe"),
    ]  # fmt: skip
    pid = os.fork()
    if pid == 0:
        try:
            call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
            landlock.restrict([str(readable)], [str(writable)], ["/dev/null"])
            for attempt in [*expected["read"], *expected["write"]]:
                attempt()
            passed = 0
            for attempt in refused:
                try:
                    attempt()
                except OSError:
                    continue
                passed += 1
            os._exit(passed)
        finally:
            os._exit(99)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
