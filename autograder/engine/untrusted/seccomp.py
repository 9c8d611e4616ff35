"""seccomp: which system calls a worker may make, as a filter that the kernel runs.

Refused is what reaches other processes, the network or rarely used corners of the kernel, and
what changes files that Landlock lets be read. Everything newer than 2019 is unknown to a worker
unless it is listed, so what a later kernel adds stays out.
"""

import ctypes
import errno
import os
import platform
import socket
import struct
from collections.abc import Collection, Iterable

from .linux import call

# Numbers on x86_64 and aarch64 (None: doesn't exist there), by what refusing them stops.
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # other processes: their memory, their standing
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "kcmp": (312, 272), "get_robust_list": (274, 100), "migrate_pages": (256, 238),
    "move_pages": (279, 239), "setpgid": (109, 154), "setsid": (112, 157), "tkill": (200, 130),
    "setpriority": (141, 140), "ioprio_set": (251, 30), "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118), "sched_setattr": (314, 274), "membarrier": (324, 283),
    # other programs
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None),
    # leaving the namespaces, changing the mounts
    "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "unshare": (272, 97), "setns": (308, 268), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "sethostname": (170, 161), "setdomainname": (171, 162),
    # network
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242), "setsockopt": (54, 208),
    # memory that outlives the worker or counts as nobody's
    "memfd_create": (319, 279), "shmget": (29, 194), "shmat": (30, 196), "shmctl": (31, 195),
    "shmdt": (67, 197), "semget": (64, 190), "semop": (65, 193), "semctl": (66, 191),
    "semtimedop": (220, 192), "msgget": (68, 186), "msgsnd": (69, 189), "msgrcv": (70, 188),
    "msgctl": (71, 187), "mq_open": (240, 180), "mq_unlink": (241, 181),
    "mq_timedsend": (242, 182), "mq_timedreceive": (243, 183), "mq_notify": (244, 184),
    "mq_getsetattr": (245, 185), "add_key": (248, 217), "request_key": (249, 218),
    "keyctl": (250, 219),
    # what all processes of a user may have so much of together: timers, descriptors on their way
    "timer_create": (222, 107), "sendmsg": (46, 211), "sendmmsg": (307, 269),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    # files by path, where Landlock doesn't ask
    "truncate": (76, 45), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "inotify_init": (253, None), "inotify_init1": (294, 26), "inotify_add_watch": (254, 27),
    # what a neighbour could read signals from: which pages of a shared file are in memory, and
    # where; how much memory and disk is free
    "mincore": (27, 232), "readahead": (187, 213), "preadv2": (327, 286), "pwritev2": (328, 287),
    "mbind": (237, 235), "get_mempolicy": (239, 236), "set_mempolicy": (238, 237),
    "sysinfo": (99, 179), "statfs": (137, 43), "fstatfs": (138, 44), "ustat": (136, None),
    # the machine, and corners of the kernel that exploits live in
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
    "fanotify_init": (300, 262), "fanotify_mark": (301, 263), "io_setup": (206, 0),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "reboot": (169, 142),
    "swapon": (167, 224), "swapoff": (168, 225), "acct": (163, 89), "quotactl": (179, 60),
    "syslog": (103, 116), "personality": (135, 92), "lookup_dcookie": (212, 18),
    "splice": (275, 76), "tee": (276, 77), "vmsplice": (278, 75), "seccomp": (317, 277),
    "vhangup": (153, 58), "iopl": (172, None), "ioperm": (173, None), "modify_ldt": (154, None),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
}  # fmt: skip

