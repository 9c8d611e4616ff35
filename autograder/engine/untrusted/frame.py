"""A frame on its way: two lengths, a header, the raw bytes of all its arrays.

The receiver trusts neither length: both are capped before memory is reserved.
"""

import socket
import struct
import time

# Small, because a byte of header can become 64 bytes of Python objects in the receiver.
HEADER_LIMIT_BYTES = 2 * 2**20
PIECE_BYTES = 2**16  # most frames are smaller
LENGTHS = struct.Struct("<II")
Content = bytes | bytearray | memoryview


class MalformedFrame(Exception):
    """The bytes received are not a frame of this protocol."""


class FrameTooLarge(MalformedFrame):
    """The frame announced is larger than allowed."""


class Frame:
    """Header and tensor bytes, as they lie on the wire."""

    def __init__(self, header: Content, blobs: Content) -> None:
        self.header = header
        self.blobs = blobs

    def send(self, connection: socket.socket, deadline: float | None = None) -> None:
        """Write the frame, a small one in a single piece: each piece wakes the other side.

        Raises:
            TimeoutError: at `deadline` (of `time.monotonic`).
            OSError: if the other side is gone.
        """
        start = LENGTHS.pack(len(self.header), len(self.blobs))
        parts = [start + self.header, self.blobs]
        if len(self.blobs) < PIECE_BYTES:
            parts = [b"".join(parts)]
        for part in parts:
            _wait_until(connection, deadline)
            connection.sendall(part)

    @classmethod
    def receive(
        cls, connection: socket.socket, limit_bytes: int, deadline: float | None = None
    ) -> "Frame":
        """Read one frame of at most `limit_bytes`; nothing may follow it before it is answered.

        Raises:
            EOFError: if the other side closed or reset the connection.
            FrameTooLarge: before memory is reserved for it.
            MalformedFrame: if more follows.
            TimeoutError: at `deadline`, however the bytes trickle in.
        """
        piece = memoryview(bytearray(PIECE_BYTES))
        received = 0
        while received < LENGTHS.size:
            received += _read(connection, piece[received:], deadline)
        header_bytes, blob_bytes = LENGTHS.unpack_from(piece)
        if header_bytes > HEADER_LIMIT_BYTES or header_bytes + blob_bytes > limit_bytes:
            raise FrameTooLarge(f"a frame of {header_bytes} + {blob_bytes} bytes")
        size_bytes = LENGTHS.size + header_bytes + blob_bytes
        if received > size_bytes:
            raise MalformedFrame("more bytes than announced")
        whole = piece
        if size_bytes > PIECE_BYTES:
            whole = memoryview(bytearray(size_bytes))
            whole[:received] = piece[:received]
        while received < size_bytes:
            received += _read(connection, whole[received:size_bytes], deadline)
        blobs_at = LENGTHS.size + header_bytes
        return cls(whole[LENGTHS.size : blobs_at], whole[blobs_at:size_bytes])


def _read(connection: socket.socket, into: memoryview, deadline: float | None) -> int:
    """How many bytes came, one at least."""
    _wait_until(connection, deadline)
    try:
        received = connection.recv_into(into)
    except ConnectionError:
        received = 0
    if not received:
        raise EOFError("the connection was closed")
    return received


def _wait_until(connection: socket.socket, deadline: float | None) -> None:
    if deadline is None:
        return connection.settimeout(None)
    remaining_s = deadline - time.monotonic()
    if remaining_s <= 0:
        raise TimeoutError
    connection.settimeout(remaining_s)
