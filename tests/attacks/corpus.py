"""All attacks: lab by lab, and there by group."""

from dataclasses import replace

from . import carry, escape, exhaust, file, forge, ingest, judge, learn, neighbour, output, page
from . import read as reading
from .recipe import Attack, answer

GROUPS: dict[str, list[Attack]] = {
    "read": reading.ATTACKS,
    "carry": carry.ATTACKS,
    "forge": forge.ATTACKS,
    "learn": learn.ATTACKS,
    "judge": judge.ATTACKS,
    "escape": escape.ATTACKS,
    "neighbour": neighbour.ATTACKS,
    "exhaust": exhaust.ATTACKS,
    "ingest": ingest.ATTACKS,
    "output": output.ATTACKS,
    "page": page.ATTACKS,
}
# Those to try in a lab without torch: they don't use it, and our side might answer in another way.
WITHOUT_TORCH = {
    "read": [
        "environment of the grader", "hidden tests by import", "gradebook",
        "neighbour who was graded before", "reference by import", "frames of a traceback",
        "own memory", "the expected value in the caller's names", "modules that grade",
    ],
    "carry": ["the solution by a cell's exception", "the solution by a missing name"],
    "forge": [
        "a number that says yes", "an object that claims to be a number", "NaN",
        "scores set in the caller", "a result in every descriptor", "a better gradebook",
        "an answer of no known form", "a handle that nobody gave", "check cells as answers",
    ],
    "judge": [
        "a number beyond all floats", "lists in lists in lists", "keys of a megabyte",
        "thirty thousand handles",
    ],
    "escape": [
        "a socket in no file system", "killing the parent", "a daemon", "clone3",
        "shared memory of POSIX", "a file that exists", "import shadowing",
    ],
    "neighbour": [
        "a lock on a shared file", "a name in shared memory", "the memory of a neighbour",
        "who opens a shared file",
    ],
    "exhaust": [
        "an endless loop in an answer", "a segmentation fault", "recursion without limit", "disk",
        "forks",
    ],
    "output": ["a script in a message", "a script as written answer"],
}  # fmt: skip
TORCH_LOADED = [
    replace(attack, loads=True)
    for attack in judge.ATTACKS
    if attack.name == "a tensor of more than was sent"
]
NO_TORCH = answer("torch, which this lab has not", 6, """
    import sys
    loaded = {name.partition(".")[0] for name in sys.modules} & {"torch", "numpy", "pandas"}
    raise Loot(loaded) if loaded else Nothing("of the large libraries")
""", only_here="it is about our process")  # fmt: skip


def _chosen(group: str, names: list[str]) -> list[Attack]:
    by_name = {attack.name: attack for attack in GROUPS[group]}
    return [by_name[name] for name in names]


CORPUS: dict[str, dict[str, list[Attack]]] = {
    "vault": GROUPS,
    "locker": {
        "file: code": file.CODE,
        "file: kinds": file.KINDS,
        "file: page": file.PAGE,
        **{f"{group}, no torch": _chosen(group, names) for group, names in WITHOUT_TORCH.items()},
        "torch": [NO_TORCH, *TORCH_LOADED],
    },
}