# Nothing happens, but all is said to be well. Landlock lets these pass, and shutil expects success;
# advice on files may be ignored; a worker is one process, so it needs no locks on files of its own,
# and is to hold none on shared ones; nothing it writes has to outlast a power cut.
PRETENDED: dict[str, tuple[int | None, int | None]] = {
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "chown": (92, None),
    "fchown": (93, 55), "lchown": (94, None), "fchownat": (260, 54), "utime": (132, None),
    "utimes": (235, None), "futimesat": (261, None), "utimensat": (280, 88),
    "fadvise64": (221, 223), "fchmodat2": (452, 452), "flock": (73, 32),
    "sync": (162, 81), "syncfs": (306, 267), "fsync": (74, 82), "fdatasync": (75, 83),
    "sync_file_range": (277, 84), "msync": (26, 227),
}  # fmt: skip

# Decided by an argument, in `_decide`.
CONDITIONAL: dict[str, tuple[int | None, int | None]] = {
    "clone": (56, 220), "kill": (62, 129), "tgkill": (234, 131), "prlimit64": (302, 261),
    "sched_setaffinity": (203, 122), "sched_getaffinity": (204, 123),
    "sched_getscheduler": (145, 120), "sched_getparam": (143, 121), "sched_getattr": (315, 275),
    "sched_rr_get_interval": (148, 127), "getpgid": (121, 155), "getsid": (124, 156),
    "getpriority": (140, 141), "ioprio_get": (252, 31), "clock_gettime": (228, 113),
    "clock_getres": (229, 114), "clock_nanosleep": (230, 115), "futex": (202, 98),
    "socketpair": (53, 199), "open": (2, None), "openat": (257, 56), "prctl": (157, 167),
    "fcntl": (72, 25), "ioctl": (16, 29), "getsockopt": (55, 209), "fallocate": (285, 47),
    "mmap": (9, 222), "madvise": (28, 233),
}  # fmt: skip

# What it may ask of itself only: whether others run and how is a signal.
OF_ITSELF = [
    *("prlimit64", "getpgid", "getsid", "sched_getscheduler", "sched_getparam"),
    *("sched_getattr", "sched_rr_get_interval"),
]

FIRST_UNKNOWN = 424  # from here on numbers are the same everywhere
KNOWN = {"close_range": 436, "faccessat2": 439, "epoll_pwait2": 441}

CLONE_THREAD = 0x10000
FIRST_REALTIME_SIGNAL = 34  # the C library has those before for itself
PR_SET_SECCOMP = 22
# Names of threads and of memory, precision of timers, large pages; questions about its own rights.
HARMLESS_PRCTLS = [3, 15, 16, 21, 23, 29, 30, 39, 41, 42, 0x53564D41]
# Copies of a descriptor, closed by exec or not, flags, who holds a lock (nobody), a pipe's size.
F_SETFL, F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW = 4, 6, 7, 37, 38
LOCKS = [F_SETLK, F_SETLKW, F_OFD_SETLK, F_OFD_SETLKW]
HARMLESS_FCNTLS = [0, 1, 2, 3, 5, 36, 1027, 1030, 1032]
# Of an open file: to append, not to wait; besides what can't be changed.
HARMLESS_FILE_FLAGS = os.O_ACCMODE | os.O_APPEND | os.O_NONBLOCK | 0o100000 | 0o400000
# To signal, to go past the memory, to wait for the disk: what holds up all who use it.
STRAINING_FILE_FLAGS = 0o20000 | os.O_DIRECT | os.O_DSYNC
# Sizes and modes of terminals, how much can be read, blocking or not, closed by exec or not.
HARMLESS_IOCTLS = [0x5401, 0x802C542A, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451]
# Not: taking pages of a file out of memory or onto other processors, merging equal pages.
HARMLESS_ADVICE = [0, 1, 2, 3, 4, 8, 10, 11, 14, 15, 16, 17, 18, 19, 22, 23]
# Kind and state of a socket, sizes of its buffers; not: who is at the other end.
HARMLESS_SOCKET_OPTIONS = [3, 4, 7, 8, 30, 38, 39]
MAP_HUGETLB = 0x40000
FUTEX_COMMAND, FUTEX_PRIVATE = 0x7F, 0x80
FUTEX_WAIT, FUTEX_WAIT_BITSET = 0, 9
FIRST_CLOCK_OF_A_PROCESS = 0x80000000

