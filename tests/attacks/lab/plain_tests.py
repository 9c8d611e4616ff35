"""The hidden tests of each lab as they are commonly written: asserts beside the student's code.

Lab -> question id -> points and the source of a test cell.
"""

PLAIN_TESTS = {
    "vault": {
        "ex1-centre": (4, """\
torch.manual_seed(1)
x = torch.randn(4, 6)
assert torch.allclose(centre(x), x - x.mean(dim=1, keepdim=True), atol=1e-6)
"""),
        "ex2-positive": (2, """\
x = torch.randn(40)
assert is_positive(x).sum() == (x > 0).sum()
"""),
        "ex3-norms": (1, """\
x = torch.randn(1, 3)
assert torch.allclose(norms(x), x.norm(dim=1))
"""),
        "ex4-error": (3, """\
prediction, target = torch.randn(2, 9)
expected = (prediction - target).abs().mean().item()
assert max(0.0, abs(error(prediction, target) - expected)) < 1e-6
"""),
    },
    "locker": {
        "ex1-centre": (4, """\
import random, statistics
x = [random.uniform(-5, 5) for _ in range(6)]
assert all(abs(a - (b - statistics.fmean(x))) < 1e-9 for a, b in zip(centre(x), x))
"""),
        "ex2-positive": (2, """\
x = [random.uniform(-5, 5) for _ in range(40)]
assert sum(is_positive(x)) == sum(one > 0 for one in x)
"""),
        "ex3-norms": (1, """\
x = [random.uniform(-5, 5) for _ in range(3)]
assert abs(norms(x) ** 2 - sum(one**2 for one in x)) < 1e-9
"""),
        "ex4-error": (3, """\
prediction, target = ([random.uniform(-5, 5) for _ in range(9)] for _ in range(2))
expected = sum(abs(p - t) for p, t in zip(prediction, target)) / 9
assert max(0.0, abs(error(prediction, target) - expected)) < 1e-9
"""),
    },
}  # fmt: skip
