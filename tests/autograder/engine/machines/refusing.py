"""refusing.py CALL,CALL... COMMAND...: run it where these system calls fail, as in a container."""

import ctypes
import os
import platform
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "autograder" / "engine"))
from untrusted import seccomp
from untrusted.confine import PR_SET_NO_NEW_PRIVS
from untrusted.linux import NUMBERS, call

table = seccomp.REFUSED | {name: (number, number) for name, number in NUMBERS.items()}
column = list(seccomp.AUDIT_NAMES).index(platform.machine())
refused = [table[name][column] for name in sys.argv[1].split(",")]
steps = [(seccomp.LOAD, 0, 0, seccomp.NUMBER), *seccomp._if(refused, seccomp.REFUSE)]
steps += seccomp.ALLOW
code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
call("prctl", seccomp.PR_SET_SECCOMP, 2, struct.pack("@HP", len(steps), ctypes.addressof(code)))
os.execv(sys.argv[2], sys.argv[2:])
