"""The table of libraries whose values cross; each is met only where somebody has loaded it.

Python's own values are always known. A library's forms are added as soon as a value of it is to
be sent, or one is received.
"""

import contextlib
import sys
from typing import Any

from . import arrays, images, pandas_frames, plain, polars_frames, tensors
from .forms import Adapter, Form, Kind, Reader, Sample, Wire
from .frame import MalformedFrame

OWNERS_OF_THREADS = (polars_frames,)  # no child may be forked of who computed with these
START_THREADS = frozenset(adapter.LIBRARY for adapter in OWNERS_OF_THREADS)
ADAPTERS: tuple[Adapter, ...] = (plain, tensors, arrays, pandas_frames, polars_frames, images)
_OWNERS = {kind: adapter for adapter in ADAPTERS for kind in adapter.KINDS}
_by_type: dict[type, Form] = {}
_by_kind: dict[int, Form] = {}
_known: set[str] = set()
_bases: list[tuple[type, Form]] = []


def form_of(kind: type) -> Form | None:
    """How values of a type cross; None if they stay behind."""
    return _by_type.get(kind) or _found(kind)


def form_read_as(kind: int) -> Form | None:
    """How to read what begins with this number; None if nothing does.

    Raises:
        MalformedFrame: if its library isn't here.
    """
    form = _by_kind.get(kind)
    if form is None and kind in _OWNERS:
        try:
            _know(_OWNERS[kind])
        except ImportError:
            raise MalformedFrame("values of a library that isn't here") from None
        form = _by_kind.get(kind)
    return form


def know_what_is_loaded() -> None:
    """Make the forms of all libraries that are loaded, for whoever is forked from here."""
    for adapter in ADAPTERS:
        if adapter.LIBRARY in sys.modules and adapter.LIBRARY not in _known:
            # it may be half loaded, or be something else under its name
            with contextlib.suppress(Exception):
                _know(adapter)


def computes_in_threads() -> bool:
    """Whether a library is loaded here that a process can't compute with and then be forked."""
    return not START_THREADS.isdisjoint(sys.modules)


def unforkable() -> str:
    """The library that has started such threads in this process; empty if none has."""
    return next((one.LIBRARY for one in OWNERS_OF_THREADS if one.has_threads()), "")


def filled(value: Any, number: float) -> Any:
    """A value of the same form with one number everywhere; None for what has no such form."""
    return _first("filled", value, number)


def drawn(value: Any, seed: int) -> Any:
    """A value of the same form with random content; None for what has no such form."""
    return _first("drawn", value, seed)


def sampled(value: Any, sample: Sample) -> Any:
    """A few plain values that stand for it; None for what is its own word."""
    return _first("sampled", value, sample)


def _first(question: str, value: Any, argument: Any) -> Any:
    answers = (
        getattr(adapter, question)(value, argument)
        for adapter in ADAPTERS
        if adapter.LIBRARY in sys.modules
    )
    return next((answer for answer in answers if answer is not None), None)


def _found(kind: type) -> Form | None:
    if len(_known) < len(ADAPTERS):
        know_what_is_loaded()
    form = _by_type.get(kind)
    if form is None:
        form = next((form for base, form in _bases if issubclass(kind, base)), None)
    return form


def _know(adapter: Adapter) -> None:
    forms = adapter.forms()
    for form in forms:
        _by_kind[form.kind] = form
        _by_type.update(dict.fromkeys(form.types, form))
        _bases.extend((base, form) for base in form.bases)
    _known.add(adapter.LIBRARY)


def _unwrapped(reader: Reader, wire: Wire, depth: int) -> Any:
    match wire:
        case [_, int(number), str(type_name)] if type(number) is int:
            return reader.unwrap(number, type_name)
    raise MalformedFrame("no handle")


_by_kind[Kind.HANDLE] = Form(Kind.HANDLE, (), lambda writer, value, depth: None, _unwrapped)
_know(plain)