Instruction = tuple[int, int, int, int]  # code, how many to skip if true, if false; operand
LOAD, AND, EQUAL, AT_LEAST, RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # offsets of what can be loaded
AUDIT_NAMES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32_BIT = 0x40000000  # x86_64 has a second set of numbers
ALL_BITS = 0xFFFFFFFF  # of an argument's lower half: pids, flags and options have no other

ALLOW: list[Instruction] = [(RETURN, 0, 0, 0x7FFF0000)]
KILL: list[Instruction] = [(RETURN, 0, 0, 0x80000000)]
REFUSE: list[Instruction] = [(RETURN, 0, 0, 0x00050000 | errno.EPERM)]
UNKNOWN: list[Instruction] = [(RETURN, 0, 0, 0x00050000 | errno.ENOSYS)]
PRETEND: list[Instruction] = [(RETURN, 0, 0, 0x00050000)]
LOOK_AGAIN: list[Instruction] = [(RETURN, 0, 0, 0x00050000 | errno.EAGAIN)]
UNSUPPORTED: list[Instruction] = [(RETURN, 0, 0, 0x00050000 | errno.EOPNOTSUPP)]


def restrict(allowed: Collection[str] = ()) -> None:
    """Install the filter in this process, for good; it must have one thread.

    Args:
        allowed: calls that are refused to workers, and not to this process.

    Raises:
        OSError: if the kernel or the architecture can't.
    """
    machine = platform.machine()
    if machine not in AUDIT_NAMES:
        raise OSError(errno.ENOSYS, f"the system calls of {machine} are unknown", "seccomp")
    steps = program(machine, os.getpid(), allowed)
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    call("prctl", PR_SET_SECCOMP, 2, struct.pack("@HP", len(steps), ctypes.addressof(code)))


def program(machine: str, own_pid: int, allowed: Collection[str] = ()) -> list[Instruction]:
    """The filter for a worker with this process id."""

    def numbers(table: dict[str, tuple[int | None, int | None]]) -> dict[str, int]:
        column = list(AUDIT_NAMES).index(machine)
        pairs = table.items()
        return {name: number for name, pair in pairs if (number := pair[column]) is not None}

    steps: list[Instruction] = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, AUDIT_NAMES[machine]),
        *KILL,
        (LOAD, 0, 0, NUMBER),
        *_if([X32_BIT], KILL, AT_LEAST),
        *_if([number for name, number in numbers(REFUSED).items() if name not in allowed], REFUSE),
        *_if(numbers(PRETENDED).values(), PRETEND),
    ]
    for name, number in numbers(CONDITIONAL).items():
        steps += _if([number], _decide(name, own_pid))
    steps += _if([FIRST_UNKNOWN], [*_if(KNOWN.values(), ALLOW), *UNKNOWN], AT_LEAST)
    return steps + ALLOW


