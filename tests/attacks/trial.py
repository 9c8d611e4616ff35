"""One attack, tried on the naive grader; and what it is called in tests."""

import json
import shutil

from .formgrader_page import formgrader_page
from .naive_grader import NaiveGrader
from .pages import alive_in_page
from .recipe import Attack
from .site import Site


def name_of(value: object) -> str:
    """An attack's name."""
    return getattr(value, "name", str(value))


def achieved(attack: Attack, site: Site, naive: NaiveGrader, group: str = "") -> list[str]:
    """What an attack achieved where the naive grader grades it."""
    paths = [site.hand_in(one, grader=naive.revive()) for one in attack.together]
    site.settle()
    answers = naive.grade(paths)
    events = site.evidence("".join(said for _, said in answers))
    for one, (got, said) in zip(attack.together, answers, strict=True):
        if got != one.honest:
            events.append(f"{got - one.honest:+g} points")
        if "took too long" in said:
            events.append("took too long")
    if group == "page":  # graders open what was handed in, as nbgrader shows it
        for path in paths:
            notebook = json.loads(path.read_text("utf-8"))
            events += alive_in_page(formgrader_page(notebook, is_configured=False))
    for path in paths:
        shutil.rmtree(path.parents[1])
    return events
