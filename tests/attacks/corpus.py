"""All attacks, by group."""

from . import carry, escape, exhaust, forge, ingest, learn, output, page, read
from .recipe import Attack

GROUPS: dict[str, list[Attack]] = {
    "read": read.ATTACKS,
    "carry": carry.ATTACKS,
    "forge": forge.ATTACKS,
    "learn": learn.ATTACKS,
    "escape": escape.ATTACKS,
    "exhaust": exhaust.ATTACKS,
    "ingest": ingest.ATTACKS,
    "output": output.ATTACKS,
    "page": page.ATTACKS,
}
