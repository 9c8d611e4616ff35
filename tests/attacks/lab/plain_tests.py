"""The vault's hidden tests as they are commonly written: asserts beside the student's code.

Question id -> points and the source of a test cell.
"""

PLAIN_TESTS = {
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
}  # fmt: skip
