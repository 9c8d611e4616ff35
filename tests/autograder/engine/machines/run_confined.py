"""run_confined.py PLAN: confine a worker for each source on stdin, a JSON list; say how it went.

Answers with a JSON list: what `result` is then, the name of the exception, or the exit code.
"""

import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "autograder" / "engine"))
from untrusted import confine
from untrusted.linux import OwnStatus

plan = confine.Plan(**json.loads(sys.argv[1]))
sources = json.load(sys.stdin)
confine.enter(plan)
size_bytes = OwnStatus().size_bytes
confine.seal(plan)


def outcome(source: str) -> object:
    namespace: dict[str, object] = {}
    try:
        exec(source, namespace)
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    return namespace.get("result")


def run(source: str, number: int) -> object:
    work_dir = confine.SCRATCH
    if plan.level != "strong":
        work_dir = f"{plan.scratch}/{number}"
        Path(work_dir).mkdir()
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            confine.move_to(plan, work_dir, {writer})
            confine.give_up(plan, work_dir, size_bytes)
            os.environ |= {"HOME": work_dir, "TMPDIR": work_dir}
            os.write(writer, json.dumps(outcome(source), default=repr).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        text = answer.read()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return json.loads(text) if text else code


print(json.dumps([run(source, number) for number, source in enumerate(sources)]))
