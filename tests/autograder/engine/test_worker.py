"""A submission may do what it likes: it costs its own worker at most, and no more than its time."""

import hashlib
import os
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch

from autograder.engine import (
    Cause,
    CellError,
    Limits,
    Policy,
    StudentError,
    Worker,
    WorkerLost,
    Zygote,
)

Fork = Callable[..., Worker]
ProcessesBelow = Callable[[int], set[int]]

# What an attacker finds in its own process: its end of the connection, and what builds replies.
FIND_CONNECTION = """
import gc, socket
connection = next(o for o in gc.get_objects() if type(o) is socket.socket and o.fileno() >= 0)
"""
FIND_ENCODER = """
import untrusted.worker
honest = untrusted.worker.encode
def forge(make):
    untrusted.worker.encode = lambda reply, *rest: honest(make(reply), *rest)
"""


# -- cells ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = 1\nraise ValueError('no')", CellError("ValueError", "no", "line 2 of its cell")),
        ("def f():\n    1 / 0\nf()",
         CellError("ZeroDivisionError", "division by zero", "line 2 of its cell, in f")),
        ("x = (", CellError("SyntaxError", "incomplete input", "line 1 of its cell")),
        ("import sys; sys.exit(2)", CellError("SystemExit", "2", "line 1 of its cell")),
        ("raise KeyboardInterrupt", CellError("KeyboardInterrupt", "", "line 1 of its cell")),
        ("input()", CellError("EOFError", "EOF when reading a line", "line 1 of its cell")),
        ("raise BaseException('\\x1b[31m' + 'x' * 10**7)",
         CellError("BaseException", "\ufffd[31m" + "x" * 295 + " …", "line 1 of its cell")),
        ("class E(Exception):\n    def __str__(self): raise ValueError\nraise E",
         CellError("an exception", "its message can't be read", "")),
        ("class E(Exception):\n    def __str__(self): return 5\nraise E",
         CellError("an exception", "its message can't be read", "")),
        ("def f(): f()\nf()",
         CellError("RecursionError", "maximum recursion depth exceeded",
                   "line 1 of its cell, in f")),
        ("raise type('E' * 10**6, (Exception,), {})",
         CellError("E" * 100, "", "line 1 of its cell")),
    ],
)  # fmt: skip
def test_a_failing_cell_says_why_and_the_worker_lives_on(
    fork: Fork, source: str, expected: CellError
) -> None:
    worker = fork("kept = 5")
    assert worker.execute(source) == expected
    assert worker.submission.kept == 5


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\n%config InlineBackend.figure_format = 'retina'",
        "%matplotlib widget",
        "%gui qt",
        "!ls\n!touch made",
        "files = !ls",
        "%pip install nothing",
        "%%bash\ntouch made",
        "%%time\nx = 1",
        "%timeit -n1 -r1 1 + 1",
        "%load_ext autoreload\n%autoreload 2",
        "import matplotlib\nmatplotlib.use('TkAgg')\nplt.switch_backend('QtAgg')",
        "import matplotlib.pyplot as plt\nplt.imshow([[1, 2]])\nplt.colorbar()\nplt.show()",
        "for i in range(30):\n    plt.figure()",
        "from tqdm.auto import tqdm\nfor i in tqdm(range(3)): pass",
        "from tqdm.notebook import tqdm\nfor i in tqdm(range(3)): pass",
        "from IPython.display import HTML, Image, clear_output, display\ndisplay(HTML('<b>b</b>'))",
        "clear_output()\n'shown'",
        "print('x' * 10**7)\nimport sys\nsys.stderr.write('x' * 10**7)",
        "import warnings\nwarnings.warn('careful')",
        "import asyncio\nawait asyncio.sleep(0)",
        "import threading\nthreading.Thread(target=print).start()",
        "class Bad:\n    def __repr__(self): raise ValueError\nBad()",
        "import pickle\nclass A: ...\npickle.loads(pickle.dumps(A()))",
    ],
    ids=lambda source: source.split("\n")[0],
)
def test_what_notebooks_do_is_accepted(notebook: Worker, source: str) -> None:
    assert notebook.execute(source) is None
    assert not notebook.submission.setup("import os\nmade = os.path.exists('made')").made


