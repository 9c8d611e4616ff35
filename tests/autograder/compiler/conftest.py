"""Labs in files, and IPython itself as the judge of what it can run."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest
from IPython.core.inputtransformer2 import TransformerManager


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-golden",
        action="store_true",
        help="Write tests/golden/*/ as the compiler builds it now; look at the diff.",
    )


@pytest.fixture
def write_lab(tmp_path: Path) -> Callable[..., Path]:
    """Write a lab's text (or bytes) into a folder of its own and return the file."""

    def write(text: str | bytes, name: str = "lab.md") -> Path:
        path = tmp_path / "source" / Path(name).stem / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


@pytest.fixture(scope="session")
def runs_in_ipython() -> Callable[[str], None]:
    """Fail unless IPython, not our own reading of it, could compile a cell."""

    def check(cell: str) -> None:
        python = TransformerManager().transform_cell(cell)
        flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        compile(python, "<cell>", "exec", flags=flags, dont_inherit=True)

    return check
