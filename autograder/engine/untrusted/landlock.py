"""Landlock: the kernel refuses every path outside the list, also through a leaked directory."""

import os
import stat
import struct

from .linux import call

VERSION = 1  # asks for it instead of a ruleset
PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
MAKE_CHAR, MAKE_SOCK, MAKE_BLOCK = 1 << 6, 1 << 9, 1 << 11
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many of them each version knows
TCP = 0b11  # bind and connect, from version 4
SCOPES = 0b11  # abstract UNIX sockets and signals to the outside, from version 6


def version() -> int:
    """The kernel's version of Landlock; raises OSError if there is none."""
    return call("landlock_create_ruleset", None, 0, VERSION)


def restrict(readable: list[str], writable: list[str], devices: list[str]) -> None:
    """Leave this process and all it starts these paths only; for good."""
    known = version()
    every = (1 << FILE_RIGHTS[min(known, 5)]) - 1
    attributes = [every, *([TCP] if known >= 4 else []), *([SCOPES] if known >= 6 else [])]
    packed = struct.pack(f"={len(attributes)}Q", *attributes)
    ruleset = call("landlock_create_ruleset", packed, len(packed), 0)
    rights = {
        **dict.fromkeys(readable, READ_FILE | READ_DIR),
        **dict.fromkeys(devices, READ_FILE | WRITE_FILE),
        **dict.fromkeys(writable, every & ~(EXECUTE | MAKE_CHAR | MAKE_SOCK | MAKE_BLOCK)),
    }
    for path, allowed in rights.items():
        _allow(ruleset, path, allowed)
    call("landlock_restrict_self", ruleset, 0)
    os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    if not stat.S_ISDIR(os.fstat(fd).st_mode):
        rights &= ~READ_DIR
    call("landlock_add_rule", ruleset, PATH_BENEATH, struct.pack("=Qi", rights, fd), 0)
    os.close(fd)
