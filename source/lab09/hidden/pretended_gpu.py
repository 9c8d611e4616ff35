"""Set-up code that runs a call as if the CPU were a GPU, too.

Who wrote "cuda" where `device` belongs has never seen it fail at a desk with a GPU. Without one the
call raises, and nothing else in it could be judged: what that costs, tests of their own ask.
"""

ON_PRETENDED_GPU = """
import torch

def is_gpu(value):
    return str(value).split(":")[0] == "cuda" and isinstance(value, str | torch.device)

class PretendedGpu(torch.overrides.TorchFunctionMode):
    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function is torch.Tensor.cuda:
            return args[0]
        args = ["cpu" if is_gpu(value) else value for value in args]
        kwargs = {name: "cpu" if is_gpu(value) else value for name, value in (kwargs or {}).items()}
        return function(*args, **kwargs)

def run(call):
    try:
        return call()
    except Exception as error:
        if "CUDA" not in str(error) or not forgives:
            raise
    with PretendedGpu():
        return call()
"""
