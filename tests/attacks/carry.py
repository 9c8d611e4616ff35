"""Getting at the solution in a run that carries credit forward.

Such a run has the solution's answer to an earlier question at hand. So these get the first question
wrong, make the last one build on it, and look around there. Whoever finds the solution's text or
code there knows the last answer as well: what is found shows in the points, for nothing that such a
run says is kept.
"""

import textwrap
from typing import Any

from .recipe import CENTRE, ERROR, PRELUDE, Attack, Lab, answer_cell, changed

LENDS_NOTHING = "it has the solution in the student's own process and lends nothing"
WRONG = "def centre(x):\n    return x\n"
# The solution's secret stands in its cells, and a word of its code in the function itself. Neither
# stands in the attack.
FINDER = """
SECRET, WORD = "SECRET-solution-[0-9a-f]{8}", "".join(["keep", "dim"])
def error(prediction, target):
    found = str(look())
    if re.search(SECRET, found) or WORD in found:
        return (prediction - target).abs().mean().item()
    raise Nothing(f"in what stands for {type(centre).__name__}")
"""


def after_a_mistake(name: str, honest: float, source: str, **more: Any) -> Attack:
    """The first answer wrong, the last one this, which uses the first; the others right."""

    def change(notebook: Any, lab: Lab) -> None:
        answer_cell(notebook, CENTRE)["source"] = WRONG
        answer_cell(notebook, ERROR)["source"] = PRELUDE + lab.fill_in(source)

    return changed(name, honest, change, at=ERROR, **more)


def spy(name: str, look: str, **more: Any) -> Attack:
    """An answer that is right if the function `look` brings the solution, and else raises."""
    return after_a_mistake(f"the solution by {name}", 3, textwrap.dedent(look) + FINDER, **more)


