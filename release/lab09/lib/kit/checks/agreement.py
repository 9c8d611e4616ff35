"""Verbs that agree with what they are said of: the loss has, the weights have."""

import re

_PLURAL = {"has": "have", "contains": "contain", "holds": "hold", "is": "are"}
# What comes behind a noun: `the logits` of a sum alone.
_BEHIND_NOUN = re.compile(r" (?:after|at|behind|for|from|in|of|on|that|to|when|where|with)\b.*")
_SINGULAR_IN_S = ("as", "is", "series", "ss", "us")


def agreed(what: str, verb: str) -> str:
    """A subject with its verb, which is given in the singular: has, contains, holds or is."""
    noun = _BEHIND_NOUN.sub("", what)
    is_plural = noun.endswith("s") and not noun.endswith(_SINGULAR_IN_S)
    return f"{what} {_PLURAL[verb] if is_plural else verb}"
