"""Columns as bytes that a browser unpacks: small integers, byte planes, deflated, in base64.

A block is a length (four bytes, the lowest first), as many bytes of JSON that describe the columns, then
the columns' bytes. ``assets/columns.js`` is the other half. Integers lie as planes (all lowest bytes, then
all next ones), which deflate shortens better than numbers as they are.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

_LEVEL = 9
_WIDTHS = ((1, 0xFF), (2, 0xFFFF), (4, 0xFFFFFFFF))
_LEVELS = 63
"""Heights that a point of a trend can have; it is drawn twenty pixels high."""
_SEPARATOR = "\0"
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass
class Block:
    """Columns of one length on their way into the page.

    Arguments:
        head: what else the browser is to know about them.
    """

    head: dict[str, Any] = field(default_factory=dict)
    _columns: list[dict[str, Any]] = field(default_factory=list)
    _bytes: list[bytes] = field(default_factory=list)

    def _add(self, key: str, described: Mapping[str, Any], data: bytes) -> None:
        self._columns.append({"key": key, "size": len(data), **described})
        self._bytes.append(data)

    def integers(self, key: str, values: Sequence[int] | npt.NDArray[Any], *, steps: bool = False) -> None:
        """Add whole numbers; with steps, as differences, which suits numbers that rise one by one."""
        numbers = np.asarray(values, np.int64)
        if steps and numbers.size:
            numbers = np.diff(numbers, prepend=0)
        described, data = _narrow(numbers, np.zeros(numbers.size, bool))
        self._add(key, {"form": "integers", "steps": steps, **described}, data)

    def numbers(self, key: str, values: Sequence[float | None], decimals: int) -> None:
        """Add numbers, rounded to so many decimals; None stays none."""
        found = np.array([np.nan if value is None else value for value in values], float)
        found[~np.isfinite(found)] = np.nan
        scale = 10**decimals
        missing = np.isnan(found)
        scaled = np.where(missing, 0.0, found) * scale
        if scaled.size and (scaled.max() - scaled.min() >= _WIDTHS[-1][1] or np.abs(scaled).max() >= 2**53):
            self._add(key, {"form": "doubles"}, _planes(found.view(np.uint64), 8))
            return
        described, data = _narrow(np.rint(scaled).astype(np.int64), missing)
        self._add(key, {"form": "numbers", "scale": scale, **described}, data)

    def days(self, key: str, values: Sequence[date | None]) -> None:
        """Add days, as numbers of days since 1970."""
        self.numbers(key, [None if day is None else day.toordinal() - _EPOCH for day in values], 0)

    def texts(self, key: str, values: Sequence[str], *, listed: bool = False) -> None:
        """Add texts; as places in a list of the different ones where many are the same, or when asked for."""
        known = dict.fromkeys(values)
        if len(known) * 2 > len(values) and not listed:
            joined = _SEPARATOR.join(value.replace(_SEPARATOR, "\ufffd") for value in values)
            self._add(key, {"form": "texts"}, _utf8(joined))
            return
        place = {value: at for at, value in enumerate(known)}
        numbers = np.fromiter((place[value] for value in values), np.int64, len(values))
        described, data = _narrow(numbers, np.zeros(numbers.size, bool))
        self._add(key, {"form": "known", "known": list(known), **described}, data)

    def trends(self, key: str, values: Sequence[Sequence[float]]) -> None:
        """Add short rows of numbers, each drawn between its own lowest and highest."""
        lengths = np.array([min(len(row), 0xFF) for row in values], np.uint8)
        points = [point for row in values for point in _heights(row[-0xFF:])]
        self._add(key, {"form": "trends"}, lengths.tobytes() + bytes(points))

    def packed(self) -> str:
        """All of it as base64."""
        head = _utf8(json.dumps({**self.head, "columns": self._columns}, ensure_ascii=False))
        whole = b"".join([struct.pack("<I", len(head)), head, *self._bytes])
        return base64.b64encode(zlib.compress(whole, _LEVEL)).decode("ascii")


def _utf8(text: str) -> bytes:
    """Text as bytes; halves of characters, which file names may hold, as question marks."""
    return text.encode("utf-8", "replace")


def _narrow(numbers: npt.NDArray[np.int64], missing: npt.NDArray[np.bool_]) -> tuple[dict[str, int], bytes]:
    """Numbers above their lowest in as few bytes as hold them; the highest of those is a missing one."""
    known = numbers[~missing]
    lowest = int(known.min()) if known.size else 0
    span = int(known.max()) - lowest if known.size else 0
    width, none = next((width, most) for width, most in _WIDTHS if span < most)
    above = np.where(missing, none, numbers - lowest).astype(np.uint64)
    return {"width": width, "lowest": lowest}, _planes(above, width)


def _planes(numbers: npt.NDArray[np.uint64], width: int) -> bytes:
    """The lowest bytes of all numbers, then the next ones, and so on."""
    return numbers.astype("<u8").view(np.uint8).reshape(-1, 8)[:, :width].T.tobytes()


def _heights(row: Sequence[float]) -> list[int]:
    lowest, highest = min(row, default=0.0), max(row, default=0.0)
    if highest == lowest:
        return [_LEVELS // 2] * len(row)
    return [round((value - lowest) / (highest - lowest) * _LEVELS) for value in row]
