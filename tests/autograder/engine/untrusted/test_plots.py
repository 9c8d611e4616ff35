"""The adapter of matplotlib: it loads nothing, opens no window and keeps no figure."""

import subprocess
import sys
from pathlib import Path

from autograder.engine import Zygote

PROJECT = Path(__file__).resolve().parents[4]


def test_nothing_loads_it_unasked(
    loaded_by_the_grader: set[str], loaded_by_a_worker: set[str]
) -> None:
    assert "autograder.engine.untrusted.plots" in loaded_by_the_grader
    assert "matplotlib" not in loaded_by_the_grader | loaded_by_a_worker


def test_without_it_nothing_is_done() -> None:
    code = (
        "import sys; from autograder.engine.untrusted import plots\n"
        "plots.warm_up(); plots.close_all(); plots.keep_backend()\n"
        "print('matplotlib' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "False\n"


FIGURES = """
import matplotlib; matplotlib.use("Agg")
import matplotlib.pyplot as plt
from autograder.engine.untrusted import plots
plt.figure()
plots.warm_up()
print(len(plt.get_fignums()))
plots.close_all()
print(len(plt.get_fignums()))
"""


BACKENDS = """
import matplotlib
import matplotlib.pyplot as plt
from autograder.engine.untrusted import plots
plots.keep_backend()
switch_backend = plt.switch_backend
plots.keep_backend()
assert plt.switch_backend is switch_backend  # once is enough
plt.switch_backend("TkAgg")
matplotlib.use("QtAgg")
plt.switch_backend(newbackend="no such thing")
figure, _ = plt.subplots()
print(type(figure.canvas).__name__)
"""


def test_whatever_backend_is_asked_for_figures_are_drawn_to_memory() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", BACKENDS], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "FigureCanvasAgg\n"


def test_figures_are_forgotten_and_warming_up_leaves_none() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FIGURES], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["0", "0"]


def test_a_cell_finds_no_figure_of_the_one_before() -> None:
    with Zygote(imports=("matplotlib.pyplot",)) as zygote:
        worker = zygote.fork(0)
        assert worker.execute("import matplotlib.pyplot as plt\nfirst = plt.get_fignums()") is None
        assert worker.execute("plt.plot([1, 2])\nplt.show()\nbackend = plt.get_backend()") is None
        assert worker.execute("later = plt.get_fignums()") is None
        assert (worker.submission.first, worker.submission.later) == ([], [])
        assert worker.submission.backend.lower() == "agg"