@pytest.fixture(scope="module")
def notebook(zygote: Zygote) -> Iterator[Worker]:
    worker = zygote.fork(0)
    source = (
        "import matplotlib.pyplot as plt\nimport torch\nfrom torch.utils.data import DataLoader"
    )
    assert worker.execute(source) is None
    yield worker
    worker.kill()


def test_torch_works_after_the_fork(fork: Fork) -> None:
    """A thread in the zygote, or a parallel operation before the fork, would hang here."""
    worker = fork("""
        import torch
        from torch import nn
        def learn(threads):
            torch.set_num_threads(threads)
            torch.rand(500, 500) @ torch.rand(500, 500)
            lstm = nn.LSTM(16, 32, num_layers=2, batch_first=True, bidirectional=True)
            attention = nn.MultiheadAttention(64, 4, batch_first=True)
            optimizer = torch.optim.Adam([*lstm.parameters(), *attention.parameters()])
            hidden, _ = lstm(torch.rand(8, 200, 16))
            output, _ = attention(hidden, hidden, hidden)
            output.square().mean().backward()
            optimizer.step()
            return output
        """)
    assert worker.submission.learn(1).shape == (8, 200, 64)
    assert worker.submission.learn(2).isfinite().all()


@pytest.mark.parametrize("number", [1, 2, 4, 1000])
def test_threads_that_are_asked_for_neither_fail_nor_change_values(fork: Fork, number: int) -> None:
    """Where fewer came than torch had been promised, an LSTM in training was wrong."""
    worker = fork(f"""
        import os, torch
        torch.set_num_threads({number})
        torch.set_num_interop_threads({number})
        os.environ |= dict(OMP_NUM_THREADS="{number}", MKL_NUM_THREADS="{number}")
        def read(weights, tokens):
            torch.set_num_threads({number})
            lstm = torch.nn.LSTM(16, 32, batch_first=True)
            lstm.load_state_dict(weights)
            return lstm(tokens)[0]
        """)
    torch.manual_seed(0)
    lstm, tokens = torch.nn.LSTM(16, 32, batch_first=True), torch.rand(8, 50, 16)
    hidden = worker.submission.read(dict(lstm.state_dict()), tokens)
    torch.testing.assert_close(hidden, lstm(tokens)[0].detach())


def test_what_would_compile_runs_as_it_is(fork: Fork) -> None:
    worker = fork("""
        import torch
        model = torch.compile(torch.nn.Linear(2, 3))
        shape = tuple(model(torch.ones(1, 2)).shape)
        @torch.compile
        def double(x): return 2 * x
        """)
    assert worker.submission.shape == (1, 3)
    assert worker.submission.double(torch.ones(1)).item() == 2


def test_tests_find_the_usual_settings_and_cells_the_students(fork: Fork) -> None:
    worker = fork("""
        import os, warnings, numpy as np, torch
        torch.set_default_dtype(torch.float64)
        np.seterr(all="raise")
        warnings.simplefilter("error")
        def make():
            warnings.warn("careful")
            return str((torch.ones(1) * float(np.float64(1) / np.float64(0))).dtype)
        def change(): torch.set_default_dtype(torch.float16)
        """)
    for _ in range(2):
        worker.seed(1)
        assert worker.submission.make() == "torch.float32"
        worker.submission.change()
        assert worker.submission.make() == "torch.float16"  # in the same test
    assert worker.execute("after = str(torch.ones(1).dtype)") is None
    assert worker.submission.after == "torch.float64"
    failed = worker.execute("warnings.warn('careful')")
    assert failed is not None and failed.name == "UserWarning"


def test_runs_with_equal_seeds_are_equal(fork: Fork) -> None:
    source = """
        import random, numpy, torch
        def draw(): return random.random(), numpy.random.rand(), torch.rand(2).tolist(), {"a", "b"}
        first = draw()[:3] + (list(draw()[3]),)
        """
    one, same, other = fork(source, 2**60), fork(source, 2**60), fork(source, 1)
    assert one.submission.first == same.submission.first
    assert one.submission.first[0] != other.submission.first[0]
    one.seed(3)
    other.seed(3)
    assert one.submission.draw()[:3] == other.submission.draw()[:3]


