"""Memory that a worker keeps from one workbook to the next, instead of giving it back and asking again."""

from __future__ import annotations

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_KEPT, _BLOCK = 128 << 20, 32 << 20
"""Free memory that stays; blocks from which on each is given back by itself, as much as glibc allows."""


def keep_memory() -> None:
    """Have the C library keep what a workbook needed: a small one costs 3,000 new pages otherwise, each time.

    To be called before the threads that work are there. Without glibc nothing changes.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        # Dask tells its workers by a variable to give back all above 64 kB; this outranks it.
        for option, value in (
            (_M_TRIM_THRESHOLD, _KEPT),
            (_M_MMAP_THRESHOLD, _BLOCK),
            (_M_ARENA_MAX, 1),  # the arena of another thread than the first gives back on its own terms
        ):
            mallopt(option, value)
