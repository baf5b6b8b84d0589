"""Long columns of plain values as bytes: compared, sent and kept whole, looked into when somebody asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

FEW = 48
"""Values up to which a list is as quick."""
MOST_KEYS = 255
"""Values that a choice can be of."""
_BETWEEN, _MISSING = "\0", "\1"
_NO_DAY = np.iinfo(np.int32).min
_DTYPES: dict[str, np.dtype[Any]] = {
    "float": np.dtype("<f8"),
    "whole": np.dtype("<i8"),
    "day": np.dtype("<i4"),
    "choice": np.dtype("u1"),
}


class KeptColumn(Sequence[Any]):
    """A column that is never changed: a sequence of plain values, None where one is missing.

    Arguments:
        kind: how it is kept: ``none`` (all missing), ``float``, ``whole``, ``day``, ``choice``, ``text``.
        rows: how many values.
        body: the values as bytes.
        keys: of a choice: its values; the last place after them stands for a missing one.
    """

    __slots__ = ("__dict__", "body", "keys", "kind", "rows")
    __hash__ = None  # type: ignore[assignment] # it is equal to lists

    def __init__(self, kind: str, rows: int, body: bytes = b"", keys: Sequence[Any] = ()) -> None:
        """Take what was kept."""
        self.kind, self.rows, self.body, self.keys = kind, rows, body, keys

    @classmethod
    def nothing(cls, rows: int) -> KeptColumn:
        """A column in which all is missing."""
        return cls("none", rows)

    @classmethod
    def numbers(cls, values: npt.NDArray[np.floating[Any]]) -> KeptColumn:
        """Numbers, NaN where one is missing."""
        if np.isnan(values).all():
            return cls.nothing(len(values))
        return cls("float", len(values), values.astype(_DTYPES["float"], copy=False).tobytes())

    @classmethod
    def whole(cls, values: npt.NDArray[np.integer[Any]]) -> KeptColumn:
        """Whole numbers, none of them missing."""
        return cls("whole", len(values), values.astype(_DTYPES["whole"], copy=False).tobytes())

    @classmethod
    def days(cls, values: npt.NDArray[np.datetime64]) -> KeptColumn:
        """Days, which are texts to those who ask; NaT where one is missing."""
        missing = np.isnat(values)
        if missing.all():
            return cls.nothing(len(values))
        numbers = values.astype("datetime64[D]").astype(np.int64)
        numbers[missing] = _NO_DAY
        return cls("day", len(values), numbers.astype(_DTYPES["day"]).tobytes())

    @classmethod
    def choices(cls, codes: npt.NDArray[np.integer[Any]], keys: Sequence[Any]) -> KeptColumn:
        """Some values many times.

        Arguments: the place of each in ``keys``, negative where it is missing; the values, fewer than
        ``MOST_KEYS``.
        """
        if not len(codes) or codes.max() < 0:
            return cls.nothing(len(codes))
        held = np.where(codes < 0, len(keys), codes)
        return cls("choice", len(codes), held.astype(_DTYPES["choice"]).tobytes(), list(keys))

    @classmethod
    def texts(cls, values: Sequence[Any]) -> KeptColumn | None:
        """Texts and missing ones; None when something else is among them."""
        rows, missing = len(values), list(values).count(None)
        if missing == rows:
            return cls.nothing(rows)
        try:
            given = [_MISSING if value is None else value for value in values] if missing else values
            told = _BETWEEN.join(given)
            body = told.encode()
        except (TypeError, UnicodeEncodeError):
            return None
        if told.count(_BETWEEN) != rows - 1 or told.count(_MISSING) != missing:
            return None  # a text with a sign of ours in it
        return cls("text", rows, body)

    @cached_property
    def array(self) -> npt.NDArray[Any]:
        """The values as an array: numbers with NaN, days with NaT, all others as objects with None."""
        if self.kind == "none":
            return np.full(self.rows, None, dtype=object)
        if self.kind == "text":
            return np.array(self._texts, dtype=object)
        held = self.held
        if self.kind == "day":
            days = held.astype("datetime64[D]")
            days[held == _NO_DAY] = np.datetime64("NaT")
            return days
        if self.kind == "choice":
            known = np.empty(len(self.keys) + 1, dtype=object)
            known[:-1] = self.keys
            chosen: npt.NDArray[Any] = known[held]
            return chosen
        return held

    @cached_property
    def plain(self) -> list[Any]:
        """The values as a list."""
        if self.kind == "text":
            return self._texts
        if self.kind == "day":
            days = np.datetime_as_string(self.array).tolist()
            return [None if day == "NaT" else day for day in days]
        found: list[Any] = self.array.tolist()
        if self.kind == "float":
            for at in np.flatnonzero(np.isnan(self.array)).tolist():
                found[at] = None
        return found

    @property
    def held(self) -> npt.NDArray[Any]:
        """The values as they are kept: numbers of days, places of keys."""
        return np.frombuffer(self.body, dtype=_DTYPES[self.kind])

    @cached_property
    def _texts(self) -> list[Any]:
        values: list[Any] = self.body.decode().split(_BETWEEN)
        if _MISSING.encode() in self.body:
            return [None if value == _MISSING else value for value in values]
        return values

    @cached_property
    def _ends(self) -> npt.NDArray[np.intp]:
        """Where each text ends."""
        held = np.frombuffer(self.body, dtype=np.uint8)
        return np.append(np.flatnonzero(held == ord(_BETWEEN)), len(held))

    @cached_property
    def is_whole(self) -> bool:
        """Whether no value is missing."""
        if self.kind == "text":
            return _MISSING.encode() not in self.body
        return self.kind == "whole" or None not in self.plain

    def is_as(self, other: KeptColumn) -> bool:
        """Whether the other is kept the same way, by the same bytes."""
        same = (self.kind, self.rows, self.keys) == (other.kind, other.rows, other.keys)
        return same and self.body == other.body

    def chosen(self, places: npt.NDArray[np.intp]) -> KeptColumn:
        """The values in some places."""
        if self.kind == "none":
            return self.nothing(len(places))
        if self.kind == "text":
            found = self.texts(self.array[places].tolist())
            assert found is not None  # each of them was one
            return found
        return KeptColumn(self.kind, len(places), self.held[places].tobytes(), self.keys)

    def __len__(self) -> int:
        """How many values."""
        return self.rows

    def __iter__(self) -> Iterator[Any]:
        """The values."""
        return iter(self.plain)

    def __getitem__(self, at: Any) -> Any:
        """One value, or some as a list."""
        if not isinstance(at, int):
            return self.plain[at]
        if not -self.rows <= at < self.rows:
            raise IndexError(at)
        return self._one(at % self.rows)

    def _one(self, at: int) -> Any:
        """One value, without looking at the others: of a long column few are asked for."""
        if self.kind == "none":
            return None
        if self.kind == "choice":
            place = self.body[at]
            return self.keys[place] if place < len(self.keys) else None
        if self.kind == "text":
            begin = int(self._ends[at - 1]) + 1 if at else 0
            value = self.body[begin : int(self._ends[at])].decode()
            return None if value == _MISSING else value
        found = self.held[at].item()
        if self.kind == "day":
            return None if found == _NO_DAY else str(np.datetime64(found, "D"))
        return None if found != found else found  # noqa: PLR0124 - NaN is not itself

    def __eq__(self, other: object) -> bool:
        """Whether the other has the same values; most often told from the bytes."""
        if isinstance(other, KeptColumn):
            return self.rows == other.rows and not differing(self, other)
        if isinstance(other, list | tuple):
            return self.rows == len(other) and self.plain == list(other)
        return NotImplemented

    def __reduce__(self) -> tuple[Any, ...]:
        """What goes to another process: what is kept, and not what was made of it."""
        return (KeptColumn, (self.kind, self.rows, self.body, self.keys))


def column_of(values: Sequence[Any]) -> Sequence[Any]:
    """Plain values as a column, where they are many and of one kind; else as they are."""
    if len(values) < FEW or isinstance(values, KeptColumn):
        return values
    return KeptColumn.texts(values) or values


def plain_list(values: Sequence[Any]) -> list[Any]:
    """A column or a list as a list, not to be changed."""
    return values.plain if isinstance(values, KeptColumn) else list(values)


def differing(first: Sequence[Any], second: Sequence[Any]) -> list[int]:
    """The places in which two columns of one length have different values."""
    if isinstance(first, KeptColumn) and isinstance(second, KeptColumn):
        if first.is_as(second):
            return []
        is_code = first.kind == second.kind == "choice" and first.keys == second.keys
        one, other = (first.held, second.held) if is_code else (first.array, second.array)
        if one.dtype.kind == other.dtype.kind:
            unlike = one != other
            if one.dtype.kind in "fM":
                unlike &= ~(np.isnan(one) & np.isnan(other))
            return np.flatnonzero(unlike).tolist()
    old, new = plain_list(first), plain_list(second)
    if old == new:
        return []
    return [at for at, (was, now) in enumerate(zip(old, new, strict=True)) if was != now]
