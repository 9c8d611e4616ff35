"""Whether what the kernel holds under a name is the code as it stands, and which answers it needs.

Each way in which a check could look at other code than the student has in mind gets a sentence: an
answer that stopped before its end, was changed, deleted, renamed or defined elsewhere since, was
made with what has changed since, or uses a name that now means something else.
"""

import builtins
import dis
import re
import traceback
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .runs import Run, Runs, Statement, Stop, statements_of
from .saved import SavedCell, SavedNotebook, Stamp

ANSWER = "-answer-"  # in the ids of answers: the question before it, what is defined after it
THIS_CELL = "the cell above"
NOT_SAVED = SavedNotebook()


@dataclass(frozen=True)
class Reason:
    """Why a name can't be checked: an open blank, also of an earlier question, or a cell to run."""

    text: str
    is_open: bool


@dataclass(frozen=True)
class Standing:
    """What is known of the code of one notebook: its names, its runs, its file."""

    names: dict[str, Any]
    runs: Runs
    saved: SavedNotebook = NOT_SAVED
    stamp: Stamp | None = None

    def reason_against(self, name: str, question: str) -> Reason | None:
        """Why the name, or one that it needs, is not the code as it stands; None if it is."""
        for needed in self.needed_by(name):
            reason = self._reason_against(needed, question)
            if reason is not None:
                return reason
        return None

    def needed_by(self, name: str) -> list[str]:
        """The name itself and those of the notebook that its code looks up, however deep."""
        found = [name]
        for one in found:  # grows meanwhile
            found += [
                other
                for other in _names_in(self.names.get(one))
                if other in self.names and other not in found
            ]
        return found

    def question_of(self, name: str) -> str:
        """The question whose answer sets the name, "" if that is unknown."""
        if known := self.saved.question_of(name):
            return known
        answers = (run.cell_id for run in self.runs if ANSWER in run.cell_id and run.attempts(name))
        return next((cell_id.partition(ANSWER)[0] for cell_id in answers), "")

    def _reason_against(self, name: str, question: str) -> Reason | None:
        run = self._last_attempt(name)
        if run is None:
            return self._reason_of_missing(name, question)
        if name in {name for one in statements_of(self.runs.current) for name in one.sets}:
            return None  # the cell that defines it runs the check itself
        where = self._where(name, question)
        if reason := self._reason_of_shadow(name, run):
            return reason
        is_elsewhere = self._is_added(run) or self._is_other(run, name)
        if not is_elsewhere and (reason := self._reason_of_later(name, run, where)):
            return reason
        if run.stop is not None and (run.stop.blank is None or run.statement_for(name) is None):
            return self._reason_of_stop(run, where, question)
        if name not in self.names:  # deleted since
            return Reason(f"`{name}` is not defined any more: run {where}", False)
        reason = self._reason_of_elsewhere(name, run, where)
        return reason or self._reason_of_change(name, run, where)

    def _last_attempt(self, name: str) -> Run | None:
        """The last run that set the name, or should have: one of another cell that stopped before
        it did has changed nothing."""
        for run in reversed(list(self.runs)):
            if not run.attempts(name):
                continue
            if run.statement_for(name) or not (self._is_other(run, name) or self._is_own(run)):
                return run
        return None

    def _is_other(self, run: Run, name: str) -> bool:
        """Whether a run is known to be of another cell than the name's answer."""
        of = self.question_of(name)
        known = {cell.id for cell in self.saved.cells}
        has_ids = run.cell_id in known or any(ANSWER in one.cell_id for one in self.runs)
        return has_ids and bool(of) and not run.cell_id.startswith(f"{of}{ANSWER}")

    def _where(self, name: str, question: str) -> str:
        """The cell that sets the name, as it is called below a check."""
        of = self.question_of(name)
        if of == question:
            return THIS_CELL
        return f"the cell that defines `{name}`" + (f" ({of})" if of else "")

    def _reason_of_missing(self, name: str, question: str) -> Reason | None:
        """Of a name that no run has set; code that was loaded otherwise may have."""
        if name in self.names:
            return None
        where = self._where(name, question)
        if where == THIS_CELL:
            for run in self.runs:
                if run.cell_id == f"{question}{ANSWER}{name}" and run.stop is not None:
                    return self._reason_of_stop(run, where, question)
        if question in self.saved.questions and not self.saved.sets(name):
            return Reason(_gone(name), True)
        return Reason(f"`{name}` is not defined yet: run {where}", True)

    def _reason_of_shadow(self, name: str, run: Run) -> Reason | None:
        """A cell of the student's own sets a name that is Python's or the lab's."""
        if not self._is_own(run):
            return None
        if hasattr(builtins, name):
            return Reason(f"{_taken(name)}, and run `del {name}`", False)
        made = run.statement_for(name)
        if not self.saved.gives(name) or (made is not None and _is_import(made)):
            return None
        taken = f"`{name}` is a name of the lab's, and a cell of yours sets it: take another name"
        return Reason(f"{taken} there, and run the cell that gives `{name}`", False)

    def shadows_in(self, error: BaseException) -> list[str]:
        """What to say of names of Python's own that the notebook sets, and that the code uses in
        which an error was raised."""
        frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
        own = [frame for frame in frames if frame.f_globals.get("__name__") == "__main__"]
        return self._taken_of(sorted({name for frame in own for name in frame.f_code.co_names}))

    def _taken_of(self, used: list[str]) -> list[str]:
        """What to say of those names that are Python's own, and that the notebook sets."""
        taken = [name for name in used if hasattr(builtins, name) and name in self.names]
        return [_taken(name) for name in taken if self.runs.last_attempt(name) is not None]

    def _is_own(self, run: Run) -> bool:
        """Whether a run is known to be of a cell that the student has added, with other text."""
        return self._is_added(run) and not any(
            _is_same_text(cell.source, run.source) for cell in self._cells_of_the_lab()
        )

    def _is_added(self, run: Run) -> bool:
        """Whether a run is known to be of a cell that the student has added. (Not all programs
        tell a kernel the ids of the file.)"""
        ids = {cell.id for cell in self._cells_of_the_lab()}
        tells_ids = any(one.cell_id in ids or ANSWER in one.cell_id for one in self.runs)
        return tells_ids and run.cell_id not in ids and ANSWER not in run.cell_id

    def _cells_of_the_lab(self) -> list[SavedCell]:
        return [cell for cell in self.saved.cells if cell.is_given or cell.is_answer]

    def _reason_of_stop(self, run: Run, where: str, question: str) -> Reason:
        stop = run.stop
        assert stop is not None
        if stop.blank is not None:
            blamed = [self.question_of(name) for name in stop.through if name]
            other = next((one for one in reversed(blamed) if one and one != question), "")
            if other:
                return Reason(f"this builds on {other}, which is still open: {stop.blank}", True)
            return Reason(f"this blank is still open: {stop.blank}", True)
        if stop.missing:
            before = self._reason_of_name_error(stop.missing, question, {stop.missing})
            if before is not None:
                return before
            if stop.missing in self.names:
                again = f"run {where} again: `{stop.missing}`, which it needs, is defined by now"
                return Reason(again, False)
            if self.saved.sets(stop.missing):
                first = self._where(stop.missing, question)
                return Reason(f"run {first} first, and then {where}", False)
        used = sorted(set(re.findall(r"\w+", stop.text)))
        return Reason(". ".join([_corrected(where, stop), *self._taken_of(used)]), False)

    def _reason_of_name_error(self, name: str, question: str, seen: set[str]) -> Reason | None:
        """Why an undefined name is not there: what kept the cell that sets it from doing so."""
        run = self.runs.last_attempt(name)
        if run is None or run.stop is None or run.statement_for(name) is not None:
            return None
        if run.stop.missing and run.stop.missing not in seen:
            seen.add(run.stop.missing)
            deeper = self._reason_of_name_error(run.stop.missing, question, seen)
            if deeper is not None:
                return deeper
        through = [self.question_of(one) for one in (*run.stop.through, name)]
        other = next((one for one in through if one and one != question), "")
        if not other:
            return None
        if run.stop.blank is not None:
            text = f"this builds on {other}, which is still open: {run.stop.blank}"
            return Reason(text, True)
        text = f"this builds on {other}: make its check pass, then run the cells from there"
        return Reason(f"{text} (`{name}` is not defined, because of {run.stop.error})", False)

    def _reason_of_later(self, name: str, run: Run, where: str) -> Reason | None:
        """The same cell ran again, with a text that does not set the name."""
        for later in self.runs.after(run):
            if _is_same_cell(later, run, name):
                if later.stop is not None and later.stop.line == 0:
                    return Reason(_corrected(where, later.stop), False)
                return Reason(f"{where} does not define `{name}` any more: look at its name", False)
        return None

    def _reason_of_elsewhere(self, name: str, run: Run, where: str) -> Reason | None:
        """Another cell than the answer has set the name after it, or stands below the check."""
        of = self.question_of(name)
        if not self._is_other(run, name):
            return None
        again = (
            f"`{name}` was defined again in another cell of yours. Grading takes {where}: put your "
            "code there, and run it"
        )
        answers = [one for one in self.runs if one.cell_id.startswith(f"{of}{ANSWER}")]
        last_texts = {one.cell_id: one for one in answers}
        if any(one.attempts(name) for one in last_texts.values()):
            return Reason(again, False)
        order = [*self.saved.questions, ""]
        place = next((one.question for one in self.saved.cells if one.id == run.cell_id), None)
        if place in order and of in order and order.index(place) > order.index(of):
            return Reason(again, False)
        return None

    def _reason_of_change(self, name: str, run: Run, where: str) -> Reason | None:
        """Its text is another one in a file that was saved since, or what it was made with is."""
        if self.stamp is not None and run.stamp is not None and self.stamp != run.stamp:
            of = self.question_of(name)
            saved = self.saved.last_above(of, name) if of else None
            if saved is None and of in self.saved.questions:
                return Reason(_gone(name), True)
            if saved is not None and not _is_same_text(saved.source, run.source):
                return Reason(f"run {where}: its text has changed since it ran", False)
        made = run.statement_for(name)
        if made is None:
            return None
        for used in sorted(run.read_for(made)):
            now, then = self.runs.last_attempt(used), self.runs.last_attempt(used, before=run)
            if now is None or then is None or now is then:
                continue
            one, other = now.statement_for(used), then.statement_for(used)
            if one is None or other is None or one.text.strip() == other.text.strip():
                continue
            if _is_import(one) and _is_import(other):
                continue
            if reason := self._reason_of_shadow(used, now):
                return reason
            if any(later is now for later in self.runs.after(run)):
                return Reason(f"run {where}: `{name}` was made before you changed `{used}`", False)
        return None


