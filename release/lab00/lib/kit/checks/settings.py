"""Process-wide settings: while a test runs, they are as they were when the notebook began.

A cell may change them, which is harmless at the desk: `torch.set_default_dtype(torch.float64)`,
`np.seterr(all="raise")`, `os.chdir("data")`. The next cells keep the student's own settings; a test
asks for what the task says, under the settings that the task was written for. So an answer that is
right under the student's own settings only is not right.

Two use this file: a worker before each test, and `check` in the student's own kernel, which so sees
what grading will see. It stands in both places, by a link, and imports no library unless loaded.
"""

import builtins
import contextlib
import decimal
import functools
import gc
import locale
import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple


class Setting(NamedTuple):
    """How to read and to write one setting, and what it is at the beginning."""

    read: Callable[[], Any]
    write: Callable[[Any], object]
    usual: Any


class Settings:
    """Those of this process. Make it before the notebook begins."""

    def __init__(self) -> None:
        self._of_python = of_python()

    @contextlib.contextmanager
    def as_usual(self) -> Iterator[None]:
        """Within this block, all settings are the usual ones; afterwards, as they were before."""
        with _without_inference_mode(), _warnings_are_no_errors(), decimal.localcontext(USUAL):
            own = [(setting, setting.read()) for setting in self._loaded()]
            try:
                for setting, value in own:
                    if value != setting.usual:
                        setting.write(setting.usual)
                yield
            finally:
                for setting, value in own:
                    if value != setting.read():
                        setting.write(value)

    def _loaded(self) -> Iterator[Setting]:
        """Settings of Python, and of the libraries that are loaded by now."""
        yield from self._of_python
        for library, settings in OF_LIBRARIES.items():
            if library in sys.modules:
                yield from settings()


USUAL = decimal.Context()


def of_python() -> tuple[Setting, ...]:
    """Of the interpreter and the process, as they are now."""
    least_depth = sys.getrecursionlimit()
    names, usual_names = vars(builtins), dict(vars(builtins))

    def read_names() -> dict[str, Any]:
        return usual_names if names == usual_names else names.copy()  # a copy is slow

    return (
        Setting(_folder, _enter_folder, _folder()),
        Setting(read_names, names.update, usual_names),
        # A higher limit is left: it harms nobody, and an answer may need it.
        Setting(
            lambda: min(sys.getrecursionlimit(), least_depth), sys.setrecursionlimit, least_depth
        ),
        Setting(gc.isenabled, lambda on: gc.enable() if on else gc.disable(), True),
        Setting(_locale, lambda name: locale.setlocale(locale.LC_ALL, name), _locale()),
    )


@functools.cache
def of_numpy() -> tuple[Setting, ...]:
    """What numpy does about errors in numbers, and how it writes arrays."""
    import numpy as np

    errors = {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
    writes = {
        **{"precision": 8, "threshold": 1000, "edgeitems": 3, "linewidth": 75, "suppress": False},
        **{"nanstr": "nan", "infstr": "inf", "sign": "-", "formatter": None, "legacy": False},
        "floatmode": "maxprec",
    }

    def read_form() -> dict[str, Any]:
        now = np.get_printoptions()
        return {name: now[name] for name in writes}  # type: ignore[literal-required]

    return (
        Setting(np.geterr, lambda kinds: np.seterr(**kinds), errors),
        Setting(read_form, lambda form: np.set_printoptions(**form), writes),
    )


@functools.cache
def of_torch() -> tuple[Setting, ...]:
    """Of torch, all that changes what is computed on a CPU."""
    import torch
    from torch.backends import cuda, mha, mkldnn

    set_grad_enabled: Any = torch._C._set_grad_enabled  # the public one is a context manager
    precise: Any = (mkldnn.matmul, mkldnn.conv, mkldnn.rnn)  # type: ignore[attr-defined]
    form = vars(torch._tensor_str.PRINT_OPTS)
    writes = {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80, "sci_mode": None}

    def default_device() -> Any:
        context = getattr(torch._GLOBAL_DEVICE_CONTEXT, "device_context", None)
        return context and context.device

    def detect_anomaly(on: bool) -> None:
        torch.set_anomaly_enabled(on, torch.is_anomaly_check_nan_enabled())

    return (
        Setting(torch.get_default_dtype, torch.set_default_dtype, torch.float32),
        Setting(default_device, torch.set_default_device, None),
        Setting(torch.is_grad_enabled, set_grad_enabled, True),
        Setting(torch.is_anomaly_enabled, detect_anomaly, False),
        Setting(torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode, 0),
        Setting(_flushes_denormal, torch.set_flush_denormal, False),
        Setting(
            lambda: torch.is_autocast_enabled("cpu"),
            lambda on: torch.set_autocast_enabled("cpu", on),
            False,
        ),
        _attribute(torch.backends, "fp32_precision", "none"),
        *(_attribute(part, "fp32_precision", "none") for part in precise),
        _attribute(mkldnn, "enabled", True),
        Setting(mha.get_fastpath_enabled, mha.set_fastpath_enabled, True),
        Setting(cuda.math_sdp_enabled, cuda.enable_math_sdp, True),
        Setting(cuda.flash_sdp_enabled, cuda.enable_flash_sdp, True),
        Setting(cuda.mem_efficient_sdp_enabled, cuda.enable_mem_efficient_sdp, True),
        Setting(lambda: dict(form), form.update, writes),
    )


OF_LIBRARIES: dict[str, Callable[[], tuple[Setting, ...]]] = {
    "numpy": of_numpy,
    "torch": of_torch,
}


def _attribute(owner: Any, name: str, usual: Any) -> Setting:
    return Setting(lambda: getattr(owner, name), lambda value: setattr(owner, name, value), usual)


def _without_inference_mode() -> AbstractContextManager[None]:
    torch = sys.modules.get("torch")
    if torch is None or not torch.is_inference_mode_enabled():
        return nullcontext()
    mode: AbstractContextManager[None] = torch.inference_mode(False)
    return mode


@contextlib.contextmanager
def _warnings_are_no_errors() -> Iterator[None]:
    kept = [kind for kind in warnings.filters if kind[0] != "error"]
    if len(kept) == len(warnings.filters):
        yield
        return
    with warnings.catch_warnings():
        warnings.filters[:] = kept  # type: ignore[index]
        yield


def _folder() -> str:
    """The current folder, "" if it is gone."""
    try:
        return os.getcwd()  # noqa: PTH109
    except OSError:
        return ""


def _enter_folder(path: str) -> None:
    with contextlib.suppress(OSError):  # it is gone
        os.chdir(path)


def _locale() -> str:
    return locale.setlocale(locale.LC_ALL)


def _flushes_denormal() -> bool:
    """Whether this thread takes the smallest numbers for zero."""
    return sys.float_info.min / 2 == 0
