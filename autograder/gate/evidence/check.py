"""The gate's check: every test is shown all liars, and may believe none."""

from ...engine import EngineUnavailable
from ...errors import shown
from ...judge.pool import Failed
from ...on_word import WITNESSED_FILE
from ..bench import Bench, Finding, Seen
from .deception import NUM_LIARS, Deception, Found, Lie
from .liars import FLATTERIES
from .only_costs import read_only_costs
from .witnessed import read_witnessed

PARTS = 2  # of the questions, each in a process of its own


def check_evidence(bench: Bench) -> Seen:
    """No test passes on a liar, but for those that are listed with a reason."""
    if bench.solution is None:
        return Seen("nothing: there is no solution")
    tests = {test.name: test for test in bench.subject.tests}
    heard = _deceive(bench)
    costs = read_only_costs(bench.subject.hidden_dir)
    found = costs.without(heard)
    witnessed = read_witnessed(bench.subject.hidden_dir)
    findings = [
        Finding(f"{shown(test.path)}:{test.line}", _what_is_wrong(name, lies))
        for name, test in tests.items()
        if (lies := found.get(name)) and (name not in witnessed.names or _broken(lies))
    ]
    findings += [*witnessed.findings(tests, found), *costs.findings(heard)]
    points = witnessed.points(tests)
    looked_at = f"{len(tests)} tests, {NUM_LIARS} liars, {points:g} worker-witnessed points"
    return Seen(looked_at, findings, witnessed.notes(tests))


def _deceive(bench: Bench) -> Found:
    """Which tests passed on which liars.

    Raises:
        EngineUnavailable, HiddenTestsBroken: if nothing can be judged.
    """
    assert bench.solution is not None
    questions = [q.id for q in bench.subject.assignment.questions if not q.written]
    parts = (tuple(questions[start::PARTS]) for start in range(PARTS))
    found: Found = {}
    for _, answer in bench.pool.run(Deception(bench.solution, part) for part in parts if part):
        if isinstance(answer, Failed):
            raise EngineUnavailable(f"the tests can't be shown liars: {answer.reason}")
        found |= answer
    return found


def _what_is_wrong(test: str, lies: list[list[str]]) -> str:
    if [Lie.UNHEARD, ""] in lies:
        return f"{test} was shown no liar, as the solution fails it; fix one of them"
    if broken := _broken(lies):
        return f"{test} is itself broken where an answer is wrong ({broken}); fix it"
    advice = "compare values with what follows from inputs of yours, or give your reason in"
    return f"{test} believes a liar ({_how(lies)}): {advice} {WITNESSED_FILE}"


def _broken(lies: list[list[str]]) -> str:
    """What a test raises that is broken itself; empty if none is."""
    return next((words for kind, words in lies if kind == Lie.BROKEN), "")


def _how(lies: list[list[str]]) -> str:
    """How a test can be passed, in words."""
    by_kind: dict[str, list[str]] = {}
    for kind, words in lies:
        by_kind.setdefault(kind, []).append(words)
    constants = by_kind.get(Lie.CONSTANT, [])
    numbers = {flattery.number for flattery in FLATTERIES if flattery.words in constants}
    ways = []
    if {0, 1} <= numbers:
        ways.append("any constant in the right form")
    elif constants:
        ways.append(f"{constants[0]} as every answer")
    elif Lie.NOISE in by_kind:
        ways.append("random numbers")
    if Lie.NOTHING in by_kind:
        ways.append("objects that it doesn't look into")
    if Lie.PARROT in by_kind:
        ways.append("the answers to other inputs")
    if Lie.CLAIM in by_kind:
        ways.append(f"what the worker says of {', '.join(by_kind[Lie.CLAIM])}")
    if Lie.UNIVERSAL in by_kind:
        ways.append("an object that agrees to everything")
    return "; ".join(ways)
