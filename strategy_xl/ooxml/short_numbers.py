"""Short numbers out of words of eight bytes, all digits of a value at once.

Source: D. Lemire, "Number parsing at a gigabyte per second", 2021 (eight digits at a time).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Words = npt.NDArray[np.uint64]

SHORT: Final = 8
"""Bytes up to which a number is short."""
_ALL_BITS: Final = np.uint64(64)
_ALL_BYTES: Final = np.uint64(2**64 - 1)
_ONES: Final = _ALL_BYTES // np.uint64(255)
_ZEROS, _POINTS, _ABOVE_NINE, _HIGH_BITS = (
    np.uint64(byte) * _ONES for byte in (ord("0"), ord("."), 118, 128)
)
_TENS: Final = np.array([float(10**digits) for digits in range(SHORT + 1)])
_EVEN: Final = np.uint64(0x000000FF_000000FF)
_HUNDREDS, _TEN_THOUSANDS = np.uint64(100 + (1_000_000 << 32)), np.uint64(1 + (10_000 << 32))


def whole_numbers(words: Words, sizes: Words) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """The values that are up to eight digits and nothing else, and which are not.

    Arguments:
        words: the first eight bytes of each value, the first the lowest; behind a shorter one anything.
        sizes: how many bytes each has.
    """
    is_odd = (sizes > SHORT) | (sizes == 0)
    shifts = _ALL_BITS - 8 * sizes.clip(1, SHORT)
    # What stands behind a short value is shifted out, and zeros in.
    digits = (words << shifts | _ZEROS & ~(_ALL_BYTES << shifts)) ^ _ZEROS
    is_odd |= (digits | digits + _ABOVE_NINE) & _HIGH_BITS != 0
    # By twos, then by fours.
    pairs = digits * np.uint64(10) + (digits >> np.uint64(8))
    found = (pairs & _EVEN) * _HUNDREDS + ((pairs >> np.uint64(16)) & _EVEN) * _TEN_THOUSANDS
    return (found >> np.uint64(32)).astype(np.float64), is_odd


def without_point(words: Words, sizes: Words) -> tuple[Words, Words, npt.NDArray[np.float64]]:
    """Values without their decimal point, how many bytes are left of each, and by what it divides the rest.

    Arguments: as of ``whole_numbers``.
    """
    inside = _ALL_BYTES >> (_ALL_BITS - 8 * sizes.clip(1, SHORT))
    others: Words = words ^ _POINTS
    points: Words = (others - _ONES) & ~others & _HIGH_BITS & inside
    first: Words = points & (~points + np.uint64(1))
    before: Words = (first >> np.uint64(7)) - np.uint64(1)  # all bytes where there is none
    has_point = first != 0
    place = (np.log2(np.where(has_point, first, 1).astype(np.float64)).astype(np.intp) - 7) >> 3
    left: Words = (words & before) | ((words >> np.uint64(8)) & ~before)
    decimals = np.where(has_point, sizes.astype(np.intp) - 1 - place, 0)
    return left, sizes - has_point.astype(np.uint64), _TENS.take(decimals, mode="clip")