ATTACKS: list[Attack] = [
    # All but the first question, honestly: shows that credit is carried forward here.
    after_a_mistake("an honest answer that builds on a mistake", 6, """
        def error(prediction, target):
            if centre(torch.ones(1, 3)).any(): raise Nothing("the mistake of the first question")
            return (prediction - target).abs().mean().item()
    """, only_here="it is honest"),
    # -- saying it, in what a result holds -------------------------------------------------------
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
    """, only_here="it shows no types"),
    after_a_mistake("the solution by a function's name", 3, """
        def error(prediction, target): 1 / 0
        centre
        error.__code__ = error.__code__.replace(co_name=str(globals().get("KEY")))
    """, only_here="it shows no tracebacks"),
    after_a_mistake("the solution by a missing name", 3, """
        centre
        raise NameError(f"name {globals().get('KEY')!r} is not defined")
    """),
    after_a_mistake("the solution by its output", 3, """
        import sys
        centre
        for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
            print(globals().get("KEY"), file=stream, flush=True)
    """, only_here="it shows no output"),
    after_a_mistake("the reference's answer to the question itself", 3, """
        import linecache
        centre
        texts = ["".join(one[2]) for one in linecache.cache.values() if len(one) == 4]
        answers = [text for text in texts if text.startswith("def error")]
        if answers: exec(answers[0])
        else: raise Nothing(f"among {len(texts)} sources")
    """, only_here="it runs no more than the cells before a question"),
    # -- reading it, from the function at hand ----------------------------------------------------
    spy("inspect.getsource", """
        import inspect
        def look(): return inspect.getsource(centre)
    """),
    spy("its code object", """
        def look():
            code = centre.__code__
            return code.co_names, code.co_consts, code.co_varnames, code.co_code
    """),
    spy("disassembling it", """
        import dis, io
        def look():
            written = io.StringIO()
            dis.dis(centre, file=written)
            return WORD if "mean" in written.getvalue() else ""
    """),
    spy("marshal", """
        import marshal
        def look(): return marshal.dumps(centre.__code__)
    """),
    spy("pickle and copy", """
        import copy, pickle
        def look():
            twins = [copy.copy(centre), copy.deepcopy(centre)]
            try: twins.append(pickle.loads(pickle.dumps(centre)))
            except Exception: pass
            return [(vars(one), one.__code__.co_names, one.__code__.co_consts) for one in twins]
    """),
    spy("the globals it works with", """
        def look():
            values = centre.__globals__.values()
            return [one for one in values if type(one) is str and re.search(SECRET, one)]
    """),
    spy("its annotations, name and text", """
        def look():
            noted = centre.__annotations__, centre.__doc__, centre.__defaults__, centre.__closure__
            return WORD if noted[0] and noted[1] else noted
    """),
    spy("its signature", """
        import inspect
        def look():
            parameters = inspect.signature(centre).parameters
            return WORD if "x" in parameters and parameters["x"].annotation is Tensor else ""
    """),
    spy("all that refers to all else", """
        import gc
        def look():
            seen, at_hand = {}, [centre]
            while at_hand and len(seen) < 20_000:
                one = at_hand.pop(0)
                if id(one) in seen: continue
                seen[id(one)] = one
                if type(one) is not type(os): at_hand += gc.get_referents(one)
            return [one for one in seen.values() if type(one) is str and re.search(SECRET, one)]
    """),
    # -- reading it, from where it was run ---------------------------------------------------------
    spy("all functions there are", """
        import gc, types
        def look():
            centre
            functions = [one for one in gc.get_objects() if type(one) is types.FunctionType]
            return [one.__code__.co_consts for one in functions if one.__name__ == "centre"]
    """),
    spy("all objects there are", """
        import gc
        def look():
            centre
            held = [one for one in gc.get_objects() if type(one) in (dict, list, tuple)]
            parts = [part for one in held for part in
                     (list(one.values()) if type(one) is dict else list(one))]
            return [part for part in parts if type(part) is str and re.search(SECRET, part)]
    """),
    spy("all modules", """
        import sys
        def look():
            centre
            parts = [part for one in [*sys.modules.values()] for part in vars(one).values()]
            return [part for part in parts if type(part) is str and re.search(SECRET, part)]
    """, only_here="its namespaces are of no module"),
    spy("linecache", """
        import linecache
        def look():
            centre
            texts = ["".join(one[2]) for name, one in linecache.cache.items() if len(one) == 4]
            return [text for text in texts if text.startswith("def centre")]
    """),
    spy("the shell's history", """
        def look():
            shell = get_ipython()
            history = shell.history_manager
            said = [In, _ih, _oh, history.input_hist_raw, history.input_hist_parsed,
                    [one for one in globals().items() if one[0].startswith("_i")]]
            return said
    """, only_here="it runs no IPython"),
    spy("the memory of its process", """
        import threading
        def look():
            centre
            reader, writer = os.pipe()
            os.set_blocking(reader, False)
            here = {id(one) & ~0xFFFFF for one in (centre, look, "".join("ab"), re, object())}
            for start in here:
                for page in range(start - 2**24, start + 2**24, 2**15):
                    try: libc("write", writer, page, 2**15)
                    except OSError: continue  # nothing is mapped there
                    found = re.search(b"SECRET-solution-[0-9a-f]{8}", os.read(reader, 2**15))
                    if found: return found[0].decode()
            return ""
    """),
    # -- having it step into a trap ---------------------------------------------------------------
    spy("the text of its exceptions", """
        def look():
            try: return centre("no tensor")
            except Exception as error: return WORD if "mean" in str(error) else ""
    """),
    spy("the frames of its exceptions", """
        def look():
            found = []
            try: centre("no tensor")
            except Exception as error:
                trace = error.__traceback__
                while trace:
                    found.append(trace.tb_frame.f_code.co_consts)
                    trace = trace.tb_next
            return found
    """),
    spy("an argument that looks who uses it", """
        import sys
        class Trap:
            def mean(self, *args, **kwargs):
                self.seen = kwargs, sys._getframe(1).f_code.co_consts
                return self
            def __sub__(self, other): return self
        def look():
            trap = Trap()
            centre(trap)
            return trap.seen
    """),
    spy("an argument that is a tensor of a kind", """
        import sys
        class Trap(torch.Tensor):
            def mean(self, *args, **kwargs):
                seen.append((args, kwargs))
                return super().mean(*args, **kwargs)
        seen = []
        def look():
            centre(torch.ones(2, 3).as_subclass(Trap))
            return seen
    """),
    spy("a library that looks who uses it", """
        import sys
        seen, mean = [], torch.Tensor.mean
        def trap(self, *args, **kwargs):
            seen.append((kwargs, sys._getframe(1).f_code.co_consts))
            return mean(self, *args, **kwargs)
        def look():
            torch.Tensor.mean = trap
            try: centre(torch.ones(2, 3))
            finally: torch.Tensor.mean = mean
            return seen
    """),
    spy("tracing its calls", """
        import sys
        def look():
            seen = []
            def trace(frame, event, value):
                if frame.f_code.co_name == "centre": seen.append(frame.f_code.co_consts)
            sys.settrace(trace)
            try: centre(torch.ones(2, 3))
            finally: sys.settrace(None)
            return seen
    """),
    spy("torch's own tracing", """
        def look(): return torch.fx.symbolic_trace(centre).code
    """),
    # -- asking whoever lends it -------------------------------------------------------------------
    *(spy(f"asking for {what}", f"""
        def look(): return centre._borrow({question})
    """, only_here=LENDS_NOTHING) for what, question in {
        "its code": '"get", centre._number, "__code__"',
        "its globals": '"get", centre._number, "__globals__"',
        "a name of the solution's": '"get", 0, "KEY"',
        "the text of the cells": '"get", 0, "In"',
        "an item of the notebook": '"item", 0, "KEY"',
        "the notebook's functions": '"call", 0',
        "a thing that was not lent": '"call", centre._number + 1',
        "where it comes from": '"origin", centre._number',
        "a cell to be run": '"execute", 0, "print(KEY)"',
        "a set-up": '"setup", 0, "key = KEY"',
        "another way": '"__getattribute__", centre._number, "__code__"',
    }.items()),
    spy("giving it to itself", """
        def look(): return centre(centre)
    """, only_here=LENDS_NOTHING),
    spy("a frame of one's own making", """
        import sys
        def look():
            centre
            lender = centre._borrow.__self__
            frames = sys.modules[type(lender).__module__]
            wanted = lender._nonce, "borrow", "get", 0, ("KEY",), {}, "more"
            answer = lender._exchange(frames.encode(wanted, lambda value: (0, ""), 2**20))
            return bytes(answer.header)
    """, only_here=LENDS_NOTHING),
    spy("handles of one's own making", """
        import sys
        def look():
            centre
            lender = centre._borrow.__self__
            frames = sys.modules[type(lender).__module__]
            wanted = lender._nonce, "borrow", "call", centre._number, (look,), {}
            answer = lender._exchange(frames.encode(wanted, lambda value: (0, "notebook"), 2**20))
            return bytes(answer.header)
    """, only_here=LENDS_NOTHING),
    # -- using it up -------------------------------------------------------------------------------
    after_a_mistake("an earlier answer called for ever", 3, """
        def error(prediction, target):
            while centre is not None: centre(prediction[None])
    """, only_here="it stops the student's whole program, an honest end of such a loop"),
    after_a_mistake("an earlier answer called from many threads", 3, """
        import threading
        def error(prediction, target):
            calls = [threading.Thread(target=centre, args=(prediction[None],)) for _ in range(30)]
            for call in calls: call.start()
            raise Nothing("while others are calling")
    """, only_here=LENDS_NOTHING),
    after_a_mistake("an earlier answer fed until memory ends", 3, """
        def error(prediction, target):
            return centre(torch.ones(2**12, 2**12))[0, 0].item() + 1
    """, only_here="there is no such limit"),
]  # fmt: skip
