"""The first cell: what is here, or in one line what to do."""

import ast
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import pytest

from lib.kit import start
from lib.kit.start import NotReady, get_ready
from lib.kit.start.ready import OLDEST_PYTHON

PYTHON = ".".join(map(str, sys.version_info[:3]))
RICH = importlib.metadata.version("rich")


def said(folder: Path, requirements: str, project: str = "") -> str:
    """What it says of a folder with these files."""
    (folder / "requirements.txt").write_text(requirements, "utf-8")
    (folder / "pyproject.toml").write_text(project, "utf-8")
    with pytest.raises(NotReady) as caught:
        get_ready(folder)
    (line,) = caught.value._render_traceback_()
    assert line.startswith("Not ready: ") and line.endswith(".") and "\n" not in line
    return line


def test_it_prints_what_is_here(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (
        "\ufeff# packages\n--extra-index-url https://example.org\n\n"
        f"rich=={RICH}  # tables\njupyterlab\nnbgrader==99\nipykernel>99\n"
        'no-such-package; python_version < "3"\nRich>=1,<2\nrich==0.*\n'
    )
    (tmp_path / "requirements.txt").write_text(text, "utf-8")
    get_ready(tmp_path)
    found = f"rich {RICH}, Rich {RICH}, rich {RICH}"
    assert capsys.readouterr().out == f"Ready: Python {PYTHON}, {found}\n"


def test_a_package_that_only_the_import_system_knows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine_here.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "requirements.txt").write_text("mine-here>=3\n", "utf-8")
    get_ready(tmp_path)
    assert capsys.readouterr().out == f"Ready: Python {PYTHON}\n"


def test_missing_packages_come_from_where_the_lab_has_them(tmp_path: Path) -> None:
    index = "--extra-index-url https://example.org/cpu"
    text = f"{index}  # small\nno-such-package\nrich\nnone_such==2.1\n"
    assert f'run `%pip install "no-such-package" "none_such>=2.1" {index}`' in said(tmp_path, text)


@pytest.mark.parametrize("wanted", ["==", ">=", "~=", "==="])
def test_an_old_package(tmp_path: Path, wanted: str) -> None:
    assert f'rich {RICH} is too old: run `%pip install -U "rich>=99.1"`' in said(
        tmp_path, f"rich{wanted}99.1\n"
    )


def test_a_folder_that_is_not_whole(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match=r"requirements.txt is missing: put the whole folder"):
        get_ready(tmp_path)


def test_a_lab_that_needs_a_newer_python(tmp_path: Path) -> None:
    line = said(tmp_path, "rich\n", '[project]\nrequires-python = ">=3.99,<4"\n')
    assert f"Python {PYTHON} is too old, this lab needs 3.99 or newer: install it" in line


def test_an_old_python_is_told_before_anything_else() -> None:
    """With that version's number, and nothing to import that it lacks."""
    code = """
import sys
sys.version_info = (3, 7, 9, "final", 0)
for name in ("importlib.metadata", "packaging", "tomllib"):
    sys.modules[name] = None
from lib.kit.start import NotReady, get_ready
try:
    get_ready()
except NotReady as problem:
    print(problem)
"""
    project = Path(__file__).parents[4]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True
    )
    oldest = ".".join(map(str, OLDEST_PYTHON))
    wanted = f"Python 3.7.9 is too old, this lab needs {oldest} or newer: install it, and start"
    assert done.stdout.startswith(wanted) and done.stdout.count("\n") == 1


def test_an_old_python_can_read_it() -> None:
    folder = Path(start.__file__).parent
    files = [*folder.glob("*.py"), *(parent / "__init__.py" for parent in folder.parents[:2])]
    assert len(files) == 4
    for file in files:
        ast.parse(file.read_text("utf-8"), feature_version=(3, 7))