@pytest.mark.parametrize("library", ["random", "numpy.random"])
def test_a_seed_that_fails_is_the_students_error_and_no_other_question_is_seeded(
    fork: Fork, library: str
) -> None:
    worker = fork(f"import {library}\n{library}.seed = None\nx = 1")
    worker.seed(3)
    with pytest.raises(StudentError, match="not callable"):
        _ = worker.submission.x
    assert worker.submission.x == 1


def test_a_seed_waits_for_a_question_that_can_be_asked(fork: Fork) -> None:
    worker = fork("import random\ndraw = random.random")
    worker.seed(3)
    first = worker.submission.draw()
    worker.seed(3)
    with pytest.raises(TypeError, match="can't be sent"):
        worker.submission.setup("", x=object())
    assert worker.submission.draw() == first


@pytest.mark.parametrize("level", ["strong", "acceptable"])
def test_a_worker_stays_on_the_cores_of_who_asked_for_it(level: str) -> None:
    allowed = os.sched_getaffinity(0)
    one = {min(allowed)}
    source = f"""
        import os
        os.sched_setaffinity(0, {allowed})
        cores = sorted(os.sched_getaffinity(0))
        """
    with Zygote(policy=Policy(level)) as zygote:
        os.sched_setaffinity(0, one)
        try:
            worker = zygote.fork(0)
        finally:
            os.sched_setaffinity(0, allowed)
        assert worker.execute(textwrap.dedent(source)) is None
        assert worker.submission.cores == sorted(one)


# -- what is shown ----------------------------------------------------------------------------

PICTURE = """
class Picture:
    drawn = 0
    def _repr_png_(self):
        type(self).drawn += 1
        return b"png"

class Own:
    shown = 0
    def _ipython_display_(self):
        type(self).shown += 1
"""


def test_what_nobody_sees_is_not_drawn(fork: Fork) -> None:
    worker = fork(PICTURE)
    assert worker.execute("display(Picture(), Own())\nPicture()") is None
    assert worker.execute("Own()") is None
    assert worker.submission.Picture.drawn == 0
    assert worker.submission.Own.shown == 2  # code of its own runs as anywhere


def test_who_captures_what_is_shown_gets_it(fork: Fork) -> None:
    source = """
        from IPython.display import Math, display
        from IPython.utils.capture import capture_output
        with capture_output() as captured:
            print("one")
            display(Math("x^2"))
        texts = captured.stdout, captured.outputs[0].data["text/latex"]
        """
    assert fork(source).submission.texts == ("one\n", "$\\displaystyle x^2$")


# -- ends -------------------------------------------------------------------------------------

ENDS = {
    "import os; os._exit(3)": r"^ended the program \(exit code 3\)$",
    "import ctypes; ctypes.string_at(0)": r"^crashed the program \(signal 11: Segmentation fault\)",
    "import os; os.abort()": r"^crashed the program \(signal 6: Aborted\)$",
    "import os; os.kill(os.getpid(), 9)": "signal 9: Killed, perhaps out of memory",
    "import os; os.kill(0, 15)": "signal 15: Terminated",
    "import os; os.closerange(3, 100)": "signal 9|exit code",
    "import threading, os; threading.Thread(target=os._exit, args=(1,)).start()\nwhile True: pass":
        "exit code 1",
}  # fmt: skip


@pytest.mark.parametrize("source", ENDS)
def test_a_program_that_ends_itself_loses_its_worker(fork: Fork, source: str) -> None:
    worker = fork()
    with pytest.raises(WorkerLost, match=ENDS[source]) as caught:
        worker.execute(source)
    for _ in range(2):
        with pytest.raises(WorkerLost) as again:
            _ = worker.submission.x
        assert str(again.value) == str(caught.value)
    assert fork("x = 1").submission.x == 1


STALLS = [
    "while True: pass",
    "import time; time.sleep(60)",
    "import signal\nfor n in (2, 15): signal.signal(n, signal.SIG_IGN)\nwhile True: pass",
    "import os, signal; os.kill(os.getpid(), signal.SIGSTOP)",
    "import torch; [torch.rand(2000, 2000) @ torch.rand(2000, 2000) for _ in range(10**6)]",
    "class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E",
    FIND_CONNECTION + "connection.sendall(bytes([9, 0, 0]))\nwhile True: pass",
    FIND_CONNECTION + "connection.sendall(bytes([9] + [0] * 9))\nwhile True: pass",
]


