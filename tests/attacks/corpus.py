"""All attacks, by group."""

from . import carry, escape, exhaust, forge, ingest, judge, learn, neighbour, output, page, read
from .recipe import Attack

GROUPS: dict[str, list[Attack]] = {
    "read": read.ATTACKS,
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
