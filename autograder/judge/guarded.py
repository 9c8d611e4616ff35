"""The submission for labs whose tests take every value: what is no handle comes back untaken."""

from typing import Any

from lib.kit.checks.untaken import Untaken, opened

from ..engine import Remote, Submission
from ..engine.remote import refuse_uses


class Guarded:
    """A `Remote` whose attributes, items and results are `Guarded` or `Untaken`."""

    __slots__ = ("_remote",)

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    @property
    def type_name(self) -> str:
        """Of what it stands for, for messages."""
        return self._remote.type_name

    @property
    def peak_memory(self) -> Any:
        """See `Submission.peak_memory`: what the kernel says needs no taking. A name like others,
        where it is no notebook's."""
        return self._measure("peak_memory")

    @property
    def processor_time(self) -> Any:
        """See `Submission.processor_time`, as above."""
        return self._measure("processor_time")

    def _measure(self, name: str) -> Any:
        found = getattr(self._remote, name)
        return found if isinstance(self._remote, Submission) else guarded(found)

    def setup(self, source: str, /, **inputs: Any) -> Any:
        """See `Submission.setup`; a name like others, where it is no notebook's."""
        if isinstance(self._remote, Submission):
            return guarded(self._remote.setup(source, **_bare(inputs)))
        return guarded(self._remote.setup)(source, **inputs)

    def again(self, name: str, source: str, /, **inputs: Any) -> Any:
        """See `Submission.again`; a name like others, where it is no notebook's."""
        if isinstance(self._remote, Submission):
            return guarded(self._remote.again(name, source, **_bare(inputs)))
        return guarded(self._remote.again)(name, source, **inputs)

    def call(self, function: Any, /, *arguments: Any, **named: Any) -> Any:
        """See `Submission.call`; a name like others, where it is no notebook's."""
        if isinstance(self._remote, Submission):
            return guarded(self._remote.call(_bare(function), *_bare(arguments), **_bare(named)))
        return guarded(self._remote.call)(function, *arguments, **named)

    def content_of(self, thing: Any, /) -> Any:
        """See `Submission.content_of`; a name like others, where it is no notebook's."""
        if isinstance(self._remote, Submission):
            return guarded(self._remote.content_of(_bare(thing)))
        return guarded(self._remote.content_of)(thing)

    def __getattr__(self, name: str) -> Any:
        return guarded(getattr(self._remote, name))

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:
        return guarded(self._remote(*_bare(args), **_bare(kwargs)))

    def __getitem__(self, key: Any) -> Any:
        return guarded(self._remote[_bare(key)])

    def __len__(self) -> int:
        return len(self._remote)

    def __bool__(self) -> bool:
        return True

    def __repr__(self) -> str:
        return repr(self._remote)


refuse_uses(Guarded)


def guarded(value: Any) -> Any:
    """What a worker returned, as tests get to see it."""
    return Guarded(value) if isinstance(value, Remote) else Untaken(value, guarded)


def _bare(value: Any) -> Any:
    """Arguments as workers take them. What came from a worker may go back untaken: nothing of it is
    used here."""
    value = opened(value)
    kind = type(value)
    if kind is Guarded:
        return value._remote
    if kind is list or kind is tuple:
        return kind(map(_bare, value))
    return {key: _bare(item) for key, item in value.items()} if kind is dict else value