@pytest.mark.parametrize("source", STALLS)
def test_a_program_that_stalls_meets_its_deadline(
    zygote: Zygote, processes_below: ProcessesBelow, source: str
) -> None:
    before = processes_below(os.getpid())
    worker = zygote.fork(0)
    assert len(processes_below(os.getpid()) - before) == 1
    started = time.monotonic()
    with pytest.raises(WorkerLost, match=r"^exceeded the time limit of 0.4 s$") as lost:
        worker.execute(source, timeout_s=0.4)
    assert time.monotonic() - started < 20  # they go on for a minute, and for ever
    assert lost.value.cause is Cause.TIME
    assert processes_below(os.getpid()) == before


def test_calls_tests_and_submissions_have_limits(
    zygote: Zygote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zygote, "limits", Limits(call_timeout_s=0.6, submission_timeout_s=2.0))
    source = "import time\ndef nap(s): time.sleep(s)"
    workers = [zygote.fork(0) for _ in range(4)]
    for worker in workers:
        assert worker.execute(source) is None
    with pytest.raises(WorkerLost, match=r"limit of 0.6 s$"):
        workers[0].submission.nap(5)
    with (
        pytest.raises(WorkerLost, match=r"limit of 0.5 s for one test$"),
        workers[1].time_limit(0.5),
    ):
        for _ in range(5):
            workers[1].submission.nap(0.2)
    with workers[2].time_limit(0.1):
        pass
    workers[2].submission.nap(0.2)
    with pytest.raises(WorkerLost, match=r"limit of 2 s for the whole submission"):
        for _ in range(50):
            workers[2].submission.nap(0.1)
    with pytest.raises(WorkerLost, match="for the whole submission"):
        zygote.fork(0, ends_at=time.monotonic()).execute("")
    workers[3].kill()


def test_a_killed_worker_leaves_nothing(zygote: Zygote, processes_below: ProcessesBelow) -> None:
    before = processes_below(os.getpid())
    worker = zygote.fork(0)
    assert worker.execute("import os\nplace = os.getcwd()\nopen('file', 'w').write('x')") is None
    place = worker.submission.place
    worker.kill()
    worker.kill()
    assert processes_below(os.getpid()) == before
    assert not Path(place).exists()
    with pytest.raises(WorkerLost, match="ended by the grader"):
        worker.execute("")


# -- results ----------------------------------------------------------------------------------


def test_a_large_result_costs_only_its_question(fork: Fork) -> None:
    worker = fork(
        "import torch\nlarge = torch.zeros(2**25)\ntext = 'x' * 2**24\nx = []\nx.append(x)"
    )
    for name in ("large", "text", "x"):
        with pytest.raises(StudentError, match=r"^a result of your code can't be checked: it is"):
            getattr(worker.submission, name)
    assert worker.execute("") is None


def test_odd_tensors_cross_as_what_they_are(fork: Fork) -> None:
    worker = fork("""
        import ctypes, torch
        class Liar(torch.Tensor):
            @classmethod
            def __torch_function__(cls, *args, **kwargs): return True
        liar = torch.zeros(2).as_subclass(Liar)
        odd = torch.tensor([float("nan"), float("inf"), 1.0])
        flags = torch.zeros(3, dtype=torch.bool)
        ctypes.memset(flags.data_ptr(), 2, 2)
        """)
    assert worker.submission.liar.type_name == "Liar"
    assert worker.submission.odd.isfinite().tolist() == [False, False, True]
    assert int(worker.submission.flags.sum()) == 2
    assert type(worker.submission.odd) is torch.Tensor


