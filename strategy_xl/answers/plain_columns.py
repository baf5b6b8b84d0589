"""Columns of answers as plain values, each with a number that tells a value from all others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from strategy_xl.history.book_record import Plain
from strategy_xl.rules.table import values_of

DECIMALS = 6
"""Of numbers in a record: what differs beyond is noise, and no reason for a new state."""
_MISSING = "\0"
_BEGIN = np.uint64(0xCBF29CE484222325)
_PRIME = np.uint64(0x100000001B3)

Marks = npt.NDArray[np.uint64]


class PlainColumn(NamedTuple):
    """A column: its values, and for each a number that is another one for another value."""

    plain: list[Any]
    marks: Marks


def plain_column(held: Any) -> PlainColumn:
    """An array, of numpy or of one of pandas' own types, as plain values; days as texts."""
    if isinstance(held, np.ndarray) and held.dtype.kind == "f":
        return _numbers(held)
    if isinstance(held, pd.Categorical):
        known = [*map(str, held.categories), None]
        return PlainColumn([known[code] for code in held.codes], text_marks(known)[held.codes])
    values = [value if value.__class__ is str else plain_value(value) for value in values_of(held)]
    return PlainColumn(values, text_marks(values))


def missing_column(rows: int) -> PlainColumn:
    """A column that is missing in all rows."""
    return PlainColumn([None] * rows, text_marks([None]).repeat(rows))


def text_marks(values: Iterable[Plain]) -> Marks:
    """The numbers of values that are mostly texts."""
    texts = [
        value if value.__class__ is str else _MISSING if value is None else repr(value) for value in values
    ]
    held = np.empty(len(texts), dtype=object)
    held[:] = texts
    found: Marks = pd.util.hash_array(held, categorize=False)
    return found


def joined(columns: Sequence[Marks]) -> list[int]:
    """One number a row out of those of its columns; it fits into 64 bits with a sign."""
    found = np.full(len(columns[0]), _BEGIN)
    for marks in columns:
        found = (found ^ marks) * _PRIME
    numbers: list[int] = found.view(np.int64).tolist()
    return numbers


def _numbers(held: npt.NDArray[np.float64]) -> PlainColumn:
    rounded = np.round(held, DECIMALS) + 0.0  # no minus zero
    finite = np.isfinite(rounded)
    values: list[Plain] = rounded.tolist()
    if not finite.all():
        rounded[~finite] = np.nan
        for place in np.flatnonzero(~finite).tolist():
            values[place] = None
    return PlainColumn(values, pd.util.hash_array(rounded, categorize=False))


def plain_value(value: Any) -> Plain:
    """One value; None for what is missing, or what no field holds."""
    match value:
        case str():
            return value
        case bool() | np.bool_():
            return bool(value)
        case int() | float() | np.number():
            number = round(float(value), DECIMALS)
            return number if np.isfinite(number) else None
        case date():  # moments of pandas are days too, NaT among them
            return None if pd.isna(value) else value.isoformat()[:10]
    return None
