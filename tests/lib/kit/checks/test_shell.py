"""A notebook's shell is found where there is one; where there is none, nothing is loaded."""

import subprocess
import sys
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from lib.kit.checks.shell import running_shell, show

PROJECT = Path(__file__).resolve().parents[4]
JUDGE = """
import sys
import lib.kit.checks
from lib.kit.checks.shell import running_shell
assert running_shell() is None
assert not [name for name in sys.modules if name.startswith("IPython")]
"""


def test_who_only_judges_does_not_load_it() -> None:
    subprocess.run([sys.executable, "-c", JUDGE], cwd=PROJECT, check=True)


def test_the_shell_of_a_notebook() -> None:
    shell = InteractiveShell.instance()
    try:
        assert running_shell() is shell
        with capture_output() as shown:
            show("<b>well</b>")
        assert shown.outputs[0].data["text/html"] == "<b>well</b>"
    finally:
        InteractiveShell.clear_instance()
    assert running_shell() is None
