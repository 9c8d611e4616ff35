"""Reading what isn't the student's: tests, reference, gradebook, neighbours, the grader itself."""

from .recipe import ERROR, Attack, answer

ATTACKS: list[Attack] = [
    answer("environment", 6, "search(str(dict(os.environ)))"),
    answer("environment of the grader", 6, """
        search(open(f"/proc/{$grader}/environ").read())
    """),
    answer("environment of the parent", 6, """
        search(open(f"/proc/{os.getppid()}/environ").read())
    """),
    answer("memory of the grader by /proc", 6, """
        with open(f"/proc/{$grader}/mem", "rb") as memory:
            raise Loot("its memory can be opened")
    """),
    answer("memory of the grader by process_vm_readv", 6, """
        import struct
        buffer = ctypes.create_string_buffer(16)
        local = struct.pack("PN", ctypes.addressof(buffer), 16)
        remote = struct.pack("PN", ctypes.addressof(buffer), 16)
        try:
            libc("process_vm_readv", $grader, local, 1, remote, 1, 0)
        except OSError as error:
            if error.errno != 14:  # no such address, but the process could be read
                raise
        raise Loot("its memory can be copied")
    """),
    answer("command lines", 6, """
        texts = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try: texts.append(open(f"/proc/{pid}/cmdline").read())
            except FileNotFoundError: pass  # it ended
        search(*texts)
    """),
    answer("hidden tests by path", 6, "search(open($hidden).read())"),
    answer("hidden tests by going up", 6, """
        search(open("../" * 30 + $hidden[1:]).read())
    """),
    answer("hidden tests by the root of another process", 6, """
        search(open(f"/proc/{$grader}/root" + $hidden).read())
    """),
    answer("hidden tests by a symbolic link", 6, """
        os.symlink($hidden, "mine.py")
        search(open("mine.py").read())
    """),
    answer("hidden tests by a hard link", 6, """
        os.link($hidden, "mine.py")
        search(open("mine.py").read())
    """),
    answer("hidden tests by import", 6, """
        import importlib.util
        spec = importlib.util.spec_from_file_location("stolen", $hidden)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        search(str(vars(module)))
    """),
    answer("hidden tests by their handle", 6, """
        handle = ctypes.create_string_buffer(136)
        handle[0] = 128  # how long a handle may be
        mount = ctypes.c_int()
        libc("name_to_handle_at", -100, $hidden.encode(), handle, ctypes.byref(mount), 0)
        fd = libc("open_by_handle_at", os.open("/", os.O_RDONLY), handle, os.O_RDONLY)
        search(open(fd).read())
    """),
    answer("solution", 6, "search(open($solution).read())"),
    answer("gradebook", 6, """
        import sqlite3
        book = sqlite3.connect(f"file:{$gradebook}?mode=ro", uri=True)
        search(str(book.execute("select * from grade").fetchall()))
    """),
    answer("gradebook through descriptors left open", 6, """
        texts = []
        for fd in range(3, 256):
            try: texts.append(os.pread(fd, 10**6, 0).decode(errors="replace"))
            except OSError: pass
        search(*texts)
    """),
    answer("neighbour", 6, "search(open($neighbour).read())"),
    answer("neighbour who was graded before", 6, """
        from pathlib import Path
        texts = []
        for path in Path("../..").glob("*/*/*.ipynb"):
            texts.append(path.read_text(errors="replace"))
        search(*texts)
    """),
    answer("reference by import", 6, """
        import sys
        sys.path.insert(0, $project)
        import lib.reference.attention
        raise Loot(f"the reference lies in {lib.reference.attention.__file__}")
    """),
    answer("names and frames", 6, """
        def centre(x):
            import sys
            frame, texts = sys._getframe(), []
            while frame:
                texts += [str(names) for names in (frame.f_locals, frame.f_globals)]
                frame = frame.f_back
            search(*texts)
    """),
    answer("frames of a traceback", 6, """
        def centre(x):
            try: 1 / 0
            except ZeroDivisionError as error: frame = error.__traceback__.tb_frame
            texts = []
            while frame:
                texts.append(str(frame.f_locals) + str(frame.f_code.co_consts))
                frame = frame.f_back
            search(*texts)
    """),
    answer("all objects", 6, """
        def centre(x):
            import gc
            kept = (dict, list, tuple, set)
            texts = [str(one)[:10**6] for one in gc.get_objects() if type(one) in kept]
            search(*texts)
    """),
    answer("own memory", 6, """
        def centre(x):
            texts = []
            with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb") as memory:
                for line in maps:
                    area, access, *_ , name = line.rstrip("\\n").split(" ", 5)
                    start, end = (int(one, 16) for one in area.split("-"))
                    if "rw" in access and "/" not in name and end - start < 2**26:
                        memory.seek(start)
                        texts.append(memory.read(end - start).decode("latin-1"))
            search(*texts)
    """),
    answer("the expected value in the caller's names", 7, """
        def error(prediction, target):
            import sys
            frame = sys._getframe()
            while frame := frame.f_back:
                for names in (frame.f_locals, frame.f_globals):
                    if "expected" in names:
                        return names["expected"]
            raise Nothing("no caller knows what is expected")
    """, at=ERROR),
    answer("modules that grade", 6, """
        import sys
        graders = "(_?pytest|nbgrader|autograder|test_vault)\\b"
        known = [name for name in sys.modules if re.match(graders, name)]
        raise Loot(known) if known else Nothing(f"among {len(sys.modules)} modules")
    """, only_here="it is one file; pytest and nbgrader are found elsewhere"),
    answer("terminal of the instructor", 6, """
        with open("/dev/tty") as terminal:
            raise Loot("it can be opened")
    """, only_here="there is a terminal only where somebody sits"),
]  # fmt: skip
