"""Stand-ins for objects that live in the worker."""

from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from .worker import Worker


class Remote:
    """An object of the submission: call it, read its attributes and items, ask for its length.

    Plain data, tensors and arrays come back by value, everything else as another `Remote`.
    Arguments may be values or `Remote`s. Anything more is for `submission.setup`.
    """

    __slots__ = ("_remote_number", "_remote_worker", "type_name")

    __iter__ = None  # else `for` would count upwards until the student's code raises

    def __init__(self, worker: "Worker", number: int, type_name: str) -> None:
        object.__setattr__(self, "_remote_worker", worker)
        object.__setattr__(self, "_remote_number", number)
        object.__setattr__(self, "type_name", type_name)

    def __getattr__(self, name: str) -> Any:
        # Protocols of Python and torch are looked up by such names; none holds for a stand-in.
        if name.startswith("__"):
            raise AttributeError(f"a Remote has no {name}")
        return self._remote_worker.get(self, name)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise AttributeError(f"{self!r} can't be changed from here: do it in `submission.setup`")

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._remote_worker.call(self, *args, **kwargs)

    def __getitem__(self, key: Any) -> Any:
        return self._remote_worker.item(self, key)

    def __len__(self) -> int:
        return self._remote_worker.length(self)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return f"<Remote {self.type_name}>"

    def __del__(self) -> None:
        self._remote_worker.release(self._remote_number)


class Submission(Remote):
    """The notebook's namespace as hidden tests see it."""

    __slots__ = ()

    def setup(self, source: str, /, **inputs: Any) -> Any:
        """Run `source` in the worker, in a fresh namespace holding `inputs`.

        Returns:
            A `Remote` whose attributes are the names it then holds.
        """
        return self._remote_worker.setup(source, inputs)
