"""Code is plain if it can't reach what runs it; whatever can is named."""

import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.judge.plain_code import HARMLESS, POWERS, Surroundings, reaches_out, surroundings
from lib.kit import checks

GIVEN = [
    "import sys\nimport os\nimport functools\nimport torch\nfrom torch import Tensor, nn",
    "from torch.optim import Adam\nfrom torch.utils.data import DataLoader, Dataset",
    "from tqdm.auto import tqdm\nfrom lib.kit.checks import check, progress",
]
LAB = ["torch", "torch.nn.functional", "torch.nn.utils.rnn", "torch.optim.lr_scheduler"]
LAB += ["own.plot", "lib.kit.checks", "numpy"]
PLAIN = [
    "import math\nfrom itertools import chain\nimport torch.nn.functional as F\nF.softmax",
    "def f(x: Tensor) -> torch.Tensor:\n    return x.softmax(dim=0) @ torch.ones(3)",
    "class Model(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    "        self.fc = nn.Linear(2, 3)\n        self._kept: list[int] = []\n"
    "    def __call__(self, x):\n        return self._kept, self.fc(x)",
    "class Part:\n    __slots__ = ('m',)\n    def __add__(self, other: 'Part') -> 'Part':\n"
    "        return self\nwhole = functools.reduce(Part.__add__, [])",
    "class Double(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n"
    "        ctx.size = x.shape\n        return x",
    "@torch.no_grad()\ndef f(model):\n    model.training = False\n    model.fc.weight.data += 1",
    "@torch.no_grad\ndef f(x):\n    try:\n        return isinstance(x, (Tensor, nn.Module))\n"
    "    except (ValueError, torch.cuda.OutOfMemoryError) as error:\n        raise error",
    "import numpy as np\nnp.zeros(3, dtype=np.int64)",
    "print(type(x).__name__, type(x) is int, type(x) == type(y), type(x) in (int, Tensor))",
    "print('of', type(x), model.__class__.__name__, f'{type(x)} {torch.__version__}')",
    "%matplotlib inline\n!pip list\nimport json",
    "%%time\nx = 1",
    "!pip install numpy\n",
    "!ls",
    "layer = getattr(model, 'fc', None)",
    "Block = type('Block', (nn.Module,), {'forward': lambda self, x: x, '__init__': None})",
    "from concurrent.futures import ThreadPoolExecutor\nwith ThreadPoolExecutor(2) as pool: ...",
    "sys.setrecursionlimit(10_000)\nprint(os.cpu_count())",
    "for progress in range(3):\n    global check\n    check = progress",
    "if __name__ == '__main__':\n    progress()",
    "def outer(f):\n    @functools.wraps(f)\n    def inner(*args):\n        return f(*args)\n"
    "    return inner",
    "import abc\nclass Base(metaclass=abc.ABCMeta): ...",
    "from torch.nn.utils.rnn import pad_packed_sequence\ntorch.utils.data.random_split(x, [1])",
    "match x:\n    case Tensor(shape=[a, b]):\n        print(f'{a.item():.3f} {b!r}')",
    "model.eval()\noptimizer = Adam(model.parameters(), lr=1e-3)\n"
    "optimizer.param_groups[0]['lr'] = 1",
    "query = self.query(tokens)\nlist(map(int, '12'))",
    "self.__dict__['kept'] = self.__dict__.get('kept', 0)",
    "def f(x: Tensor | None, y: list[tuple[Tensor, nn.Module]] = []) -> Tensor | int: ...",
    "isinstance(x, Tensor | nn.Module)",
    "from torch.optim.lr_scheduler import StepLR\nStepLR(optimizer, 1).step()",
    "import numpy as np\ndef f(x: np.ndarray) -> np.ndarray | None:\n    isinstance(x, np.ndarray)",
    "torch.onees(1), torch.onees.x, torch.nn.functional.soft_max",
    "import torch\ntorch.linalg.norm(x)\nfrom torch.fft import fft\ntorch.nn.Linear(2, 3)",
    "import own.plot as plt\nplt.show(block=False)\nfrom own.plot import show\nshow()",
    "loader: 'DataLoader[int]' = DataLoader(data)",
    "",
]
REACHING = {
    "import gc": "`gc`",
    "import os.path": "`os.path`",
    "import torch._C": "`torch._C`",
    "import torch.library": "`torch.library`",
    "import numpy.lib.stride_tricks as tricks": "`numpy.lib.stride_tricks`",
    "torch.nn.modules.module.register_module_forward_hook(f)": "`torch.nn.modules.module."
    "register_module_forward_hook`",
    "torch.utils.cpp_extension.load_inline": "`torch.utils.cpp_extension.load_inline`",
    "import ctypes as math": "`ctypes`",
    "from os import system": "`os.system`",
    "from torch import *": "`torch.*`",
    "from torch import _C": "`torch._C`",
    "from torch import ops": "`torch.ops`",
    "from torch import load": "`torch.load`",
    "from . import own": "`.`",
    "import of_mine": "`of_mine`",
    "from operator import attrgetter": "`operator.attrgetter`",
    "from typing import get_type_hints as hints": "`typing.get_type_hints`",
    "from dataclasses import fields": "`dataclasses.fields`",
    "import dataclasses\ndataclasses.fields(C)": "`dataclasses.fields`",
    "import statistics\nstatistics.sys": "`statistics.sys`",
    "import dataclasses as d\nd.inspect.stack()": "`d.inspect.stack`",
    "sys.modules": "`sys.modules`",
    "sys._getframe()": "`_getframe`",
    "os.system('ls')": "`os.system`",
    "torch.os.getpid()": "`torch.os.getpid`",
    "torch.sys.modules": "`torch.sys.modules`",
    "torch._C": "`_C`",
    "torch.load('x')": "`torch.load`",
    "torch.ops.load_library('x')": "`torch.ops.load_library`",
    "torch.compile(f)": "`torch.compile`",
    "torch.jit.script(f)": "`torch.jit.script`",
    "torch.exp = f": "`torch.exp = …`",
    "torch.Tensor.exp = f": "`torch.Tensor.exp = …`",
    "del nn.Module.__call__": "`nn.Module.__call__ = …`",
    "Tensor.exp, b = f, 1": "`Tensor.exp = …`",
    "for nn.Linear.forward in [f]: ...": "`nn.Linear.forward = …`",
    "kept = torch.Tensor": "`torch.Tensor`",
    "patch(Tensor)": "`Tensor`",
    "patch(C=nn.Module)": "`nn.Module`",
    "[Tensor][0].exp": "`Tensor`",
    "import functools\nfunctools.update_wrapper(a, b, ['exp'])": "`functools.update_wrapper`",
    "@functools.wraps(f, [name])\ndef g(): ...": "`functools.wraps`",
    "from functools import wraps as w\nw(f, [name])(g)": "`w`",
    "kept = functools.wraps": "`functools.wraps`",
    "class A(Tensor, metaclass=lambda name, bases, names: bases[0]): ...": "`metaclass`",
    "type(x) == taker": "`type`",
    "type(x) in takers": "`type`",
    "int = taker\ntype(x) == int": "`type`",
    "torch.get_device_module('cpu')": "`torch.get_device_module`",
    "import enum": "`enum`",  # `Enum("C", {name: value})` makes a class with any attribute
    "class Meta(type): ...": "`type`",
    "import abc\nclass Meta(abc.ABCMeta): ...": "`abc.ABCMeta`",
    "from abc import ABCMeta\nABCMeta('C', (), {name: f})": "`ABCMeta`",
    "from torch.ao.quantization.utils import getattr_from_fqn": "`torch.ao.quantization.utils`",
    "torch.ao.quantization.utils.getattr_from_fqn(f, name)": "`torch.ao.quantization.utils."
    "getattr_from_fqn`",
    "from lib.kit.checks.selfcheck import Submission": "`lib.kit.checks.selfcheck`",
    "import lib.kit.checks\nlib.kit.checks.selfcheck.Submission({})": "`lib.kit.checks.selfcheck."
    "Submission`",
    "from torch.optim import lr_scheduler, optimizer": "`torch.optim.optimizer`",
    "torch.nn.ParameterDict()": "`torch.nn.ParameterDict`",
    "def f(x: (C := nn.Module)): ...": "`nn.Module`",
    "def f(x: own[nn.Module]): ...": "`nn.Module`",
    "def f(x) -> own | nn.Module: ...": "`nn.Module`",
    "x: [C for C in [nn.Module]] = 1": "`nn.Module`",
    "isinstance(x, f(nn.Module))": "`nn.Module`",
    "isinstance(x, (C := nn.Module, int))": "`nn.Module`",
    "def isinstance(x, C): ...\nisinstance(x, nn.Module)": "`nn.Module`",
    "try: ...\nexcept (C := torch.cuda.OutOfMemoryError): ...": "`torch.cuda.OutOfMemoryError`",
    "import numpy as np\nnp.ndarray((1,), object, buffer)": "`np.ndarray`",  # objects anywhere
    "from numpy import ndarray\nkept = ndarray": "`ndarray`",
    "import numpy\nclass A(numpy.recarray): ...": "`numpy.recarray`",
    "import numpy\nnumpy.memmap(file, object)": "`numpy.memmap`",
    "import numpy\nnumpy.rec.fromstring(text, kinds)": "`numpy.rec.fromstring`",
    "self.__dict__[name] = 1": "`__dict__`",
    "self.__dict__.update(names)": "`__dict__`",
    "kept = self.__dict__": "`__dict__`",
    "x.y" + ".y" * 20: "a long chain of attributes",
    "x().y" + ".y" * 20: "a long chain of attributes",
    "functools.singledispatch(f)": "`functools.singledispatch`",
    "f.register(g)": "`register`",
    "type('T', (object,), {name: 1})": "`type`",
    "type('T', (object,), names)": "`type`",
    "dict(__getattribute__=f)": "`__getattribute__`",
    "class R:\n    match f:\n        case __reduce_ex__: ...": "`__reduce_ex__`",
    "class R:\n    class __reduce_ex__: ...": "`__reduce_ex__`",
    "class R:\n    from math import floor as __reduce_ex__": "`__reduce_ex__`",
    "class R:\n    async def __getattribute__(self, name): ...": "`__getattribute__`",
    "class R:\n    __ｒeduce_ex__ = f": "`__reduce_ex__`",
    "x = ｅval('1')": "`eval`",
    "import math as __builtins__": "`__builtins__`",
    "import torch.utils.collect_env": "`torch.utils.collect_env`",
    "from torch.utils import hooks": "`torch.utils.hooks`",
    "import torch.nn.utils.parametrize": "`torch.nn.utils.parametrize`",
    "from torch.utils.bottleneck import torch as t": "`torch.utils.bottleneck`",
    "from tqdm.nowhere import os": "`tqdm.nowhere.os`",
    "from tqdm.nowhere import np as n": "`tqdm.nowhere.np`",
    "import own.plot as plt\nplt.os.system('ls')": "`plt.os.system`",
    "import own.plot as plt\nplt.within.other": "`plt.within.other`",
    "from own.plot import torch as t": "`own.plot.torch`",
    "import numpy as np\nnp.rec.fromstring(text, kinds)": "`np.rec.fromstring`",
    "torch.nn.utils.prune.identity": "`torch.nn.utils.prune.identity`",
    "from own import cbook": "`own.cbook`",
    "error.obj": "`obj`",
    "def print(kind): ...\nprint(type(x))": "`type`",
    "from mine import print\nprint(type(x))": "`mine`",
    "match 1:\n    case print: ...\nprint(type(x))": "`type`",
    "kept = x.__class__\nkept.__name__": "`__class__`",
    "%matplotlib {eval('1')}": "code that can't be read",
    "!echo $x": "code that can't be read",
    "%time x": "code that can't be read",
    "x = 1\n%matplotlib inline": "code that can't be read",
    "x = (1\n%pip + eval('2')\n)": "`eval`",
    "%timeit x": "code that can't be read",
    "%%python\nx": "code that can't be read",
    "class Meta(type): ...\nclass C(metaclass=Meta): ...": "`metaclass`",
    "kept = torch": "`torch`",
    "vars(torch)": "`vars`",
    "patch(torch.nn)": "`torch.nn`",
    "x.__class__": "`__class__`",
    "f.__globals__['sys']": "`__globals__`",
    "self.__class__": "`__class__`",
    "self.gi_frame": "`gi_frame`",
    "g.gi_frame.f_back": "`f_back`",
    "error.__traceback__": "`__traceback__`",
    "C.mro()[1]": "`mro`",
    "model._modules": "`_modules`",
    "type(x)(3)": "`type`",
    "patch(type)": "`type`",
    "getattr(x, name)": "`getattr`",
    "getattr(x, '_name')": "`getattr`",
    "getattr(f, 'gi_frame')": "`getattr`",
    "setattr(x, 'a', 1)": "`setattr`",
    "eval('1')": "`eval`",
    "exec('1')": "`exec`",
    "kept = exec": "`exec`",
    "open('x')": "`open`",
    "globals()": "`globals`",
    "__builtins__": "`__builtins__`",
    "__import__('gc')": "`__import__`",
    "get_ipython()": "`get_ipython`",
    "In[0]": "`In`",
    "'{0.__globals__}'.format(f)": "the text '{0.__globals__}'",
    "def f(x: \"__import__('gc')\"): ...": "the type \"__import__('gc')\"",
    "def f(x: 'exec(chr(65))'): ...": "the type 'exec(chr(65))'",
    "def f() -> 'exec(chr(65))': ...": "the type 'exec(chr(65))'",
    "class T:\n    def __torch_function__(self): ...": "`__torch_function__`",
    "class T:\n    def __getattr__(self, name): ...": "`__getattr__`",
    "class T:\n    def __instancecheck__(self, x): ...": "`__instancecheck__`",
    "class T:\n    __class__ = int": "`__class__`",
    "match f:\n    case object(__globals__=g): ...": "`__globals__`",
    "match g:\n    case object(gi_frame=frame): ...": "`gi_frame`",
    "def f(:": "code that can't be read",
    "x = '\0'": "code that can't be read",
    "(" * 300 + ")" * 300: "code that can't be read",
    "x = " + "-" * 50_000 + "1": "code that can't be read",
    "%pip" + " " * 90_000 + "{": "code that can't be read",
    "#" * 100_001: "too much code",
}


