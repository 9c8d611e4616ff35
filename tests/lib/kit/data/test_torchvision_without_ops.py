"""torchvision imports in every process of this environment, with or without its operators."""

import subprocess
import sys


def test_what_labs_need_of_torchvision_imports() -> None:
    program = "import torchvision.datasets, torchvision.transforms, torchvision.utils"
    subprocess.run([sys.executable, "-P", "-s", "-c", program], check=True)


def test_other_imports_pass_by() -> None:
    from lib.kit.data.torchvision_without_ops import _Finder

    assert _Finder().find_spec("json", None) is None
