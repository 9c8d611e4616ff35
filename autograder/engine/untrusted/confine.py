"""What stands between a submission and the machine, one function per layer.

The zygote leaves the machine's namespaces and keeps a read-only list of folders; each worker
then gets an empty scratch folder and gives up everything else, before any student code runs.
"""

import json
import os
import resource
import secrets
import signal
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import landlock, seccomp
from .linux import NO_DEVICES, NO_SETUID, READ_ONLY, OwnStatus, call, mount, restrict_mount

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x20000, 0x4000000, 0x8000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
NAMESPACES = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET
MS_NOSUID, MS_NODEV, MS_BIND, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x1000, 0x4000, 0x40000
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 24, 38, 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
CAPABILITY_VERSION = 0x20080522

NOBODY = 65534
FIRST_USER, NUM_USERS = 1_900_000_000, 2**26  # numbers that no system gives away
SHARED_USER_THREADS = 4096  # where the kernel counts threads of a user over the whole machine
SCRATCH = "/submission"  # the worker's folder, in a root of our own
SHIPPED = "/shipped"
DEVICES = ["/dev/null", "/dev/zero", "/dev/urandom", "/dev/random"]


@dataclass(frozen=True)
class Plan:
    """What the grader's side decided: plain data, for it crosses an exec as JSON.

    Attributes:
        level: "strong" (namespaces and all below), "acceptable" (Landlock, seccomp, limits) or
            "none" (limits).
        readable: files and folders that submissions may read, free of symbolic links.
        links: symbolic links that lead to them, path to target.
        support_dir: what each worker gets a copy of; only the zygote reads it.
        shipped: the zygote's own copy, which workers may read: what is loaded from there before
            they are forked has its files there.
        warm_up_only: what the zygote needs besides, until `seal`.
        scratch: a folder of the machine; "strong" mounts its root over it, in a view of its own,
            else it holds the workers' folders.
        nobody: whether workers change to users without rights: they are root's, and such a user
            can read all of `readable`.
        secret: a file that no worker may be able to read.
        imports: modules that the zygote loads for all workers.
        prepare: functions that it then calls.
    """

    level: str
    readable: list[str]
    links: dict[str, str]
    support_dir: str | None
    shipped: str
    warm_up_only: list[str]
    scratch: str
    nobody: bool
    secret: str
    memory_bytes: int
    scratch_bytes: int
    scratch_files: int
    threads: int
    open_files: int
    cpu_s: int
    imports: list[str]
    prepare: list[str]


def die_with_parent() -> None:
    """Nothing outlives the grader: the kernel kills this process when its parent is gone.

    A change of user undoes it.
    """
    call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL)


def enter(plan: Plan) -> None:
    """Before anything is imported. Under "strong" it returns in another process."""
    if plan.level == "strong":
        _enter_namespaces()
        _build_root(plan)


def _enter_namespaces() -> None:
    """Nothing of the machine's processes, network, shared memory or mounts can be named.

    Returns in a child that is process 1 of its own; the caller waits for it and ends as it did.
    Should either be killed, the kernel kills every process in there.
    """
    uid, gid = os.getuid(), os.getgid()
    try:
        call("unshare", NAMESPACES)
    except PermissionError:  # an ordinary user may, in a user namespace
        call("unshare", NAMESPACES | CLONE_NEWUSER)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{NOBODY} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{NOBODY} {gid} 1")
    call("sethostname", b"worker", len("worker"))
    child = os.fork()
    if child:
        die_with_parent()
        _, status = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
    die_with_parent()


def _build_root(plan: Plan) -> None:
    """Files outside the list don't exist: an empty root, into which the list is bound read-only.

    The new root comes before the bindings, so that no mount of the machine is ever changed.
    """
    mount("", "/", "", MS_REC | MS_PRIVATE)
    mount("tmpfs", plan.scratch, "tmpfs", MS_NOSUID | MS_NODEV, "mode=755")
    os.chdir(plan.scratch)
    Path("old").mkdir()
    call("pivot_root", b".", b"old")
    os.chdir("/")
    support = [plan.support_dir] if plan.support_dir else []
    for path in [*plan.readable, *support, *plan.warm_up_only]:
        _bind(path)
        restrict_mount(path, READ_ONLY | NO_SETUID | NO_DEVICES, recursive=True)
    for path in DEVICES:
        _bind(path)
        restrict_mount(path, READ_ONLY | NO_SETUID, recursive=True)
    for path, target in plan.links.items():
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).symlink_to(target)
    Path(SCRATCH).mkdir()
    call("umount2", b"/old", MNT_DETACH)
    Path("/old").rmdir()


def _bind(path: str) -> None:
    source, target = Path("/old" + path), Path(path)
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    mount(str(source), path, "", MS_BIND | MS_REC)


