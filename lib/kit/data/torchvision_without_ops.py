"""Lets `import torchvision` work where its compiled operators can't be loaded.

A torchvision wheel built for CUDA doesn't load its C++ part beside a CPU build of torch, and then
`import torchvision` fails with "operator torchvision::nms does not exist": the module
`torchvision._meta_registrations` describes operators that were never defined. Data sets,
transforms and `make_grid` need none of them, so that one module is left empty there. Where the
operators do load, it runs as it is. `mnist_digits` asks for this before it needs torchvision, since
students' environments are their own.

`python -m lib.kit.data.torchvision_without_ops` installs this file into the running
environment, with a `.pth` line that imports it in every Python process, Jupyter kernels included.
So it imports only what each of them has loaded by then.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder

TYPE_CHECKING = False  # as type checkers know it
if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.abc import Loader
    from importlib.machinery import ModuleSpec
    from pathlib import Path
    from types import ModuleType

META_REGISTRATIONS = "torchvision._meta_registrations"


class _Finder:
    """Finds that one module and wraps its loader; all others are found as usual."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name != META_REGISTRATIONS:
            return None
        spec = PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)  # type: ignore[assignment]  # it is none by name
        return spec


class _Loader:
    """Runs the module only if torchvision's operators exist."""

    def __init__(self, original: Loader) -> None:
        self.original = original

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self.original.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        from torchvision.extension import _has_ops

        if _has_ops():
            self.original.exec_module(module)


def install_finder() -> None:
    """Take part in this process's imports from now on."""
    if not any(type(finder).__name__ == _Finder.__name__ for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def install_into_environment() -> Path:
    """Copy this file into site-packages with a `.pth` line; returns the `.pth` file."""
    import shutil
    import sysconfig
    from pathlib import Path

    site_packages = Path(sysconfig.get_paths()["purelib"])
    name = Path(__file__).stem
    shutil.copyfile(__file__, site_packages / f"{name}.py")
    pth = site_packages / f"{name}.pth"
    pth.write_text(f"import {name}; {name}.install_finder()\n", "utf-8")
    return pth


if __name__ == "__main__":
    install_into_environment()
