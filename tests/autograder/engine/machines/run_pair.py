"""run_pair.py LEVEL SUPPORT_DIR: two workers at once, and what one can tell the other.

Reads a JSON object on stdin: name to three sources, run one after the other by who listens, by who
tells, and by who listens again; the last sets `heard`. Answers with how both are confined and the
names of those that were heard.
"""

import json
import sys
from pathlib import Path

from autograder.engine import Policy, Zygote
from autograder.engine.worker import Worker

PRELUDE = """
import array, ctypes, fcntl, mmap, os, resource, signal, socket, struct, threading, time
SHARED, NEIGHBOUR = {shared!r}, {neighbour}
_libc = ctypes.CDLL(None, use_errno=True)
def libc(name, *arguments):
    wide = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    result = getattr(_libc, name)(*wide)
    if result == -1: raise OSError(ctypes.get_errno(), name)
    return result
"""

level, support_dir = sys.argv[1:]
probes = json.load(sys.stdin)
policy = Policy(level, allow_unconfined=level == "none")
with Zygote(Path(support_dir), policy=policy) as zygote:

    def pid_of(worker: Worker) -> int:
        return int(worker.submission.setup("import os\npid = os.getpid()").pid)

    def is_heard(prepare: str, tell: str, listen: str) -> bool:
        pair = teller, listener = zygote.fork(0), zygote.fork(0)
        shared = f"{zygote._plan.shipped}/figure"
        pids = dict(zip(pair, reversed([pid_of(worker) for worker in pair]), strict=True))
        for worker, source in (listener, prepare), (teller, tell), (listener, listen):
            prelude = PRELUDE.format(shared=shared, neighbour=pids[worker])
            error = worker.execute(prelude + source)
            if error is not None and "Error" not in str(error):
                raise RuntimeError(str(error))
        heard = bool(listener.submission.heard) if error is None else False
        for worker in pair:
            worker.kill()
        return heard

    heard = [name for name, steps in probes.items() if is_heard(*steps)]
    print(json.dumps([zygote.confinement, heard]))