def seal(plan: Plan) -> None:
    """Take away what only the warm-up needed; from now on the root can't be written."""
    if plan.level != "strong":
        return
    for path in plan.warm_up_only:
        call("umount2", os.fsencode(path), MNT_DETACH)
    restrict_mount("/", READ_ONLY | NO_SETUID | NO_DEVICES, recursive=False)


def move_to(plan: Plan, work_dir: str, kept_fds: set[int]) -> None:
    """A worker's first half: leave the zygote for an empty folder, with these descriptors only."""
    _close_all_but(kept_fds)
    if plan.level == "strong":
        _own_scratch(plan, work_dir)
    os.chdir(work_dir)


def give_up(plan: Plan, work_dir: str, size_bytes: int) -> None:
    """Its second half: lose, for good, all that a submission doesn't need.

    Args:
        work_dir: the only folder that can be written from now on.
        size_bytes: of this process's address space, which its memory budget is added to.
    """
    alone = plan.nobody and _become_nobody(work_dir)
    if plan.level == "strong":
        alone = _count_apart() or alone
    _limit_resources(plan, size_bytes, plan.threads if alone else SHARED_USER_THREADS)
    if plan.level != "none":
        _drop_capabilities()
    die_with_parent()
    if plan.level != "none":
        shipped = [plan.shipped] if plan.support_dir else []
        landlock.restrict([*plan.readable, *shipped], [work_dir], DEVICES)
        seccomp.restrict()


def _close_all_but(kept_fds: set[int]) -> None:
    """No file, socket or folder of the zygote's is left open."""
    start = 3
    for fd in [*sorted(kept_fds), resource.getrlimit(resource.RLIMIT_NOFILE)[0]]:
        os.closerange(start, fd)
        start = max(start, fd + 1)


def _own_scratch(plan: Plan, work_dir: str) -> None:
    """Writable is one folder in memory, of limited size, that vanishes with the worker."""
    call("unshare", CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC)
    options = f"size={plan.scratch_bytes},nr_inodes={plan.scratch_files},mode=700"
    mount("tmpfs", work_dir, "tmpfs", MS_NOSUID | MS_NODEV, options)


def _become_nobody(work_dir: str) -> bool:
    """Not root, and in no group that might read or own anything but its folder.

    True if nobody else is this user: what the kernel counts by user (threads, signals, space in
    pipes) then is this worker's alone. Some containers have too few users for that.
    """
    user = FIRST_USER + secrets.randbelow(NUM_USERS)
    try:
        os.chown(work_dir, user, user)
    except OSError:
        user = NOBODY
    for path in [Path(work_dir), *Path(work_dir).rglob("*")]:
        os.chown(path, user, user, follow_symlinks=False)
    _empty_bounding_set()
    if os.getuid() == 0:
        os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    return user != NOBODY


def _count_apart() -> bool:
    """The kernel counts a user's threads per user namespace: one's own makes the limit exact."""
    try:
        call("unshare", CLONE_NEWUSER)
    except OSError:  # root can be strong without
        return False
    return True


def _limit_resources(plan: Plan, size_bytes: int, threads: int) -> None:
    """Memory, threads, files and CPU time end before the machine's do; no core dumps."""
    for kind, limit in {
        resource.RLIMIT_AS: size_bytes + plan.memory_bytes,
        resource.RLIMIT_NPROC: threads,
        resource.RLIMIT_NOFILE: plan.open_files,
        resource.RLIMIT_FSIZE: plan.scratch_bytes,
        resource.RLIMIT_CPU: plan.cpu_s,
        resource.RLIMIT_CORE: 0,
    }.items():
        hard = resource.getrlimit(kind)[1]
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(kind, (limit, limit))


def _drop_capabilities() -> None:
    """Nothing that only root may, and no way to get it back."""
    _empty_bounding_set()
    call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    call("capset", struct.pack("=Ii", CAPABILITY_VERSION, 0), bytes(24))
    call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def _empty_bounding_set() -> None:
    for capability in range(64):
        try:
            call("prctl", PR_CAPBSET_DROP, capability, 0, 0, 0)
        except OSError:  # the kernel knows no more; or, an ordinary user: it has none to lose
            return


def probe(plan_json: str) -> None:
    """Confine this process, a throwaway, and say "confined" or what is wrong."""
    plan = Plan(**json.loads(plan_json))
    try:
        enter(plan)
        size_bytes = OwnStatus().size_bytes
        seal(plan)
        work_dir = SCRATCH if plan.level == "strong" else plan.scratch
        move_to(plan, work_dir, set())
        give_up(plan, work_dir, size_bytes)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}")
    else:
        print(_still_possible(plan) or "confined")


def _still_possible(plan: Plan) -> str:
    attempts: dict[str, Callable[[], object]] = {
        "read the grader's files": Path(plan.secret).read_bytes,
        "open a socket": lambda: socket.socket(socket.AF_UNIX).close(),
        "start a process": lambda: os.fork() or os._exit(0),
    }
    for what, attempt in attempts.items():
        try:
            attempt()
        except OSError:
            continue
        return f"a confined process can still {what}"
    return ""