def _decide(name: str, own_pid: int) -> list[Instruction]:
    match name:
        case "clone":  # threads, but no processes
            return _argument(0, CLONE_THREAD, [CLONE_THREAD], ALLOW, REFUSE)
        case "kill" | "tgkill":  # 0: its group. Realtime signals queue up, for all of a user's
            own = [own_pid] if name == "tgkill" else [0, own_pid]
            to_itself = _argument(0, ALL_BITS, own, ALLOW, REFUSE)
            number = 1 if name == "kill" else 2
            return _argument(number, ALL_BITS, [FIRST_REALTIME_SIGNAL], REFUSE, to_itself, AT_LEAST)
        case _ if name in OF_ITSELF:
            return _argument(0, ALL_BITS, [0, own_pid], ALLOW, REFUSE)
        case "getpriority" | "ioprio_get":
            own_process = _argument(1, ALL_BITS, [0, own_pid], ALLOW, REFUSE)
            kind = 0 if name == "getpriority" else 1  # of a process, not of a group or a user
            return _argument(0, ALL_BITS, [kind], own_process, REFUSE)
        case "sched_getaffinity":  # the C library does without, for a thread of its own
            return _argument(0, ALL_BITS, [0, own_pid], ALLOW, UNKNOWN)
        case "clock_gettime" | "clock_getres" | "clock_nanosleep":  # time that others took
            return _argument(0, ALL_BITS, [FIRST_CLOCK_OF_A_PROCESS], REFUSE, ALLOW, AT_LEAST)
        case "futex":  # by a word of a shared file, neighbours could wake each other
            waiting = [FUTEX_WAIT, FUTEX_WAIT_BITSET]  # for the end of a thread, say
            shared = _argument(1, FUTEX_COMMAND, waiting, LOOK_AGAIN, PRETEND)
            return _argument(1, FUTEX_PRIVATE, [FUTEX_PRIVATE], ALLOW, shared)
        case "sched_setaffinity":  # it stays on its core, or it would take from its neighbours'
            return _argument(0, ALL_BITS, [0, own_pid], PRETEND, REFUSE)
        case "socketpair":  # asyncio needs one; other kinds could send to an address
            stream = _argument(1, 0xF, [socket.SOCK_STREAM], ALLOW, REFUSE)
            return _argument(0, ALL_BITS, [socket.AF_UNIX], stream, REFUSE)
        case "open" | "openat":  # older Landlocks let a file opened for reading be emptied
            flags = 1 if name == "open" else 2
            emptying = [os.O_TRUNC | os.O_RDONLY, os.O_TRUNC | os.O_ACCMODE]
            mode = _argument(flags, os.O_TRUNC | os.O_ACCMODE, emptying, REFUSE, ALLOW)
            return _argument(flags, STRAINING_FILE_FLAGS, [0], mode, REFUSE)
        case "prctl":  # not what ends it with the zygote, nor what lets the zygote look at it
            return _argument(0, ALL_BITS, HARMLESS_PRCTLS, ALLOW, REFUSE)
        case "fcntl":
            setting = _argument(2, ALL_BITS & ~HARMLESS_FILE_FLAGS, [0], ALLOW, REFUSE)
            others = [*_if(LOCKS, PRETEND), *_if([F_SETFL], setting), *REFUSE]
            return _argument(1, ALL_BITS, HARMLESS_FCNTLS, ALLOW, others)
        case "ioctl":
            return _argument(1, ALL_BITS, HARMLESS_IOCTLS, ALLOW, REFUSE)
        case "getsockopt":
            return _argument(2, ALL_BITS, HARMLESS_SOCKET_OPTIONS, ALLOW, REFUSE)
        case "fallocate":  # fills a disk faster than anybody looks; writing does it, too
            return UNSUPPORTED
        case "mmap":  # large pages are few, and all processes' together
            return _argument(3, MAP_HUGETLB, [MAP_HUGETLB], REFUSE, ALLOW)
        case "madvise":
            return _argument(2, ALL_BITS, HARMLESS_ADVICE, ALLOW, REFUSE)
    raise KeyError(name)


def _argument(
    index: int,
    mask: int,
    values: list[int],
    then: list[Instruction],
    other: list[Instruction],
    comparison: int = EQUAL,
) -> list[Instruction]:
    """`then` if the masked argument compares with one of the values, else `other`; both have to
    return."""
    load = [(LOAD, 0, 0, ARGUMENTS + 8 * index), (AND, 0, 0, mask)]
    return [*load, *_if(values, then, comparison), *other]


def _if(
    values: Iterable[int], then: list[Instruction], comparison: int = EQUAL
) -> list[Instruction]:
    """Run `then`, which has to return, if what was loaded compares with one of the values."""
    *firsts, last = values
    jumps = [(comparison, len(firsts) - i, 0, value) for i, value in enumerate(firsts)]
    return [*jumps, (comparison, 0, len(then), last), *then]
