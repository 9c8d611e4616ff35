"""Having the solution brought out by a run that carries credit forward.

Such a run has the reference's answer to an earlier question in the worker. So these get the first
question wrong, make the last one build on it, and look around there.
"""

from typing import Any

from .recipe import CENTRE, ERROR, PRELUDE, Attack, Lab, answer_cell, changed

CARRIES_NOTHING = "it runs every submission once"
WRONG = "def centre(x):\n    return x\n"


def after_a_mistake(name: str, honest: float, source: str) -> Attack:
    """The first answer wrong, the last one this, which uses the first; the others right."""

    def change(notebook: Any, lab: Lab) -> None:
        answer_cell(notebook, CENTRE)["source"] = WRONG
        answer_cell(notebook, ERROR)["source"] = PRELUDE + lab.fill_in(source)

    return changed(name, honest, change, at=ERROR, only_here=CARRIES_NOTHING)


ATTACKS: list[Attack] = [
    # All but the first question, honestly: shows that credit is carried forward here.
    after_a_mistake("an honest answer that builds on a mistake", 6, """
        def error(prediction, target):
            if centre(torch.ones(1, 3)).any(): raise Nothing("the mistake of the first question")
            return (prediction - target).abs().mean().item()
    """),
    after_a_mistake("the solution by an exception", 3, """
        def error(prediction, target):
            import linecache
            centre
            search(str(linecache.cache), str(globals()))
    """),
    after_a_mistake("the solution by a cell's exception", 3, """
        import linecache
        centre
        search(str(linecache.cache), str(globals()))
    """),
    after_a_mistake("the solution by a type's name", 3, """
        def error(prediction, target):
            centre
            return type(str(globals().get("KEY")), (), {})()
    """),
    after_a_mistake("the solution by a function's name", 3, """
        def error(prediction, target): 1 / 0
        centre
        error.__code__ = error.__code__.replace(co_name=str(globals().get("KEY")))
    """),
    after_a_mistake("the solution by a missing name", 3, """
        centre
        raise NameError(f"name {globals().get('KEY')!r} is not defined")
    """),
    after_a_mistake("the solution by its output", 3, """
        import sys
        centre
        for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
            print(globals().get("KEY"), file=stream, flush=True)
    """),
    after_a_mistake("the reference's answer to the question itself", 3, """
        import linecache
        centre
        texts = ["".join(one[2]) for one in linecache.cache.values() if len(one) == 4]
        answers = [text for text in texts if text.startswith("def error")]
        if answers: exec(answers[0])
        else: raise Nothing(f"among {len(texts)} sources")
    """),
]  # fmt: skip
