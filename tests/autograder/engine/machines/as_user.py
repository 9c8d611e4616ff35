"""as_user.py UID COMMAND...: run it as another user, one without rights unless it is 0.

For root only. Where the interpreter or the current folder can't be reached by others (below
root's home, say), a private view of the file system lets them through, to these folders only.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "autograder" / "engine"))
from untrusted.confine import CLONE_NEWNS, MS_BIND, MS_PRIVATE, MS_REC
from untrusted.linux import call, mount

user = int(sys.argv[1])
call("unshare", CLONE_NEWNS)
mount("", "/", "", MS_REC | MS_PRIVATE)
closed: dict[Path, dict[Path, int]] = {}
all_needed = {Path(name).resolve() for name in (sys.prefix, sys.base_prefix, Path.cwd())}
for needed in [path for path in all_needed if all_needed.isdisjoint(path.parents)]:
    for folder in [folder for folder in needed.parents if not folder.stat().st_mode & 1][-1:]:
        closed.setdefault(folder, {})[needed] = os.open(needed, os.O_PATH)
for folder, inside in closed.items():
    mount("tmpfs", str(folder), "tmpfs", 0, "mode=755")
    for needed, fd in inside.items():
        needed.mkdir(parents=True)
        mount(f"/proc/self/fd/{fd}", str(needed), "", MS_BIND | MS_REC)
os.chdir(Path.cwd())  # through the new view
if user:
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
os.execv(sys.argv[2], sys.argv[2:])
