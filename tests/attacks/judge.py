"""Values that hurt whoever calculates with them: by size, by shape, by number, by what they do.

The submission loses the question that it answers so, and nothing else happens: the judge keeps to
its memory and its time, and judges the other questions.
"""

from .forge import FIND_ENCODER, PROTOCOL
from .recipe import ERROR, NORMS, POSITIVE, Attack, answer

AN_EXCEPTION = "an exception is all that comes of it there"
IN_PLACE = "it has nothing to rebuild"
# Answers with a header that no honest encoder writes.
FORGE_HEADER = (
    FIND_ENCODER
    + """
import msgpack
protocol = sys.modules["untrusted.protocol"]
def forge_value(wire):
    def encode(reply, *_):
        start = b"\\x94\\x01" + msgpack.packb(reply[0]) + msgpack.packb("value")
        return protocol.Frame(start + wire, b"")
    worker.encode = encode
def many(unit, count):
    return b"\\xdd" + (count + 1).to_bytes(4, "big") + b"\\x00" + unit * count
"""
)

ATTACKS: list[Attack] = [
    # -- shapes -----------------------------------------------------------------------------
    answer("a tensor that broadcasts over millions", 6, """
        def centre(x): return torch.zeros(2**22, 1, 1)
    """),
    answer("truth values without end", 8, """
        def is_positive(x): return torch.ones(1, dtype=torch.bool).expand(2**40)
    """, at=POSITIVE, only_here=AN_EXCEPTION),
    answer("truth values for millions", 8, """
        def is_positive(x): return torch.cat([x > 0, torch.zeros(2**24, dtype=torch.bool)])
    """, at=POSITIVE),
    answer("a length for each of millions", 9, """
        def norms(x): return x.square().sum(dim=1).sqrt().expand(2**23).contiguous()
    """, at=NORMS),
    answer("an empty tensor of 2**40 rows", 9, """
        def norms(x): return torch.zeros(2**40, 0)
    """, at=NORMS),
    answer("an empty tensor of a million rows", 9, """
        def norms(x): return torch.zeros(2**20, 0)
    """, at=NORMS),
    answer("a tensor as large as may be sent", 6, """
        def centre(x): return torch.zeros(2**24 - 2**10)
    """, only_here=IN_PLACE),
    answer("a thousand tensors", 6, """
        def centre(x): return [torch.zeros(2**14) for _ in range(1000)]
    """, only_here=IN_PLACE),
    # -- dtypes -----------------------------------------------------------------------------
    answer("numbers of another kind", 6, """
        def centre(x): return (x - x.mean(dim=1, keepdim=True)).to(torch.complex64)
    """, only_here=AN_EXCEPTION),
    answer("half the digits", 9, """
        def norms(x): return torch.full((1,), float("inf"), dtype=torch.bfloat16)
    """, at=NORMS, only_here=AN_EXCEPTION),
    answer("integers that wrap around", 9, """
        def norms(x): return torch.tensor([-2**63])
    """, at=NORMS, only_here=AN_EXCEPTION),
    # -- numbers ----------------------------------------------------------------------------
    answer("a tensor of NaN for a number", 7, """
        def error(prediction, target): return torch.tensor(float("nan"))
    """, at=ERROR),
    answer("a number beyond all floats", 7, """
        def error(prediction, target): return 10**400
    """, at=ERROR, only_here=AN_EXCEPTION),
    answer("a number of two thousand digits", 7, """
        def error(prediction, target): return -(10**2000)
    """, at=ERROR, only_here=AN_EXCEPTION),
    answer("a number of a million digits", 7, """
        def error(prediction, target): return 1 << 2**22
    """, at=ERROR, only_here=AN_EXCEPTION),
    answer("a number that computes for ever", 7, """
        class Slow(float):
            def compute(self, *_):
                while True: pass
            __sub__ = __rsub__ = __abs__ = __lt__ = compute
        def error(prediction, target): return Slow()
    """, at=ERROR),
    answer("a tensor that computes for ever", 6, """
        class Slow(torch.Tensor):
            @classmethod
            def __torch_function__(cls, *_, **__):
                while True: pass
        def centre(x): return x.as_subclass(Slow)
    """),
    # -- containers ---------------------------------------------------------------------------
    answer("lists in lists in lists", 6, """
        def centre(x):
            nested = []
            for _ in range(10**5): nested = [nested]
            return nested
    """, only_here=AN_EXCEPTION),
    answer("thirty thousand dicts", 6, """
        def centre(x): return [{1: 2} for _ in range(3 * 10**4)]
    """, only_here=AN_EXCEPTION),
    answer("a hundred thousand tuples", 6, """
        def centre(x): return [(number,) for number in range(10**5)]
    """, only_here=AN_EXCEPTION),
    answer("keys of a megabyte", 6, """
        def centre(x): return {"k" * 2**20: x, "l" * 2**19: x}
    """, only_here=AN_EXCEPTION),
    answer("keys that look for their place", 6, """
        def centre(x): return {number << 44: 0 for number in range(2**16)}
    """, only_here=AN_EXCEPTION),
    answer("a type with a name of a megabyte", 6, """
        def centre(x): return type("T" * 2**20, (), {})()
    """, only_here=AN_EXCEPTION),
    # -- what no honest worker sends ------------------------------------------------------------
    answer("a quarter of a million lists, all real", 6, """
        def centre(x): forge_value(many(b"\\x91\\x00", 2**18))
    """, given=FORGE_HEADER, only_here=PROTOCOL, costs_more=True),
    answer("a hundred thousand handles", 6, """
        def centre(x): forge_value(many(b"\\x93\\x07\\x01\\xa0", 10**5))
    """, given=FORGE_HEADER, only_here=PROTOCOL, costs_more=True),
    answer("thirty thousand handles", 6, """
        def centre(x): forge_value(many(b"\\x93\\x07\\x01\\xa0", 3 * 10**4))
    """, given=FORGE_HEADER, only_here=PROTOCOL, costs_more=True),
    answer("2**40 rows of nothing", 6, """
        def centre(x): forge_value(msgpack.packb([5, 8, 2**40, 0]))
    """, given=FORGE_HEADER, only_here=PROTOCOL, costs_more=True),
    answer("a tensor of more than was sent", 6, """
        def centre(x): forge_value(msgpack.packb([5, 8, 2**62, 2**62, 2**62]))
    """, given=FORGE_HEADER, only_here=PROTOCOL, costs_more=True),
]  # fmt: skip
