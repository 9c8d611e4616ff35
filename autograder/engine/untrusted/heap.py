"""What the C library does with memory that is freed: it keeps it for the next time.

A submission needs blocks of the same sizes again and again. Each block that goes back to the kernel
costs a page fault per page when it is needed anew: together a fifth of a worker's time. Only while
memory is measured, all goes back at once: else there would be room that nobody counts, and holes.
"""

import contextlib
import ctypes
import gc

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # as mallopt(3) has them
MOST_KEPT_BYTES = 256 * 2**20
MOST_AT_ONCE_BYTES = 32 * 2**20  # larger blocks go back at once; the C library allows no more
LEAST_MEASURED_BYTES = 2**16


def keep_freed() -> None:
    """Keep what is freed, in this process and its forks."""
    _go_by(MOST_KEPT_BYTES, MOST_AT_ONCE_BYTES)


def give_back() -> None:
    """Give all that is freed back to the kernel, now and until `keep_freed`."""
    gc.collect()
    _go_by(0, LEAST_MEASURED_BYTES)
    with contextlib.suppress(AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def _go_by(most_kept_bytes: int, most_at_once_bytes: int) -> None:
    with contextlib.suppress(AttributeError):  # the C library is another one than glibc
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_TRIM_THRESHOLD, most_kept_bytes)
        mallopt(M_MMAP_THRESHOLD, most_at_once_bytes)