@pytest.fixture(scope="module")
def around() -> Surroundings:
    assert torch and checks  # the judge has imported what tests use
    return surroundings(GIVEN, [], LAB)


@pytest.mark.parametrize("source", PLAIN)
def test_plain(source: str, around: Surroundings) -> None:
    own = surroundings(GIVEN, [source], LAB)
    assert reaches_out(source, own) == ""


@pytest.mark.parametrize("source", REACHING, ids=range(len(REACHING)))
def test_reaching_out(source: str) -> None:
    own = surroundings(GIVEN, [source], LAB)
    assert reaches_out(source, own) == REACHING[source]


def test_what_another_cell_imports_counts() -> None:
    cells = ["import torch as t", "t.os.getpid()", "from torch import nn as gc", "gc.Linear(2, 3)"]
    own = surroundings(GIVEN, cells, LAB)
    assert [reaches_out(cell, own) for cell in cells] == ["", "`t.os.getpid`", "", ""]


@pytest.mark.parametrize("name", sorted(POWERS))
def test_no_power_by_way_of_a_module(name: str, around: Surroundings) -> None:
    assert reaches_out(f"torch.{name}", around) == f"`torch.{name}`"
    assert reaches_out(f"from torch import {name}", around) == f"`torch.{name}`"


@settings(deadline=None)
@given(st.sampled_from(sorted(sys.stdlib_module_names - HARMLESS - {"random"})))
def test_no_module_of_pythons_own_by_way_of_a_library(name: str) -> None:
    around = surroundings([*GIVEN, "import one_that_is_not_loaded as other"], [], LAB)
    assert reaches_out(f"other.{name}.x", around)
    if getattr(torch, name, None) is sys.modules.get(name, torch):
        assert reaches_out(f"torch.{name}.x", around)


@settings(deadline=None)
@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda b: b.decode("latin-1")))
def test_any_text_can_be_read(source: str) -> None:
    assert isinstance(reaches_out(source, surroundings(GIVEN, [source], LAB)), str)
