"""A sentence behind Python's own words where these tell a student little."""

import re

_FUNCTION = r"(builtin_function_or_method|function|method)"
# What a message holds, and what is said then.
_MEANT = {
    r"^(?!element |your code raised|run |.*of type NoneType, not).*NoneType": (
        "It is None, which a function without `return` gives"
    ),
    r"^(your code raised|run ).*NoneType": "`NoneType` is the type of None",
    r"\bellipsis\b": "`...` is still there: put your answer in its place",
    r"only integer tensors of a single element": (
        "Is it a tuple? Some layers return several results: unpack them, or take the first"
    ),
    r"of type list, not (generator|filter|map|zip|reversed|range|dict_\w+)\b": (
        "`list(…)` makes a list of it"
    ),
    rf"not (of type )?{_FUNCTION}\b|(Type|Attribute)Error: .*'{_FUNCTION}'": (
        "That is a function itself: to call it, write `()` behind its name"
    ),
    r"not (of type )?type\b|(Type|Attribute)Error: .*(type object '|'type')": (
        "That is a class itself: to make an object, write `()` behind its name"
    ),
    r"missing 1 required positional argument: 'self'": (
        "It was called on a class: make an object first, with `()` behind the name of the class"
    ),
}


def explained(message: str) -> str:
    """The message, and what it means if Python's words are no plain ones."""
    meant = [says for words, says in _MEANT.items() if re.search(words, message)]
    return ". ".join([message.removesuffix("."), *meant]) if meant else message
