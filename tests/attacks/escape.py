"""Reaching out: network, other processes, files outside the scratch folder, later submissions."""

from .recipe import Attack, answer

CONFINED = "it confines nothing, so there is nothing to leave"

ATTACKS: list[Attack] = [
    # -- network ----------------------------------------------------------------------------
    answer("a TCP connection", 6, """
        import socket
        socket.create_connection(("127.0.0.1", $port), timeout=0.3)
        raise Loot("connected")
    """),
    answer("a UDP datagram", 6, """
        import socket
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.sendto(b"secrets", ("127.0.0.1", $port))
        raise Loot("sent")
    """),
    answer("a socket in the file system", 6, """
        import socket
        socket.socket(socket.AF_UNIX).connect($socket)
        raise Loot("connected")
    """),
    answer("a socket in no file system", 6, """
        import socket
        socket.socket(socket.AF_UNIX).connect("\\0" + $abstract)
        raise Loot("connected")
    """),
    answer("a datagram by socketpair", 6, """
        import socket
        ours, _ = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        ours.sendto(b"secrets", "\\0" + $abstract_udp)
        raise Loot("sent")
    """),
    answer("a download", 6, """
        import urllib.request
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(f"http://127.0.0.1:{$port}/", timeout=0.3).read()
    """),
    answer("a server", 6, """
        import socket
        server = socket.create_server(("127.0.0.1", 0))
        raise Loot(f"listening at {server.getsockname()}")
    """),
    answer("a packet socket", 6, """
        import socket
        socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        raise Loot("every packet can be read")
    """),
    answer("a netlink socket", 6, """
        import socket
        socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        raise Loot("the network can be configured")
    """),
    # -- other processes ----------------------------------------------------------------------
    answer("ptrace", 6, """
        libc("ptrace", 16, $victim, 0, 0)
        libc("waitpid", $victim, 0, 0x40000000)
        libc("ptrace", 17, $victim, 0, 0)
        raise Loot("attached to another process")
    """),
    answer("ptrace of the parent", 6, """
        libc("ptrace", 0x4206, os.getppid(), 0, 0)
        raise Loot("attached to the parent")
    """),
    answer("killing another process", 6, """
        os.kill($victim, 15)
        raise Loot("killed")
    """),
    answer("killing by a descriptor of a process", 6, """
        pidfd = libc("syscall", 434, $victim, 0)
        libc("syscall", 424, pidfd, 15, 0, 0)
        raise Loot("killed")
    """),
    answer("a signal to everybody", 6, """
        os.kill(-1, 0)
        raise Loot("somebody is in reach")
    """),
    answer("a signal to the grader", 6, """
        os.kill($grader, 0)
        raise Loot("the grader is in reach")
    """),
    answer("killing the parent", 6, """
        import time
        os.kill(os.getppid(), 9)
        time.sleep(0.1)
        raise Loot("killed what forks the workers")
    """),
    answer("stopping the parent", 6, """
        os.kill(os.getppid(), 19)
        raise Loot("stopped what forks the workers")
    """),
    answer("a signal by way of a file's owner", 6, """
        import fcntl
        reader, writer = os.pipe()
        fcntl.fcntl(reader, 8, $victim)  # F_SETOWN
        raise Loot("the owner of a pipe is another process")
    """),
    answer("other limits for another process", 6, """
        import resource
        resource.prlimit($victim, resource.RLIMIT_NOFILE, (16, 16))
        raise Loot("changed the limits of another process")
    """),
    answer("another priority for another process", 6, """
        os.setpriority(os.PRIO_PROCESS, $victim, 5)
        raise Loot("changed the priority of another process")
    """),
    answer("another core for another process", 6, """
        os.sched_setaffinity($victim, {0})
        raise Loot("changed the cores of another process")
    """),
    # -- signals to neighbours, by files that all can read ------------------------------------
    answer("a lease on a shared file", 6, """
        import fcntl, torch
        shared = os.open(torch.__file__, os.O_RDONLY)
        fcntl.fcntl(shared, 1024, fcntl.F_RDLCK)  # F_SETLEASE
        raise Loot("who opens the file has to wait")
    """),
    answer("what is in memory of a shared file", 6, """
        import mmap, torch
        shared = os.open(torch.__file__, os.O_RDONLY)
        pages = mmap.mmap(shared, 0, access=mmap.ACCESS_COPY)
        address = ctypes.addressof(ctypes.c_char.from_buffer(pages))
        libc("mincore", address, len(pages), bytes(4096))
        raise Loot("pages in memory can be seen")
    """),
    answer("what is in memory of a shared file, by reading", 6, """
        import torch
        shared = os.open(torch.__file__, os.O_RDONLY)
        os.preadv(shared, [bytearray(1)], 0, os.RWF_NOWAIT)
        raise Loot("pages in memory can be told from others")
    """),
    answer("the generation of a shared file", 6, """
        import array, fcntl, torch
        fcntl.ioctl(os.open(torch.__file__, os.O_RDONLY), 0x80086601, array.array("l", [0]))
        raise Loot("flags of the file can be read, and perhaps set")
    """),
    # -- processes that stay --------------------------------------------------------------------
    answer("a daemon", 6, """
        import time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                time.sleep(20)
            os._exit(0)
        raise Loot("forked")
    """),
    answer("a program", 6, """
        import subprocess
        subprocess.Popen(["sleep", "20"], start_new_session=True)
        raise Loot("started")
    """),
    answer("a program in this one's place", 6, """
        os.execv("/bin/sleep", ["sleep", "0.1"])
    """),
    answer("a program by posix_spawn", 6, """
        os.posix_spawn("/bin/sleep", ["sleep", "20"], {})
        raise Loot("started")
    """),
    answer("a shell", 6, """
        open("ran", "w").write("no")
        get_ipython().system("echo yes > ran")
        open("ran").read() == "no\\n" or get_ipython().run_line_magic("sx", "echo yes > ran")
        raise Loot("ran") if "yes" in open("ran").read() else Nothing("the shell did nothing")
    """, only_here="it has no IPython; nbgrader has"),
    answer("clone3", 6, """
        import time
        arguments = ctypes.create_string_buffer(88)
        arguments[32] = 17  # SIGCHLD
        if libc("syscall", 435, arguments, 88) == 0:
            time.sleep(20)
            os._exit(0)
        raise Loot("forked")
    """),
    answer("vfork by another architecture", 6, """
        import mmap, platform
        if platform.machine() != "x86_64": raise Nothing("no second set of system calls")
        # mov eax, 20 (getpid); int 0x80; ret
        code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
        code.write(bytes.fromhex("b814000000cd80c3"))
        getpid = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
        raise Loot(f"system calls of i386 answer: {getpid()}")
    """),
    answer("system calls of the x32 architecture", 6, """
        result = ctypes.CDLL(None, use_errno=True).syscall(ctypes.c_long(0x40000000 + 39))
        number = ctypes.get_errno()
        if result == -1: raise OSError(number, os.strerror(number), "x32")
        raise Loot("system calls of x32 are answered")
    """, only_here="most kernels don't know them at all"),
    # -- memory and files that stay ----------------------------------------------------------------
    answer("shared memory of POSIX", 6, """
        with open(f"/dev/shm/{$marker}", "w") as shared: shared.write("for the next one")
        raise Loot("left")
    """),
    answer("shared memory of System V", 6, """
        key = libc("shmget", 0, 4096, 0o1600)
        libc("shmctl", key, 0, 0)  # remove it
        raise Loot("had")
    """),
    answer("memory that is a file", 6, """
        os.memfd_create("program")
        raise Loot("a program could be written there")
    """),
    answer("a key", 6, """
        raise Loot(libc("syscall", 248 if os.uname().machine == "x86_64" else 217,
                        b"user", $marker.encode(), b"for the next one", 16, -2))
    """, only_here="keys may be off in containers"),
    answer("a file in everybody's folder", 6, """
        folder = os.path.dirname($canary)
        with open(f"{folder}/{$marker}", "w") as file: file.write("for the next one")
        raise Loot("left")
    """),
    answer("a file that exists", 6, """
        with open($canary, "w") as file: file.write("mine")
        raise Loot("changed")
    """),
    answer("a file that is emptied", 6, """
        libc("truncate", $canary.encode(), 0)
        raise Loot("emptied")
    """),
    answer("a file that is emptied while it is read", 6, """
        os.open($canary, os.O_RDONLY | os.O_TRUNC)
        raise Loot("emptied")
    """),
    answer("a file by a symbolic link", 6, """
        os.symlink(os.path.dirname($canary), "folder")
        with open("folder/" + os.path.basename($canary), "w") as file: file.write("mine")
        raise Loot("changed")
    """),
    answer("a file with another date", 6, """
        os.utime($canary, (0, 0))
        if os.stat($canary).st_mtime == 0: raise Loot("changed")
        raise Nothing("its date is what it was")
    """),
    answer("a file that everybody may change", 6, """
        before = os.stat($canary).st_mode
        os.chmod($canary, before ^ 0o111)
        if os.stat($canary).st_mode != before: raise Loot("changed")
        raise Nothing("its mode is what it was")
    """),
    answer("a file with attributes", 6, """
        os.setxattr($canary, "user.owner", b"me")
        raise Loot("changed")
    """),
    answer("a file gone", 6, "os.unlink($canary)\nraise Loot('gone')"),
    answer("a file moved", 6, "os.rename($canary, $canary + '.old')\nraise Loot('moved')"),
    answer("a pipe that somebody waits at", 6, """
        os.mkfifo(os.path.dirname($canary) + "/pipe")
        raise Loot("made")
    """),
    answer("a device", 6, """
        os.mknod("zero", 0o20666, os.makedev(1, 5))
        raise Loot(f"read {len(open('zero', 'rb').read(4))} bytes from it")
    """, only_here="only root can, and only where devices are allowed"),
    answer("a lock on the gradebook", 6, """
        import fcntl
        fcntl.flock(open($gradebook), fcntl.LOCK_EX | fcntl.LOCK_NB)
        raise Loot("locked")
    """),
    # -- later submissions -----------------------------------------------------------------------
    answer("import shadowing", 6, """
        from pathlib import Path
        for folder in (Path.cwd(), Path.cwd().parent, Path($release).parent):
            try: (folder / "colorsys.py").write_text("raise SystemExit")
            except OSError as error: last = error
            else:
                if folder != Path.cwd(): raise Loot(f"shadowed in {folder.name}")
        raise last
    """),
    answer("a .pth file", 6, """
        import torch
        folder = os.path.dirname(os.path.dirname(torch.__file__))
        with open(f"{folder}/{$marker}.pth", "w") as file: file.write("# import of mine")
        raise Loot("every Python starts with it")
    """),
    answer("a start-up file of IPython", 6, """
        from pathlib import Path
        home = Path(os.environ.get("IPYTHONDIR") or $home)
        if home == Path.cwd(): home = home.parent
        startup = home / "profile_default" / "startup"
        startup.mkdir(parents=True, exist_ok=True)
        (startup / "00-mine.py").write_text("raise SystemExit")
        raise Loot("every IPython starts with it")
    """),
    answer("settings of Matplotlib", 6, """
        import matplotlib
        with open(matplotlib.matplotlib_fname() + $marker, "w") as file: file.write("# mine")
        raise Loot("left")
    """),
    answer("code changed in memory", 10, """
        torch.Tensor.norm = torch.randn = torch.rand = lambda *_, **__: 1 / 0
        def centre(x): return x - x.mean(dim=1, keepdim=True)
    """, only_here="its next submission has a process of its own"),
    # -- out of the confinement ------------------------------------------------------------------
    answer("new namespaces", 6, """
        libc("unshare", 0x10000000 | 0x20000)
        raise Loot("root in a namespace of its own")
    """, only_here=CONFINED),
    answer("the namespaces of another process", 6, """
        libc("setns", os.open(f"/proc/{$grader}/ns/mnt", os.O_RDONLY), 0)
        raise Loot("entered")
    """, only_here=CONFINED),
    answer("a mount", 6, """
        os.mkdir("system")
        libc("mount", b"proc", b"system", b"proc", 0, 0)
        libc("umount2", b"system", 2)
        raise Loot("mounted")
    """, only_here=CONFINED),
    answer("another root", 6, """
        os.mkdir("root")
        os.chroot("root")
        raise Loot("changed")
    """, only_here=CONFINED),
    answer("another user", 6, """
        os.setuid(0 if os.getuid() else 65534)
        raise Loot("changed")
    """, only_here=CONFINED),
    answer("rare system calls", 6, """
        x86 = os.uname().machine == "x86_64"
        calls = {"bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282),
                 "kcmp": (312, 272), "io_uring_setup": (425, 425), "fsopen": (430, 430)}
        passed = []
        for name, (number, other) in calls.items():
            try: libc("syscall", number if x86 else other, -1, 0, 0, 0, 0)
            except OSError as error:
                last = error
                if error.errno not in (1, 38): passed.append(name)  # EPERM, ENOSYS
            else: passed.append(name)
        raise Loot(passed) if passed else last
    """, only_here=CONFINED),
    answer("settings of the kernel", 6, """
        os.close(os.open("/proc/sys/kernel/hostname", os.O_WRONLY))
        raise Loot("could be written")
    """, only_here=CONFINED),
    answer("typing into the terminal", 6, """
        import fcntl
        fcntl.ioctl(0, 0x5412, b" ")
        raise Loot("typed")
    """, only_here="there is a terminal only where somebody sits"),
]  # fmt: skip