FORGED = {
    "garbage": f"{FIND_CONNECTION}\nconnection.sendall(bytes([1] + [0] * 7 + [0xc1]))",
    "no tuple": f"{FIND_ENCODER}\nforge(lambda reply: 5)",
    "another nonce": f"{FIND_ENCODER}\nforge(lambda reply: (b'12345678', 'value', 1))",
    "too many answers": f"{FIND_ENCODER}\nforge(lambda reply: (*reply, 1))",
    "an array for a status": f"{FIND_ENCODER}\nimport numpy\n"
    "forge(lambda reply: (reply[0], numpy.zeros(2), 1))",
    "an array for a nonce": f"{FIND_ENCODER}\nimport numpy\n"
    "forge(lambda reply: (numpy.zeros(2), *reply[1:]))",
    "a lack of nothing": f"{FIND_ENCODER}\nforge(lambda reply: (reply[0], 'missing'))",
    "an error of tensors": f"{FIND_ENCODER}\nimport torch\n"
    "forge(lambda reply: (reply[0], 'raised', torch.ones(2), 'message', 'where', 0))",
    "an error of no known number": f"{FIND_ENCODER}\n"
    "forge(lambda reply: (reply[0], 'raised', 'E', 'message', 'where', 2**70))",
    "an error of a negative number": f"{FIND_ENCODER}\n"
    "forge(lambda reply: (reply[0], 'raised', 'E', 'message', 'where', -1))",
    "an error without a number": f"{FIND_ENCODER}\n"
    "forge(lambda reply: (reply[0], 'raised', 'E', 'message', 'where'))",
}


@pytest.mark.parametrize("name", FORGED)
def test_forged_answers_end_the_worker(fork: Fork, name: str) -> None:
    worker = fork()
    for _ in range(2):
        with pytest.raises(WorkerLost, match=r"^interfered with the grader's questions$") as lost:
            worker.execute(FORGED[name])
        assert lost.value.cause is Cause.VIOLATION


def test_answering_in_advance_is_noticed(fork: Fork) -> None:
    worker = fork()
    source = "forge(lambda reply: honest(reply, None, 1000).send(connection) or reply)"
    with pytest.raises(WorkerLost) as lost:  # at once, or with the next question
        worker.execute(f"{FIND_CONNECTION}{FIND_ENCODER}{source}")
        worker.execute("")
    assert lost.value.cause is Cause.VIOLATION


@pytest.mark.parametrize("lengths", ["255, 255", "0, 255"])
def test_a_flood_is_not_even_read(fork: Fork, lengths: str) -> None:
    flood = f"a, b = {lengths}\nconnection.sendall(bytes([a] * 4 + [b] * 4))\n"
    flood += "while True: connection.sendall(bytes(10**6))"
    worker = fork()
    with pytest.raises(WorkerLost, match=r"^sent too large a result$") as lost:
        worker.execute(FIND_CONNECTION + flood)
    assert lost.value.cause is Cause.TOO_LARGE


def test_threads_of_the_student_do_not_disturb(fork: Fork) -> None:
    worker = fork("""
        import threading
        count = [0]
        def work():
            while True: count[0] += 1
        threading.Thread(target=work).start()
        """)
    before = worker.submission.count
    time.sleep(0.05)
    assert worker.submission.count > before


# -- apart from each other and from the grader ---------------------------------------------------


def test_workers_know_nothing_of_each_other(fork: Fork) -> None:
    first = fork("import torch, math\nx = 1\nmath.pi = 3\nopen('note', 'w').write('x')")
    second = fork("import math, os\npi, files = math.pi, os.listdir()")
    assert second.submission.pi > 3.1
    assert "note" not in second.submission.files
    assert first.submission.x == 1
    first.kill()
    third = fork("names = sorted(globals())")
    assert "x" not in third.submission.names
    assert second.submission.pi > 3.1


def test_a_worker_has_its_own_copy_of_the_release(fork: Fork, support_dir: Path) -> None:
    worker = fork("""
        import os, sys
        from pathlib import Path
        import lib.kit.data
        from lib.kit.checks import check
        answer, place = lib.kit.data.ANSWER, os.getcwd()
        Path("figure.txt").write_text("changed")
        Path("lib/kit/data/__init__.py").write_text("ANSWER = 43")
        """)
    assert worker.submission.answer == 42
    assert (support_dir / "figure.txt").read_text() == "a file\n"
    assert not list(support_dir.rglob("__pycache__"))
    assert fork("import lib.kit.data\nanswer = lib.kit.data.ANSWER").submission.answer == 42


