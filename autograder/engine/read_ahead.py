"""What tests read of a set-up comes along with it the next time, in the same exchange."""

from typing import Any

from .remote import Remote

Read = dict[str, dict[str, None]]  # source of a set-up -> names that were read of it
NOT_TOLD = object()


class ReadAhead:
    """One worker's set-up that was asked for last, and what came along with it.

    It holds until anything else is asked than attributes: then values may have changed.

    Args:
        read: what earlier workers were asked, too.
    """

    def __init__(self, read: Read) -> None:
        self._read = read
        self._source: str | None = None
        self._number: int | None = None
        self._told: dict[str, Any] = {}

    def names(self, source: str) -> list[str]:
        """What to have told along with a set-up."""
        return list(self._read.get(source, ()))

    def keep(self, source: str, made: Any, told: dict[str, Any]) -> None:
        """A set-up was made; anything else that may change values was not asked since."""
        self.forget()
        if isinstance(made, Remote):
            self._source, self._number, self._told = source, made._remote_number, told

    def forget(self) -> None:
        """Something else is asked."""
        self._source, self._number, self._told = None, None, {}

    def value(self, target: Remote, name: str) -> Any:
        """What was told of an attribute, once; else `NOT_TOLD`, and it is told the next time."""
        if self._source is None or target._remote_number != self._number:
            return NOT_TOLD
        self._read.setdefault(self._source, {})[name] = None
        return self._told.pop(name, NOT_TOLD)
