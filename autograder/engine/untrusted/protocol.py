"""What crosses between grader and worker: plain data and raw bytes of arrays, nothing executable.

A frame is two 32-bit lengths, a msgpack header of the first, and the bytes of all its arrays in
order, of the second. Within the header every container is a list that starts with its kind, so
msgpack's own maps and extension types are refused. The receiver trusts nothing: lengths are
capped before allocation, kinds and dtypes come from closed lists, byte counts must be exact.
"""

from collections.abc import Callable
from pathlib import PurePath, PurePosixPath
from typing import Any

import msgpack

from .adapters import form_of, form_read_as
from .forms import MAX_DEPTH, Reader, Unsendable, Writer
from .frame import HEADER_LIMIT_BYTES, Frame, MalformedFrame

MAX_ERRNO = 4095  # the kernel's own bound


def encode(value: Any, wrap: Callable[[Any], tuple[int, str]], limit_bytes: int) -> Frame:
    """Put a value into a frame; what isn't plain data goes by the handle that `wrap` gives it.

    Raises:
        Unsendable: if it is too large, too deeply nested (also: contains itself).
    """
    writer = Writer(wrap, limit_bytes, form_of)
    wire = writer.write(value, MAX_DEPTH)
    header = msgpack.packb(wire, strict_types=True, unicode_errors="backslashreplace")
    if len(header) > HEADER_LIMIT_BYTES or len(header) > writer.remaining_bytes:
        raise Unsendable("it is too large")
    return Frame(header, b"".join(writer.blobs))


def decode(
    frame: Frame,
    unwrap: Callable[[int, str], Any],
    path: Callable[[str], PurePath] = PurePosixPath,
) -> Any:
    """Rebuild the value of a frame; arrays are copies, `unwrap` resolves handles.

    Args:
        path: what a path becomes; the grader's leads to no file.

    Raises:
        MalformedFrame: if anything in it isn't exactly as this protocol has it.
    """
    try:
        wire = msgpack.unpackb(frame.header, max_map_len=0, max_ext_len=0)
    except (ValueError, msgpack.UnpackException) as error:
        raise MalformedFrame(f"no msgpack: {type(error).__name__}") from None
    reader = Reader(frame.blobs, unwrap, form_read_as, path)
    value = reader.read(wire, MAX_DEPTH)
    if reader.position != len(frame.blobs):
        raise MalformedFrame("more bytes than its tensors have")
    return value
