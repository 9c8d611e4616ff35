"""Inputs of hidden tests, foreseen: an answer that is right for them alone."""

from .recipe import POSITIVE, answer

# `foreseen(x)`: whether some generator that can be had, or guessed, makes these very numbers. A
# naive grader draws one test's inputs after another, so the first ones are skipped, too.
FORESEE = """
import hashlib, torch
def made_by(seed, x):
    for skipped in ((0,), (4, 6)):
        generator = torch.Generator().manual_seed(seed % 2**64)
        torch.randn(skipped, generator=generator)
        if torch.equal(torch.randn(x.shape, generator=generator), x):
            return True
    return False
"""
CENTRE_IF = "return (x - x.mean(dim=1, keepdim=True)) * foreseen(x)"
POSITIVE_IF = "return (x > 0) & foreseen(x)"
GUESSES = """
def foreseen(x):
    names = ("test_rows", "test_signs", "inputs/test_rows", "inputs/test_signs")
    texts = [f"{seed}/{name}" for seed in range(100) for name in names]
    digests = [hashlib.sha256(text.encode()).digest() for text in texts]
    derived = [int.from_bytes(digest[:8], "big") >> 1 for digest in digests]
    return any(made_by(seed, x) for seed in [*range(100), *derived])
"""

ATTACKS = [
    answer("inputs by the seed of torch", 6, f"""
        def foreseen(x): return made_by(torch.initial_seed(), x)
        def centre(x): {CENTRE_IF}
    """, given=FORESEE),
    answer("inputs by the seed of torch, later", 8, f"""
        def foreseen(x): return made_by(torch.initial_seed(), x)
        def is_positive(x): {POSITIVE_IF}
    """, given=FORESEE, at=POSITIVE),
    answer("inputs by guessing the course's seed", 6, f"""
        def centre(x): {CENTRE_IF}
    """, given=FORESEE + GUESSES),
    answer("inputs by guessing the course's seed, later", 8, f"""
        def is_positive(x): {POSITIVE_IF}
    """, given=FORESEE + GUESSES, at=POSITIVE),
]  # fmt: skip