def _is_import(statement: Statement) -> bool:
    return statement.text.startswith(("import ", "from "))


def _gone(name: str) -> str:
    return (
        f"no cell of the saved notebook defines `{name}`: was its cell deleted, or the name "
        "changed? Undo it, or take a fresh copy of the notebook"
    )


def _taken(name: str) -> str:
    return f"`{name}` is a name of Python's own, and your notebook sets it: take another name"


def _corrected(where: str, stop: Stop) -> str:
    line = f" at `{stop.text}`" if stop.text else ""
    return f"run {where} again, corrected: its last run ended in {stop.error}{line}"


def _is_same_cell(later: Run, run: Run, name: str) -> bool:
    """Whether a later run, which does not set the name, is of the cell that did set it."""
    if later.cell_id and run.cell_id:
        return later.cell_id == run.cell_id
    # Without ids: text that is no Python, and that defines nothing besides what the cell did.
    if later.stop is None or later.stop.line != 0:
        return False
    ours, theirs = (
        {one for statement in of.statements for one in statement.sets} for of in (run, later)
    )
    return theirs <= ours and _have_lines_in_common(later.source, run.source)


def _have_lines_in_common(one: str, other: str) -> bool:
    lines, others = ({line.strip() for line in text.split("\n")} - {""} for text in (one, other))
    return 2 * len(lines & others) >= max(1, min(len(lines), len(others)))


def _is_same_text(one: str, other: str) -> bool:
    lines, others = ([line.rstrip() for line in text.strip().splitlines()] for text in (one, other))
    return lines == others


def _names_in(value: Any) -> Iterator[str]:
    """The names that the code of a function, a class or an object of the notebook looks up."""
    value = getattr(value, "__wrapped__", value)
    if isinstance(value, types.FunctionType):
        if value.__module__ == "__main__":
            yield from _names_in_code(value.__code__)
    elif isinstance(value, type):
        if value.__module__ == "__main__":
            yield from (base.__name__ for base in value.__mro__[1:])
            for part in vars(value).values():
                part = getattr(part, "fget", None) or getattr(part, "__func__", part)
                yield from _names_in(part)
    elif type(value).__module__ == "__main__":
        yield type(value).__name__


def _names_in_code(code: types.CodeType) -> Iterator[str]:
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield str(step.argval)
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            yield from _names_in_code(part)
