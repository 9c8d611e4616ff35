"""Taking more than one's share: time, memory, disk, processes, or the grader's patience.

Everything is capped, so that even an unconfined machine survives it.
"""

from .recipe import CENTRE, Attack, answer, beside

IN_PLACE = "it has no need to send what it looks at"

ATTACKS: list[Attack] = [
    # -- time ---------------------------------------------------------------------------------
    answer("an endless loop", 6, "while True: pass"),
    answer("an endless loop in an answer", 6, """
        def centre(x):
            while True: pass
    """),
    answer("sleep", 6, "import time\ntime.sleep(600)"),
    answer("deaf to signals", 6, """
        import signal
        for number in (1, 2, 15): signal.signal(number, signal.SIG_IGN)
        while True: pass
    """),
    answer("stopped", 6, "import signal\nos.kill(os.getpid(), signal.SIGSTOP)"),
    answer("a regular expression", 6, 're.match(r"(a+)+$", "a" * 60 + "b")'),
    answer("a large number", 6, "9 ** 9 ** 9"),
    answer("a message that takes forever", 6, """
        class Endless(Exception):
            def __str__(self):
                while True: pass
        def centre(x): raise Endless
    """),
    answer("patience at the end", 10, """
        import atexit
        def stay():
            while True: pass
        atexit.register(stay)
        class Sticky:
            def __del__(self): stay()
        sticky = Sticky()
        def centre(x): return x - x.mean(dim=1, keepdim=True)
    """, only_here="it leaves without saying goodbye"),
    answer("an alarm for later", 6, """
        import signal
        def centre(x):
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            while True: pass
    """),
    # -- the end ------------------------------------------------------------------------------
    answer("recursion", 6, """
        def centre(x): return centre(x)
    """, only_here="it is an error like others"),
    answer("recursion without limit", 6, """
        import sys
        def centre(x):
            sys.setrecursionlimit(10**9)
            def fall(*_): return sorted([1, 2], key=fall)
            return fall()
    """),
    answer("a segmentation fault", 6, "ctypes.string_at(0)"),
    answer("a segmentation fault in an answer", 6, "def centre(x): ctypes.string_at(0)"),
    answer("abort", 6, "os.abort()"),
    answer("kill", 6, "os.kill(os.getpid(), 9)"),
    answer("kill of the group", 6, """
        if os.getpgid(0) != os.getpid(): raise Nothing("the group is somebody else's")
        os.killpg(0, 9)
    """, only_here="it is a group of its own here"),
    answer("os._exit", 6, "os._exit(0)"),
    answer("os._exit in an answer", 6, "def centre(x): os._exit(0)"),
    answer("os._exit in a thread", 6, """
        import threading
        threading.Thread(target=os._exit, args=(0,)).start()
        while True: pass
    """),
    answer("sys.exit", 6, "import sys\nsys.exit(0)"),
    answer("sys.exit in an answer", 6, "def centre(x): sys.exit(0)\nimport sys"),
    # -- memory ---------------------------------------------------------------------------------
    answer("memory that is used", 6, """
        kept = [bytearray(64 * 2**20) for _ in range(24)]
        raise Loot(f"had {len(kept) * 64} MiB")
    """),
    answer("memory that is reserved", 6, """
        kept = [torch.empty(2**32, dtype=torch.uint8) for _ in range(2)]
        raise Loot(f"had {len(kept) * 4} GiB")
    """),
    answer("memory in an answer", 6, """
        def centre(x): return [bytearray(2**20) for _ in range(1024)]
    """, only_here=IN_PLACE),
    answer("a tensor larger than memory", 6, """
        def centre(x): return torch.zeros(1).expand(2**40)
    """, only_here=IN_PLACE),
    answer("a list of a million lists", 6, """
        def centre(x): return [[] for _ in range(2**20)]
    """, only_here=IN_PLACE),
    answer("a list that contains itself", 6, """
        def centre(x):
            knot = []
            knot.append(knot)
            return knot
    """, only_here=IN_PLACE),
    answer("a small file that grows", 6, """
        import gzip
        small = gzip.compress(bytes(2**25), 1) * 24
        raise Loot(f"unpacked {len(gzip.decompress(small)) >> 20} MiB")
    """),
    # -- files ----------------------------------------------------------------------------------
    answer("disk", 6, """
        written = 0
        for name in range(4):
            with open(f"fill{name}", "wb", buffering=0) as file:
                for _ in range(64): written += file.write(bytes(2**20))
        raise Loot(f"wrote {written >> 20} MiB")
    """),
    answer("one large file", 6, """
        with open("large", "wb") as file: file.truncate(2**38)
        raise Loot("it may have 256 GiB")
    """),
    answer("inodes", 6, """
        for name in range(10_000): os.close(os.open(str(name), os.O_CREAT))
        raise Loot("made 10,000 files")
    """),
    answer("folders within folders", 10, """
        for _ in range(1000):
            os.mkdir("d")
            os.chdir("d")
        def centre(x): return x - x.mean(dim=1, keepdim=True)
    """, only_here="it keeps no scratch to clean"),
    answer("open files", 6, """
        kept = [open(os.devnull) for _ in range(800)]
        raise Loot(f"holds {len(kept)} open")
    """),
    # -- processes -------------------------------------------------------------------------------
    answer("forks", 6, """
        import time
        for _ in range(40):
            if os.fork() == 0:
                time.sleep(20)
                os._exit(0)
        raise Loot("forked 40 times")
    """),
    answer("threads", 6, """
        import threading, time
        threading.stack_size(2**16)
        done = threading.Event()
        try:
            for _ in range(5000): threading.Thread(target=done.wait, daemon=True).start()
            alive = len(os.listdir("/proc/self/task"))
        finally: done.set()
        raise Loot(f"started 5,000 threads, {alive} at once")
    """),
    # -- output -----------------------------------------------------------------------------------
    beside("a gigabyte of output", """
        for _ in range(1024): os.write(1, bytes(2**20))
        for _ in range(64): print("x" * 2**20)
    """, only_here="its output is thrown away as well"),
    beside("warnings and stderr", """
        import sys, warnings
        warnings.warn("careful")
        print("Traceback (most recent call last):\\nAssertionError", file=sys.stderr)
        os.write(2, b"error\\n" * 10000)
    """, only_here="it doesn't listen to stderr; nbgrader does"),
    beside("thirty plots", """
        import matplotlib.pyplot as plt
        for _ in range(30): plt.figure()
    """, only_here="it draws nothing"),
    answer("a large message", 6, """
        def centre(x): raise ValueError("x" * 10**8)
    """, at=CENTRE, only_here="its messages go nowhere"),
]  # fmt: skip
