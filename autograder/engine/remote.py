"""Stand-ins for objects that live in the worker."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, NoReturn, Protocol

from ..printable import printable
from .failures import Misuse, StudentError
from .memory import Memory
from .processor import ProcessorTime
from .untrusted.calling import CALL

ASKS = ("raised", "says")  # of a call, whether it raised
INSTEAD = "have `submission.setup` make plain values of it, such as `list(thing)` or `a == b`"
USES = {  # what can't be done with a handle: the names of operators
    "looped over": "iter next reversed",
    "searched with `in`": "contains",
    "compared": "eq ne lt le gt ge",
    "put into a set or used as a key": "hash",
    "changed from here": "setitem delitem",
    "made a number": "int float complex index round trunc neg pos abs invert",
    "calculated with": "add radd sub rsub mul rmul matmul rmatmul truediv rtruediv floordiv "
    "rfloordiv mod rmod divmod rdivmod pow rpow and rand or ror xor rxor lshift rlshift rshift "
    "rrshift",
    "entered by `with`": "enter exit",
}


class Answering(Protocol):
    """Whoever answers for an object: a worker, or what stands where one is expected."""

    def ask(self, operation: str, /, *arguments: Any) -> Any:
        """Do one thing and return what came of it."""

    def release(self, number: int, /) -> None:
        """Forget an object."""

    def peak_memory(self) -> AbstractContextManager[Memory]:
        """Watch how much memory it takes within the block."""

    def processor_time(self) -> AbstractContextManager[ProcessorTime]:
        """Watch how much processor time it takes within the block."""


class Remote:
    """An object of the submission: call it, read its attributes and items, ask for its length.

    Plain data, tensors and arrays come back by value, everything else as another `Remote`.
    Arguments may be values or `Remote`s; whatever takes more is for `submission.setup`.

    Raises:
        MissingName: for an attribute that doesn't exist.
        StudentError: if student code raises.
        WorkerLost: if the worker ends or has to be ended.
    """

    __slots__ = ("_remote_number", "_remote_worker", "type_name")

    def __init__(self, worker: Answering, number: int, type_name: str) -> None:
        object.__setattr__(self, "_remote_worker", worker)
        object.__setattr__(self, "_remote_number", number)
        object.__setattr__(self, "type_name", type_name)

    def __getattr__(self, name: str) -> Any:
        # Python and libraries look such names up to find out what they may do with an object.
        if name.startswith("__"):
            raise AttributeError(f"a Remote has no {name}")
        return self._remote_worker.ask("get", self, name)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{self!r} can't be changed from here: do it in `submission.setup`")

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return self._remote_worker.ask("call", self, args, kwargs)

    def __getitem__(self, key: Any) -> Any:
        return self._remote_worker.ask("item", self, key)

    def __len__(self) -> int:
        return self._remote_worker.ask("len", self)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<Remote {self.type_name}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Remote can't be copied")

    def __del__(self) -> None:
        self._remote_worker.release(self._remote_number)


def refuse_uses(of: type) -> None:
    """Have a class of handles say what to do instead of what can't be done with one.

    Python would loop over a handle by counting upwards, compare it by identity and blame the
    student's value for the rest.
    """

    def refusal(does: str) -> Callable[..., NoReturn]:
        def refuse(self: Any, *_: object) -> NoReturn:
            wrong = f"{self!r} stays in the worker and can't be {does}: {INSTEAD}"
            raise Misuse(wrong, self.type_name)

        return refuse

    for does, names in USES.items():
        for name in names.split():
            setattr(of, f"__{name}__", refusal(does))


refuse_uses(Remote)


class Called(Remote):
    """What came of a call. A test that looks at the rest before it asked whether the call raised
    expects that it did not: then the exception is the answer."""

    __slots__ = ("_is_asked", "_made")

    def __init__(self, made: Remote) -> None:
        super().__init__(made._remote_worker, made._remote_number, made.type_name)
        object.__setattr__(self, "_made", made)  # which is released once
        object.__setattr__(self, "_is_asked", False)

    def __getattr__(self, name: str) -> Any:
        if not self._is_asked and not name.startswith("__"):
            object.__setattr__(self, "_is_asked", True)
            if name not in ASKS:
                self._raise_what_was_raised()
        return super().__getattr__(name)

    def _raise_what_was_raised(self) -> None:
        kinds, says = (super(Called, self).__getattr__(name) for name in ASKS)
        if isinstance(kinds, list) and kinds:
            kind, text = (printable(str(one)) for one in (kinds[0], says))
            raise StudentError(kind or "Exception", text, "")

    def __del__(self) -> None:
        """Nothing: what it was made of is released."""


class Submission(Remote):
    """The notebook's namespace, as hidden tests see it."""

    __slots__ = ()

    def setup(self, source: str, /, **inputs: Any) -> Any:
        """Run `source` in the worker, in a fresh namespace that holds `inputs`.

        Returns:
            A `Remote` whose attributes are the names defined in the end.
        """
        return self._remote_worker.ask("setup", source, inputs)

    def again(self, name: str, source: str, /, **inputs: Any) -> Any:
        """Run the cell that set a name once more, and see what comes of it elsewhere.

        Before it, `source` runs with `inputs`. It finds the notebook's names in the dictionary
        `names`, where it may exchange them, and the cell's text in `cell`. Afterwards the notebook
        has all its names as before.

        Returns:
            A `Remote` whose attributes are the notebook's names as the cell left them.

        Raises:
            MissingName: if no cell sets this name.
        """
        return self._remote_worker.ask("again", name, source, inputs)

    def call(self, function: Remote, /, *arguments: Any, **named: Any) -> Any:
        """Call a function, and see all that comes of it.

        Returns:
            A `Remote` with the attributes `result`, None if it raised; `raised`, the names of the
            exception's class and of those above it, [] if it raised nothing; `says`, the
            exception's text; `printed`; `arguments` and `named` as the call left them. If it raised
            and neither `raised` nor `says` was asked before, any other attribute raises a
            `StudentError`.
        """
        inputs = {"function": function, "arguments": list(arguments), "named": named}
        made = self._remote_worker.ask("setup", CALL, inputs)
        return Called(made) if isinstance(made, Remote) else made

    def content_of(self, thing: Remote, /) -> dict[str, Any]:
        """What an object holds, as plain data: of a plot its axes, labels, lines and legends, of a
        dataclass or another object its fields; see `untrusted/contents.py`. What can't cross by
        value is a `Remote` in it."""
        content: dict[str, Any] = self._remote_worker.ask("content", thing)
        return content

    def peak_memory(self) -> AbstractContextManager[Memory]:
        """Within this block the kernel watches how much memory the worker takes; it is told when
        the block ends. What runs for the first time takes more: call it once before, on little."""
        return self._remote_worker.peak_memory()

    def processor_time(self) -> AbstractContextManager[ProcessorTime]:
        """Within this block the kernel counts the processor time that the worker takes, all of its
        threads together; `seconds` tells when the block ends."""
        return self._remote_worker.processor_time()
