"""What a model does where there are two devices. On a machine with one, a tensor lies on it
wherever it was made. So `meta` stands for the other device; tensors have no values there.

Nothing is earned here: who works with values, or chooses the device some other way, passes.
"""

import re
from typing import Any

from torch import Tensor

from lib.kit.checks import fail, take_list, take_text

# What torch says of tensors on two devices.
TWO_DEVICES = re.compile(r"(same|expected) device")
MOST_KINDS = 10  # of devices
# What it says of a text that names none.
NO_DEVICE = re.compile(r"device string|start of device", re.IGNORECASE)

# All that the notebook calls a device is exchanged.
EXCHANGE = """
import torch

own = {
    name: value
    for name, value in names.items()
    if name == "device" or isinstance(value, torch.device)
}
names.update(dict.fromkeys(own, torch.device("meta")))
"""

# Without comments and texts, which say what code does not do as well; a text that is given to what
# moves something stays.
CODE = """
import ast

MOVES = ("device", "to", "set_default_device", "get_device_module", "type")
tree = ast.parse(cell)
calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
names_of = [getattr(call.func, "attr", getattr(call.func, "id", "")) for call in calls]
given = [one for call, name in zip(calls, names_of) if name in MOVES for one in call.args]
given += [named.value for call in calls for named in call.keywords if named.arg == "device"]
kept = {id(one) for one in given}

class WithoutTexts(ast.NodeTransformer):
    def visit_JoinedStr(self, node):
        return ast.Constant(0)

    def visit_Constant(self, node):
        is_text = isinstance(node.value, str) and id(node) not in kept
        return ast.Constant(0) if is_text else node

code = ast.unparse(WithoutTexts().visit(tree))
"""

# Where the data lies, or what torch says, is as good a place as `device`.
MOVE = f"""{EXCHANGE}{CODE}
import re

others = r"cuda|mps|accelerator|\\.device\\b(?!\\s*\\()"
names["goes_elsewhere"] = re.search(others, code) is not None
"""

# While the notebook chooses, there seems to be a GPU; nothing can be moved to it.
ONE_GPU = f"""{CODE}
import torch

torch.cuda.own = torch.cuda.is_available, torch.cuda.device_count
torch.cuda.is_available, torch.cuda.device_count = lambda: True, lambda: 1
other_ways = ("accelerator", "mps", "default_device", "try:")
names["by_other_ways"] = any(word in code for word in other_ways)
"""
AS_BEFORE = """
import torch

if hasattr(torch.cuda, "own"):
    torch.cuda.is_available, torch.cuda.device_count = vars(torch.cuda).pop("own")
"""
CHOSEN = """
import torch

kind = torch.device(device).type
"""

# A model of an earlier question may be lent, from another process: that stays where it is.
KINDS = """
import torch

assert isinstance(model, torch.nn.Module)
kinds = sorted({parameter.device.type for parameter in model.parameters()})
"""

# The model's own code may read the notebook's devices.
EMBED_ON_META = f"""
import inspect

names = getattr(inspect.unwrap(getattr(made, "embed", made)), "__globals__", {{}})
{EXCHANGE}
says = ""
try:
    with torch.no_grad():
        made().eval().to("meta").embed(tokens.to("meta"))
except Exception as error:
    says = str(error)[:500]
finally:
    names.update(own)
"""

# A function's own code may mix its inputs with tensors that it makes.
ON_META = """
import torch
from torch.utils._pytree import tree_map

says = ""
try:
    with torch.no_grad():
        function(*tree_map(lambda one: one.to("meta") if torch.is_tensor(one) else one, arguments))
except Exception as error:
    says = str(error)[:500]
"""


def assert_chooses_gpu(submission: Any) -> None:
    """`device` must be the GPU where PyTorch can use one."""
    try:
        again = submission.again("device", ONE_GPU)
        kind = submission.setup(CHOSEN, device=again.device).kind
        by_other_ways = again.by_other_ways
    except Exception as error:
        if NO_DEVICE.search(str(error)):
            fail("`device` is no device where PyTorch can use a GPU", "The GPU is called `cuda`")
        return  # it tries the GPU out
    finally:
        submission.setup(AS_BEFORE)
    if take_text(kind, "a device") == "cpu" and by_other_ways is not True:
        fail("`device` is the CPU even where PyTorch can use a GPU", "Ask `torch.cuda` for one")


def assert_moved(submission: Any, name: str) -> None:
    """The cell that makes a model must put it where the notebook's `device` says."""
    try:
        again = submission.again(name, MOVE)
        kinds = submission.setup(KINDS, model=getattr(again, name)).kinds
        goes_elsewhere = again.goes_elsewhere
    except Exception:  # it works with values, or is made elsewhere
        return
    where = [take_text(kind, "a device") for kind in take_list(kinds, range(MOST_KINDS), "devices")]
    if where != ["meta"] and goes_elsewhere is not True:
        fail(f"{name} is not on `device`", "`model.to(device)` moves a model there")


def assert_embeds_elsewhere(submission: Any, tokens: Tensor) -> None:
    """Where tokens, (batch, seq_len), and the model are on another device, so are positions."""
    probe = submission.setup(EMBED_ON_META, made=submission.AttentionModel, tokens=tokens)
    if TWO_DEVICES.search(take_text(probe.says, "an error")):
        hint = "`positions.to(tokens.device)` is where the tokens are"
        fail("the embedded tokens and their positions are on two devices", hint)


def assert_stays_on_device(submission: Any, name: str, arguments: list[Any]) -> None:
    """Where its inputs are on another device, a function must make its tensors there, too."""
    probe = submission.setup(ON_META, function=getattr(submission, name), arguments=arguments)
    if TWO_DEVICES.search(take_text(probe.says, "an error")):
        hint = "`x.new_zeros(…)`, or `device=x.device`, makes a tensor where x is"
        fail(f"`{name}` makes tensors on another device than that of its inputs", hint)