def test_nothing_that_grades_can_be_reached_by_import(fork: Fork) -> None:
    worker = fork("""
        import importlib.util, os, sys
        modules = sorted(sys.modules)
        def finds(name):
            try: return importlib.util.find_spec(name) is not None
            except ModuleNotFoundError: return False
        path, arguments, environment = sys.path[:], sys.argv[:], dict(os.environ)
        """)
    ours = {
        name for name in worker.submission.modules
        if name.split(".")[0] in ("lib", "autograder", "tests")
    }  # fmt: skip
    assert ours <= {"lib", "lib.kit", "lib.kit.checks"}  # what workers have in the checks' place
    for name in ("lib.reference.models", "lib.reference.training", "source", "autograder.engine",
                 "autograder.judge", "autograder.cli", "pytest_plugin"):  # fmt: skip
        assert not worker.submission.finds(name), name
    project = str(Path(__file__).resolve().parents[3])
    assert not [entry for entry in worker.submission.path if entry == project or not entry]
    assert "PATH" in worker.submission.environment
    assert "COURSE_SECRET" not in worker.submission.environment


def test_a_worker_holds_no_descriptor_but_its_own(fork: Fork) -> None:
    worker = fork("""
        import contextlib, os, stat
        modes = []
        for fd in range(3, 256):
            with contextlib.suppress(OSError): modes.append(os.fstat(fd).st_mode)
        sockets = [stat.S_ISSOCK(mode) for mode in modes]
        """)
    assert worker.submission.sockets == [True]


def torchvision_works() -> bool:
    try:
        import torchvision.utils  # noqa: F401
    except (ImportError, RuntimeError):
        return False
    return True


@pytest.mark.skipif(not torchvision_works(), reason="torchvision can't be imported here at all")
def test_torchvision_can_be_imported(fork: Fork) -> None:
    fork("from torchvision.datasets import MNIST\nfrom torchvision.utils import make_grid")


def test_a_renewed_handle_is_another_one_of_the_same_notebook(fork: Fork) -> None:
    worker = fork()
    worker.execute("x = 1")
    before = worker.submission
    worker.renew()
    assert worker.submission is not before
    assert (worker.submission.x, before.x) == (1, 1)
    assert worker.names_asked == {"x"}


# -- files -----------------------------------------------------------------------------------------


def test_a_file_of_many_pieces_is_whole_and_belongs_to_the_worker(fork: Fork) -> None:
    worker = fork("import os")
    content = os.urandom(3 * 2**20 + 7)
    worker.place("plots/loss.bin", content)
    worker.place("empty.txt", b"")
    assert worker.execute(
        "import hashlib\n"
        "status = os.stat('plots/loss.bin')\n"
        "mine = status.st_uid == os.getuid()\n"
        "digest = hashlib.sha256(open('plots/loss.bin', 'rb').read()).hexdigest()\n"
        "open('plots/loss.bin', 'ab').close()\n"
        "empty = os.path.getsize('empty.txt')"
    ) is None  # fmt: skip
    assert worker.submission.mine is True
    assert worker.submission.digest == hashlib.sha256(content).hexdigest()
    assert worker.submission.empty == 0


def test_what_lies_in_the_release_is_replaced_or_told_to_be_the_releases(tmp_path: Path) -> None:
    (tmp_path / "model.py").write_text("def f():\n    raise NotImplementedError('do it')\n")
    with Zygote(tmp_path) as zygote:
        worker = zygote.fork(0)
        worker.place("model.py", b"def f():\n    return 5\n")
        assert worker.execute("from model import f\nfive = f()") is None
        assert worker.submission.five == 5
        worker = zygote.fork(0)
        worker.lack("model.py", "was not handed in")
        error = worker.execute("from model import f\nfive = f()")
        assert error is not None
        assert error.where == "line 2 of model.py, which was not handed in, in f"


def test_hidden_files_are_gone_and_their_modules_stay(fork: Fork) -> None:
    worker = fork("def f():\n    import model\n    return model.x")
    worker.place("model.py", b"x = 5")
    worker.place("broken.py", b"x = ")
    worker.place("data.csv", b"a,b")
    worker.hide()
    assert worker.execute("import os\nleft = sorted(os.listdir())") is None
    assert not {"model.py", "broken.py", "data.csv"} & set(worker.submission.left)
    assert worker.submission.f() == 5
